"""A simulated machine on the table: say bytes, let time pass, look at the truth."""

from typing import Any

from simulator.options import MachineOptions
from simulator.scenario import Scenario, parse
from simulator.simulation import Simulation

SETTLE_MS = 60.0
"""More than any exchange takes: 5 bytes in, turnaround, 5 bytes out."""


class Bench:
    def __init__(
        self,
        machine: str = "woodway-us",
        *,
        options: MachineOptions | None = None,
        scenario: str = "",
        seed: int = 1,
    ) -> None:
        self.lines: list[dict[str, Any]] = []
        plan: Scenario | None = None
        if scenario:
            plan = parse(b"schema = 1\n" + scenario.encode(), "bench.toml")
        self.sim = Simulation(
            machine, options=options, scenario=plan, seed=seed, truth=self.lines.append
        )

    def say(self, text: str, wait_ms: float = SETTLE_MS) -> str:
        """Say spaced hex now; return what comes back within *wait_ms*."""
        self.sim.receive(bytes.fromhex(text))
        return self.wait(wait_ms)

    def wait(self, duration_ms: float) -> str:
        return self.sim.advance(self.sim.now_ms + duration_ms).hex(" ").upper()

    def chat(self, duration_ms: float, period_ms: float = 100.0) -> str:
        """Poll the speed as a living host does; return the last answer."""
        answer = ""
        for _ in range(int(duration_ms / period_ms)):
            answer = self.say("C1", period_ms) or answer
        return answer

    def walk(self, speed: str = "A3 30 30 31 35", duration_ms: float = 8_000.0) -> None:
        """Start, set a speed (1.5 mph) and wait until it is reached."""
        assert self.say("A0") == "B0"
        assert self.say(speed) == "B3"
        self.chat(duration_ms)

    @property
    def belt_ckmh(self) -> float:
        """The newest truth."""
        return float(self.lines[-1]["belt_ckmh"])

    def seen(self, key: str) -> list[Any]:
        """Every value of a truth key so far, in order, without repetitions."""
        values: list[Any] = []
        for line in self.lines:
            if not values or values[-1] != line[key]:
                values.append(line[key])
        return values

    def at(self, t_ms: float) -> dict[str, Any]:
        return self.lines[int(t_ms / 50)]

    # Methods, because mypy would take a property to stay what it was.

    def strap_closed(self) -> bool:
        return self.sim.strap_closed

    def link_up(self) -> bool:
        return self.sim.link_up

    def received(self) -> list[str]:
        return [frame["hex"] for line in self.lines for frame in line["rx"]]
