"""`watchbill demo break`, `mend` and `status` against a real shop, and what they say when something is not as it should be."""

from __future__ import annotations

import json
import shlex
from fractions import Fraction
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.servers import free_port
from tests.shop import RunningShop
from watchbill.cli.amounts import Seconds, Share
from watchbill.cli.demo import demo, ready_words
from watchbill.cli.main import cli
from watchbill.cli.shop import open_shop as opened
from watchbill.lib.durations import THIN
from watchbill.lib.errors import Conflict, NotFound, Unavailable


def run(shop: RunningShop, *arguments: str) -> Result:
    return CliRunner(env={"WATCHBILL_SHOP": shop.control}).invoke(demo, arguments)


def test_break_tells_the_shop_and_the_person_what_is_wrong_now(shop: RunningShop) -> None:
    said = run(shop, "break", "payments", "--errors", "30%", "--latency", "800ms")
    assert said.exit_code == 0
    assert "30 % fail and each takes 800 ms longer" in said.output.replace(THIN, " ")
    assert "watchbill demo mend payments" in said.output
    state = shop.state("payments")
    assert (state["errors"], state["latency"], state["state"]) == (0.3, 0.8, "running")


def test_stop_ends_the_process_and_mend_brings_it_back(shop: RunningShop) -> None:
    assert "is stopped" in run(shop, "break", "login", "--stop").output
    assert shop.state("login")["state"] == "stopped"
    assert run(shop, "mend", "login").exit_code == 0
    assert shop.state("login")["state"] == "running"


def test_mend_without_a_name_mends_everything(shop: RunningShop) -> None:
    run(shop, "break", "cart", "--errors", "5%")
    run(shop, "break", "catalog", "--stop")
    assert run(shop, "mend").output.startswith("Everything is mended.")
    assert {shop.state(name)["state"] for name in ("cart", "catalog")} == {"running"}
    assert shop.state("cart")["errors"] == 0


def test_status_shows_every_service_to_people_and_programs(shop: RunningShop) -> None:
    run(shop, "break", "cart", "--errors", "5%")
    said = run(shop, "status").output.splitlines()
    assert [line.split()[0] for line in said] == ["catalog", "cart", "payments", "login", "settlement"]
    assert said[1].endswith(f"5{THIN}% fail")
    assert said[2].endswith("works")
    told = json.loads(run(shop, "status", "--format", "json").output)
    assert told["schema"] == "watchbill/demo/v1"
    assert told["services"][1]["errors"] == 0.05


def test_an_unknown_service_is_refused_with_the_known_ones(shop: RunningShop) -> None:
    refused = run(shop, "break", "carts", "--stop").exception
    assert isinstance(refused, NotFound)
    assert "carts" in refused.what
    assert "catalog, cart, payments, login, settlement" in refused.mend


@pytest.mark.parametrize("arguments", [["break", "cart", "--stop"], ["mend"], ["status"]])
def test_without_a_shop_every_command_says_how_to_start_it(arguments: list[str]) -> None:
    refused = CliRunner().invoke(demo, [*arguments, "--shop", f"http://127.0.0.1:{free_port()}"]).exception
    assert isinstance(refused, Unavailable)
    assert "make run" in refused.mend


def test_a_server_that_is_no_shop_is_not_taken_for_one(shop: RunningShop) -> None:
    refused = CliRunner().invoke(demo, ["status", "--shop", shop.url("catalog", "")]).exception
    assert isinstance(refused, Unavailable)
    assert "not the shop" in refused.what


def test_breaking_nothing_is_asked_back(shop: RunningShop) -> None:
    said = run(shop, "break", "cart")
    assert said.exit_code == 2
    assert "--errors 30%" in said.output


@pytest.mark.parametrize(("text", "share"), [("30%", Fraction(3, 10)), ("0.1 %", Fraction(1, 1000)), ("100%", 1)])
def test_a_share_is_read_exactly(text: str, share: Fraction) -> None:
    assert Share().convert(text, None, None) == share


@pytest.mark.parametrize("text", ["30", "0.3", "-1%", "101%", "30 percent", "%", "NaN%", ""])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Share().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "seconds"), [("800ms", Fraction(4, 5)), ("2s", 2), ("1.5 s", Fraction(3, 2)), ("10s", 10)]
)
def test_a_time_is_read_exactly(text: str, seconds: Fraction) -> None:
    assert Seconds(10).convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["800", "2m", "-1s", "11s", "1e3ms", "s", ""])
def test_what_is_no_time_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Seconds(10).convert(text, None, None)


def test_a_folder_without_a_shop_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no shop"), opened(tmp_path, f"http://127.0.0.1:{free_port()}"):
        pass


def test_a_shop_is_not_opened_beside_another(shop: RunningShop, tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("")
    with pytest.raises(Conflict, match="already answers"), opened(tmp_path, shop.control):
        pass


def test_a_shop_that_does_not_open_is_reported(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("raise SystemExit(1)")
    with pytest.raises(Unavailable, match="did not start"), opened(tmp_path, f"http://127.0.0.1:{free_port()}"):
        pass


def test_the_command_for_a_token_that_it_prints_can_be_pasted(tmp_path: Path) -> None:
    said = ready_words("http://127.0.0.1:8400", "Ana Ferreira", tmp_path / "a folder", "watchbill")
    (line,) = (line for line in said.splitlines() if "token create" in line)
    program, *arguments = shlex.split(line.partition("Token")[2])
    assert program == "watchbill"
    assert CliRunner().invoke(cli, arguments).stdout.startswith("wb_")
    assert (tmp_path / "a folder" / "watchbill.db").is_file()
