"""What a machine was last heard to say, and what is not taken for it (SR-19, SR-39)."""

from collections.abc import Sequence
from typing import cast

import pytest

from firmware_protocols import messages as wire
from firmware_protocols.conversation import Conversation
from treadctl.causes import Cause
from treadctl.gate.listener import FROM_WIRE, Listener
from treadctl.model import BeltState, Direction
from treadctl.safety.limits import IMPLAUSIBLE_CKMH

FORWARD = wire.Direction.FORWARD


class Machine:
    """A conversation that hears what the test lets it say."""

    starting = False
    proved = True
    proofs = 0

    def __init__(self) -> None:
        self.messages: Sequence[object] = ()

    def receive(self, now_ms: int, data: bytes) -> Sequence[object]:
        return self.messages


class Ear:
    def __init__(self) -> None:
        self.machine = Machine()
        self.listener = Listener(cast(Conversation, self.machine), 1_000)

    def hear(self, now_ms: int, *messages: object) -> Cause | None:
        self.machine.messages = messages
        return self.listener.receive(now_ms, b"")


@pytest.fixture
def ear() -> Ear:
    return Ear()


def test_nothing_was_heard_at_first(ear: Ear) -> None:
    heard = ear.listener
    assert (heard.measured_ckmh, heard.measured_direction) == (0, Direction.FORWARD)
    assert (heard.sample_seq, heard.measured_at_ms, heard.belt_at_ms) == (0, 1_000, 1_000)
    assert (heard.belt, heard.heard_ms) == (BeltState.UNKNOWN, 1_000)
    assert (heard.foreign_ckmh, heard.started_by_others) == (None, False)
    assert (heard.speed_fault, heard.clock_at_ms) == (False, None)


def test_directions_of_the_wire_are_ours() -> None:
    assert {each.name: FROM_WIRE[each].name for each in wire.Direction} == {
        "FORWARD": "FORWARD",
        "REVERSE": "REVERSE",
    }


def test_a_reading_has_its_direction_its_time_and_a_number(ear: Ear) -> None:
    assert ear.hear(1_200, wire.SpeedReport(100, wire.Direction.REVERSE)) is None
    heard = ear.listener
    assert (heard.measured_ckmh, heard.measured_direction) == (100, Direction.REVERSE)
    assert (heard.measured_at_ms, heard.heard_ms, heard.sample_seq) == (1_200, 1_200, 1)


@pytest.mark.parametrize(
    ("speed_ckmh", "believed"), [(IMPLAUSIBLE_CKMH, True), (IMPLAUSIBLE_CKMH + 1, False)]
)
def test_sr19_a_speed_no_treadmill_has_is_no_reading(
    ear: Ear, speed_ckmh: int, believed: bool
) -> None:
    ear.hear(1_200, wire.SpeedReport(speed_ckmh, FORWARD))
    assert ear.listener.sample_seq == int(believed)


def test_sr24_a_fault_of_the_speed_lasts_until_the_next_reading(ear: Ear) -> None:
    assert ear.hear(1_200, wire.SpeedFault()) is Cause.MACHINE_FAULT
    assert ear.hear(1_300) is Cause.MACHINE_FAULT
    assert ear.hear(1_400, wire.SpeedReport(0, FORWARD)) is None
    assert ear.hear(1_500) is None


def test_sr08_what_others_did_is_told_once(ear: Ear) -> None:
    ear.hear(1_200, wire.StartedByOthers(), wire.ForeignSpeed(150))
    assert (ear.listener.started_by_others, ear.listener.foreign_ckmh) == (True, 150)
    ear.hear(1_300)
    assert (ear.listener.started_by_others, ear.listener.foreign_ckmh) == (False, None)


@pytest.mark.parametrize(
    ("messages", "cause"),
    [
        ((wire.ForeignSpeed(0),), Cause.CONSOLE_STOP),
        ((wire.ConsoleStop(),), Cause.CONSOLE_STOP),
        ((wire.SafetyKeyPulled(), wire.ConsoleStop()), Cause.SAFETY_KEY),
        ((wire.SafetyKeyPulled(), wire.ForeignSpeed(0)), Cause.SAFETY_KEY),
        ((wire.SafetyKeyPulled(), wire.StartRefused()), Cause.SAFETY_KEY),
        ((wire.StartRefused(),), Cause.START_REFUSED),
        ((wire.MasterTimeout(),), Cause.MACHINE_TIMEOUT),
        ((wire.SpeedFault(), wire.ConsoleStop()), Cause.MACHINE_FAULT),
        ((wire.ForeignSpeed(1),), None),
    ],
)
def test_sr36_the_first_thing_that_happened_is_the_cause(
    ear: Ear, messages: Sequence[object], cause: Cause | None
) -> None:
    assert ear.hear(1_200, *messages) is cause
    assert ear.listener.foreign_ckmh == (1 if messages == (wire.ForeignSpeed(1),) else None)


def test_sr19_a_clock_is_one_from_when_it_first_moves_on(ear: Ear) -> None:
    times = []
    for now_ms, elapsed_s in ((1_200, 7), (1_300, 7), (1_400, 8), (1_500, 8)):
        ear.hear(now_ms, wire.ClockReport(elapsed_s))
        times.append(ear.listener.clock_at_ms)
    assert times == [None, None, 1_400, 1_400]


def test_sr01_what_comes_back_has_to_prove_itself_anew(ear: Ear) -> None:
    ear.hear(
        1_200, wire.SpeedFault(), wire.ClockReport(7), wire.DriveReport(wire.DriveState.STOPPED)
    )
    ear.hear(1_300, wire.ClockReport(8))
    ear.listener.forget(5_000)
    heard = ear.listener
    assert (heard.heard_ms, heard.belt, heard.clock_at_ms) == (5_000, BeltState.UNKNOWN, None)
    assert heard.speed_fault is False
    assert ear.hear(5_100) is None
    ear.hear(5_200, wire.ClockReport(9))
    assert heard.clock_at_ms is None
