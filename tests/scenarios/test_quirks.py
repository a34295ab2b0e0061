"""Each quirk of a Bluetooth treadmill: walked to the end, or refused or stopped rightly.

With the conservative profile, and with the one that knows the quirk where there is one; judged by
the never-events N1..N12 under the cap of class C (SR-54). What an unknown machine costs is written
into docs/ftms-quirks.md from these very runs.
"""

from typing import Final

import pytest

from simulator.machines.ftms_quirks import QUIRKS
from tests.docs.pages import FTMS_QUIRKS, ftms_quirks
from tests.scenarios.quirks import PROFILES, UNKNOWN, does, walked, walked_as_known
from treadctl.core.exit_codes import ExitCode

Ending = tuple[int, str | None]
"""Exit code, and the cause that is told first; None: nothing is."""
WALKED: Final[Ending] = (0, None)
SILENT: Final[Ending] = (16, "telemetry_stale")
MILES: Final[Ending] = (14, "unit_mismatch")

EXPECTED: Final[dict[str, Ending]] = {
    **dict.fromkeys(QUIRKS, WALKED),
    "ack-without-motion": (16, "deviation"),
    "silent-after-stop": SILENT,
    "late-zero": (13, "telemetry_stale"),
    "mph-as-kmh": MILES,
    "mph-data": MILES,
    "mph-range": MILES,
    "mph-steps": (5, "machine_minimum"),
    "control-twice": (5, "control_lost"),
    "false-user-stop-status": (12, "console_stop"),
    "malformed-answer": (5, "no_answer"),
    "no-answer": (5, "no_answer"),
    "self-start": (12, "unexpected_motion"),
    "speed-jump": (14, "overspeed"),
    "keeps-running-on-link-loss": (13, "link_lost"),
    "stops-on-link-loss": (13, "link_lost"),
    "safety-key-status": (11, "safety_key"),
    "safety-key-power-cut": (16, "link_lost"),
    "control-revoked": (16, "control_lost"),
    "steals-control": (16, "control_lost"),
    "mute": SILENT,
}
"""On a machine that nobody has measured."""
KNOWN: Final[dict[str, Ending]] = {
    **dict.fromkeys(PROFILES, WALKED),
    # Known to end its data with a stop: that is no proof of standstill (SR-24).
    "silent-after-stop": SILENT,
    "safety-key-status": (11, "safety_key"),
}
"""Where the profile knows the quirk."""
NOBODY_CAN_TELL: Final = {"mph-everywhere": frozenset({"N1"})}
"""Command and read-back share the wrong unit (safety.md 4.7.6): 1.0 is walked as 1.6."""


@pytest.mark.parametrize("quirk", QUIRKS)
def test_a_machine_that_nobody_has_measured_is_walked_or_stopped_for_the_right_reason(
    quirk: str,
) -> None:
    run = walked(quirk)
    exit_code, cause = EXPECTED[quirk]
    assert (run.exit_code, run.causes[:1]) == (exit_code, (cause,) if cause else ())
    assert run.profile == UNKNOWN
    assert run.never_events == NOBODY_CAN_TELL.get(quirk, frozenset())
    assert run.stands or run.exit_code == ExitCode.STOP_NOT_CONFIRMED


@pytest.mark.parametrize("quirk", PROFILES)
def test_a_machine_whose_quirk_is_known_is_walked_with_its_profile(quirk: str) -> None:
    run = walked_as_known(quirk)
    exit_code, cause = KNOWN[quirk]
    assert (run.exit_code, run.causes[:1]) == (exit_code, (cause,) if cause else ())
    assert run.profile == PROFILES[quirk]
    assert run.never_events == frozenset()


@pytest.mark.parametrize("quirk", ["mph-as-kmh", "mph-data", "mph-range"])
def test_sr29_miles_are_found_in_the_first_ten_seconds_of_motion_and_below_one_kmh(
    quirk: str,
) -> None:
    run = walked(quirk)
    assert 0 < run.caught_ms <= 10_000
    assert run.peak_ckmh <= 100


def test_sr06_a_belt_that_starts_by_itself_is_stopped_within_a_second_of_its_first_motion() -> None:
    assert walked("self-start").caught_ms <= 1_100


def test_sr21_a_belt_that_runs_away_is_stopped_at_its_second_reading_above_the_cap() -> None:
    assert walked("speed-jump").peak_ckmh <= 500


def test_sr38_what_no_longer_obeys_is_never_called_stopped() -> None:
    for quirk in ("control-revoked", "steals-control"):
        run = walked(quirk)
        assert run.causes == ("control_lost", "not_stopping")
        assert not run.stands
        assert does(run) == "tries to stop it for 30 s and gives the alarm: exit 16"


@pytest.mark.parametrize("quirk", ["no-answer", "malformed-answer", "mph-steps"])
def test_a_machine_that_is_refused_never_moves(quirk: str) -> None:
    assert not walked(quirk).moved


def test_the_page_says_what_these_runs_came_to() -> None:
    assert FTMS_QUIRKS.read_text(encoding="utf-8") == ftms_quirks(), "run `make docs`"
