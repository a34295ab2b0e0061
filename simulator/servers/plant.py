"""The simulated treadmill as the servers see it."""

from typing import Protocol


class Plant(Protocol):
    """Physics and firmware in simulated milliseconds, 0 at the first truth line."""

    @property
    def now_ms(self) -> float: ...

    @property
    def strap_closed(self) -> bool:
        """The host's strap switch now."""

    @property
    def link_up(self) -> bool:
        """False from a link drop to its return."""

    @property
    def standing(self) -> bool:
        """Whether the belt stands, in truth."""

    def advance(self, to_ms: float) -> bytes:
        """Live until *to_ms*; return what the machine sent on the way."""

    def take_heart(self) -> bytes:
        """What the person's heart-rate strap has said since the last call."""

    def receive(self, data: bytes) -> None:
        """Host bytes that reach the machine's port now."""

    def act(self, action: str, **params: object) -> None:
        """A person or a fault does something now."""

    def set_host_connected(self, connected: bool) -> None:
        """Tell the machine whether a host holds the other end of its cable."""

    def next_event_ms(self) -> float | None:
        """When advance() would next do something that can be seen from outside."""

    def quiet_until_ms(self) -> float:
        """Before that, left alone, nothing of it can be seen from outside but its truth."""
