"""The loop at its ends: who is told, when it wakes, and how the real clock tells time asleep."""

import select
import time
from itertools import pairwise
from typing import Any

import pytest

from tests.gate.shell_fakes import STOPS, FakeLink, FakeOpener
from tests.gate.test_loop import Rig, collector, rig
from treadctl.errors import LinkError
from treadctl.gate import loop
from treadctl.gate.heart import HeartEar, HeartInput
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.loop import STOP_SPACING_MS, MonotonicClock

__all__ = ["collector", "rig"]


def test_sr31_the_first_stop_at_the_end_waits_for_nothing(rig: Rig) -> None:
    rig.run(100)
    assert rig.link.written[-len(STOPS) :] == list(STOPS)
    assert rig.clock.waits.count(((), STOP_SPACING_MS)) == len(STOPS) - 1


def test_a_sensor_that_is_lost_is_looked_for_again_in_time(rig: Rig) -> None:
    sensor, opener = FakeLink(fd=55), FakeOpener()
    sensor.read_error = LinkError("gone")
    kept: LinkKeeper[Any] = LinkKeeper(sensor, opener, stop_frame=b"", retry_ms=7)
    rig.heart = HeartInput(kept, HeartEar())
    rig.run(60)
    times = [step.now_ms for step in rig.gate.steps]
    assert 7 in {later - earlier for earlier, later in pairwise(times)}


@pytest.mark.parametrize("fd", [0, 1])
def test_the_smallest_descriptors_wake_it_too(rig: Rig, fd: int) -> None:
    rig.link.fd = fd
    rig.run(40)
    assert fd in rig.clock.waits[0][0]


def test_sr30_a_core_that_is_gone_is_offered_nothing(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[object] = []
    monkeypatch.setattr(rig.core, "offer", offered.append)
    rig.core.alive = False
    rig.run(250)
    assert rig.gate.steps
    assert offered == []


def test_sr33_the_time_asleep_is_what_one_clock_has_more_than_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "clock_gettime_ns", {time.CLOCK_BOOTTIME: 9_000}.__getitem__)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 2_000)
    assert loop._asleep_ns() == 7_000


def test_the_real_clock_waits_for_a_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    polled: list[int] = []

    class Poller:
        def register(self, fd: int, events: int) -> None: ...

        def poll(self, timeout_ms: int) -> None:
            polled.append(timeout_ms)

    monkeypatch.setattr(select, "poll", Poller)
    MonotonicClock().wait([0], 70)
    assert polled == [70]
