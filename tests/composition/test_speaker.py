"""A voice is an extra: it may be missing, hang or fail, and nobody waits for it (SR-52)."""

import subprocess

import pytest

from treadctl.composition.speaker import (
    FAILURES_MAX,
    PROGRAMS,
    Speaker,
    find_program,
    spoken,
)


class Program:
    """A speaker program that takes as long as the test says."""

    def __init__(self, code: int = 0, *, hangs: bool = False) -> None:
        self.code = code
        self.hangs = hangs
        self.killed = False

    def wait(self, timeout: float | None = None) -> int:
        if self.hangs and not self.killed:
            assert timeout is not None, "waits for ever"
            raise subprocess.TimeoutExpired("say", timeout)
        return -9 if self.killed else self.code

    def kill(self) -> None:
        self.killed = True


class Room:
    """A speaker, and what was heard."""

    def __init__(self, program: Program | None = None) -> None:
        self.program = program
        self.heard: list[str] = []
        self.speaker = Speaker(["say", "-v"], self._start)

    def _start(self, command: list[str]) -> Program:
        if self.program is None:
            raise FileNotFoundError(command[0])
        assert command[:2] == ["say", "-v"]
        self.heard.append(command[2])
        return self.program

    def finish(self) -> None:
        while self.speaker.turn():
            pass


def test_sr52_an_announcement_is_said() -> None:
    room = Room(Program())
    room.speaker.say("In fifteen seconds the belt stops.")
    room.finish()
    assert room.heard == ["In fifteen seconds the belt stops."]


def test_what_is_newer_replaces_what_has_not_been_said_yet() -> None:
    room = Room(Program())
    room.speaker.say("one")
    room.speaker.say("two")
    room.finish()
    assert room.heard == ["two"]


def test_a_stop_cuts_off_what_is_being_said_and_is_replaced_by_nothing_less() -> None:
    room = Room(Program(hangs=True))
    program = room.program
    assert program is not None
    room.speaker._now = program  # in the middle of a sentence
    room.speaker.say("STOP. See to the person.", urgent=True)
    assert program.killed
    room.speaker.say("Two minutes left.")
    room.program = Program()
    room.finish()
    assert room.heard == ["STOP. See to the person."]


@pytest.mark.parametrize(
    "program",
    [None, Program(1), Program(hangs=True)],
    ids=["is not there", "fails", "hangs"],
)
def test_a_program_that_fails_or_hangs_is_tried_three_times_and_then_silent(
    program: Program | None,
) -> None:
    room = Room(program)
    for count in range(FAILURES_MAX + 3):
        assert room.speaker.silent is (count >= FAILURES_MAX)
        if program is not None:
            program.killed = False
        room.speaker.say("one")
        room.finish()
    assert len(room.heard) == (0 if program is None else FAILURES_MAX)


def test_one_failure_is_forgiven() -> None:
    room = Room(Program(1))
    room.speaker.say("one")
    room.finish()
    room.program = Program(0)
    for _ in range(FAILURES_MAX + 1):
        room.speaker.say("two")
        room.finish()
    assert not room.speaker.silent


def test_after_the_end_nothing_is_said() -> None:
    room = Room(Program())
    room.speaker.close()
    room.speaker.say("one", urgent=True)
    room.finish()
    assert room.heard == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("-w /etc/passwd", "w /etc/passwd"),
        ("-- --stdin", "stdin"),
        ("a\nb\x1b[2J", "a b [2J"),
        ("---", "."),
        ("x" * 1_000, "x" * 300),
    ],
)
def test_a_cue_from_a_plan_is_never_an_option_of_the_program(text: str, said: str) -> None:
    assert spoken(text) == said


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_program_that_is_there_is_taken(name: str) -> None:
    command = find_program(lambda wanted: f"/usr/bin/{wanted}" if wanted == name else None)
    assert command is not None
    assert command[0] == f"/usr/bin/{name}"


def test_without_a_program_there_is_only_text() -> None:
    assert find_program(lambda _: None) is None
