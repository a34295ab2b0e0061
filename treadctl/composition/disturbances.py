"""What can happen to a session, one thing at a time, as `treadctl explain --fault` knows it.

All of these reach the gate: as bytes, as a strap sample, as a request that comes or does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from treadctl.causes import Cause
from treadctl.composition.disturbed import DisturbedPlant
from treadctl.composition.virtual import Outside
from treadctl.core.session import Session
from treadctl.model import Mode, Reaction, StrapState

OVERRUN_MS: Final = 600
ASLEEP_MS: Final = 5_000
RUNAWAY_CKMH: Final = 2_200
CREEP_CKMH: Final = 50
SLIP_PERCENT: Final = 40
WATCHED_MS: Final = 12_000


@dataclass(slots=True)
class Scene:
    """Everything that something can happen to."""

    plant: DisturbedPlant
    outside: Outside
    session: Session
    now_ms: int
    cap_ckmh: int
    person_is_there: bool = True
    """Somebody answers what the session asks for."""

    @property
    def speed_ckmh(self) -> int:
        return self.plant.belt.speed_ckmh


@dataclass(frozen=True, slots=True)
class Disturbance:
    """One thing that can happen."""

    name: str
    sentence: str
    happens: Callable[[Scene], None]
    causes: tuple[Cause, ...] = ()
    """What it can be told as, the likeliest first."""
    machine: str | None = None
    """Only this kind of machine can say it."""
    mode: Mode = Mode.TURN_AROUND
    watched_ms: int = WATCHED_MS
    """So long may nothing follow before nothing follows."""
    note: str = ""
    shown_at: str = "reverse"
    """The place that shows it best."""


def _strap(state: StrapState) -> Callable[[Scene], None]:
    def happens(scene: Scene) -> None:
        scene.outside.strap = state

    return happens


def _belt(runs_to: Callable[[Scene], int]) -> Callable[[Scene], None]:
    def happens(scene: Scene) -> None:
        scene.plant.belt.runs_to_ckmh = runs_to(scene)

    return happens


def _jam(scene: Scene) -> None:
    scene.plant.belt.jammed = True


def _slip(scene: Scene) -> None:
    scene.plant.belt.slips_percent = SLIP_PERCENT


def _link(scene: Scene) -> None:
    scene.plant.link_up = False


def _mute(scene: Scene) -> None:
    scene.plant.mute = True


def _core_silent(scene: Scene) -> None:
    scene.outside.core_answers = False


def _core_killed(scene: Scene) -> None:
    scene.outside.core_answers = scene.outside.core_alive = False


def _core_behind(scene: Scene) -> None:
    scene.outside.asked_at_ms = scene.now_ms


def _overrun(scene: Scene) -> None:
    scene.outside.late_ms = OVERRUN_MS


def _suspended(scene: Scene) -> None:
    scene.outside.suspended_ms = ASLEEP_MS


def _signal(scene: Scene) -> None:
    scene.outside.stop = Reaction.FAST_STOP


def _alone(scene: Scene) -> None:
    scene.person_is_there = False


def _by_name(*rows: Disturbance) -> dict[str, Disturbance]:
    return {row.name: row for row in rows}


DISTURBANCES: Final = _by_name(
    Disturbance(
        "strap-pull",
        "The cord comes out of the strap switch.",
        _strap(StrapState.RELEASED),
        (Cause.STRAP_OPEN, Cause.STRAP_NOT_READY),
    ),
    Disturbance(
        "strap-unknown",
        "The strap cannot be read any more: its cable, its adapter, or its age.",
        _strap(StrapState.UNKNOWN),
        (Cause.STRAP_UNKNOWN, Cause.STRAP_NOT_READY),
    ),
    Disturbance(
        "machine-key",
        "The machine's own safety key is pulled.",
        lambda scene: scene.plant.pull_key(),
        (Cause.SAFETY_KEY, Cause.CONSOLE_STOP, Cause.TELEMETRY_STALE),
        note="A Woodway stops and says so, a Trackmaster loses its power, an FTMS machine says "
        "that it was its key.",
    ),
    Disturbance(
        "console-stop",
        "Somebody presses STOP at the machine.",
        lambda scene: scene.plant.press_stop(),
        (Cause.CONSOLE_STOP,),
    ),
    Disturbance(
        "console-slower",
        "Somebody slows the belt down at the machine.",
        lambda scene: scene.plant.set_speed(scene.speed_ckmh // 2),
        (Cause.CONSOLE_TOOK_OVER,),
        machine="ftms",
    ),
    Disturbance(
        "console-faster",
        "Somebody sets a speed above the cap at the machine.",
        lambda scene: scene.plant.set_speed(scene.cap_ckmh + 100),
        (Cause.CONSOLE_SPEED,),
        machine="ftms",
    ),
    Disturbance(
        "control-lost",
        "Another program takes the machine over.",
        lambda scene: scene.plant.take_control(),
        (Cause.CONTROL_LOST, Cause.CONTROL_MISSING),
        machine="ftms",
    ),
    Disturbance(
        "link-drop",
        "The connection to the treadmill is lost.",
        _link,
        (Cause.LINK_LOST,),
        note="What the belt does now is up to the machine: class A stops within a second, class B "
        "within the supervision time of its link (here four seconds), class C keeps running.",
    ),
    Disturbance(
        "telemetry-stale",
        "The treadmill says nothing any more, though it still hears.",
        _mute,
        (Cause.TELEMETRY_STALE, Cause.LINK_LOST),
    ),
    Disturbance(
        "telemetry-frozen",
        "The treadmill says the same again and again, whatever its belt does.",
        lambda scene: scene.plant.belt.freeze(),
        (Cause.TELEMETRY_FROZEN, Cause.NOT_STOPPING, Cause.DEVIATION),
        note="An FTMS machine has a clock of its own that stands still. Elsewhere it shows at the "
        "next change of speed, and a zero that was frozen before proves no standstill.",
    ),
    Disturbance(
        "overspeed",
        "The drive runs away, whatever it is told.",
        _belt(lambda scene: RUNAWAY_CKMH),
        (Cause.SURGE, Cause.OVERSPEED, Cause.UNEXPECTED_MOTION),
    ),
    Disturbance(
        "ignores-stop",
        "The drive keeps its speed, whatever it is told.",
        _belt(lambda scene: scene.speed_ckmh),
        (Cause.NOT_STOPPING, Cause.SURGE),
    ),
    Disturbance(
        "self-start",
        "The drive goes to half a kilometre per hour, whatever it is told.",
        _belt(lambda scene: CREEP_CKMH),
        (Cause.UNEXPECTED_MOTION,),
        shown_at="rest",
    ),
    Disturbance("stall", "The belt jams.", _jam, (Cause.STALL, Cause.DEVIATION)),
    Disturbance(
        "slip",
        "The belt runs 40 % slower than it is told.",
        _slip,
        (Cause.DEVIATION,),
    ),
    Disturbance(
        "core-silent",
        "The steering program hangs.",
        _core_silent,
        (Cause.CORE_SILENT,),
    ),
    Disturbance("core-killed", "The steering program is killed.", _core_killed, (Cause.CORE_GONE,)),
    Disturbance(
        "core-behind",
        "The steering program is alive, and repeats a wish that gets older and older.",
        _core_behind,
        (Cause.LEASE_EXPIRED,),
    ),
    Disturbance(
        "overrun",
        "The safety program gets no time to run for 0.6 s.",
        _overrun,
        (Cause.OVERRUN,),
    ),
    Disturbance(
        "suspended", "The computer sleeps for five seconds.", _suspended, (Cause.SUSPENDED,)
    ),
    Disturbance(
        "operator-soft-stop",
        "The operator stops.",
        lambda scene: scene.session.stop(),
        (Cause.OPERATOR_SOFT_STOP,),
    ),
    Disturbance(
        "operator-fast-stop",
        "The operator stops fast.",
        lambda scene: scene.session.fast_stop(),
        (Cause.OPERATOR_FAST_STOP,),
    ),
    Disturbance(
        "operator-e-stop",
        "The operator asks for the strongest stop.",
        lambda scene: scene.session.e_stop(),
        (Cause.OPERATOR_E_STOP,),
    ),
    Disturbance(
        "signal",
        "The safety program is told to end (SIGTERM, SIGINT or SIGHUP).",
        _signal,
        (Cause.SIGNAL_STOP,),
    ),
    Disturbance(
        "nobody-steps-on",
        "Nobody confirms that they are on the belt, or anything else.",
        _alone,
        (Cause.ON_BELT_MISSING,),
        watched_ms=35_000,
        shown_at="countdown",
    ),
    Disturbance(
        "hold-release",
        "The hold-to-run key is let go, with the belt running in reverse.",
        lambda scene: scene.session.hold(False),
        (Cause.HOLD_RELEASED,),
        machine="woodway-us",
        mode=Mode.BELT_REVERSE,
    ),
)
