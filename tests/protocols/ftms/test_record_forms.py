"""A form of treadmill data is worked out once and kept, and so many are kept at most."""

from collections.abc import Callable, Iterator, Sized
from itertools import product
from typing import Any, Final

import pytest

from firmware_protocols.ftms import treadmill_data
from firmware_protocols.ftms.treadmill_data import Flag, TreadmillData, decode, encode

KEPT: Final = 64
_OPTIONAL: Final = (
    (Flag.AVERAGE_SPEED, 2),
    (Flag.TOTAL_DISTANCE, 3),
    (Flag.HEART_RATE, 1),
    (Flag.METABOLIC_EQUIVALENT, 1),
    (Flag.ELAPSED_TIME, 2),
    (Flag.REMAINING_TIME, 2),
    (Flag.STEP_COUNT, 3),
)
RECORDS: Final = [
    sum(flag for flag, _ in chosen).to_bytes(2, "little")
    + bytes(2 + sum(size for _, size in chosen))
    for chosen in (
        tuple(each for each, is_in in zip(_OPTIONAL, choice, strict=True) if is_in)
        for choice in product((False, True), repeat=len(_OPTIONAL))
    )
]
"""Records of 128 forms, each whole and all zero."""


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    treadmill_data._READERS.clear()
    treadmill_data._WRITERS.clear()
    yield
    treadmill_data._READERS.clear()
    treadmill_data._WRITERS.clear()


@pytest.mark.parametrize(
    ("kept", "meet"),
    [
        (treadmill_data._READERS, decode),
        (treadmill_data._WRITERS, lambda data: encode(decode(data))),
    ],
)
def test_sr44_a_machine_of_ever_new_forms_fills_no_memory(
    kept: Sized, meet: Callable[[bytes], object]
) -> None:
    sizes = []
    for data in RECORDS:
        meet(data)
        sizes.append(len(kept))
    assert sizes == [*range(1, KEPT + 1)] * 2


def asked_for(worker: Any) -> int:
    """How often a form was asked for to be worked out, or taken from those that were."""
    asked = worker.cache_info()
    return int(asked.hits + asked.misses)


@pytest.mark.parametrize("data", ["0000e600", "0400e600010203", "0001e60048"])
def test_a_form_that_was_read_before_is_not_worked_out_again(data: str) -> None:
    first = decode(bytes.fromhex(data))
    before = asked_for(treadmill_data._reader)
    assert decode(bytes.fromhex(data)) == first
    assert asked_for(treadmill_data._reader) == before


def test_a_form_that_was_written_before_is_not_worked_out_again() -> None:
    encode(TreadmillData(0, 230))
    before = asked_for(treadmill_data._writer)
    assert encode(TreadmillData(0, 231)) == bytes.fromhex("0000e700")
    assert asked_for(treadmill_data._writer) == before


def test_pace_in_two_bytes_does_not_take_the_place_of_pace_in_one() -> None:
    narrow = TreadmillData(Flag.PACE, 230, pace_100m_min=7)
    wide = TreadmillData(Flag.PACE, 230, pace_s_500m=0x102)
    assert encode(narrow) == bytes.fromhex("2000e60007")
    assert encode(wide) == bytes.fromhex("2000e6000201")
    before = asked_for(treadmill_data._writer)
    assert encode(narrow) == bytes.fromhex("2000e60007")
    assert asked_for(treadmill_data._writer) == before
