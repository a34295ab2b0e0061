"""A walk is led again for one reason only, and the belt of the one before stands by then."""

from pathlib import Path

import pytest

from tests.chaos import led
from tests.chaos.led import Walk, tells_of_silence, undisturbed
from treadctl.causes import Cause

STOP = '{"body":{"event":"stop","cause":"%s"}}\n{"body":{"ev'
"""One stop, and a line that is still being written."""


class Attempt:
    """A walk without processes. It stands for its own terminal and truth as well."""

    def __init__(self, *, had_no_turn: bool, harmed: bool) -> None:
        self._had_no_turn = had_no_turn
        self.harmed = harmed
        self.terminal = self.truth = self
        self.did: list[str] = []

    def begin(self) -> None:
        self.did.append("begin")

    def had_no_turn(self) -> bool:
        return self._had_no_turn

    def wait_standing(self, _: object) -> None:
        self.did.append("stands")

    def end(self) -> None:
        self.did.append("end")


def conducted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, had_no_turn: bool, harmed: bool = False
) -> list[list[str]]:
    """What every walk did whose claim is never true."""
    made: list[Attempt] = []

    def walk(_: Path) -> Attempt:
        made.append(Attempt(had_no_turn=had_no_turn, harmed=harmed))
        return made[-1]

    def claim(_: Walk) -> None:
        raise AssertionError("it is not so")

    monkeypatch.setattr(led, "Walk", walk)
    with pytest.raises(AssertionError, match="it is not so"):
        undisturbed(tmp_path, claim)
    return [each.did for each in made]


def test_a_walk_that_had_its_turn_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert conducted(monkeypatch, tmp_path, had_no_turn=False) == [["begin", "end"]]


def test_one_that_had_none_is_led_again_once_its_belt_stands_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    again = ["begin", "stands", "end"]
    did = conducted(monkeypatch, tmp_path, had_no_turn=True)
    assert did == [again] * (led.SESSIONS - 1) + [["begin", "end"]]


def test_one_that_is_silent_because_the_test_harmed_it_is_asked_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    did = conducted(monkeypatch, tmp_path, had_no_turn=True, harmed=True)
    assert did == [["begin", "end"]]


@pytest.mark.parametrize(
    ("cause", "silent"),
    [
        (Cause.CORE_SILENT, True),
        (Cause.STRAP_UNKNOWN, True),
        (Cause.STRAP_OPEN, False),
        (Cause.GATE_GONE, False),
    ],
)
def test_only_a_silence_counts_as_the_computer_s(cause: Cause, silent: bool) -> None:
    assert tells_of_silence(STOP % cause.value) is silent


def test_a_record_without_a_stop_tells_of_none() -> None:
    assert not tells_of_silence("")
    assert not tells_of_silence('{"body":{"event":"state"}}')
