"""The simulator as a plant in the same process: what stands between the rig and its machine."""

from collections.abc import Callable, Mapping
from typing import Final

from simulator.simulation import Simulation

Act = tuple[str, Mapping[str, object]]


class Wired:
    """A `Plant`, of which somebody may have the wire, or the next moment, in his hands."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation: Final = simulation
        self.strap_closed = simulation.strap_closed
        self.link_up = simulation.link_up
        self.alter: Callable[[bytes], bytes] | None = None
        """What becomes of the machine's bytes on their way to the host."""
        self._later: tuple[int, tuple[Act, ...]] | None = None

    def advance(self, to_ms: int, from_host: bytes) -> bytes:
        simulation = self._simulation
        if from_host:
            simulation.receive(from_host)
        said = b"" if self._later is None else self._live_until(self._later[0], to_ms)
        said += simulation.advance(to_ms)
        self.strap_closed = simulation.strap_closed
        self.link_up = simulation.link_up
        return said if self.alter is None else self.alter(said)

    def act(self, name: str, **params: object) -> None:
        simulation = self._simulation
        simulation.act(name, **params)
        self.strap_closed = simulation.strap_closed
        self.link_up = simulation.link_up

    def act_later(self, at_ms: int, *acts: Act) -> None:
        """Let this happen at *at_ms*, wherever in between two ticks of the gate that is."""
        before = () if self._later is None else self._later[1]
        self._later = (at_ms, (*before, *acts))

    def _live_until(self, at_ms: int, to_ms: int) -> bytes:
        if self._later is None or to_ms < at_ms:
            return b""
        said = self._simulation.advance(at_ms)
        for name, params in self._later[1]:
            self.act(name, **params)
        self._later = None
        return said
