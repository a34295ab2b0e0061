"""Who is walking: the four profiles of safety.md 2.2 and the limits they bring (4.2).

**How config and profile combine.** Both are sources of limits, and of independent sources
the smallest wins (4.2). A default, though, is not a source: it is what holds where nobody
has said anything. So where the config file says nothing about a key, the profile's figure
replaces the default, in either direction (a trained person's 4.5 km/h is above the default
2.5, an older person's 1.6 below it); where the config file does say something, the smaller
of the two holds. A site that writes ``v_rev_max_kmh = 2.0`` therefore keeps its 2.0 for
every profile, and one that writes 4.5 still walks novices at 2.5.

The lengths of warm-up and cooldown work the same way round: 180 s is what we write into
the built-in plans; a plan file may go down to the 120 s of SR-43 unless config asks for more.

A machine's own cap (class C, SR-54) is a third source: take the minimum of it afterwards.
"""

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Final

from treadctl.safety.limits import RULES, Limits


class Profile(Enum):
    """Whom a plan is written for."""

    NOVICE = "novice"
    KNEE = "knee"
    OLDER = "older"
    TRAINED = "trained"

    @property
    def title(self) -> str:
        """The profile in a headline."""
        return _TITLES[self]


_TITLES: Final = {
    Profile.NOVICE: "Novice",
    Profile.KNEE: "Knee osteoarthritis",
    Profile.OLDER: "Older adults",
    Profile.TRAINED: "Trained",
}


@dataclass(frozen=True, slots=True)
class _Caps:
    v_rev_max_ckmh: int
    reverse_total_max_ms: int
    session_max_ms: int = 2_400_000


_CAPS: Final = {
    Profile.NOVICE: _Caps(250, 720_000),
    Profile.KNEE: _Caps(250, 720_000),
    Profile.OLDER: _Caps(160, 720_000),
    Profile.TRAINED: _Caps(450, 1_200_000),
}
_DEFAULTS: Final = Limits()


def ceilings_of(profile: Profile) -> dict[str, int]:
    """The highest that each limit can be for *profile*, whatever config and person say."""
    caps = _CAPS[profile]
    own = {
        **{f.name: getattr(caps, f.name) for f in fields(_Caps)},
        "v_rev_max_beltrev_ckmh": caps.v_rev_max_ckmh,
        "bout_max_ms": caps.reverse_total_max_ms,
    }
    return {key: min(rule.high, own.get(key, rule.high)) for key, rule in RULES.items()}


def limits_for(profile: Profile | None, base: Limits, configured: Collection[str] = ()) -> Limits:
    """Return the limits a person of *profile* walks under (see the module's text).

    *configured* names the fields of *base* that a config file spoke about. A field that
    differs from its default counts as spoken about without being named, so forgetting to
    name one can only matter for a config that repeats a default.
    """
    said = {f.name for f in fields(Limits) if getattr(base, f.name) != getattr(_DEFAULTS, f.name)}
    said.update(configured)
    changes: dict[str, int] = {}
    for key in ("warmup_min_ms", "cooldown_min_ms"):
        if key not in said:
            changes[key] = RULES[key].low
    if profile is not None:
        caps = _CAPS[profile]
        for f in fields(_Caps):
            own = getattr(caps, f.name)
            changes[f.name] = min(own, getattr(base, f.name)) if f.name in said else own
        changes["v_rev_max_beltrev_ckmh"] = min(base.v_rev_max_beltrev_ckmh, caps.v_rev_max_ckmh)
        # A profile may not widen one limit past another that config has narrowed.
        changes["reverse_total_max_ms"] = min(
            changes["reverse_total_max_ms"], changes["session_max_ms"]
        )
        changes["bout_max_ms"] = min(base.bout_max_ms, changes["reverse_total_max_ms"])
    return replace(base, **changes)
