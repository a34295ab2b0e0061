"""A person who walks, as somebody wrote them down. Values only; nothing here is decided.

A person can only be more careful than their profile: own caps lower limits, never raise one
(safety.md 4.2, product.md N9).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from treadctl.core.profile import Profile

CHILD_AGE: Final = 14
"""Safety.md 2.2: below this age nothing is offered."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What somebody prescribed for this person; None where nobody said anything.

    The fields are those of `Limits` of which less is safer, by the same names.
    """

    v_rev_max_ckmh: int | None = None
    v_rev_max_beltrev_ckmh: int | None = None
    v_fwd_max_ckmh: int | None = None
    a_up_rev_ckmh_s: int | None = None
    a_up_fwd_ckmh_s: int | None = None
    incline_rev_max_permille: int | None = None
    bout_max_ms: int | None = None
    reverse_total_max_ms: int | None = None
    session_max_ms: int | None = None
    hr_limit_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """Who looked at this person's prescription, and for how long that holds."""

    by: str
    on: date
    until: date

    def holds(self, today: date) -> bool:
        """Whether it is in force; one dated ahead is not, yet."""
        return self.on <= today <= self.until


@dataclass(frozen=True, slots=True)
class Questions:
    """The first-run questionnaire (safety.md 2.4). No answer is kept, only whether one was yes."""

    any_yes: bool
    asked_on: date
    clinician_ok_on: date | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One file of the people directory."""

    id: str
    """The file's name without ``.toml``. Records carry this and nothing else about anybody."""
    name: str
    """Name or initials, as shown on the screen."""
    profile: Profile
    caps: Caps = field(default_factory=Caps)
    review: Review | None = None
    questions: Questions | None = None
    body_mass_g: int | None = None
    """For the energy estimate only."""
    year_of_birth: int | None = None
    """For the heart-rate limit only."""

    def age(self, today: date) -> int | None:
        """The age reached in this year; at most a year too old, which lowers the limit."""
        return None if self.year_of_birth is None else today.year - self.year_of_birth
