"""What every protocol's host end can do, whatever carries it. The gate knows nothing else.

A session turns bytes into readings and wishes into frames. It holds no queue of motion, reads
no clock, and lets nothing but a stop leave before the gate has called it proved.
"""

from collections.abc import Iterator
from typing import Protocol

from firmware_protocols.capabilities import Capabilities
from firmware_protocols.errors import RemoteProtocolError
from firmware_protocols.messages import Direction, HostMessage, MachineMessage, Unfit, UnsafeCommand


class CommandDecoder(Protocol):
    """The machine's ear: host bytes in, what the host said out."""

    def receive_data(self, data: bytes) -> None: ...
    def messages(self) -> Iterator[HostMessage | UnsafeCommand | RemoteProtocolError]: ...


class Conversation(Protocol):
    """The host's end of one line to one machine."""

    proved: bool
    """The gate has seen enough valid replies (safety.md 4.8.6)."""

    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def proofs(self) -> int:
        """Valid signs of this very protocol so far."""

    @property
    def starting(self) -> bool:
        """A start is being said."""

    @property
    def speeds_known(self) -> bool:
        """`quantise` speaks of this very machine, not of its protocol."""

    @property
    def profile(self) -> str:
        """What is known of this kind of machine, by name; "unknown" if nothing is, and empty
        where there is nothing to know or the machine has not said enough yet."""

    @property
    def in_control(self) -> bool:
        """The machine obeys this host, as far as it told."""

    @property
    def answers(self) -> bool:
        """What was said to the machine was answered, as far as it has to be."""

    @property
    def unfit(self) -> Unfit | None:
        """Why this machine cannot be driven; None: it can, or has not said enough yet."""

    @property
    def wants_new_link(self) -> bool:
        """This link has nothing more to give."""

    def restart(self) -> None:
        """The link came up: nothing said before counts, except a stop without an answer."""

    def distrust(self) -> None:
        """The machine was silent for too long on a link that stands: it has to prove itself
        anew (SR-50)."""

    def quantise(self, speed_ckmh: int) -> int:
        """Return the machine's own step for a request, never more than asked."""

    def request_control(self) -> None:
        """Ask to be obeyed. After control was lost, only a person may want that (SR-38)."""

    def start(self) -> None: ...
    def set_speed(self, speed_ckmh: int, direction: Direction, *, urgent: bool = False) -> None: ...
    def stop(self, strongest: bool) -> None: ...
    def receive(self, now_ms: int, data: bytes) -> list[MachineMessage | RemoteProtocolError]: ...
    def data_to_send(self, now_ms: int) -> list[bytes]: ...
    def next_deadline_ms(self) -> int | None: ...
    def command_decoder(self) -> CommandDecoder:
        """Return a fresh ear of this machine, for checking what is about to leave."""
