"""An engagement's agreement and records: what is written is read, and what is not holds as the implementation says."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from tests.unit.org.test_folder import OPENED, codes, organisation
from watchbill.org.agreements import Agreement, Selection, Verdict
from watchbill.org.charters import Engagement
from watchbill.org.folder import read

HEAD = """
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: with-developers}
spec:
  sre: SRE
  partner: group:developers
  covers: {components: [cart]}
  life: [{state: proposed, on: 2026-01-12, by: user:ana, why: asked for}]
"""
WRITTEN = """  ends: 2026-12-31
  extensions:
    - {on: 2026-06-01, until: 2026-09-30, by: user:ana, why: the launch is late}
    - {on: 2026-09-01, until: 2026-12-31, by: user:ana, why: and later still}
  reviews:
    - {on: 2026-04-01, by: user:mei, verdict: continue, note: well begun}
    - {on: 2026-07-01, by: user:ana, verdict: handBack}
  agreement:
    leads: {sre: user:raj, partner: user:ana}
    repositories: {harbour/cart: [changeCode, changeConfig], harbour/keys: []}
    onboarding:
      - {step: a week beside a developer, due: 2026-03-20, done: 2026-03-27}
    handBack:
      - {step: the last week is stood together, due: 2026-12-18}
    feedback: {how: a talk, every: 1M}
    maturity:
      - {on: 2026-02-01, observability: 2, incidents: 1}
      - {on: 2026-08-01, observability: 4, incidents: 3}
    operationsLimit: 30%
    selectedBy: workload
"""


def engagement(tmp_path: Path, text: str) -> Engagement:
    reading = read(organisation(tmp_path, own=text))
    assert reading.faults == ()
    assert reading.organization is not None
    return reading.organization.engagements["with-developers"]


def agreement(tmp_path: Path, text: str) -> Agreement:
    found = engagement(tmp_path, text).agreement
    assert found is not None
    return found


def test_what_was_agreed_on_is_read(tmp_path: Path) -> None:
    found = agreement(tmp_path, HEAD.replace("SRE", "front") + WRITTEN)
    assert (str(found.sre_lead), str(found.partner_lead)) == ("user:raj", "user:ana")
    assert found.repositories == {"harbour/cart": {"changeCode", "changeConfig"}, "harbour/keys": frozenset()}
    assert [(step.due, step.done) for step in found.onboarding] == [(date(2026, 3, 20), date(2026, 3, 27))]
    assert [(step.step, step.done) for step in found.hand_back] == [("the last week is stood together", None)]
    assert found.feedback is not None
    assert (found.feedback.how, found.feedback.every and found.feedback.every.months) == ("a talk", 1)
    assert [dict(each.scores) for each in found.maturity] == [
        {"observability": 2, "incidents": 1},
        {"observability": 4, "incidents": 3},
    ]
    assert (found.operations_limit, found.selected_by) == (Fraction(3, 10), Selection.WORKLOAD)


def test_extensions_and_reviews_are_on_record(tmp_path: Path) -> None:
    found = engagement(tmp_path, HEAD.replace("SRE", "front") + WRITTEN)
    assert [(each.on.month, each.until) for each in found.extensions] == [
        (6, date(2026, 9, 30)),
        (9, date(2026, 12, 31)),
    ]
    assert [(each.verdict, each.note) for each in found.reviews_held] == [
        (Verdict.CONTINUE, "well begun"),
        (Verdict.HAND_BACK, ""),
    ]


@pytest.mark.parametrize(("team", "limit", "months"), [("front", "1/2", 3), ("core", "1/2", 3), ("advisers", "0", 3)])
def test_what_is_not_agreed_on_holds_as_the_implementation_says(
    tmp_path: Path, team: str, limit: str, months: int
) -> None:
    found = agreement(tmp_path, HEAD.replace("SRE", team))
    assert found.operations_limit == Fraction(limit)
    assert found.review_every is not None
    assert found.review_every.months == months


ACTIVE = """
apiVersion: watchbill/v1
kind: Engagement
metadata: {name: with-developers}
spec:
  sre: front
  partner: group:developers
  covers: {components: [cart]}
  life:
    - {state: proposed, on: 2026-01-12, by: user:ana, why: asked for}
    - {state: preparing, on: 2026-02-01, by: user:ana, why: review begins}
    - {state: active, on: 2026-04-01, by: user:ana, why: review passed}
"""
OVER = """    - {state: handingBack, on: 2026-06-01, by: user:ana, why: calm}
    - {state: ended, on: 2026-07-01, by: user:ana, why: calm}
"""


def test_the_agreement_and_the_review_count_from_the_day_on_which_an_engagement_is_active(tmp_path: Path) -> None:
    proposed = read(organisation(tmp_path / "a", own=HEAD.replace("SRE", "front")))
    active = read(organisation(tmp_path / "b", own=ACTIVE))
    over = read(organisation(tmp_path / "c", own=ACTIVE + OVER))
    assert (codes(proposed), sorted(codes(active)), codes(over)) == ([], ["agreement-incomplete", "not-reviewed"], [])


def test_the_last_review_before_the_move_decides(tmp_path: Path) -> None:
    again = (
        OPENED.replace("NAME", "with-developers").replace("2026-03-30", "DAY").replace("outcome: ready", "outcome: IS")
    )
    first, second = again, "---" + again.partition("---")[2].replace("name: with-developers", "name: again")
    fails = first.replace("DAY", "2026-02-20").replace("IS", "notReady")
    later = second.replace("DAY", "2026-03-30").replace("IS", "ready")
    assert codes(read(organisation(tmp_path / "a", own=ACTIVE + fails + later))) == []
    earlier = second.replace("DAY", "2026-02-10").replace("IS", "ready")
    assert codes(read(organisation(tmp_path / "b", own=ACTIVE + fails + earlier))) == ["not-reviewed"]


def test_a_review_opens_for_a_year_or_as_long_as_the_organisation_says(tmp_path: Path) -> None:
    review = OPENED.replace("NAME", "with-developers").replace("2026-03-30", "DAY")

    def found(day: str, how: str = "") -> list[str]:
        folder = organisation(tmp_path / f"{day}{how[:5]}", own=ACTIVE + review.replace("DAY", day))
        rule = f"{{rule: readiness-review, {how}, reason: slow business, by: user:ana, on: 2025-01-01}}"
        written = folder / "organisation.yaml"
        admins = "admins: [user:ana]\n"
        written.write_text(written.read_text().replace(admins, f"{admins}  rules: [{rule}]\n" if how else admins))
        return codes(read(folder))

    assert found("2025-04-01") == []
    assert found("2025-03-31") == ["not-reviewed"]
    assert found("2025-03-31", "value: 18") == []
    assert found("2025-04-01", "value: 6") == ["not-reviewed"]
    assert found("2023-11-20", "off: true") == []


def test_a_review_that_cannot_be_read_is_not_called_missing(tmp_path: Path) -> None:
    unread = OPENED.replace("NAME", "with-developers").replace("2026-03-30", "soon")
    assert codes(read(organisation(tmp_path, own=ACTIVE + unread))) == ["bad-date"]


def items(*written: str) -> str:
    return "".join(f"\n    - {{area: goals, question: {each}}}" for each in written)


def test_a_blocking_question_stays_open_until_a_review_answers_it_with_yes_or_with_why_it_does_not_apply(
    tmp_path: Path,
) -> None:
    """Two reviews: the first leaves “Any goals?” open, the second finds the service ready."""
    blank = OPENED.replace("NAME", "with-developers").partition("  items:")[0]
    open_question = "Any goals?, status: no, blocking: true"
    first = blank.replace("outcome: ready", "outcome: notReady").replace("03-30", "02-20")
    second = "---" + blank.partition("---")[2].replace("name: with-developers", "name: again")

    def found(number: int, *answers: str) -> list[str]:
        own = ACTIVE + f"{first}  items:{items(open_question)}\n{second}  items:{items(*answers)}\n"
        return codes(read(organisation(tmp_path / str(number), own=own)))

    assert found(1, "Fine?, status: yes, evidence: seen") == ["open-question"]
    assert found(2, "any  GOALS?, status: yes, evidence: three") == []
    assert found(3, "Any goals?, status: notApplicable, reason: it sells nothing") == []
    assert found(4, "Any goals?, status: yes, evidence: three", "Fine?, status: yes, evidence: seen") == []


def test_a_question_that_was_blocking_is_not_made_a_condition(tmp_path: Path) -> None:
    blank = OPENED.replace("NAME", "with-developers").partition("  items:")[0]
    first = blank.replace("outcome: ready", "outcome: notReady").replace("03-30", "02-20")
    second = "---" + blank.partition("---")[2].replace("name: with-developers", "name: again")
    condition = items("Any goals?, status: no, owner: ana, due: 2026-05-01")
    own = (
        f"{ACTIVE}{first}  items:{items('Any goals?, status: no, blocking: true')}\n"
        f"{second.replace('outcome: ready', 'outcome: readyWithConditions')}  items:{condition}\n"
    )
    assert codes(read(organisation(tmp_path, own=own))) == ["open-question"]


@pytest.mark.parametrize(
    ("ended", "found"), [("2026-05-31", []), ("2026-06-01", []), ("2026-06-02", ["move-after-end"])]
)
def test_an_engagement_is_recorded_as_ended_by_the_day_after_its_last(
    tmp_path: Path, ended: str, found: list[str]
) -> None:
    life = f"""  life:
    - {{state: proposed, on: 2026-01-12, by: user:ana, why: asked for}}
    - {{state: preparing, on: 2026-02-01, by: user:ana, why: review begins}}
    - {{state: active, on: 2026-03-01, by: user:ana, why: review passed}}
    - {{state: handingBack, on: 2026-05-01, by: user:ana, why: it stands by itself}}
    - {{state: ended, on: {ended}, by: user:ana, why: handed back}}
  ends: 2026-05-31
"""
    document = HEAD[: HEAD.index("  life:")].replace("SRE", "guests") + life
    assert [code for code in codes(read(organisation(tmp_path, own=document))) if code == "move-after-end"] == found
