"""A walk on a treadmill with each quirk that real ones have: what treadctl makes of it.

One run per quirk and profile, kept: the tests judge it, and docs/ftms-quirks.md is written from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

from simulator.machines.ftms_quirks import QUIRKS
from simulator.options import MachineOptions
from tests.rig import SHORT, Rig, programme, step
from treadctl.causes import Cause
from treadctl.core.machine import SessionState
from treadctl.core.programme import StepKind

UNKNOWN: Final = "unknown"
"""The conservative profile: what a machine gets that nobody has measured."""
PROFILES: Final = {
    # Matched by maker and model: that is how the simulator calls such a machine.
    "needs-start-first": "sim-needs-start-first",
    "silent-after-stop": "sim-silent-after-stop",
    "false-user-stop-status": "sim-false-user-stop-status",
    "ramp-status-stream": "sim-ramp-status-stream",
    "safety-key-status": "sim-safety-key-status",
    # Named by a person who knows the machine.
    "control-twice": "control-twice",
    "mph-everywhere": "miles",
    "mph-range": "fitshow-fs-bt-t4",
}
"""Which profile knows a quirk, where one does."""
FAST: Final = programme(
    step(StepKind.WARMUP, 30, 150),
    step(StepKind.REVERSE, 20, 100),
    step(StepKind.COOLDOWN, 20, 100),
)
"""For a machine that cannot walk as slowly as SHORT."""
PLANS: Final = dict.fromkeys(("mph-steps", "mph-everywhere", "mph-range"), FAST)


def _pull_the_key(rig: Rig) -> None:
    rig.run_until(SessionState.WARM_UP)
    rig.run_for(8_000)
    rig.act("key-pull")


def _lose_the_link(rig: Rig) -> None:
    rig.run_until(SessionState.WARM_UP)
    rig.run_for(8_000)
    rig.act("link-drop", for_s=10)


HAPPENS: Final[dict[str, tuple[str, Callable[[Rig], None]]]] = {
    "safety-key-status": ("its key is pulled", _pull_the_key),
    "safety-key-power-cut": ("its key is pulled", _pull_the_key),
    "keeps-running-on-link-loss": ("the link is lost for 10 s", _lose_the_link),
    "stops-on-link-loss": ("the link is lost for 10 s", _lose_the_link),
}
"""What some quirks wait for, in the middle of the warm-up."""


@dataclass(frozen=True, slots=True)
class Walked:
    """What a run came to."""

    exit_code: int
    causes: tuple[str, ...]
    """Of its stops, in order; of what was refused where nothing had to be stopped."""
    profile: str
    """What it was said to be driven by; empty if it never came to that."""
    moved: bool
    stands: bool
    peak_ckmh: float
    """In truth."""
    caught_ms: float
    """From the belt's first motion to the first stop; 0 without one."""
    never_events: frozenset[str]


@cache
def walked(quirk: str, profile: str = UNKNOWN) -> Walked:
    """Walk it. *profile* "" is what its maker and model are matched to."""
    rig = Rig(
        "ftms",
        PLANS.get(quirk, SHORT),
        options=MachineOptions(quirks=(quirk,)),
        profile=profile,
    )
    Rig.made.remove(rig)  # judged here, and once
    if quirk in HAPPENS:
        HAPPENS[quirk][1](rig)
    finished = rig.run()
    first_ms = next((line["t_ms"] for line in rig.truth if line["belt_ckmh"] > 0), None)
    stops = rig.told("stop")
    return Walked(
        exit_code=finished["exit_code"],
        causes=tuple(cause for _, cause in rig.stops()) or tuple(rig.refused()),
        profile=next((event["profile"] for event in rig.told("machine")), ""),
        moved=first_ms is not None,
        stands=rig.belt_stands(),
        peak_ckmh=max(line["belt_ckmh"] for line in rig.truth),
        caught_ms=max(0.0, stops[0]["t_ms"] - first_ms) if stops and first_ms else 0.0,
        never_events=frozenset(violation.name for violation in rig.violations()),
    )


def walked_as_known(quirk: str) -> Walked:
    """The same with the profile that knows it: matched, or named by a person."""
    profile = PROFILES[quirk]
    return walked(quirk, "" if profile.startswith("sim-") else profile)


def summary(quirk: str) -> str:
    """The quirk in a sentence, and what happens meanwhile."""
    text = QUIRKS[quirk].summary.replace(" The default.", "")
    return f"{text} Here {HAPPENS[quirk][0]}." if quirk in HAPPENS else text


def does(run: Walked) -> str:
    """What treadctl does, in a few words."""
    match run:
        case Walked(exit_code=0, never_events=happened) if happened:
            return "walks the plan too fast, and nothing tells it"
        case Walked(exit_code=0):
            return "walks the plan to its end"
        case Walked(moved=False, exit_code=5):
            return "does not drive it: exit 5"
        case Walked(exit_code=16, stands=False):
            return "tries to stop it for 30 s and gives the alarm: exit 16"
        case Walked(exit_code=16):
            return "stops it, and says that nothing proves it: exit 16"
        case _:
            return f"stops it: exit {run.exit_code}"


def seen(run: Walked) -> str:
    """Code and sentence of each cause that staff are told, in order."""
    causes = [Cause(name) for name in dict.fromkeys(run.causes)]
    return " ".join(f"{cause.text.code} {cause.text.sentence}" for cause in causes)
