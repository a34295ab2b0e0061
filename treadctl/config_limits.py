"""How people spell the limits of safety.md 4.2 in files, and what a file may choose.

The numbers are `treadctl.safety.limits`' own; this module only gives them the units that
people think in (km/h, seconds, per cent) and converts exactly: a value that does not fall
on the internal step is an error, never rounded (SR-42).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from treadctl.config_problems import Complaints, KeyPath, shown, unknown_keys
from treadctl.safety import limits as safety
from treadctl.safety.limits import RULES, Limits


@dataclass(frozen=True, slots=True)
class Spelling:
    """One limit as a file writes it."""

    field: str
    """Its name in `Limits`."""
    key: str
    unit: str
    scale: int
    """Internal steps per unit: 100 for km/h."""
    low: int
    high: int
    """The range a file may choose, in internal steps."""
    why: str

    def people(self, steps: int) -> str:
        """*steps* in the unit of the key: 450 is ``4.5``."""
        return people(steps, self.scale)

    @property
    def allowed(self) -> str:
        return f"{self.people(self.low)} to {self.people(self.high)} {self.unit}".rstrip()


_UNITS: Final = (
    ("_ckmh_s", "_kmh_s", "km/h per second", 100),
    ("_ckmh", "_kmh", "km/h", 100),
    ("_ms", "_s", "s", 1_000),
    ("_permille", "_percent", "%", 10),
    ("_percent", "_percent", "%", 1),
)

_USER_HIGH: Final = {"v_start_ckmh": 80, "hr_limit_percent": 75}
"""Where safety.md 4.2 lets a user choose less than the ceiling: `v_start` reaches 1.0 only
through a machine's own minimum, and the heart-rate limit is "lower only"."""


def _spelling(field: str) -> Spelling:
    rule = RULES[field]
    suffix, ours, unit, scale = next(row for row in _UNITS if field.endswith(row[0]))
    key = field.removesuffix(suffix) + ours
    return Spelling(field, key, unit, scale, rule.low, _USER_HIGH.get(field, rule.high), rule.why)


SPELLINGS: Final[dict[str, Spelling]] = {
    spelling.key: spelling for spelling in map(_spelling, (f.name for f in fields(Limits)))
}
_BY_FIELD: Final = {spelling.field: spelling for spelling in SPELLINGS.values()}


def people(steps: int, scale: int) -> str:
    """*steps* of 1/scale as a plain decimal: no exponent, no trailing zeros."""
    whole = Decimal(steps) / scale
    return f"{whole.normalize():f}"


def exact_steps(value: int | Decimal, scale: int) -> int | None:
    """*value* in steps of 1/scale, or None where it lies between two steps.

    Not done in binary floating point, nor at a decimal context's precision: 4.50…01 with any
    number of zeros is not 4.5. Absurd exponents are answered without building the number.
    """
    if isinstance(value, Decimal):
        if not value:
            return 0
        if value.adjusted() > 15:
            return -(10**18) if value.is_signed() else 10**18
        if value.adjusted() < -15:
            return None
    steps = Fraction(value) * scale
    return steps.numerator if steps.denominator == 1 else None


def read_number(
    complaints: Complaints, path: KeyPath, value: object, spelling: Spelling
) -> int | None:
    """*value* in internal steps, or None after a complaint naming the allowed range."""
    remedy = f"Choose {spelling.allowed}: {spelling.why}"
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        complaints.add(path, f"{shown(value)} is not a number", remedy)
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        complaints.add(path, f"{shown(value)} is not a finite number", remedy)
        return None
    steps = exact_steps(value, spelling.scale)
    if steps is None:
        step = f"{people(1, spelling.scale)} {spelling.unit}".rstrip()
        complaints.add(path, f"{shown(value)} is finer than the step of {step}", remedy)
        return None
    if not spelling.low <= steps <= spelling.high:
        complaints.add(path, f"{shown(value)} is outside {spelling.allowed}", remedy)
        return None
    return steps


def read_limits(complaints: Complaints, path: KeyPath, table: object, base: Limits) -> Limits:
    """*base* with what *table* changes; a bad value is a complaint and changes nothing."""
    if not isinstance(table, Mapping):
        complaints.add(path, f"{shown(table)} is not a table", f"Write a [{path[-1]}] table")
        return base
    unknown_keys(complaints, path, table, SPELLINGS)
    chosen: dict[str, int] = {}
    bad: set[str] = set()
    for key, value in table.items():
        if (spelling := SPELLINGS.get(key)) is None:
            continue
        steps = read_number(complaints, (*path, key), value, spelling)
        if steps is None:
            bad.add(spelling.field)
        else:
            chosen[spelling.field] = steps
    limits = replace(base, **chosen)
    _complain_of_pairs(complaints, path, limits, set(chosen), bad)
    return limits


def _complain_of_pairs(
    complaints: Complaints, path: KeyPath, limits: Limits, chosen: set[str], bad: set[str]
) -> None:
    """Two limits that contradict each other, told once, at a key that this table wrote."""
    for problem in safety.problems(limits):
        both = [problem.key, *(f for f in _FIELD.findall(problem.message) if f in _BY_FIELD)]
        written = [field for field in both if field in chosen]
        if not written or bad.intersection(both):
            continue
        lower = _BY_FIELD[problem.key]
        complaints.add(
            (*path, _BY_FIELD[written[0]].key),
            f"{lower.key} = {lower.people(problem.value)} {_respelt(problem.message)}",
            f"Lower {lower.key} to {lower.people(problem.high)} or less, or raise the other",
        )


_FIELD: Final = re.compile(r"[a-z_]+")
_EQUATION: Final = re.compile(r"(\w+) = (\d+)")


def _respelt(message: str) -> str:
    def people_of(match: re.Match[str]) -> str:
        spelling = _BY_FIELD[match[1]]
        return f"{spelling.key} = {spelling.people(int(match[2]))}"

    return _EQUATION.sub(people_of, message)
