"""What the treadmill needs of the machine's front: a serial port, or a radio and its carrier."""

from typing import Protocol


class Front(Protocol):
    """Bytes of one host in and out, and how the outside reaches this machine at all."""

    @property
    def reached(self) -> list[str]:
        """Every command that reached this front, as spaced hex, until somebody takes it."""

    @property
    def link_up(self) -> bool: ...

    @property
    def next_ms(self) -> float:
        """When `fire` has something to do."""

    @property
    def next_byte_ms(self) -> float:
        """When `collect` has something more to return without anything being fired."""

    def receive(self, t_ms: float, data: bytes) -> None: ...

    def fire(self, t_ms: float) -> None: ...

    def collect(self, t_ms: float) -> bytes:
        """Take what has been sent completely by now."""

    def set_link(self, t_ms: float, *, up: bool) -> None:
        """The cable, or the air between, goes or returns."""

    def cut_power(self, t_ms: float) -> None: ...

    def boot(self, t_ms: float) -> None:
        """The power is back and the firmware has booted."""

    def tripped(self, t_ms: float) -> None:
        """The drive has stopped the belt by itself; say so if this machine does."""


class Wire(Protocol):
    """What can be wrong between firmware and host although the link is up."""

    mute: bool
    lost_acks: int
    garbled_share: float
    deaf_share: float
