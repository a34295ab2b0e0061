"""What the chaos counts: events that can be judged, each case once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.chaos import drive
from tests.chaos.cases import Case, cases
from tests.chaos.outcome import BROKEN, KEPT, NOT_DONE, STARVED, Outcome

VERDICTS = (KEPT, NOT_DONE, BROKEN, STARVED, KEPT)
"""Of five cases each. Two of the five prove nothing."""


def concluded(case: Case) -> Outcome:
    return Outcome(VERDICTS[case.index % len(VERDICTS)])


def lines(of: int, wanted: int, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(drive, "_RIGS", {"gate": concluded, "screen": concluded})
    with ThreadPoolExecutor(3) as lanes:
        return list(drive._lines(iter(cases(1, of)), wanted, lanes))


@pytest.mark.parametrize("wanted", [1, 2, 30, 59])
def test_another_case_follows_one_that_proves_nothing(
    wanted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lines(100, wanted, monkeypatch)
    assert drive.figures(found)["judged"] == wanted
    assert len({line["index"] for line in found}) == len(found) < 2 * wanted + 2


def test_it_ends_where_there_are_no_more_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    found = lines(50, 1_000, monkeypatch)
    assert {line["index"] for line in found} == set(range(50))
    assert drive.figures(found)["judged"] == 30


def test_nothing_is_done_where_nothing_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lines(50, 0, monkeypatch) == []
