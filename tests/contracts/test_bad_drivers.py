"""The contract can fail: it catches drivers that people have walked on (SR-03, SR-15, SR-26)."""

from typing import Final

from tests.contracts.bad_drivers import (
    COSCOM_V1_LIKE,
    CREEPING,
    JUMPING,
    POLITE,
    PYWOODWAY_LIKE,
    TRACKMASTER_PYTHON_LIKE,
)
from tests.contracts.claims import DRIVER_CLAIMS, failing, may_offer_reverse
from tests.contracts.driver import DRIVERS
from tests.contracts.machine_claims import MachineClaims
from tests.contracts.reverse_claims import ReverseClaims

ZERO_IS_REVERSE: Final = {
    "test_sr26_zero_never_carries_the_other_direction",
    "test_sr26_less_than_a_step_never_carries_the_other_direction",
    "test_sr26_zero_is_zero_in_both_directions",
    "test_the_last_resort_says_stop_first_and_nothing_that_moves",
}
NO_BOUNDS: Final = {
    "test_sr10_nothing_above_the_field_is_said",
    "test_sr15_a_negative_speed_is_refused",
    "test_sr15_what_is_no_whole_number_is_no_speed",
    "test_what_is_refused_leaves_nothing_on_the_wire",
    "test_what_is_refused_leaves_what_waited",
}
ROUNDS_UP: Final = {
    "test_sr15_below_one_step_nothing_is_rounded_up",
    "test_sr15_below_the_machines_minimum_nothing_is_rounded_up",
    "test_what_leaves_is_never_above_the_request",
    "test_what_leaves_is_the_step_that_was_promised",
}
ONE_DIGIT_MORE: Final = {
    "test_every_frame_is_one_whole_word_of_the_wire",
    "test_late_replies_lose_no_speed",
    "test_speeds_leave_in_the_order_they_were_asked_for",
    "test_the_last_check_reads_what_the_machine_will",
}
NEGATIVE_IS_FASTER: Final = {
    "test_sr15_a_negative_speed_is_refused",
    "test_sr15_a_negative_speed_never_makes_the_belt_faster",
    "test_what_is_refused_leaves_nothing_on_the_wire",
}


def test_sr26_a_driver_that_says_zero_as_reverse_fails() -> None:
    failed = failing(PYWOODWAY_LIKE, *DRIVER_CLAIMS, ReverseClaims)
    assert failed == ZERO_IS_REVERSE | NO_BOUNDS | ROUNDS_UP | ONE_DIGIT_MORE


def test_sr15_a_driver_whose_negative_speeds_accelerate_fails() -> None:
    failed = failing(COSCOM_V1_LIKE, *DRIVER_CLAIMS, ReverseClaims)
    assert failed == NEGATIVE_IS_FASTER


def test_sr03_a_driver_that_starts_a_belt_for_a_speed_fails() -> None:
    assert {
        "test_sr03_a_speed_never_starts_a_standing_belt",
        "test_sr03_a_speed_never_starts_a_stopped_belt",
    } <= failing(TRACKMASTER_PYTHON_LIKE, *DRIVER_CLAIMS)


def test_sr18_a_driver_whose_stop_waits_for_its_turn_fails() -> None:
    assert failing(POLITE, *DRIVER_CLAIMS) == {
        "test_a_stop_does_not_wait_for_an_answer",
        "test_a_stop_without_an_answer_is_said_again",
        "test_no_bytes_and_no_split_of_them_raise",
        "test_sr03_a_stop_is_on_its_way_in_the_next_call_in_every_state",
    }


def test_a_machine_whose_belt_jumps_fails() -> None:
    assert failing(JUMPING, MachineClaims) == {
        "test_its_ack_comes_before_its_belt",
        "test_its_belt_follows_at_a_finite_rate",
    }


def test_a_machine_that_never_quite_stands_fails() -> None:
    assert failing(CREEPING, MachineClaims) == {
        "test_it_can_be_started_again_after_a_stop",
        "test_it_stays_stopped",
        "test_its_stop_reaches_zero_from_every_speed",
    }


def test_the_driver_they_were_made_from_fails_nothing() -> None:
    """So that it is the one bad encoder that fails, and not the way of running claims."""
    assert failing(DRIVERS["woodway-us mph"], *DRIVER_CLAIMS, ReverseClaims) == set()


def test_sr26_a_bad_driver_may_not_offer_a_reversing_belt() -> None:
    for driver in (PYWOODWAY_LIKE, COSCOM_V1_LIKE):
        assert driver.capabilities.can_reverse  # it says so itself
        assert not may_offer_reverse(driver)
