"""The gate's claim to control of a machine that grants it: when it is asked for, and by whom."""

from firmware_protocols.conversation import Conversation
from treadctl.safety.state import MOTION, KernelState


class Claim:
    """Asked for once on a link; where somebody else took control, by a person only (SR-38)."""

    __slots__ = ("_had", "_taken", "wanted")

    def __init__(self) -> None:
        self.wanted = False
        """It will be asked for as soon as that is allowed."""
        self._had = False
        """On this link."""
        self._taken = False
        """Somebody else took it, and no person has wanted it since."""

    def by_person(self) -> None:
        """Somebody is about to start."""
        self.wanted, self._taken = True, False

    def anew(self) -> None:
        """Another link, or a machine that has to prove itself anew."""
        self._had = False
        self.wanted = not self._taken

    def follow(self, session: Conversation) -> None:
        """Look whether it is held. Whoever took it keeps it, over any number of links."""
        if session.in_control:
            self._had, self._taken = True, False
        elif self._had and session.answers:
            self._taken = True

    def ask(self, s: KernelState, session: Conversation) -> None:
        """Ask where it is wanted: not before the belt was seen to stand for long enough
        (SR-06), and never in motion."""
        if s.quarantined and s.phase not in MOTION:
            self.wanted = False
            session.request_control()
