"""A real terminal: the program on a pty, its screen read by an emulator, keys typed into it."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from typing import Any, Final

import pyte

COLUMNS, ROWS = 80, 24
ROOT: Final = Path(__file__).resolve().parents[2]


class Terminal:
    """`treadctl`, or another *command*, with *arguments* on a terminal of its own."""

    def __init__(
        self,
        *arguments: str,
        home: Path,
        size: tuple[int, int] = (COLUMNS, ROWS),
        command: tuple[str, ...] = (sys.executable, "-P", "-m", "treadctl"),
    ) -> None:
        self.screen: Final = pyte.Screen(*size)
        self._stream: Final = pyte.ByteStream(self.screen)
        self.began = time.monotonic()
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}
        for name in ("CONFIG", "STATE", "CACHE", "DATA"):
            environment[f"XDG_{name}_HOME"] = str(home / name.lower())
        self.pid, self.fd = pty.fork()
        if self.pid == 0:  # the child: nothing of the test may run here
            os.execve(command[0], [*command, *arguments], environment)
        # Another program on another terminal would hold this one open when it is closed.
        os.set_inheritable(self.fd, False)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        os.kill(self.pid, signal.SIGWINCH)

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def read_for(self, seconds: float) -> None:
        """Let the terminal show what comes, for that long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if not self.read(left):
                return

    def read(self, seconds: float) -> bool:
        """Show what comes next; false when the program is gone."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self.fd, 65_536)
        except OSError:
            return False
        if data:
            self._stream.feed(data)
        return bool(data)

    def until(self, *texts: str, within: float = 20.0) -> str:
        """Read until one of *texts* is on the screen; returns which."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            shown = self.text()
            for text in texts:
                if text in shown:
                    return text
            self.read(0.05)
        raise AssertionError(f"none of {texts} within {within} s:\n{self.text()}")

    def type(self, keys: bytes) -> None:
        os.write(self.fd, keys)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self.fd)
        self.fd = -1

    def wait(self, within: float = 30.0) -> int:
        """Wait for the program's end; returns its exit code, or minus the signal."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return os.waitstatus_to_exitcode(status)
            if self.fd >= 0:
                self.read(0.05)
            else:
                select.select([], [], [], 0.05)
        raise AssertionError("still running")

    def close(self) -> None:
        """End what this test has started."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        if self.fd >= 0:
            os.close(self.fd)

    # By keys.

    def start_walking(self) -> None:
        """From the first screen of a session to a person on a moving belt."""
        self.lead("left in this step", within=90)

    def lead(self, *until: str, within: float) -> str:
        """Answer what the screen asks, as somebody who reads it, until one of *until* is on it."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            shown = self.text()
            if found := next((text for text in until if text in shown), None):
                return found
            self.answer()
        raise AssertionError(f"none of {until} within {within} s:\n{self.text()}")

    def answer(self) -> None:
        """Press what the screen asks for, if it asks for anything."""
        shown = self.text()
        key = next((key for text, key in _ANSWERS if text in shown), None)
        if key is None:
            self.read(0.05)
            return
        if key == b"b":
            self.read_for(2.5)  # the person looks at the belt, and steps on
        self.type(key)
        self.read_for(0.85)  # quicker would be one held key


_ANSWERS: Final = (
    ("2. Now press g", b"g"),
    ("2. Press g", b"g"),
    ("1. Press Enter", b"\r"),
    ("Look, then press Enter", b"\r"),
    ("arm the machine", b"\r"),
    ("Press b.", b"b"),
    ("r go on", b"r"),
)
"""What a screen says, and the key that somebody presses then; the first that is there counts."""


class Truth:
    """What the simulated belt really did."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> list[dict[str, Any]]:
        text = self._path.read_text().splitlines()
        found: list[dict[str, Any]] = []
        for line in text:
            with contextlib.suppress(ValueError):  # the last one may still be being written
                found.append(json.loads(line))
        return [line for line in found if "belt_ckmh" in line]

    def now_ms(self) -> float:
        return float(self.lines()[-1]["t_ms"])

    def belt_ckmh(self) -> float:
        return float(self.lines()[-1]["belt_ckmh"])

    def fell_ms(self, since_ms: float) -> float:
        """How long after *since_ms* the belt first went slower, for good."""
        lines = [line for line in self.lines() if line["t_ms"] >= since_ms]
        top = float(lines[0]["belt_ckmh"])
        return float(next(x["t_ms"] for x in lines if x["belt_ckmh"] < top - 5)) - since_ms

    def stood_ms(self, since_ms: float) -> float:
        """How long after *since_ms* the belt stood."""
        lines = [line for line in self.lines() if line["t_ms"] >= since_ms]
        return float(next(x["t_ms"] for x in lines if x["belt_ckmh"] <= 5)) - since_ms

    def wait_standing(self, terminal: Terminal, within: float = 20.0) -> None:
        end = time.monotonic() + within
        while self.belt_ckmh() > 5:
            assert time.monotonic() < end, "the belt still runs"
            if terminal.fd >= 0:
                terminal.read(0.1)
            else:
                select.select([], [], [], 0.1)
