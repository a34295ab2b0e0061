"""Every reason and every cause with its exit code, written down a second time."""

from typing import Final

import pytest

from treadctl.causes import Cause
from treadctl.core.exit_codes import Ending, ExitCode, Reason, Signal, exit_code, reason_word
from treadctl.core.outcome import After, Outcome
from treadctl.core.totals import Totals

PLAIN: Final = {
    "completed": 0,
    "limit": 0,
    "heart_rate": 15,
    "operator_stop": 10,
    "pause_timeout": 10,
    "refused": 5,
    "unrecorded": 5,
    "idle": 5,
    "not_connected": 13,
    "interrupted": 10,
    "gate_gone": 12,
}
LATCHED: Final = {
    "strap_open": 11,
    "strap_unknown": 11,
    "safety_key": 11,
    "link_lost": 13,
    "telemetry_stale": 13,
    "telemetry_frozen": 13,
    "machine_timeout": 13,
    "reconnect_moving": 13,
    "console_speed": 14,
    "deviation": 14,
    "surge": 14,
    "overspeed": 14,
    "unit_mismatch": 14,
    "direction_mismatch": 14,
    "signal_stop": 10,
}
"""The rest is 12."""
SIGNALLED: Final = {Signal.INTERRUPT: 130, Signal.TERMINATE: 10, Signal.HANG_UP: 10}
EXPLAINED: Final = (None, Cause.SIGNAL_STOP, Cause.OPERATOR_FAST_STOP, Cause.OPERATOR_E_STOP)


def test_the_numbers_are_those_of_the_product_document() -> None:
    assert sorted(ExitCode) == [0, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 130]


def test_the_tables_here_name_every_reason_and_only_causes_that_exist() -> None:
    assert set(PLAIN) == {reason.value for reason in Reason}
    assert set(LATCHED) <= {cause.value for cause in Cause}


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_a_session_without_a_latch_ends_with_the_code_of_its_reason(reason: Reason) -> None:
    ending = Ending(reason, standstill_proved=True)
    assert exit_code(ending) == PLAIN[reason.value]
    assert reason_word(ending) == reason.value


@pytest.mark.parametrize("cause", Cause, ids=lambda cause: cause.value)
def test_ruling12_a_latched_cause_outweighs_every_reason(cause: Cause) -> None:
    for reason in Reason:
        ending = Ending(reason, standstill_proved=True, first_latch=cause)
        assert exit_code(ending) == LATCHED.get(cause.value, 12)
        assert reason_word(ending) == cause.value


@pytest.mark.parametrize("reason", Reason, ids=lambda reason: reason.value)
def test_ruling12_an_unproved_standstill_outweighs_everything(reason: Reason) -> None:
    for cause in (None, *Cause):
        for signal in (None, *Signal):
            assert exit_code(Ending(reason, False, cause, signal)) == 16


@pytest.mark.parametrize("signal", Signal, ids=lambda signal: signal.value)
@pytest.mark.parametrize("cause", [None, *Cause])
def test_ruling12_a_signal_explains_its_own_stop_and_hides_no_other(
    cause: Cause | None, signal: Signal
) -> None:
    ending = Ending(Reason.INTERRUPTED, True, cause, signal)
    if cause is None or cause in EXPLAINED:
        assert exit_code(ending) == SIGNALLED[signal]
        assert reason_word(ending) == "interrupted"
    else:
        assert exit_code(ending) == LATCHED.get(cause.value, 12)
        assert reason_word(ending) == cause.value


# The facts behind the code.


def test_only_the_first_latch_of_a_session_counts_reset_or_not() -> None:
    outcome = Outcome(stays=True)
    outcome.latched("strap_open")
    outcome.reset()
    outcome.latched("link_lost")
    finished = outcome.finished(1_000, Reason.COMPLETED, Totals(), None)
    assert (finished.reason, finished.exit_code) == ("strap_open", 11)


@pytest.mark.parametrize(
    ("cuts", "at_the_end"),
    [
        ([], Reason.COMPLETED),
        ([Reason.COMPLETED], Reason.COMPLETED),
        ([Reason.LIMIT, Reason.COMPLETED], Reason.LIMIT),
        ([Reason.LIMIT, Reason.HEART_RATE], Reason.HEART_RATE),
        ([Reason.HEART_RATE, Reason.LIMIT], Reason.HEART_RATE),
        ([Reason.HEART_RATE, Reason.COMPLETED], Reason.HEART_RATE),
    ],
)
def test_sr45_what_cut_a_session_short_is_why_it_ends(
    cuts: list[Reason], at_the_end: Reason
) -> None:
    outcome = Outcome(stays=False)
    for cut in cuts:
        outcome.cut(cut)
    assert outcome.at_the_end is at_the_end


def test_ending_is_not_taken_back_by_a_later_and_milder_wish() -> None:
    outcome = Outcome(stays=True)
    outcome.wants(After.END, Reason.OPERATOR_STOP)
    outcome.wants(After.PAUSE, Reason.PAUSE_TIMEOUT)
    assert outcome.ends
    assert outcome.last_reason is Reason.OPERATOR_STOP


def test_sr35_the_time_to_prove_standstill_is_not_extended_by_asking_again() -> None:
    outcome = Outcome(stays=False)
    assert not outcome.is_overdue(10**9)
    outcome.wait_no_longer_than(0)
    outcome.wait_no_longer_than(20_000)
    assert not outcome.is_overdue(30_000)
    assert outcome.is_overdue(30_001)
