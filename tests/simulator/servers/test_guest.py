"""The loop inside an event loop: the same turns, the same order, one wait for both."""

import asyncio
import os
import socket
from collections.abc import Iterator
from selectors import EVENT_READ

import pytest

from simulator.servers.guest import Guest, SharedSelector, event_loop_on
from simulator.servers.loop import Loop, Stopwatch
from tests.simulator.servers.conftest import PATIENCE_S
from tests.simulator.servers.fake_plant import FakePlant
from tests.simulator.servers.test_loop import RecordingPort


class Hosted:
    def __init__(self) -> None:
        self.selector = SharedSelector()
        self.runner = event_loop_on(self.selector)
        self.plant = FakePlant()
        self.port = RecordingPort()
        self.spoken_at_ms: list[float] = []
        self.loop = Loop(
            self.plant,
            self.selector,
            self.port,
            now_ms=Stopwatch(),
            speak=lambda: self.spoken_at_ms.append(self.plant.now_ms),
        )

    def run(self) -> None:
        async def main() -> None:
            async with asyncio.timeout(PATIENCE_S):
                await Guest(self.loop, self.selector).run()

        with self.runner:
            self.runner.run(main())


@pytest.fixture
def hosted() -> Hosted:
    return Hosted()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read_end, write_end = os.pipe()
    yield read_end, write_end
    os.close(read_end)
    os.close(write_end)


def test_what_is_due_happens_at_its_moment_and_not_before(hosted: Hosted) -> None:
    hosted.plant.events_ms = [20.0, 40.0]
    hosted.plant.strap_events_ms = {20.0: False, 40.0: True}
    timer = hosted.loop.happened
    shown: list[tuple[float, object]] = []

    def happened(*arrivals: object) -> None:
        timer()
        strap = [value for what, value in hosted.port.calls if what == "strap"]
        shown.append((hosted.plant.now_ms, strap[-1]))
        if not hosted.plant.events_ms:
            hosted.loop.end()

    hosted.loop.happened = happened  # type: ignore[method-assign]  # ends when all has happened
    hosted.run()
    # A computer that gives no turn for 20 ms makes two moments one; never a wrong one.
    assert [strap for _, strap in shown] == [not 20.0 <= now_ms < 40.0 for now_ms, _ in shown]
    assert shown[-1][0] >= 40.0


def test_an_arrival_on_our_own_descriptor_is_a_turn_of_ours(
    hosted: Hosted, pipe: tuple[int, int]
) -> None:
    read_end, write_end = pipe
    hosted.loop.end_when_readable(read_end)
    os.write(write_end, b"x")
    hosted.run()
    assert hosted.loop.ended
    assert hosted.spoken_at_ms != []


def test_the_event_loops_own_descriptors_are_left_to_it(hosted: Hosted) -> None:
    ours, its = socket.socketpair(), socket.socketpair()
    order: list[str] = []

    def heard() -> None:
        order.append("ours")
        ours[0].recv(1)

    async def main() -> None:
        guest = Guest(hosted.loop, hosted.selector)
        running = asyncio.ensure_future(guest.run())
        hosted.selector.register(ours[0], EVENT_READ, heard)
        reader, writer = await asyncio.open_connection(sock=its[0])
        its[1].send(b"i")
        ours[1].send(b"o")
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read(1) == b"i"
        order.append("its")
        hosted.selector.unregister(ours[0])
        guest.happened(hosted.loop.end)
        writer.close()
        await running

    with hosted.runner:
        hosted.runner.run(main())
    assert order == ["ours", "its"]
    for each in (*ours, its[1]):
        each.close()


def test_an_error_in_a_turn_ends_the_run_with_it(hosted: Hosted, pipe: tuple[int, int]) -> None:
    read_end, write_end = pipe

    def broken() -> None:
        raise OSError("no space left on device")

    hosted.selector.register(read_end, EVENT_READ, broken)
    os.write(write_end, b"x")
    with pytest.raises(OSError, match="no space left"):
        hosted.run()


def test_after_the_end_nothing_happens_any_more(hosted: Hosted) -> None:
    async def main() -> None:
        guest = Guest(hosted.loop, hosted.selector)
        guest.happened(hosted.loop.end)
        await guest.run()
        spoken = len(hosted.spoken_at_ms)
        guest.happened(lambda: pytest.fail("a turn after the end"))
        assert len(hosted.spoken_at_ms) == spoken

    with hosted.runner:
        hosted.runner.run(main())
