from __future__ import annotations

from watchbill.web.show.figures import figures_in_words, headline

BURN = {
    "goal": "api-availability",
    "budget_left_share": 0.31,
    "tiers": [
        {
            "factor": 14.4,
            "long_window_seconds": 3600,
            "long_burn_rate": 22.4,
            "short_window_seconds": 300,
            "short_burn_rate": 24.1,
            "short_bad_events": 4812,
            "short_total_events": 15402,
        }
    ],
}


def test_a_burn_is_told_by_its_windows_its_events_and_what_is_left() -> None:
    assert figures_in_words(BURN).replace("\u202f", " ") == (
        "burn 22.4× over 1 h and 24.1× over 5 min, limit 14.4× · 4 812 of 15 402 bad in 5 min · 31.0 % of the budget left"
    )


def test_a_burn_of_which_a_part_was_measured_says_how_long_that_was() -> None:
    """Half of the five minutes: 30 of 250 bad are 12 %, 120× of 0.1 %, and so 60× for the five minutes."""
    (tier,) = BURN["tiers"]  # type: ignore[misc]
    young = {
        **tier,
        "short_burn_rate": 60.0,
        "short_measured_share": 0.5,
        "short_bad_events": 30,
        "short_total_events": 250,
    }
    told = figures_in_words({**BURN, "tiers": [young]}).replace("\u202f", " ")
    assert "60× over 5 min" in told
    assert "30 of 250 bad in the 2 min 30 s measured" in told


def test_the_headline_of_a_burn_is_its_short_window() -> None:
    told = headline(BURN)
    assert told is not None
    assert told.figure == "24.1×"
    assert headline({"value": 3}) is None


def test_a_burn_that_is_over_says_what_is_left() -> None:
    assert figures_in_words({"tiers": [], "budget_left_share": -0.1}).replace("\u202f", " ") == "0 % of the budget left"


def test_other_figures_go_by_their_own_names() -> None:
    told = figures_in_words({"queue_length": 1200, "waiting_seconds": 90, "zone": "eu", "nested": {}, "share": 0.25})
    assert told.replace("\u202f", " ") == "queue length 1 200 · waiting 1 min 30 s · zone eu · share 0.25"
