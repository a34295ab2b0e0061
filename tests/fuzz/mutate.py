"""Valid files, made wrong in the ways files go wrong. The chance is handed in: a seed is a file.

Mutations know lines, words, numbers and nesting, because a file of random bytes is refused at
its first byte and says nothing of what lies behind it.
"""

import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from treadctl.records.chain import GENESIS, write_line

LENGTH_MAX: Final = 1 << 20
"""A line that is said three hundred times, and then again, fills a disk and proves nothing."""
NUMBERS: Final = (
    *("0", "-0", "1", "-1", "2", "10", "0.0", "0.5", "1.5", "99999", "1e3", "1e999", "-1e999"),
    *("4294967296", "9223372036854775808", "0x10", "0b1", "1_000", "00", "nan", "inf", "-inf"),
    *(".nan", ".inf", "1:30", "1e-400", "0o17"),
    *("9" * 400, "9" * 5_000, "0x" + "f" * 5_000, "0b" + "1" * 20_000),
)
"""Where arithmetic and parsers change their mind: the last of integers, of floats, of digits."""
WORDS: Final = (
    *('""', '"x"', "''", "true", "false", "null", "~", "yes", "[]", "{}", "[1, 2]", "{a = 1}"),
    *("2026-11-25", "2026-02-30", "0001-01-01", "9999-12-31", "12:30:00", "2026-11-25T00:00:00Z"),
    *('"\\u0000"', '"\\ud800"', '"\\u001b[31m"', '"\\n"', '"' + "a" * 5_000 + '"', "[" * 600),
)
NOISE: Final = (
    *(b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\r", b"\x1a", b"\x85", b"\x1b[2J"),
    *(b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\t", b"\n\n", b"#", b'"', b"'"),
)
VALUES: Final[tuple[object, ...]] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**53, 2**53 + 1, 2**63, -(2**63), 0.5, 1e308, ""),
    *("x", "\x1b[31m", "\ud800", "a" * 5_000, [], {}, [[]], [None], {"x": 1}, 10**400),
)
_NUMBER: Final = re.compile(rb"-?\d+(?:\.\d+)?")
_VALUE: Final = re.compile(rb"(?<=[:=])[ \t]*[^\n,}\]]+")
_KEY: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_-]*(?=[ \t]*[:=])")

Mutation = Callable[[bytes, random.Random], bytes]


def mutated(data: bytes, chance: random.Random, others: Sequence[bytes]) -> bytes:
    """Return *data* with one to four mutations; *others* are what it may be spliced with."""
    for _ in range(chance.choice((1, 1, 1, 1, 2, 2, 3))):
        change = chance.choice(_MUTATIONS)
        data = change(data, chance)
    if others and chance.random() < 0.05:
        other = chance.choice(others)
        data = data[: chance.randint(0, len(data))] + other[chance.randint(0, len(other)) :]
    return data[:LENGTH_MAX]


def _replace(pattern: re.Pattern[bytes], by: Callable[[random.Random], bytes]) -> Mutation:
    def change(data: bytes, chance: random.Random) -> bytes:
        found = list(pattern.finditer(data))
        if not found:
            return data
        match = chance.choice(found)
        return data[: match.start()] + by(chance) + data[match.end() :]

    return change


def _nudge(data: bytes, chance: random.Random) -> bytes:
    """Another number of the same kind, near by: what is refused has to be refused for its value."""
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    match = chance.choice(found)
    by = chance.choice((1, 1, 2, 5, 10, 100)) * chance.choice((-1, 1))
    number = match.group().decode()
    if len(number) > 18:
        return data
    places = len(number.partition(".")[2])
    nudged = f"{float(number) + by / 10**places:.{places}f}" if places else str(int(number) + by)
    return data[: match.start()] + nudged.encode() + data[match.end() :]


def _flip(data: bytes, chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randint(0, len(data))]


def _hole(data: bytes, chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    return data[:start] + data[start + chance.randint(1, 64) :]


def _noise(data: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(NOISE) + data[at:]


def _lines(change: Callable[[list[bytes], random.Random], None]) -> Mutation:
    def whole(data: bytes, chance: random.Random) -> bytes:
        lines = data.splitlines(keepends=True)
        if lines:
            change(lines, chance)
        return b"".join(lines)

    return whole


def _drop(lines: list[bytes], chance: random.Random) -> None:
    del lines[chance.randrange(len(lines))]


def _repeat(lines: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    lines[at:at] = [lines[at]] * chance.choice((1, 1, 1, 2, 300))


def _move(lines: list[bytes], chance: random.Random) -> None:
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randint(0, len(lines)), line)


def _indent(lines: list[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(lines))
    lines[at] = chance.choice((b" ", b"  ", b"\t")) + lines[at]


_MUTATIONS: Final[tuple[Mutation, ...]] = (
    _replace(_NUMBER, lambda chance: chance.choice(NUMBERS).encode()),
    _nudge,
    _nudge,
    _replace(_VALUE, lambda chance: b" " + chance.choice(WORDS).encode()),
    _replace(_VALUE, lambda chance: b" " + chance.choice(NUMBERS).encode()),
    _replace(_KEY, lambda chance: chance.choice((b"x", b"schema", b"name", b"__class__", b"<<"))),
    _flip,
    _flip,
    _cut,
    _hole,
    _noise,
    _lines(_drop),
    _lines(_repeat),
    _lines(_move),
    _lines(_indent),
)


# A record is a chain: what is changed in a line breaks it there, and nothing behind the break is
# read. Whoever wants to know what a reader makes of odd contents has to chain them anew.


def rechained(record: bytes, chance: random.Random) -> bytes:
    """Return a record whose bodies were changed and whose hashes are right all the same.

    That is what another version writes, or somebody with an editor and too much time.
    """
    lines = [json.loads(line) for line in record.splitlines()]
    for _ in range(chance.choice((1, 1, 2, 3))):
        line = chance.choice(lines[:1] * 5 + lines)
        match chance.randrange(8):
            case 0:
                line["kind"] = chance.choice(("report", "request", "event", "verb", "close", "x"))
            case 1:
                line["t_ms"] = chance.choice((0, -1, 2**62, line["t_ms"] + 1))
            case _:
                _change(line, "body", chance)
    previous, written = GENESIS, []
    for seq, line in enumerate(lines):
        body = line["body"] if isinstance(line["body"], dict) else {"was": line["body"]}
        try:
            text, previous = write_line(previous, seq, line["kind"], line["t_ms"], body)
        except ValueError:  # more digits or bytes than any line has
            continue
        written.append(text)
    return b"".join(written)


def _change(parent: Any, key: Any, chance: random.Random) -> None:
    """Change something in or below ``parent[key]``."""
    value = parent[key]
    below = (
        list(value)
        if isinstance(value, dict)
        else range(len(value or ""))
        if isinstance(value, list)
        else ()
    )
    if below and chance.random() < 0.85:
        at = chance.choice(list(below))
        if chance.random() < 0.15:
            del value[at]
        else:
            _change(value, at, chance)
    elif isinstance(value, dict) and chance.random() < 0.3:
        value[chance.choice(("x", "schema", "t_ms"))] = chance.choice(VALUES)
    elif type(value) is int and chance.random() < 0.5:
        parent[key] = chance.choice((0, -value, value + 1, value - 1, value * 1_000))
    else:
        parent[key] = chance.choice(VALUES)
