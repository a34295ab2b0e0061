"""What can go wrong in the matrix, by name. One row is one thing that happens at one moment."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tests.rig import Rig
from tests.wired import Act
from treadctl.model import Mode, Reaction, StrapState

Do = Callable[[Rig], None]
SERIAL: Final = frozenset({"woodway-us", "trackmaster"})
ALL: Final = SERIAL | {"ftms"}
BOTH: Final = frozenset(Mode)
LATE_MS: Final = 700
"""A gate tick that comes so much later is an overrun (SR-32)."""
SLEPT_MS: Final = 5_000
NOISE: Final = bytes(range(0x20, 0x7F))


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    what: str
    acts: tuple[Act, ...] = ()
    """What the simulator is told, in this order, as in a scenario file."""
    also: Do | None = None
    """What happens to core, gate, strap input or wire; no scenario file can say it."""
    machines: frozenset[str] = ALL
    modes: frozenset[Mode] = BOTH
    why_not: str = ""
    """Why another machine or mode cannot have it."""

    def strike(self, rig: Rig, after_ms: int) -> int:
        """Let it happen to *rig*; return when. What the simulator does happens *after_ms* the
        gate has looked, and before it looks again: no fault waits for a tick."""
        if self.also is not None:
            self.also(rig)
        if not self.acts:
            return rig.now_ms
        rig.treadmill.act_later(rig.now_ms + after_ms, *self.acts)
        return rig.now_ms + after_ms


def _row(name: str, what: str, *acts: str | Act) -> Fault:
    return Fault(name, what, tuple((act, {}) if isinstance(act, str) else act for act in acts))


def _outside(name: str, what: str, **values: Any) -> Fault:
    def happen(rig: Rig) -> None:
        for key, value in values.items():
            setattr(rig.virtual.outside, key, value)

    return Fault(name, what, also=happen)


def _late_setpoints(rig: Rig) -> None:
    rig.virtual.outside.asked_at_ms = rig.now_ms


def _nobody_answers(rig: Rig) -> None:
    rig.person.away = True


def _lets_go(rig: Rig) -> None:
    rig.person.away = True
    rig.session.hold(False)


def _twice(rig: Rig) -> None:
    rig.treadmill.alter = lambda said: said + said


def _noise(rig: Rig) -> None:
    dice = random.Random(rig.now_ms)

    def change(said: bytes) -> bytes:
        if not said or dice.random() < 0.7:
            return said
        return bytes(dice.choices(NOISE, k=dice.randint(1, 3))) + said

    rig.treadmill.alter = change


FAULTS: Final[dict[str, Fault]] = {
    fault.name: fault
    for fault in (
        # The strap, the key, the console.
        _row("strap-pull", "the strap is pulled and stays open", "strap-pull"),
        _row("strap-flutter", "the strap opens for 60 ms", ("strap-pull", {"for_s": 0.06})),
        _row(
            "strap-snagged",
            "the strap is pulled, and its cord opens the switch 0.8 s later",
            "cord-tangle",
            "strap-pull",
        ),
        _outside("strap-unknown", "the strap's adapter is unplugged", strap=StrapState.UNKNOWN),
        _row("key-pull", "the machine's own safety key is pulled", "key-pull"),
        _row("console-stop", "STOP is pressed at the console", "console-stop"),
        _row(
            "console-faster",
            "4.0 km/h is set at the console",
            ("console-start", {"speed_ckmh": 400}),
        ),
        _row(
            "console-slower",
            "0.5 km/h is set at the console",
            ("console-start", {"speed_ckmh": 50}),
        ),
        # The person.
        _row(
            "stops-walking", "the person stops walking and is carried along", "person-stop-walking"
        ),
        _row("steps-off", "the person leaves the machine", "person-step-off"),
        Fault("nobody-answers", "nobody answers prompts any more", also=_nobody_answers),
        Fault(
            "lets-go",
            "the hold-to-run key is released",
            also=_lets_go,
            modes=frozenset({Mode.BELT_REVERSE}),
            why_not="nobody holds a key where the belt does not reverse",
        ),
        # What the machine says.
        _row("mute", "the machine obeys and says nothing", "mute"),
        _row(
            "garbled",
            "every byte of the machine arrives as another",
            ("garbled-bytes", {"share": 1.0}),
        ),
        _row(
            "garbled-half",
            "half of the machine's bytes arrive as others, for 5 s",
            ("garbled-bytes", {"share": 0.5, "for_s": 5}),
        ),
        Fault(
            "line-noise",
            "stray bytes between the machine's replies",
            also=_noise,
            machines=SERIAL,
            why_not="a radio has packets with a checksum of their own",
        ),
        Fault(
            "repeated-bytes",
            "every byte sequence of the machine arrives twice",
            also=_twice,
            machines=SERIAL,
            why_not="a radio has sequence numbers of its own",
        ),
        _row("lost-ack", "one acknowledgement is lost", "lost-ack"),
        _row("lost-acks", "five acknowledgements are lost", ("lost-ack", {"count": 5})),
        _row("late-readings", "readings are 1 s old", "delayed-telemetry"),
        _row("old-readings", "readings are 3 s old", ("delayed-telemetry", {"delay_s": 3})),
        _row("frozen-readings", "readings stay as they are now", "frozen-telemetry"),
        # Whether it hears.
        _row("deaf", "nothing reaches the machine", "deaf"),
        _row("deaf-half", "half of what is sent is lost", ("deaf", {"share": 0.5})),
        _row(
            "half-open", "the link is half open: nothing passes, and nobody says so", "deaf", "mute"
        ),
        _row("link-drop", "the link is gone", "link-drop"),
        _row("link-blink", "the link is gone for 2 s", ("link-drop", {"for_s": 2})),
        _row("power-cut", "the machine has no power", "power-cut"),
        _row("brown-out", "the machine has no power for 5 s", ("power-cut", {"for_s": 5})),
        # What it does.
        _row("runaway", "the belt runs up to 8 km/h", "runaway"),
        _row("creep", "after a stop the belt creeps at 0.3 km/h", "creep-after-stop"),
        _row("stall", "the belt stands under its load", "stall"),
        _row("jam", "the belt is blocked for 3 s and then jumps", ("jam", {"for_s": 3})),
        _row("self-start", "3 s later the belt starts by itself", "self-start"),
        _row("ignores-three-stops", "the machine ignores three stops", "ignores-stop"),
        _row(
            "ignores-all-stops",
            "the machine ignores every stop",
            ("ignores-stop", {"count": 100_000}),
        ),
        _row("ignores-speeds", "the machine ignores every speed", "ignores-speed"),
        _row("wrong-unit", "speeds are taken for the other unit", "wrong-unit"),
        Fault(
            "control-revoked",
            "the machine takes its control point away",
            (("control-revoke", {}),),
            machines=frozenset({"ftms"}),
            why_not="a serial line has one host",
        ),
        Fault(
            "control-stolen",
            "a second client takes control",
            (("control-steal", {}),),
            machines=frozenset({"ftms"}),
            why_not="a serial line has one host",
        ),
        # Who steers.
        _outside("core-silent", "the core hangs", core_answers=False),
        Fault(
            "late-setpoints",
            "the core's requests all carry the time of the first",
            also=_late_setpoints,
        ),
        _outside("core-gone", "the core dies", core_alive=False, core_answers=False),
        _outside("gate-late", f"one tick of the gate is {LATE_MS} ms late", late_ms=LATE_MS),
        _outside("suspended", "the computer slept for 5 s", suspended_ms=SLEPT_MS),
        # Not faults, and in every state as well: whoever says stop.
        _outside("signal", "the gate is told to end by a signal", stop=Reaction.FAST_STOP),
        Fault("soft-stop", "somebody presses stop", also=lambda rig: rig.session.stop()),
        Fault("fast-stop", "somebody presses fast stop", also=lambda rig: rig.session.fast_stop()),
        Fault(
            "e-stop", "somebody presses the strongest stop", also=lambda rig: rig.session.e_stop()
        ),
    )
}
