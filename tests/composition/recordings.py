"""Recorded sessions as lines that a test may change."""

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from tests.golden.records.make import recorded
from treadctl.records.chain import Record
from treadctl.records.reader import Integrity, scan


@cache
def lines(name: str) -> tuple[Record, ...]:
    """What can be trusted of it, which is all."""
    *found, verdict = scan(io.BytesIO(recorded(name)))
    assert isinstance(verdict, Integrity)
    assert verdict.intact
    return tuple(each for each in found if isinstance(each, Record))


def index_of(
    records: tuple[Record, ...], kind: str, wanted: Callable[[Mapping[str, Any]], bool]
) -> int:
    """Where the first such line is."""
    return next(i for i, r in enumerate(records) if r.kind == kind and wanted(r.body))


def changed(records: tuple[Record, ...], index: int, **values: object) -> tuple[Record, ...]:
    """The same, with other values in one line; its hash is nobody's business here."""
    line = records[index]
    other = replace(line, body={**line.body, **values})
    return (*records[:index], other, *records[index + 1 :])
