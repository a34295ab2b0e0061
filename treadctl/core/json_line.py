"""One line of JSON, read without leniency: no key twice, no NaN, and a byte order mark is none."""

import json
from typing import NoReturn


def read_json(line: str) -> object:
    """Return what *line* says.

    Raises:
        ValueError: it is no JSON, has a key twice or a number that is none, or is too deep.
    """
    try:
        return json.loads(
            line.removeprefix("\ufeff"),
            parse_constant=_no_constant,
            object_pairs_hook=_without_duplicates,
        )
    except RecursionError:
        raise ValueError("too deep") from None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a key twice")
    return fields
