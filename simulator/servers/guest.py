"""The loop of `loop.py` as a guest of an event loop, for a library that needs one.

There is still one thread and one wait. The event loop waits on our selector, which hands our own
descriptors to us before the event loop looks at its own: a strap's edge or a signal is stamped
when the kernel wakes the process, as without a host.
"""

import asyncio
from collections.abc import Callable
from selectors import SelectorKey, SelectSelector

from simulator.servers.loop import Loop


class SharedSelector(SelectSelector):
    """What is registered with a callable as its data is ours; the rest is the event loop's."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: Callable[..., None] | None = None

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        ready = super().select(timeout)
        ours = [key.data for key, _ in ready if callable(key.data)]
        if ours and self.arrived is not None:
            self.arrived(*ours)
        return [(key, events) for key, events in ready if not callable(key.data)]


def event_loop_on(selector: SharedSelector) -> asyncio.Runner:
    """Return a context in which coroutines can be run. It closes *selector* in the end."""
    return asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector))


class Guest:
    """Runs *loop* whenever something of it is due or arrives, until it has ended."""

    def __init__(self, loop: Loop, selector: SharedSelector) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        selector.arrived = self.happened

    def happened(self, *arrivals: Callable[[], object]) -> None:
        """As `Loop.happened`, and see to what is due next."""
        if self._ended.done():
            return
        if self._timer is not None:
            self._timer.cancel()
        try:
            self._loop.happened(*arrivals)
        except Exception as error:  # noqa: BLE001  (see below)
            # The library would write it to its log and go on. It ends the run, as it does
            # without a host: `run` raises it.
            self._ended.set_exception(error)
            return
        wait_s = self._loop.wait_s()
        if self._loop.ended:
            self._ended.set_result(None)
        elif wait_s is not None:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self.happened)

    async def run(self) -> None:
        self.happened()
        await self._ended
