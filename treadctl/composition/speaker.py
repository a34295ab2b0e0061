"""Says aloud what is announced, where the system has a program for that. Text is always there too.

The program may be missing, hang or fail; then it is silent, and nobody waits for it. It has a
thread of its own, and speaks on this computer: beside the treadmill, wherever the terminal is.
"""

import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from shutil import which
from threading import Condition, Thread
from typing import Final, NamedTuple, Protocol

PROGRAMS: Final[Mapping[str, tuple[str, ...]]] = {
    "spd-say": ("--wait", "--application-name", "treadctl"),
    "espeak-ng": (),
    "say": (),
}
"""The first that is there is taken, with these arguments before the sentence."""
LONGEST_S: Final = 20.0
"""A sentence that takes longer is cut off: the next one matters more."""
FAILURES_MAX: Final = 3
"""In a row; then it is silent for good."""
LETTERS_MAX: Final = 300


class Speaking(Protocol):
    """A program that says one sentence: `subprocess.Popen`."""

    def wait(self, timeout: float | None = None) -> int: ...
    def kill(self) -> None: ...


Start = Callable[[list[str]], Speaking]


class _Sentence(NamedTuple):
    text: str
    urgent: bool


def find_program(find: Callable[[str], str | None] = which) -> list[str] | None:
    """The command that speaks here, without the sentence; None where there is none."""
    for name, arguments in PROGRAMS.items():
        if (path := find(name)) is not None:
            return [path, *arguments]
    return None


def start(command: list[str]) -> Speaking:
    silent = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=silent, stdout=silent, stderr=silent, start_new_session=True
    )


class Speaker:
    """One voice. What is newer replaces what has not been said yet; a stop cuts it off."""

    rings = True
    """The terminal's bell is rung as well: a voice may fail."""

    def __init__(self, command: list[str], start: Start = start) -> None:
        self._command = command
        self._start = start
        self._changed = Condition()
        self._next: _Sentence | None = None
        self._now: Speaking | None = None
        self._failures = 0
        self._closed = False

    def begin(self) -> None:
        Thread(target=self._run, name="voice", daemon=True).start()

    @property
    def silent(self) -> bool:
        return self._closed or self._failures >= FAILURES_MAX

    def say(self, text: str, *, urgent: bool = False) -> None:
        """Have it said. Returns at once. *urgent*: whatever is being said is cut off."""
        with self._changed:
            if self.silent or (self._next is not None and self._next.urgent and not urgent):
                return
            self._next = _Sentence(text, urgent)
            if urgent:
                self._cut_off()
            self._changed.notify()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._cut_off()
            self._changed.notify()

    def turn(self) -> bool:
        """Say what is next, to its end; false where nothing is."""
        with self._changed:
            sentence, self._next = self._next, None
            if sentence is None or self.silent:
                return False
            try:
                # A plan's cue may come from anywhere, and is never an option.
                self._now = self._start([*self._command, spoken(sentence.text)])
            except OSError:
                self._failures += 1
                return True
        code: int | None = None
        try:
            code = self._now.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            self._now.kill()
            self._now.wait()
        with self._changed:
            self._now = None
            # A program that was cut off has not failed.
            self._failures = self._failures + 1 if code is None or code > 0 else 0
        return True

    def _cut_off(self) -> None:
        if self._now is not None:
            with suppress(OSError):
                self._now.kill()

    def _run(self) -> None:
        while not self.silent:
            with self._changed:
                while self._next is None and not self._closed:
                    self._changed.wait()
            self.turn()


def spoken(text: str) -> str:
    """*text* as an argument that no program takes for an option."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return printable.lstrip("- ")[:LETTERS_MAX] or "."


class Silence:
    """No voice."""

    def __init__(self, *, rings: bool = True) -> None:
        self.rings = rings

    def say(self, text: str, *, urgent: bool = False) -> None:
        """Text is on the screen."""


@contextmanager
def sounding(*, quiet: bool) -> Iterator[Speaker | Silence]:
    """What is heard while a screen is shown: bell and voice, the bell alone, or nothing."""
    command = None if quiet else find_program()
    if command is None:
        yield Silence(rings=not quiet)
        return
    speaker = Speaker(command)
    speaker.begin()
    try:
        yield speaker
    finally:
        speaker.close()
