"""SR-31: a gate that hangs is killed, and one that a frozen core has not listened to is not."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import Any, cast

import pytest

from treadctl.composition.gate_process import GateProcess
from treadctl.gate.channel import Channel
from treadctl.model import Report

REPORTED = [cast(Report, object())]


class Watched:
    """A gate of which nothing is there but its end of the stream."""

    def __init__(self) -> None:
        ours, self._theirs = socket.socketpair()
        ours.setblocking(False)
        self._channel = Channel(ours)
        self.signals: list[int] = []
        self.gate = GateProcess(cast("subprocess.Popen[bytes]", self), self._channel)

    def send_signal(self, number: int) -> None:
        self.signals.append(number)

    def look(self, at_ms: int, reports: Any = ()) -> None:
        self.gate.watch(at_ms, reports)

    def close(self) -> None:
        self._channel.close()
        self._theirs.close()


@pytest.fixture
def watched() -> Iterator[Watched]:
    watched = Watched()
    yield watched
    watched.close()


def test_sr31_a_second_of_silence_that_was_listened_to_kills_it(watched: Watched) -> None:
    watched.look(5_000, REPORTED)
    for at_ms in range(5_100, 6_001, 100):
        watched.look(at_ms)
    assert watched.signals == []
    watched.look(6_001)
    assert watched.signals == [signal.SIGKILL]


def test_sr31_a_gate_that_never_reported_is_given_the_same_second(watched: Watched) -> None:
    for at_ms in range(5_000, 6_001, 100):
        watched.look(at_ms)
    assert watched.signals == []
    watched.look(6_001)
    assert watched.signals == [signal.SIGKILL]


def test_sr31_one_report_begins_the_second_anew(watched: Watched) -> None:
    for at_ms in range(0, 901, 100):
        watched.look(at_ms)
    watched.look(1_000, REPORTED)
    for at_ms in range(1_100, 2_001, 100):
        watched.look(at_ms)
    assert watched.signals == []


@pytest.mark.parametrize("frozen_ms", [1_001, 5_000, 3_600_000])
def test_sr40_a_core_that_thaws_in_the_middle_of_a_turn_kills_no_healthy_gate(
    watched: Watched, frozen_ms: int
) -> None:
    """It had asked for the time, froze, and thawed: what came meanwhile is taken for that time,
    and in the turn after it nothing new has come yet."""
    watched.look(5_000, REPORTED)
    watched.look(5_100, REPORTED)
    watched.look(5_100 + frozen_ms)
    watched.look(5_150 + frozen_ms, REPORTED)
    assert watched.signals == []


def test_sr31_a_core_that_looks_too_seldom_still_finds_a_gate_that_hangs(watched: Watched) -> None:
    for look in range(10):
        watched.look(look * 5_000)
    assert signal.SIGKILL in watched.signals
