"""The rows of a plan, read from its tree: every key judged, every problem with its line.

Nothing here knows a limit of a person or a machine. A row that is wrong is left out and what
is right is read on, so that one reading finds everything there is to find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from pydantic import ValidationError

from treadctl.core.plan_schema import (
    ROWS,
    SCHEMA,
    Header,
    RepeatRow,
    RestRow,
    Strict,
    explain,
    keys_of,
    nearest,
    remedy_for_key,
    show,
)
from treadctl.core.plan_tree import Broken, Items, Scalar, Table, Tree, read_tree
from treadctl.core.profile import Profile
from treadctl.core.programme import Lines, Step, StepKind
from treadctl.errors import Problem
from treadctl.units import (
    ckmh_from_kmh,
    ckmh_from_mph,
    format_minutes,
    ms_from_minutes,
    ms_from_seconds,
    permille_from_percent,
)

STEPS_MAX: Final = 200
STEP_MIN_MS: Final = 5_000
STEP_MAX_MS: Final = 1_800_000
"""SR-43."""

_RAMPS: Final = (("from_kmh", "to_kmh"), ("from_mph", "to_mph"))
_STEADY: Final = (("speed_kmh",), ("speed_mph",))


@dataclass(frozen=True, slots=True)
class Row:
    """One step as the file has it, repeats written out."""

    line: int
    kind: StepKind | None
    """None while the kind itself is wrong."""
    step: Step | None
    """None while something in the row is wrong."""


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """What a file says, as far as it could be read."""

    title: str = ""
    profile: Profile | None = None
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class _Block:
    """What one entry of `steps` stands for: a row, or the rows of a repeat."""

    rows: tuple[Row, ...]
    times: int = 1


class PlanReader:
    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file

    def read(self, data: bytes) -> ReadPlan:
        """Return what *data* says; `problems` then holds everything wrong with it."""
        tree, flaws = read_tree(data)
        for flaw in flaws:
            self._say(flaw.line, flaw.key, flaw.message, flaw.remedy)
        if not isinstance(tree, Table):
            if tree is not None and not isinstance(tree, Broken):
                self._say(
                    tree.line, "", "this is not a plan", "Begin with `schema: 1` and `steps:`"
                )
            return ReadPlan()
        header = self._validate(tree, Header, "")
        title, profile = "", None
        if isinstance(header, Header):
            title = header.title
            profile = Profile(header.profile) if "profile" in header.model_fields_set else None
        steps = tree.entries.get("steps")
        blocks = self._blocks(steps.tree) if steps is not None else ()
        return ReadPlan(title, profile, self._written_out(blocks))

    def _written_out(self, blocks: Sequence[_Block]) -> tuple[Row, ...]:
        count = sum(len(block.rows) * block.times for block in blocks)
        written_out = (row for block in blocks for row in block.rows * block.times)
        if count <= STEPS_MAX:
            return tuple(written_out)
        first_too_many = next(islice(written_out, STEPS_MAX, None))
        self._say(
            first_too_many.line,
            "steps",
            f"{count} steps with the repeats written out, more than {STEPS_MAX};"
            " this one is the first too many",
            "Shorten the plan",
        )
        return tuple(row for block in blocks for row in block.rows)

    def _blocks(self, tree: Tree, *, inside_repeat: bool = False) -> tuple[_Block, ...]:
        if not isinstance(tree, Items):
            return ()
        return tuple(self._block(item, inside_repeat=inside_repeat) for item in tree.items)

    def _block(self, tree: Tree, *, inside_repeat: bool) -> _Block:
        unknown = _Block((Row(tree.line, None, None),))
        if isinstance(tree, Broken):
            return unknown
        if not isinstance(tree, Table):
            self._say(
                tree.line, "", f"{show(tree)} is not a step", "Write `- kind: ...` and its keys"
            )
            return unknown
        word = self._kind(tree)
        if word is None:
            return unknown
        row = self._validate(tree, ROWS[word], word)
        if word == "repeat":
            return self._repeat(tree, row, inside_repeat=inside_repeat)
        kind = StepKind(word)
        step = self._step(tree, kind, row) if isinstance(row, RestRow) else None
        return _Block((Row(tree.line, kind, step),))

    def _kind(self, tree: Table) -> str | None:
        entry = tree.entries.get("kind")
        if entry is None:
            word = next((key for key in tree.entries if key in ROWS), None)
            remedy = (
                f"Write `kind: {word}`, with its keys beside it"
                if word is not None
                else f"Write one of {', '.join(ROWS)}"
            )
            self._say(tree.line, "kind", "is missing", remedy)
            return None
        value = entry.tree.value if isinstance(entry.tree, Scalar) else None
        if isinstance(value, str) and value in ROWS:
            return value
        if not isinstance(entry.tree, Broken):
            near = nearest(str(value), ROWS)
            remedy = f"Did you mean `{near}`?" if near else f"Write one of {', '.join(ROWS)}"
            self._say(entry.line, "kind", f"{show(entry.tree)} is not a kind of step", remedy)
        return None

    def _repeat(self, tree: Table, row: Strict | None, *, inside_repeat: bool) -> _Block:
        unknown = Row(tree.line, None, None)
        if inside_repeat:
            self._say(tree.line, "repeat", "a repeat inside a repeat", "Write the inner steps out")
            return _Block((unknown,))
        entry = tree.entries.get("steps")
        blocks = self._blocks(entry.tree, inside_repeat=True) if entry is not None else ()
        rows = tuple(row for block in blocks for row in block.rows)
        for inner in rows:
            if inner.kind in (StepKind.WARMUP, StepKind.COOLDOWN):
                self._say(
                    inner.line, inner.kind.value, "cannot be repeated", "Move it out of the repeat"
                )
        if isinstance(row, RepeatRow):
            return _Block(rows, row.times)
        # How often is unknown, so what comes next to what is unknown as well.
        return _Block((*rows, unknown))

    def _step(self, tree: Table, kind: StepKind, row: RestRow) -> Step | None:
        lines = Lines(
            step=tree.line,
            duration=_line_of(tree, "seconds", "minutes"),
            speed=_line_of(tree, "to_kmh", "to_mph", "speed_kmh", "speed_mph"),
            incline=_line_of(tree, "incline_percent"),
        )
        before = len(self.problems)
        duration_ms = self._duration(tree, kind, row)
        from_ckmh, speed_ckmh = (0, 0) if kind is StepKind.REST else self._speeds(tree, kind, row)
        incline_permille = self._converted(
            tree, kind, "incline_percent", getattr(row, "incline_percent", 0.0)
        )
        if len(self.problems) > before:
            return None
        return Step(
            kind=kind,
            duration_ms=duration_ms,
            speed_ckmh=speed_ckmh,
            from_ckmh=from_ckmh,
            incline_permille=incline_permille,
            name=row.name or kind.title,
            cue=row.cue,
            lines=lines,
        )

    def _duration(self, tree: Table, kind: StepKind, row: RestRow) -> int:
        given = [key for key in ("seconds", "minutes") if key in row.model_fields_set]
        if len(given) != 1:
            self._one_of(tree, kind, given, "how long", "`seconds` or `minutes`")
            return 0
        (key,) = given
        duration_ms = self._converted(tree, kind, key, getattr(row, key))
        if duration_ms and not STEP_MIN_MS <= duration_ms <= STEP_MAX_MS:
            self._say(
                tree.entries[key].line,
                f"{kind.value}.{key}",
                f"{format_minutes(duration_ms)} is outside {format_minutes(STEP_MIN_MS)}"
                f" to {format_minutes(STEP_MAX_MS)}",
                "Make the step longer, or split it" if duration_ms < STEP_MIN_MS else "Shorten it",
            )
        return duration_ms

    def _speeds(self, tree: Table, kind: StepKind, row: RestRow) -> tuple[int, int]:
        choices = _STEADY + _RAMPS if "from_kmh" in keys_of(type(row)) else _STEADY
        known = [key for choice in choices for key in choice]
        given = tuple(key for key in known if key in row.model_fields_set)
        if given not in choices:
            offer = "`speed_kmh` or `speed_mph`"
            if choices is not _STEADY:
                offer += ", or `from_kmh` with `to_kmh`, or `from_mph` with `to_mph`"
            self._one_of(tree, kind, given, "how fast", offer)
            return 0, 0
        speeds = [self._converted(tree, kind, key, getattr(row, key)) for key in given]
        return speeds[0], speeds[-1]

    def _one_of(
        self, tree: Table, kind: StepKind, given: Sequence[str], question: str, offer: str
    ) -> None:
        if given:
            line = max(tree.entries[key].line for key in given)
            message = f"{' and '.join(given)} do not say {question}"
            self._say(line, f"{kind.value}.{given[-1]}", message, f"Give {offer}, and no other")
        else:
            self._say(tree.line, kind.value, f"does not say {question}", f"Give {offer}")

    def _converted(self, tree: Table, kind: StepKind, key: str, number: float) -> int:
        try:
            return _CONVERSIONS[key](number)
        except ValueError as error:
            self._say(
                tree.entries[key].line,
                f"{kind.value}.{key}",
                f"{number:.10g}: {error}",
                "Round it",
            )
            return 0

    def _validate(self, tree: Table, model: type[Strict], where: str) -> Strict | None:
        """Return the model of *tree*, or None. Unknown keys alone do not spoil it."""
        known = keys_of(model)
        data: dict[str, object] = {}
        for key, entry in tree.entries.items():
            if key in known:
                data[key] = _plain(entry.tree)
            else:
                self._say(
                    entry.line, _dotted(where, key), "unknown key", remedy_for_key(key, known)
                )
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for item in error.errors(include_url=False):
                key = str(item["loc"][0])
                found = tree.entries.get(key)
                if found is not None and isinstance(found.tree, Broken):
                    continue
                message, remedy = explain(
                    item["type"], item.get("ctx", {}), None if found is None else found.tree
                )
                line = tree.line if found is None else found.line
                if key == "schema":
                    message = message if found is None else f"{show(found.tree)} is not known"
                    remedy = f"Begin the file with `schema: {SCHEMA}`"
                self._say(line, _dotted(where, key), message, remedy)
            return None

    def _say(self, line: int | None, key: str, message: str, remedy: str) -> None:
        problem = Problem(self._file, line, _shown(key), _shown(message), remedy)
        self.problems.append(problem)


_CONVERSIONS: Final = {
    "seconds": ms_from_seconds,
    "minutes": ms_from_minutes,
    "speed_kmh": ckmh_from_kmh,
    "from_kmh": ckmh_from_kmh,
    "to_kmh": ckmh_from_kmh,
    "speed_mph": ckmh_from_mph,
    "from_mph": ckmh_from_mph,
    "to_mph": ckmh_from_mph,
    "incline_percent": permille_from_percent,
}


def _plain(tree: Tree) -> object:
    """Return what pydantic is to look at; a list stays a list, whatever is in it."""
    if isinstance(tree, Scalar):
        return tree.value
    return list(tree.items) if isinstance(tree, Items) else tree


def _line_of(tree: Table, *keys: str) -> int:
    return next((tree.entries[key].line for key in keys if key in tree.entries), tree.line)


def _dotted(where: str, key: str) -> str:
    return f"{where}.{key}" if where else key


def _shown(text: str) -> str:
    """Return words of somebody's file so that they cannot steer the terminal they go to."""
    text = text if len(text) <= 160 else f"{text[:160]}..."
    return text if text.isprintable() else ascii(text)[1:-1]
