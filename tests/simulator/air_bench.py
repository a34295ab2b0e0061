"""A simulated FTMS machine on the air: write its control point, wait, hear what it says."""

from typing import Any

from simulator.gatt import Answered, Dropped, Kind, Outgoing, Said
from simulator.options import MachineOptions
from simulator.scenario import Scenario, parse
from simulator.simulation import Simulation

CONTROL_POINT = 0x2AD9
DATA = 0x2ACD
STATUS = 0x2ADA
TRAINING = 0x2AD3
HEARD = (DATA, STATUS, TRAINING, CONTROL_POINT)
ME = 1
OTHER = 2
SETTLE_MS = 100.0
"""More than any procedure takes, on a machine without quirks."""


class AirBench:
    def __init__(
        self,
        *quirks: str,
        options: MachineOptions | None = None,
        scenario: str = "",
        seed: int = 1,
        clients: tuple[int, ...] = (ME,),
    ) -> None:
        self.lines: list[dict[str, Any]] = []
        self.heard: list[tuple[float, Outgoing]] = []
        """Everything any client has heard, with its time to the millisecond."""
        plan: Scenario | None = None
        if scenario:
            plan = parse(b"schema = 1\n" + scenario.encode(), "bench.toml")
        self.sim = Simulation(
            "ftms",
            options=options or MachineOptions(quirks=quirks),
            scenario=plan,
            seed=seed,
            truth=self.lines.append,
            on_air=True,
        )
        assert self.sim.air is not None
        self.air = self.sim.air
        self._number = 0
        for client in clients:
            self.join(client)

    def join(self, client: int = ME) -> None:
        """Connect and subscribe to everything."""
        assert self.air.connect(client)
        for uuid in HEARD:
            self.air.subscribe(client, uuid, True)

    def wait(self, duration_ms: float) -> None:
        """In steps of a millisecond, so that what is heard has its time."""
        end_ms = self.sim.now_ms + duration_ms
        while self.sim.now_ms < end_ms:
            due_ms = self.sim.next_event_ms()
            assert due_ms is not None
            self.sim.advance(min(end_ms, max(due_ms, self.sim.now_ms)))
            self.heard += [(self.sim.now_ms, each) for each in self.air.collect()]

    def write(self, text: str, client: int = ME, *, uuid: int = CONTROL_POINT) -> int:
        """Write spaced hex with response; return the number of the write."""
        self._number += 1
        self.air.write(client, self._number, uuid, bytes.fromhex(text))
        return self._number

    def ask(self, text: str, client: int = ME, wait_ms: float = SETTLE_MS) -> str:
        """Write to the control point; return the answers within *wait_ms*, as spaced hex."""
        since_ms = self.sim.now_ms
        self.write(text, client)
        self.wait(wait_ms)
        return self.said(CONTROL_POINT, client, since_ms=since_ms)

    def att_error(self, number: int) -> int | None:
        """What the response to this write said; None if there was none."""
        found = [
            each.att_error
            for _, each in self.heard
            if isinstance(each, Answered) and each.number == number
        ]
        assert len(found) <= 1
        return found[0] if found else None

    def words(
        self, uuid: int, client: int = ME, *, since_ms: float = 0.0
    ) -> list[tuple[float, Said]]:
        return [
            (t_ms, each)
            for t_ms, each in self.heard
            if isinstance(each, Said)
            and (each.client, each.uuid) == (client, uuid)
            and t_ms >= since_ms
        ]

    def said(self, uuid: int, client: int = ME, *, since_ms: float = 0.0) -> str:
        """Every value of a characteristic, as spaced hex, commas between."""
        words = self.words(uuid, client, since_ms=since_ms)
        return ", ".join(said.value.hex(" ") for _, said in words)

    def kinds(self, uuid: int) -> set[Kind]:
        return {said.kind for _, said in self.words(uuid)}

    def dropped(self) -> list[tuple[float, int]]:
        return [(t_ms, each.client) for t_ms, each in self.heard if isinstance(each, Dropped)]

    def records(self, *, since_ms: float = 0.0, client: int = ME) -> list[tuple[float, bytes]]:
        return [(t_ms, said.value) for t_ms, said in self.words(DATA, client, since_ms=since_ms)]

    def reported(self) -> int:
        """The speed of the newest record, in the digits of the wire, at offset 2."""
        return int.from_bytes(self.records()[-1][1][2:4], "little")

    def walk(self, digits: int = 100, duration_ms: float = 8_000.0) -> None:
        """Take control, start, set a speed and wait until it is reached."""
        assert self.ask("00") == "80 00 01"
        assert self.ask("07") == "80 07 01"
        self.wait(2_000)
        assert self.ask("02 " + digits.to_bytes(2, "little").hex(" ")) == "80 02 01"
        self.wait(duration_ms)

    @property
    def belt_ckmh(self) -> float:
        """The newest truth."""
        return float(self.lines[-1]["belt_ckmh"])

    def reachable(self) -> bool:
        """A method, because mypy would take a property to stay what it was."""
        return self.air.reachable

    def seen_faults(self) -> set[str]:
        return {fault for line in self.lines for fault in line["faults"]}

    def received(self) -> list[str]:
        return [frame["hex"] for line in self.lines for frame in line["rx"]]
