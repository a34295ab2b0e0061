"""A simulated treadmill behind RFC 2217 whose strap is released again and again. Benchmarks only.

    python releasing_treadmill.py SEED TRUTH_FILE

Everything is the server's own: physics, ports, loop, truth file. Between the loop and the plant
stands somebody who pulls the strap at a random moment of every walk and notes by the clock of
this process when the edge was made and when the stop frame was there. Prints the ready line of
`treadmill-sim serve`, then one line per release. Ends with stdin.
"""

import gc
import json
import random
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from math import inf
from pathlib import Path
from typing import Any, Final

from simulator.cli_options import describe
from simulator.servers.endpoint import Endpoint
from simulator.servers.loop import Loop, Stopwatch, new_selector
from simulator.servers.rfc2217 import Rfc2217Port
from simulator.servers.truth import TruthFile
from simulator.simulation import Simulation

MACHINE: Final = "woodway-us"
STOP: Final = 0xAA
WALK_MS: Final = (200.0, 1_400.0)
"""From the belt's first move to the release: long enough for speed frames to be among the polls."""
OFF_MS: Final = 50.0
"""How long the strap stays off after the belt has come to a stand."""


class Releasing:
    """The plant as the loop sees it, and somebody who pulls its strap."""

    def __init__(
        self,
        simulation: Simulation,
        chance: random.Random,
        tell: Callable[[float | None], None],
    ) -> None:
        """*tell* gets the milliseconds of each release, None where no stop frame came at all."""
        self._simulation = simulation
        self._chance = chance
        self._tell = tell
        self._walks = False
        self._pull_ms = inf
        self._clip_ms = inf
        self._edge_ns: int | None = None
        self._told = True

    # What the loop asks of a plant.

    @property
    def now_ms(self) -> float:
        return self._simulation.now_ms

    @property
    def strap_closed(self) -> bool:
        return self._simulation.strap_closed

    @property
    def link_up(self) -> bool:
        return self._simulation.link_up

    @property
    def standing(self) -> bool:
        return self._simulation.standing

    def act(self, action: str, **params: object) -> None:
        self._simulation.act(action, **params)

    def set_host_connected(self, connected: bool) -> None:
        self._simulation.set_host_connected(connected)

    def next_event_ms(self) -> float:
        event_ms = self._simulation.next_event_ms()
        return min(inf if event_ms is None else event_ms, self._pull_ms, self._clip_ms)

    def advance(self, to_ms: float) -> bytes:
        said = self._simulation.advance(to_ms)
        if self._edge_ns is None:
            self._walk_or_pull(to_ms)
        elif to_ms >= self._clip_ms:
            self._clip_ms = inf
            self._edge_ns = None
            if not self._told:
                self._tell(None)
            self._simulation.act("strap-clip")
        elif self._simulation.standing and self._clip_ms == inf:
            self._clip_ms = to_ms + OFF_MS
        return said

    def receive(self, data: bytes) -> None:
        """Host bytes have just been read from the socket."""
        now_ns = time.monotonic_ns()
        if self._edge_ns is not None and STOP in data and not self._told:
            self._told = True
            self._tell((now_ns - self._edge_ns) / 1e6)
        self._simulation.receive(data)

    def _walk_or_pull(self, now_ms: float) -> None:
        if self._simulation.standing:
            self._walks, self._pull_ms = False, inf
        elif not self._walks:
            self._walks = True
            self._pull_ms = now_ms + self._chance.uniform(*WALK_MS)
        elif now_ms >= self._pull_ms:
            self._pull_ms = inf
            self._told = False
            self._edge_ns = time.monotonic_ns()  # before anybody outside can know of it
            self._simulation.act("strap-pull")


def main(argv: list[str]) -> int:
    seed, truth_path = int(argv[1]), Path(argv[2])
    with ExitStack() as opened:
        truth = opened.enter_context(closing(TruthFile(truth_path)))
        simulation = Simulation(MACHINE, seed=seed, truth=truth.record)
        plant = Releasing(simulation, random.Random(seed), say_release)
        selector = opened.enter_context(closing(new_selector()))
        port = opened.enter_context(
            closing(Rfc2217Port(selector, Endpoint("127.0.0.1", 0), plant.receive))
        )
        gc.collect()
        gc.freeze()
        loop = Loop(plant, selector, port, truth=truth, now_ms=Stopwatch())
        loop.listen_for_control(sys.stdin.fileno())
        say({"ready": True, "address": port.address, **describe(simulation)})
        loop.run()
    return 0


def say_release(took_ms: float | None) -> None:
    say({"took_ms": took_ms})


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
