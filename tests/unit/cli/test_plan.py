"""`watchbill plan` as typed: folders and revisions of a real git repository, in every format, with its exit status."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from watchbill.cli.plan import plan
from watchbill.cli.plan_formats import LONGEST_COMMENT, as_markdown
from watchbill.lib.errors import Invalid, NotFound, Unavailable

ACME = Path(__file__).parents[3] / "examples" / "acme"
AT = "2026-11-25T12:00:00Z"


def run(*arguments: str, at: str = AT) -> Result:
    result = CliRunner().invoke(plan, [*arguments, "--at", at])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def as_json(*arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(*arguments, "--format", "json").stdout)
    return answer


def git(*arguments: str) -> None:
    who = ("-c", "user.name=Dana", "-c", "user.email=dana@acme.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def edit(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text(encoding="utf-8")), encoding="utf-8")


def without_engagement(text: str) -> str:
    return text.split("---\n", maxsplit=1)[0]


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Path]:
    """A repository with acme in its folder org, committed, and the working folder inside of it."""
    before = Path.cwd()
    shutil.copytree(ACME, tmp_path / "org", ignore=shutil.ignore_patterns("shop"))
    os.chdir(tmp_path / "org")
    git("init", "--initial-branch", "main")
    git("-C", "..", "init", "--initial-branch", "main")
    shutil.rmtree(".git")
    git("add", ".")
    git("commit", "--message", "Acme")
    yield tmp_path
    os.chdir(before)


def test_nothing_changed_means_nothing(repository: Path) -> None:
    result = run("HEAD", ".")
    assert result.exit_code == 0
    assert "No harm. Both say the same." in result.stdout
    assert as_json("HEAD", ".")["changes"] == []


def test_a_change_that_moves_no_pager_is_told_by_its_document(repository: Path) -> None:
    edit(Path("sre/checkout.yaml"), lambda text: text.replace("respondWithin: 5m", "respondWithin: 15m"))
    edit(Path("goals/cart.yaml"), lambda text: "# A comment moves every line.\n" + text.replace("0.999}", "0.99}"))
    result = run("HEAD", ".")
    answer = as_json("HEAD", ".")
    assert "No harm. 2 findings closed." in result.stdout  # a goal of 99 % can hold on what promises 99.9 %
    assert [each["rule"] for each in answer["findings"]["closed"]] == ["goal-cannot-hold", "dependency-goal"]
    assert answer["documents"] == [
        {"kind": "Engagement", "name": "checkout-sre-with-cart", "change": "changed", "fields": ["pager"]},
        {"kind": "SLO", "name": "cart-availability", "change": "changed", "fields": ["target", "targetText"]},
    ]


def test_what_is_not_committed_is_told_in_a_line_and_then_by_what_matters_most(repository: Path) -> None:
    edit(Path("sre/checkout.yaml"), without_engagement)
    result = run("HEAD", ".")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[1].startswith("6 harms. 3 things paged differently; 3 things under other authority;")
    titles = [line for line in lines[2:] if line and not line.startswith(" ")]
    ends = ["Documents", "Findings opened", "Findings closed"]
    assert titles == ["What harms", "Pagers", "People on call", "Authority", "Practices", "Advice", *ends]
    assert "  System checkout (cart, catalog, payments): application and workflow alerts, at once" in lines
    assert next(line for line in lines if line.startswith("  Ana Ferreira, ")).endswith(": 20\u202f% → 0\u202f%")


def test_who_comes_to_be_on_call_too_much_is_a_harm_and_said_so_by_the_status(repository: Path) -> None:
    edit(Path("watches/checkout.yaml"), lambda text: re.sub(r"\b(lee|anouk|pavel|grace)(, )?", "", text))
    result = run("HEAD", ".")
    assert result.exit_code == 1
    assert "and Yuki Tanaka would be on call 33.3\u202f% of the time; at most 25\u202f% is sustainable" in result.stdout


def test_findings_that_come_say_once_for_each_rule_what_to_do(repository: Path) -> None:
    edit(Path("sre/checkout.yaml"), without_engagement)
    lines = run("HEAD", ".").stdout.splitlines()
    remedy = "    Let both sides approve it, and name who did in “watchbill.dev/approved-by”; until then let it open tickets only."
    assert (sum("fail[goal-approval]" in line for line in lines), lines.count(remedy)) == (4, 1)
    (opened, *_) = as_json("HEAD", ".")["findings"]["opened"]
    assert (opened["rule"], opened["subject"]) == ("critical-service", "component:cart")


def test_two_revisions_are_compared_without_touching_the_work_tree(repository: Path) -> None:
    edit(Path("sre/checkout.yaml"), without_engagement)
    git("commit", "--all", "--message", "Checkout stands alone")
    Path("sre/checkout.yaml").unlink()
    assert [change["whole"] for change in as_json("HEAD~1", "HEAD")["changes"] if change["aspect"] == "pager"] == [
        "system:checkout"
    ]
    assert not Path("sre/checkout.yaml").exists()
    os.chdir("..")
    assert len(as_json("HEAD~1:org", "main:org")["changes"]) == len(as_json("HEAD~1:org", "HEAD:org")["changes"]) > 0


def test_a_folder_goes_before_a_revision_of_its_name(repository: Path) -> None:
    os.chdir("..")
    shutil.copytree("org", "main")
    assert (as_json("main", "org")["old"], as_json("main:org", "org")["old"]) == ("main", "main:org")


def test_a_new_side_with_errors_is_not_compared_and_each_error_is_a_harm(repository: Path) -> None:
    edit(Path("sre/checkout.yaml"), lambda text: text.replace("sre: checkout-sre", "sre: nobody-sre"))
    result = run("HEAD", ".")
    assert result.exit_code == 1
    assert "this cannot take force, and nothing was compared." in result.stdout
    answer = as_json("HEAD", ".")
    assert (answer["isCompared"], answer["changes"]) == (False, [])
    assert answer["harms"][0]["subjects"][0].startswith("sre/checkout.yaml:")


def test_an_old_side_with_errors_is_compared_as_far_as_it_can_be_read(repository: Path) -> None:
    edit(Path("goals/cart.yaml"), lambda text: text.replace("target: 0.999", "target: 99.9"))
    result = run(".", "HEAD", "--format", "json")
    assert (result.exit_code, "has errors, the first at goals/cart.yaml:" in result.stderr) == (1, True)
    answer = json.loads(result.stdout)
    assert answer["changes"] == []
    assert [fault["file"] for fault in answer["faults"]["closed"]] == ["goals/cart.yaml"]


def test_a_tie_names_both_documents_and_what_it_takes_away(repository: Path) -> None:
    def twice(text: str) -> str:
        _, *both = text.replace("checkout-sre-with-cart", "twin").replace("checkout-2026", "twin-2026").split("---\n")
        return "---\n".join([text, *both])

    edit(Path("sre/checkout.yaml"), twice)
    result = run("HEAD", ".")
    assert result.exit_code == 1
    assert "Engagement checkout-sre-with-cart and Engagement twin claim component:cart equally" in result.stdout
    assert (
        "No SRE team would cover critical component:cart: group:cart-developers would be left with the pager."
        in result.stdout
    )


@pytest.mark.parametrize(
    ("old", "error", "words"),
    [
        ("nowhere", NotFound, "neither a folder nor a revision of this repository"),
        ("HEAD:elsewhere", NotFound, "has no folder “elsewhere”"),
        ("HEAD:org/org.yaml", NotFound, "has no folder “org/org.yaml”"),
        (":org", NotFound, "neither a folder nor a revision"),
    ],
)
def test_what_is_not_there_is_said(repository: Path, old: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        run(old, ".")


def test_outside_of_a_repository_a_revision_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    (tmp_path / "org").mkdir()
    with pytest.raises(NotFound, match="lies in no git repository"):
        run("HEAD", str(tmp_path / "org"))


def test_without_git_folders_can_still_be_compared(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="There is no git"):
        run("HEAD", ".")
    assert run(".", ".").exit_code == 0


def test_links_inside_of_a_revision_are_followed(repository: Path) -> None:
    Path("templates").mkdir()
    Path("sre/tools.yaml").rename("templates/tools.txt")
    Path("sre/tools.yaml").symlink_to("../templates/tools.txt")
    Path("goals").rename(".goals")
    Path("goals").symlink_to(".goals")
    git("add", ".")
    git("commit", "--message", "Links")
    assert as_json("HEAD~1", "HEAD")["documents"] == []
    assert as_json("HEAD", ".")["documents"] == []


@pytest.mark.parametrize("name", ["sre/outside.yaml", "outside"])
def test_a_link_out_of_a_revision_is_refused_as_it_might_bring_documents(repository: Path, name: str) -> None:
    Path(name).symlink_to("/etc")
    git("add", ".")
    git("commit", "--message", "A link out")
    Path(name).unlink()
    with pytest.raises(Invalid, match="is a link out of the folder, to /etc"):
        run("HEAD", ".")


def test_markdown_unfolds_and_says_each_name_as_it_is(repository: Path) -> None:
    edit(
        Path("people/sre.yaml"),
        lambda text: text.replace("displayName: Ana Ferreira", "displayName: Ana <b>@all</b> _F_"),
    )
    git("commit", "--all", "--message", "A name")
    edit(Path("sre/checkout.yaml"), without_engagement)
    text = run("HEAD", ".", "--format", "markdown").stdout
    assert text.startswith("**Acme Retail: what changes from HEAD:org to ., as of ")
    assert "<details><summary>Pagers (1)</summary>" in text
    assert "Ana &lt;b&gt;&#64;all&lt;/b&gt; \\_F\\_" in text
    assert "  - \\+ sre-core, paging group:sre-core" in text


def test_markdown_of_a_large_change_keeps_within_a_comment_and_counts_the_rest(repository: Path) -> None:
    edit(Path("sre/checkout.yaml"), without_engagement)
    answer = as_json("HEAD", ".")
    document = answer["documents"][0]
    answer["documents"] = [{**document, "name": f"document-{number}"} for number in range(5000)]
    text = as_markdown(answer)
    assert len(text) <= LONGEST_COMMENT
    shown = len(re.findall(r"^- Engagement document-\d+: ", text, re.MULTILINE))
    more = re.search(r"^- and (\d+) more, which do not fit here$", text, re.MULTILINE)
    assert more is not None
    assert shown + int(more[1]) == 5000
    assert "<summary>Pagers (1)</summary>" in text
    assert text.count("<details>") == text.count("</details>")


GUIDE = (ACME.parents[1] / "docs" / "how-to" / "review-a-change.md").read_text(encoding="utf-8")


def without_core() -> None:
    Path("sre/core.yaml").unlink()


def with_an_earlier_end() -> None:
    edit(Path("sre/embedded.yaml"), lambda text: text.replace("ends: 2027-03-31", "ends: 2026-12-31"))


@pytest.mark.parametrize(("change", "quoted", "status"), [(with_an_earlier_end, 0, 0), (without_core, 1, 1)])
def test_the_guide_to_reviews_quotes_what_the_plan_says(
    repository: Path, change: Callable[[], None], quoted: int, status: int
) -> None:
    change()
    git("commit", "--all", "--message", "The change of the guide")
    git("branch", "--force", "main-before", "HEAD~1")
    result = run("main-before:org", "HEAD:org", at="2026-11-25")
    said = result.stdout.replace("main-before:org", "main:org")
    quote = re.findall(r"```console\n\$ watchbill plan .*\n((?:.*\n)*?)```", GUIDE)[quoted]
    assert (result.exit_code, said.startswith(quote)) == (status, True)
