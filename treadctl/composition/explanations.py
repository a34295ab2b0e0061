"""Looks up a code or a cause, whoever tells it, and what a program that ends on it exits with."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from treadctl.causes import Cause
from treadctl.composition.disturbances import DISTURBANCES
from treadctl.core.exit_codes import Ending, ExitCode, Reason, exit_code
from treadctl.core.refusals import FOR_GOOD, OWN, TO_COOLDOWN, InputRefusal
from treadctl.errors import TreadctlError
from treadctl.hazards import hazards_of
from treadctl.model import Reaction
from treadctl.requirements import requirement_of
from treadctl.safety.explain import Explanation, explain


class UnknownWord(TreadctlError):
    """Nothing is called that. Lists what is."""

    def __init__(self, kind: str, word: str, known: tuple[str, ...]) -> None:
        near = get_close_matches(word.lower(), known, n=3)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        listed = [each for each in known if not _code(each)]
        super().__init__(f"There is no {kind} {word!r}.{meant}\nKnown: {', '.join(listed)}.")


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation, and how it shows from outside."""

    explanation: Explanation
    exit_code: ExitCode | None
    """Of a run that ends on it with the belt proved to stand; None: it ends none by itself."""
    faults: tuple[str, ...] = ()
    """What `treadctl explain --fault` shows it with."""


def explained(word: str) -> Explained:
    """Return what is known under *word*: ``F-016``, ``f-16`` or ``strap_open``.

    Raises:
        UnknownWord: nothing is.
    """
    by_word = {each.explanation.cause: each for each in everything()}
    by_code = {each.explanation.code: each for each in everything()}
    found = by_code.get(_code(word)) or by_word.get(word.lower().replace("-", "_"))
    if found is None:
        raise UnknownWord("cause or code", word, (*by_code, *by_word))
    return found


def everything() -> tuple[Explained, ...]:
    """Return all of them, by requirement."""
    found = [
        Explained(explain(cause), exit_code_of(cause), tuple(faults_of(cause))) for cause in Cause
    ]
    found += [Explained(_of_input(refusal), None) for refusal in OWN]
    return tuple(sorted(found, key=_order))


def faults_of(cause: Cause) -> Iterator[str]:
    """Yield the disturbances whose likeliest cause this is."""
    for disturbance in DISTURBANCES.values():
        if disturbance.causes[0] is cause:
            yield disturbance.name


def exit_code_of(cause: Cause) -> ExitCode | None:
    """Return what a run exits with that *cause* ended, unless nothing proves standstill."""
    if cause.value in FOR_GOOD:
        return exit_code(Ending(Reason.REFUSED, True))
    if cause is Cause.IDLE_LOCK:
        return exit_code(Ending(Reason.IDLE, True))
    if cause is Cause.VERSION_MISMATCH:
        return ExitCode.REFUSED_BY_SAFETY
    reaction = cause.text.reaction
    if reaction <= Reaction.HOLD:
        return None
    if reaction >= Reaction.FAST_STOP:
        return exit_code(Ending(Reason.REFUSED, True, cause))
    if (limit := TO_COOLDOWN.get(cause)) is not None:
        return exit_code(Ending(limit, True))
    if cause is Cause.OPERATOR_SOFT_STOP:
        return exit_code(Ending(Reason.OPERATOR_STOP, True))
    return exit_code(Ending(Reason.REFUSED, True))


def _of_input(refusal: InputRefusal) -> Explanation:
    requirement = requirement_of(refusal.code)
    return Explanation(
        refusal.code,
        refusal.cause,
        Reaction.REFUSE,
        refusal.sentence,
        "",
        (),
        requirement,
        hazards_of(requirement.number),
    )


def _code(word: str) -> str:
    """``f16`` and ``F-16`` are F-016."""
    digits = word.upper().removeprefix("F").removeprefix("-")
    return f"F-{int(digits):03d}" if digits.isascii() and digits.isdigit() else ""


def _order(each: Explained) -> tuple[int, int]:
    number = int(each.explanation.code.removeprefix("F-"))
    return number % 100, number
