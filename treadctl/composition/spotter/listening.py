"""An attached view as lines: what the session says, and one key at a time."""

import select
from collections.abc import Callable
from typing import Final

from treadctl.composition.keys import ENTER, ESCAPE, KeyReader, single_keys
from treadctl.composition.signals import stop_signals
from treadctl.composition.spotter.client import AttachedDesk
from treadctl.core.events import Event
from treadctl.core.exit_codes import Signal

STOP_KEYS: Final = frozenset({" ", "s", "q", ENTER, ESCAPE})
LEAVE_KEY: Final = "x"
LOOK_MS: Final = 100
HELP: Final = (
    "Attached: read-only plus STOP. Space, s, q, Enter, Esc or ctrl-c STOP. "
    "x leaves this view, and the session goes on."
)


def listen(
    desk: AttachedDesk, tell: Callable[[Event], None], say: Callable[[str], None], fd: int
) -> None:
    """Tell what happens until the session is over, is lost, or somebody leaves."""
    say(HELP)
    with stop_signals() as signals, single_keys(fd):
        keys = KeyReader(fd)
        while not keys.at_end:
            ends = desk.over or desk.lost is not None
            for event in desk.drain():
                tell(event)
            if ends:
                return
            poller = select.poll()
            poller.register(fd, select.POLLIN)
            poller.register(signals.fileno(), select.POLLIN)
            poller.poll(LOOK_MS)
            came = signals.take()
            if Signal.INTERRUPT in came:
                _stop(desk, say)
            elif came:
                return  # told to end: this view, not the session
            while (key := keys.next()) is not None:
                if key in STOP_KEYS:
                    _stop(desk, say)
                elif key == LEAVE_KEY:
                    return
                else:
                    say(HELP)


def _stop(desk: AttachedDesk, say: Callable[[str], None]) -> None:
    desk.stop()
    say("STOP asked for.")
