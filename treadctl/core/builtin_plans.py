"""The plans everybody has: four profiles, six weeks each, from the table of safety.md 2.2.

They are written out as plan files and read like anybody's, so what is shown for one can be
saved, changed and run. They are meant for turn-around mode on a class-A machine (4.8.8).
"""

from dataclasses import dataclass
from typing import Final

from treadctl.core.plan_file import PlanFile, load_plan
from treadctl.core.profile import Profile

WEEKS: Final = 6


@dataclass(frozen=True, slots=True)
class _Week:
    bouts: int
    seconds: int
    kmh: str


_WEEKS: Final[dict[Profile, tuple[_Week, ...]]] = {
    Profile.NOVICE: (
        _Week(5, 60, "1.0"),
        _Week(5, 90, "1.3"),
        _Week(4, 120, "1.6"),
        _Week(4, 150, "1.8"),
        _Week(3, 180, "2.1"),
        _Week(2, 300, "2.3"),
    ),
    Profile.KNEE: (
        _Week(4, 60, "0.8"),
        _Week(4, 90, "0.8"),
        _Week(4, 120, "1.0"),
        _Week(4, 150, "1.2"),
        _Week(3, 180, "1.4"),
        _Week(2, 300, "1.6"),
    ),
    Profile.OLDER: (
        _Week(4, 45, "0.8"),
        _Week(4, 60, "0.8"),
        _Week(5, 60, "1.0"),
        _Week(5, 90, "1.0"),
        _Week(4, 120, "1.2"),
        _Week(4, 150, "1.4"),
    ),
    Profile.TRAINED: (
        _Week(5, 120, "1.5"),
        _Week(5, 120, "2.0"),
        _Week(5, 180, "2.4"),
        _Week(4, 240, "2.8"),
        _Week(4, 240, "3.2"),
        _Week(3, 360, "3.5"),
    ),
}


@dataclass(frozen=True, slots=True)
class _Forward:
    """Warm-up and cooldown of a profile."""

    warmup_minutes: int
    warmup_kmh: str
    cooldown_kmh: str


_FORWARD: Final = {
    Profile.NOVICE: _Forward(4, "3.0", "2.5"),
    Profile.KNEE: _Forward(5, "2.5", "2.0"),
    Profile.OLDER: _Forward(5, "2.0", "1.8"),
    Profile.TRAINED: _Forward(4, "5.0", "4.0"),
}

_TEXT: Final = """\
# {title}: {bouts} x {length} backward at {kmh} km/h, with a minute's rest between.
schema: 1
title: {title}
profile: {profile}
steps:
  - kind: warmup
    minutes: {warmup_minutes}
    from_kmh: 1.0
    to_kmh: {warmup_kmh}
    name: Warm-up
    cue: Walk forward and easy. Stand tall and let the arms swing.

  - kind: repeat
    times: {repeats}
    steps:
      - kind: reverse
        seconds: {seconds}
        speed_kmh: {kmh}
        name: Reverse walk
        cue: {cue}
      - kind: rest
        seconds: 60
        name: Rest
        cue: Rest for a minute. Stay facing as you are and breathe.

  - kind: reverse
    seconds: {seconds}
    speed_kmh: {kmh}
    name: Last reverse walk
    cue: The last one. Toes first, then the heel, one hand on the rail.

  - kind: cooldown
    minutes: 3
    from_kmh: {cooldown_kmh}
    to_kmh: 1.0
    name: Cooldown
    cue: Walk forward, slower and slower. Well done.
"""

_CUES: Final = {
    Profile.NOVICE: "Walk backward. Small steps, toes first, one hand on the rail.",
    Profile.KNEE: "Walk backward. Small steps, knees soft. Say so if it hurts.",
    Profile.OLDER: "Walk backward. Small steps, both hands on the rails, no hurry.",
    Profile.TRAINED: "Walk backward. Long, quiet steps, toes first, one hand near the rail.",
}


def builtin_names() -> tuple[str, ...]:
    """Return the names of all built-in plans, by profile and week: ``novice-1``."""
    return tuple(f"{profile.value}-{week}" for profile in Profile for week in range(1, WEEKS + 1))


def builtin_text(name: str) -> str:
    """Return the plan file of the built-in *name*.

    Raises:
        KeyError: there is no such plan.
    """
    if name not in builtin_names():
        raise KeyError(name)
    word, number = name.split("-")
    profile, index = Profile(word), int(number) - 1
    week, forward = _WEEKS[profile][index], _FORWARD[profile]
    return _TEXT.format(
        title=f"{profile.title}, week {index + 1}",
        profile=profile.value,
        bouts=week.bouts,
        repeats=week.bouts - 1,
        length=f"{week.seconds} s" if week.seconds < 60 else f"{week.seconds / 60:g} min",
        seconds=week.seconds,
        kmh=week.kmh,
        cue=_CUES[profile],
        warmup_minutes=forward.warmup_minutes,
        warmup_kmh=forward.warmup_kmh,
        cooldown_kmh=forward.cooldown_kmh,
    )


def builtin_plan(name: str) -> PlanFile:
    """Return the built-in *name*, read.

    Raises:
        KeyError: there is no such plan.
    """
    return load_plan(builtin_text(name), file=f"{name} (built in)", name=name)
