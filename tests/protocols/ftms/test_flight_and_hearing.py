"""One write under way, and readings that grow old."""

import pytest

from firmware_protocols.ftms import uuids
from firmware_protocols.ftms._flight import Flight, Purpose
from firmware_protocols.ftms._hearing import Hearing
from firmware_protocols.ftms.control_point import SetTargetSpeed
from firmware_protocols.ftms.quirks import CONSERVATIVE

OP = 0x02
NOW_MS = 1_000


def flying(*, is_written: bool = False) -> Flight:
    return Flight(SetTargetSpeed(110), Purpose.SPEED, 1, NOW_MS + 2_500, is_written)


@pytest.mark.parametrize(
    ("att_error", "is_repeated"),
    [
        pytest.param(0x03, False, id="write not permitted"),
        pytest.param(0x05, True, id="pairing cures: authentication"),
        pytest.param(0x06, False, id="request not supported"),
        pytest.param(0x0C, True, id="pairing cures: key size"),
        pytest.param(0x0F, True, id="pairing cures: encryption"),
        pytest.param(0x80, False, id="a number of the machine's own"),
        pytest.param(0xFD, True, id="subscribing cures"),
        pytest.param(0xFE, True, id="busy"),
    ],
)
def test_a_write_is_repeated_once_where_that_may_help(att_error: int, is_repeated: bool) -> None:
    flight = flying()
    assert flight.refuse_write(NOW_MS, att_error) is is_repeated
    assert flight.refuse_write(NOW_MS, att_error) is False


def test_a_procedure_is_answered_once() -> None:
    flight = flying()
    assert flight.is_answered_by(OP)
    assert not flight.is_answered_by(0x03)
    flight.is_answered = True
    assert not flight.is_answered_by(OP)


def test_what_was_refused_is_answered_by_nothing_before_it_is_written_again() -> None:
    flight = flying()
    flight.refuse_write(NOW_MS, 0xFE)
    assert not flight.is_answered_by(OP)
    flight.repeat(2, is_written=False)
    assert flight.is_answered_by(OP)


@pytest.mark.parametrize("is_written", [False, True], ids=["confirmed later", "never confirmed"])
def test_a_repeated_write_is_over_with_its_answer_where_no_link_confirms_it(
    is_written: bool,
) -> None:
    flight = flying(is_written=not is_written)
    flight.refuse_write(NOW_MS, 0xFE)
    flight.repeat(2, is_written=is_written)
    flight.is_answered = True
    assert flight.is_over is is_written


def test_sr19_a_reading_counts_for_two_and_a_half_seconds() -> None:
    hearing = Hearing(CONSERVATIVE)
    list(hearing.receive(NOW_MS, uuids.TREADMILL_DATA, bytes.fromhex("00006400")))
    assert hearing.fresh_ckmh(NOW_MS + 2_500) == 100
    assert hearing.fresh_ckmh(NOW_MS + 2_501) is None


def test_of_a_machine_that_has_said_nothing_nothing_is_known() -> None:
    hearing = Hearing(CONSERVATIVE)
    assert hearing.features is None
    assert hearing.fresh_ckmh(0) is None
