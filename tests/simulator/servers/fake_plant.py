"""A plant that does what a test says, and remembers what was done to it."""

from dataclasses import dataclass, field
from math import inf

from simulator.errors import FaultError


@dataclass(slots=True)
class FakePlant:
    now_ms: float = 0.0
    strap_closed: bool = True
    link_up: bool = True
    standing: bool = True
    events_ms: list[float] = field(default_factory=list)
    """Times at which `on_event` happens, in order."""
    strap_events_ms: dict[float, bool] = field(default_factory=dict)
    says: bytes = b""
    """What the next advance returns."""
    heart: bytes = b""
    quiet_ms: float = inf
    echoes: bool = True
    received: list[tuple[float, bytes]] = field(default_factory=list)
    host_connected: list[bool] = field(default_factory=list)
    acts: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def advance(self, to_ms: float) -> bytes:
        assert to_ms >= self.now_ms
        self.now_ms = to_ms
        while self.events_ms and self.events_ms[0] <= to_ms:
            event_ms = self.events_ms.pop(0)
            self.strap_closed = self.strap_events_ms.get(event_ms, self.strap_closed)
        said, self.says = self.says, b""
        return said

    def receive(self, data: bytes) -> None:
        self.received.append((self.now_ms, data))
        if self.echoes:
            self.says += data

    def take_heart(self) -> bytes:
        said, self.heart = self.heart, b""
        return said

    def act(self, action: str, **params: object) -> None:
        if action not in {"strap-pull", "strap-clip", "link-drop"}:
            raise FaultError(f"there is no act {action!r}")
        if action == "link-drop":
            self.link_up = False
        else:
            self.strap_closed = action == "strap-clip"
        self.acts.append((action, params))

    def set_host_connected(self, connected: bool) -> None:
        self.host_connected.append(connected)

    def next_event_ms(self) -> float | None:
        return self.events_ms[0] if self.events_ms else None

    def quiet_until_ms(self) -> float:
        return self.quiet_ms
