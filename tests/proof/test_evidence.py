"""Runs of many hours go on in another checkout, and nothing is counted that was not run."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.campaign import version
from tests.mutation.campaign import Result
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.shorthand import lengthen, shorten
from tests.mutation.toy import PROGRAM
from tests.mutation.trials import Verdict
from tests.proof.evidence import Kind, keep, kinds, lay_out
from tests.soak.stretch import source

MUTANTS = mutants_of("toy_belt.speed", PROGRAM, {})


def slices(count: int, of: str | None = None) -> list[dict[str, Any]]:
    one = {"name": "ipc-frames", "version": of or version("ipc-frames"), "bytes": 7, "found": []}
    return [one | {"slices": 1}] * count


def sessions(count: int, of: str | None = None) -> list[dict[str, Any]]:
    whose = {"version": of or source(1).version, "seed": 1}
    rest = {"ran_ms": 3_600_000, "cpu_s": 5.0, "refused": 0, "flawed": []}
    return [whose | rest | {"first": number, "last": number} for number in range(count)]


FUZZ, _, SOAK = kinds()
RUNS = pytest.mark.parametrize(("kind", "ran"), [(FUZZ, slices), (SOAK, sessions)])


def write(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@RUNS
def test_what_is_kept_is_laid_before_the_run_in_another_checkout(
    kind: Kind, ran: Any, tmp_path: Path
) -> None:
    here, kept, there = tmp_path / "here", tmp_path / "kept", tmp_path / "there"
    write(here / kind.ledger, ran(50))
    assert keep(kind, here, kept)
    assert len(read(kept / kind.ledger)) == 1
    assert lay_out(kind, kept, there)
    assert kind.amount(read(there / kind.ledger)) == kind.amount(ran(50))


@RUNS
def test_a_run_that_has_begun_is_left_alone(kind: Kind, ran: Any, tmp_path: Path) -> None:
    write(tmp_path / "kept" / kind.ledger, ran(50))
    write(tmp_path / "there" / kind.ledger, ran(1))
    assert not lay_out(kind, tmp_path / "kept", tmp_path / "there")
    assert read(tmp_path / "there" / kind.ledger) == ran(1)


@RUNS
def test_a_run_that_has_not_come_as_far_takes_nobodys_place(
    kind: Kind, ran: Any, tmp_path: Path
) -> None:
    write(tmp_path / "kept" / kind.ledger, ran(50))
    write(tmp_path / "here" / kind.ledger, ran(49))
    assert not keep(kind, tmp_path / "here", tmp_path / "kept")
    assert read(tmp_path / "kept" / kind.ledger) == ran(50)
    write(tmp_path / "here" / kind.ledger, ran(51))
    assert keep(kind, tmp_path / "here", tmp_path / "kept")
    assert kind.amount(read(tmp_path / "kept" / kind.ledger)) == kind.amount(ran(51))


@RUNS
def test_what_was_found_of_other_code_is_neither_kept_nor_gone_on_from(
    kind: Kind, ran: Any, tmp_path: Path
) -> None:
    write(tmp_path / "here" / kind.ledger, ran(50, "older"))
    assert not keep(kind, tmp_path / "here", tmp_path / "kept")
    write(tmp_path / "kept" / kind.ledger, ran(50, "older"))
    assert not lay_out(kind, tmp_path / "kept", tmp_path / "there")
    write(tmp_path / "here" / kind.ledger, ran(1))
    assert keep(kind, tmp_path / "here", tmp_path / "kept")


def result(mutant: Mutant, verdict: Verdict, by: str = "", key: str = "one") -> Result:
    return Result(mutant.id, key, verdict, by, 3, 9, "because", "there")


def test_verdicts_in_short_are_the_same_verdicts_by_the_same_tests() -> None:
    first, second, third, survivor, *_ = MUTANTS
    told = {
        each.id: each
        for each in (
            result(first, Verdict.KILLED, "a.py::test"),
            result(second, Verdict.TIMED_OUT, "b.py::test", "two"),
            result(third, Verdict.CRASHED),
            result(survivor, Verdict.SURVIVED),
        )
    }
    again = list(lengthen(json.loads(json.dumps(list(shorten(told, MUTANTS)))), MUTANTS))
    assert [(each.id, each.verdict, each.by, each.key) for each in again] == [
        (first.id, Verdict.KILLED, "a.py::test", "one"),
        (second.id, Verdict.TIMED_OUT, "b.py::test", "two"),
        (third.id, Verdict.CRASHED, "", "one"),
    ]


def test_verdicts_of_a_module_with_other_mutants_are_not_read() -> None:
    short = list(shorten({MUTANTS[0].id: result(MUTANTS[0], Verdict.KILLED, "a")}, MUTANTS))
    assert list(lengthen(short, [*MUTANTS[1:], MUTANTS[0]])) == []
    assert list(lengthen(short, [replace(each, module="other") for each in MUTANTS])) == []
