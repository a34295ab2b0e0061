"""What may stand in a plan file: every key, its type, and what is said about a wrong one.

The models are strict: a bool is no number, a quoted number is a text, an unknown key is an
error. Ranges that depend on the person or the machine are not here but in `plan_lint`.
"""

import difflib
from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from treadctl.core.plan_tree import Scalar, Tree

SCHEMA: Final = 1
"""The one version of the format there is. A later one is read by later software only."""
NAME_MAX: Final = 60
CUE_MAX: Final = 200


def _printable(text: str) -> str:
    # A plan is somebody else's file and its words go to a terminal.
    if not text.isprintable():
        raise ValueError("it holds a line break or a control character")
    return text


Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX), AfterValidator(_printable)]
Cue = Annotated[str, Field(min_length=1, max_length=CUE_MAX), AfterValidator(_printable)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Strict(BaseModel):
    """Base of every part of a plan."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Header(Strict):
    """The file as a whole. `steps` is read row by row, so that each row's errors are its own."""

    schema_: Annotated[int, Field(alias="schema", ge=SCHEMA, le=SCHEMA)]
    title: Name = ""
    profile: Literal["novice", "knee", "older", "trained"] = "novice"
    steps: Annotated[list[Any], Field(min_length=1)]


class RestRow(Strict):
    """A stop between two bouts. Whether a value was given is asked of `model_fields_set`."""

    kind: str
    name: Name = ""
    cue: Cue = ""
    seconds: Positive = 1.0
    minutes: Positive = 1.0


class SteadyRow(RestRow):
    """One speed from beginning to end: walk and reverse."""

    speed_kmh: Positive = 1.0
    speed_mph: Positive = 1.0
    incline_percent: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0


class RampRow(SteadyRow):
    """One speed, or two to ramp between: warmup and cooldown."""

    from_kmh: Positive = 1.0
    to_kmh: Positive = 1.0
    from_mph: Positive = 1.0
    to_mph: Positive = 1.0


class RepeatRow(Strict):
    """Rows to be run several times over."""

    kind: str
    times: Annotated[int, Field(ge=1, le=100)]
    steps: Annotated[list[Any], Field(min_length=1)]


ROWS: Final[dict[str, type[Strict]]] = {
    "warmup": RampRow,
    "walk": SteadyRow,
    "reverse": SteadyRow,
    "rest": RestRow,
    "cooldown": RampRow,
    "repeat": RepeatRow,
}

_UNITLESS: Final = {
    "speed": "Say the unit: `speed_kmh` or `speed_mph`",
    "pace": "Give a speed: `speed_kmh` or `speed_mph`",
    "from": "Say the unit: `from_kmh` or `from_mph`",
    "to": "Say the unit: `to_kmh` or `to_mph`",
    "time": "Say the unit: `seconds` or `minutes`",
    "duration": "Say the unit: `seconds` or `minutes`",
    "length": "Say the unit: `seconds` or `minutes`",
    "incline": "Say the unit: `incline_percent`",
    "grade": "Write `incline_percent`",
    "slope": "Write `incline_percent`",
    "direction": "Leave it out: the kind says which way the person walks",
    "<<": "Write the values out; there is no merging",
}


def keys_of(model: type[Strict]) -> tuple[str, ...]:
    """Return the keys a person may write, in the order of the model."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def nearest(word: str, known: Collection[str]) -> str | None:
    """Return the known word that *word* was probably meant to be."""
    found = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return found[0] if found else None


def remedy_for_key(key: str, known: tuple[str, ...]) -> str:
    """Say what to write instead of the unknown *key*."""
    near = nearest(key, known)
    if key in _UNITLESS:
        # A rest has neither speed nor incline: naming its unit would lead astray.
        hint = _UNITLESS[key]
        if not hint.startswith("Say") or any(word in hint for word in known):
            return hint
    if near is not None:
        return f"Did you mean `{near}`?"
    return f"Known here: {', '.join(known)}"


def explain(kind_of_error: str, context: dict[str, Any], tree: Tree | None) -> tuple[str, str]:
    """Return message and remedy for one of pydantic's errors about the value *tree*."""
    shown = show(tree)
    match kind_of_error:
        case "missing":
            return "is missing", "Add it"
        case "float_type" | "float_parsing" | "finite_number":
            return f"{shown} is not a number", _number_remedy(tree)
        case "int_type" | "int_from_float" | "int_parsing":
            return f"{shown} is not a whole number", _number_remedy(tree)
        case "string_type":
            return f"{shown} is not a text", 'Put it in quotes: "..."'
        case "string_too_short":
            return "is empty", "Write something, or leave the key out"
        case "string_too_long":
            longest = context["max_length"]
            return f"longer than {longest} characters", "It has to fit on a screen and be spoken"
        case "greater_than":
            return f"{shown} must be above 0", "Speeds and times have no sign; the kind says which"
        case "greater_than_equal":
            return f"{shown} is below {context['ge']:g}", f"Give {context['ge']:g} or more"
        case "less_than_equal":
            return f"{shown} is above {context['le']:g}", f"Give {context['le']:g} or less"
        case "literal_error":
            return f"{shown} is not known", f"Write {context['expected'].replace(chr(39), '')}"
        case "list_type":
            return f"{shown} is not a list", "Write one `- kind: ...` per step below it"
        case "too_short":
            return "has no steps", "Write at least one `- kind: ...` below it"
        case "value_error":
            return str(context["error"]), "Write it on one line, without escapes"
        case _:
            return f"{shown} cannot be used", "See docs/plans.md"


def show(tree: Tree | None) -> str:
    """Return the value as a person would recognise it, never at length."""
    if not isinstance(tree, Scalar):
        return "this"
    if tree.value is None:
        return "nothing"
    if isinstance(tree.value, bool):
        return str(tree.value).lower()
    if isinstance(tree.value, str):
        text = tree.value if tree.value.isprintable() else ascii(tree.value)[1:-1]
        return f'"{text[:40]}..."' if len(text) > 40 else f'"{text}"'
    return f"{tree.value:g}"


def _number_remedy(tree: Tree | None) -> str:
    value = tree.value if isinstance(tree, Scalar) else None
    if isinstance(tree, Scalar) and tree.quoted:
        return "Write the number without quotes"
    if isinstance(value, str):
        if ":" in value:
            return "Write a plain number of seconds or minutes, such as 90 or 1.5"
        if "," in value:
            return "Use a point for decimals: 2.5"
        if value[:1].isdigit() and value[-1:].isalpha():
            return "Write the number alone: the unit is in the key"
    return "Write a plain decimal number, such as 2 or 2.5"
