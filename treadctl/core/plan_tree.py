"""The bytes of a plan file, read as YAML 1.2 into a tree that remembers its lines.

The tree is built from ruamel.yaml's events, not from its constructor, for three reasons:
an alias is refused before anything could be expanded, every duplicate key is found rather
than the first, and no scalar is ever resolved to something its author did not write. A
plain scalar is a number only if it is a plain decimal (``2``, ``2.5``); ``010``, ``1e400``,
``.nan``, ``1:30`` and ``2026-01-01`` stay text, and become an error where a number belongs.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES: Final = 65_536
"""SR-43: 64 KiB."""
_MAX_DEPTH: Final = 8
"""A plan needs five levels. Looking further ahead takes the scanner quadratic time."""
_MAX_EVENTS: Final = 10_000
_NUMBER: Final = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,8})?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as its author wrote it."""

    line: int
    value: str | int | float | bool | None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    line: int
    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping. The first of two equal keys is kept; the second is reported."""

    line: int
    entries: dict[str, "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a table."""

    line: int
    tree: "Tree"


@dataclass(frozen=True, slots=True)
class Broken:
    """Something that was reported already; nothing more is said about it."""

    line: int


Tree = Scalar | Items | Table | Broken


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with the file as YAML."""

    line: int | None
    key: str
    message: str
    remedy: str


def read_tree(data: bytes) -> tuple[Tree | None, tuple[Flaw, ...]]:
    """Return the tree of *data*, as far as there is one, and everything wrong with it as YAML."""
    if len(data) > MAX_BYTES:
        return None, (Flaw(None, "", "larger than 64 KiB", "A plan is a page or two"),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, (Flaw(line, "", "not UTF-8 text", "Save the file as UTF-8"),)
    builder = _Builder(text)
    tree = builder.build()
    return tree, tuple(builder.flaws)


class _GiveUp(Exception):
    """The rest of the file cannot be read."""


class _Builder:
    def __init__(self, text: str) -> None:
        self.flaws: list[Flaw] = []
        self._text = text
        self._last_line = 1
        self._events = self._bounded()

    def build(self) -> Tree | None:
        tree: Tree | None = None
        documents = 0
        try:
            for event in self._events:
                if isinstance(event, DocumentStartEvent):
                    documents += 1
                    self._check_directives(event)
                elif isinstance(event, NodeEvent):
                    read = self._node(event, 0)
                    if documents == 1:
                        tree = read
                    else:
                        line = _line(event)
                        self._flaw(line, "a second document", "Write one plan per file, no `---`")
        except _GiveUp:
            return None
        if tree is None or (isinstance(tree, Scalar) and tree.value is None):
            self._flaw(None, "the file is empty", "Begin with `schema: 1` and `steps:`")
            return None
        return tree

    def _bounded(self) -> Iterator[Event]:
        """Yield the parser's events, turning whatever it raises into a flaw."""
        try:
            events = YAML(typ="safe", pure=True).parse(self._text)
            for count, event in enumerate(events):
                if count > _MAX_EVENTS:
                    self.flaws.clear()  # thousands of them would bury the one that matters
                    self._flaw(_line(event), "far more than a plan holds", "Use `repeat`")
                    raise _GiveUp
                self._last_line = int(event.end_mark.line) + 1
                yield event
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = error.problem or error.context or "cannot be read"
            self._not_yaml(None if mark is None else mark.line + 1, str(what))
        except (YAMLError, ValueError, OverflowError, IndexError) as error:
            # ReaderError has a position only; a bad escape or directive not even that.
            position = getattr(error, "position", None)
            known = isinstance(position, int)
            line = self._text.count("\n", 0, position) + 1 if known else self._last_line
            what = "it holds a control character" if known else "an escape or directive is broken"
            self._not_yaml(line, what)

    def _not_yaml(self, line: int | None, what: str) -> None:
        what = what.splitlines()[0]
        self._flaw(
            line,
            f"this is not YAML: {what}",
            "Look at this line and the one before it: a colon, a quote or the indentation",
        )
        raise _GiveUp

    def _check_directives(self, event: DocumentStartEvent) -> None:
        version = getattr(event, "version", None)
        if (version is not None and tuple(version) != (1, 2)) or getattr(event, "tags", None):
            self._flaw(_line(event), "a YAML directive", "Leave out the line with `%`")

    def _node(self, event: NodeEvent, depth: int) -> Tree:
        line = _line(event)
        if isinstance(event, AliasEvent):
            self._flaw(line, "an alias (`*`)", "Write the value out, or use `repeat`")
            return Broken(line)
        if depth >= _MAX_DEPTH:
            self._flaw(line, "nested too deeply", "Steps lie in `steps`, or in one `repeat`")
            raise _GiveUp
        broken = self._has_decoration(event, line)
        tree: Tree
        if isinstance(event, ScalarEvent):
            tree = _scalar(event, line)
        elif isinstance(event, SequenceStartEvent):
            tree = Items(line, tuple(self._until(SequenceEndEvent, depth)))
        else:
            tree = self._table(line, depth)
        return Broken(line) if broken else tree

    def _has_decoration(self, event: NodeEvent, line: int) -> bool:
        if event.anchor is not None:
            self._flaw(line, "an anchor (`&`)", "Leave it out, or put the text in quotes")
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._flaw(line, "a tag (`!`)", "Leave it out, or put the text in quotes")
        return tag is not None

    def _until(self, end: type[Event], depth: int) -> Iterator[Tree]:
        for event in self._events:
            if isinstance(event, end):
                return
            if isinstance(event, NodeEvent):
                yield self._node(event, depth + 1)

    def _table(self, line: int, depth: int) -> Table:
        entries: dict[str, Entry] = {}
        children = self._until(MappingEndEvent, depth)
        for key in children:
            value = next(children)
            if not isinstance(key, Scalar) or key.value is None:
                self._flaw(key.line, "a key that is not a word", "Keys are words such as `kind`")
                continue
            word = str(key.value)
            if word in entries:
                first = entries[word].line
                self._flaw(
                    key.line, f"given twice, first on line {first}", "Keep one of the two", word
                )
                continue
            entries[word] = Entry(key.line, value)
        return Table(line, entries)

    def _flaw(self, line: int | None, message: str, remedy: str, key: str = "") -> None:
        self.flaws.append(Flaw(line, key, message, remedy))


def _line(event: Event) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: ScalarEvent, line: int) -> Scalar:
    text = str(event.value)
    if not event.implicit[0]:
        return Scalar(line, text, quoted=True)
    if text in _WORDS:
        return Scalar(line, _WORDS[text])
    if _NUMBER.fullmatch(text):
        parse: Callable[[str], int | float] = float if "." in text else int
        return Scalar(line, parse(text))
    return Scalar(line, text)


_WORDS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
"""The core schema of YAML 1.2: `yes`, `no`, `on` and `off` are words like any other."""
