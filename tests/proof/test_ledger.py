"""A campaign that was broken off goes on where it was, and counts nothing twice."""

from pathlib import Path

from tests.proof.ledger import Ledger, version_of


def test_a_line_that_was_cut_off_counts_as_if_it_had_never_been(tmp_path: Path) -> None:
    path = tmp_path / "below" / "ledger.jsonl"
    ledger = Ledger(path)
    assert list(ledger.lines()) == []
    ledger.add({"name": "plan", "files": 3})
    with path.open("a", encoding="utf-8") as lines:
        lines.write('{"name": "plan", "fil')
    assert list(Ledger(path).lines()) == [{"name": "plan", "files": 3}]


def test_other_code_is_another_version() -> None:
    assert version_of(("treadctl",)) != version_of(("simulator",))
