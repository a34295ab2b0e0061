"""A simulated treadmill as a run sees it: a child process, in lockstep or in real time.

treadctl never imports the simulator. It starts `treadmill-sim` and speaks to it like to any
machine, plus one channel that only exists for a child of one's own: what the simulated person
does. That channel is what makes automatic confirmations possible, and only there (SR-56).
"""

import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import IO, Any, Final, Protocol

from treadctl import own_process
from treadctl.composition.signals import Signals
from treadctl.config import PROTOCOLS
from treadctl.errors import TreadctlError
from treadctl.gate.setup import MachineClass, MachineFacts

SIMULATOR: Final = own_process.command("simulator")
_HEADER: Final = Struct("<BIH")
_ADVANCE, _ACT, _END, _ADVANCE_AND_FORETELL, _HEART = 0, 1, 2, 3, 4
_STRAP_CLOSED, _LINK_UP, _ACT_FAILED = 1, 2, 4
_EXIT_WAIT_S: Final = 10.0
_LOOK_MS: Final = 100
"""How long a signal may wait: another thread than this one may have been told of it."""


class SimulatorFailedError(TreadctlError):
    """The simulator did not start, or ended too early; the message is its own."""

    def __init__(self, message: str, exit_code: int) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class StartBrokenOff(TreadctlError):
    """Somebody ended the program before the simulator was ready, and the simulator with it."""


class Plant(Protocol):
    """A treadmill in virtual time."""

    strap_closed: bool
    link_up: bool

    def advance(self, to_ms: int, from_host: bytes) -> bytes:
        """Deliver bytes now, live until *to_ms*, return what the machine said."""

    def act(self, name: str) -> None:
        """Have the simulated person do something now."""


@dataclass(frozen=True, slots=True)
class SimulationOptions:
    """What `treadctl run` hands on to the simulator."""

    machine: str
    scenario: Path | None = None
    seed: int = 0
    truth: Path | None = None
    quirks: tuple[str, ...] = ()
    """How the machine differs from its protocol's text, by the simulator's names."""
    heart: bool = False
    """In lockstep: the simulated person wears a heart-rate strap."""

    def arguments(self) -> list[str]:
        words = ["--machine", self.machine, "--seed", str(self.seed)]
        if self.scenario is not None:
            words += ["--scenario", str(self.scenario)]
        if self.truth is not None:
            words += ["--truth", str(self.truth)]
        for quirk in self.quirks:
            words += ["--quirk", quirk]
        return words


def facts_of(protocol: str, ready: dict[str, Any]) -> MachineFacts:
    """What a simulated machine declares about itself (safety.md 4.8.9, SR-54)."""
    return MachineFacts(
        protocol=protocol,
        machine_class=MachineClass(ready["class"]),
        ramp_ckmh_s=ready["ramp_ckmh_s"],
        min_ckmh=ready["min_ckmh"],
        max_ckmh=ready["max_ckmh"],
        unit=ready["unit"],
    )


class LockstepPlant:
    """The simulator as a child that is told the time."""

    def __init__(
        self,
        options: SimulationOptions,
        *,
        command: Sequence[str] = SIMULATOR,
        signals: Signals | None = None,
    ) -> None:
        # Two processes that take turns run up to twice as fast on one core as on two:
        # waking the other core costs more than a step does (docs/measurements.md).
        self._cores = _one_core()
        try:
            worn = ["--heart"] if options.heart else []
            words = [*command, "lockstep", *options.arguments(), *worn]
            self._child, self.ready = _start(words, signals)
        except BaseException:
            self._free_cores()
            raise
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._to_child = self._child.stdin.fileno()
        self._from_child = self._child.stdout.fileno()
        self._buffer = b""
        self._now_ms = 0
        self._told_ms = 0
        """The time that the child knows of."""
        self._quiet_until_ms = 0
        self.strap_closed = True
        self.link_up = True

    def advance(self, to_ms: int, from_host: bytes) -> bytes:
        """As `Plant`; a child that has said that nothing will come of it is not asked."""
        said = b""
        if from_host or to_ms >= self._quiet_until_ms:
            said, self._quiet_until_ms = self._ask(_ADVANCE_AND_FORETELL, to_ms, from_host)
            self._told_ms = to_ms
        self._now_ms = to_ms
        return said

    def act(self, name: str) -> None:
        self._ask(_ACT, 0, json.dumps({"act": name}).encode())
        self._quiet_until_ms = 0

    def take_heart(self) -> bytes:
        """What the person's heart-rate strap has said since the last call, as records."""
        said, _ = self._ask(_HEART, 0, b"")
        return said

    def close(self) -> None:
        """Have the child write its last truth line and end."""
        if not _stream(self._child.stdin).closed:  # its number may be another file's by now
            with contextlib.suppress(OSError):  # gone already, and that is all we want
                os.write(self._to_child, self._catch_up() + _HEADER.pack(_END, 0, 0))
        _end(self._child)
        self._free_cores()

    def _free_cores(self) -> None:
        if self._cores:
            os.sched_setaffinity(0, self._cores)

    def _catch_up(self) -> bytes:
        """What brings the child to the present, if it has been left alone for a while."""
        if self._told_ms == self._now_ms:
            return b""
        self._told_ms = self._now_ms
        return _HEADER.pack(_ADVANCE, self._now_ms, 0)

    def _ask(self, op: int, to_ms: int, payload: bytes) -> tuple[bytes, int]:
        """Return what the machine said, and the time in the answer."""
        catch_up = self._catch_up()
        try:
            os.write(self._to_child, catch_up + _HEADER.pack(op, to_ms, len(payload)) + payload)
            if catch_up:
                self._answer()  # nothing, as foretold
            flags, time_ms, said = self._answer()
        except OSError as error:
            raise _ended(self._child) from error
        if flags & _ACT_FAILED:
            raise SimulatorFailedError(said.decode(errors="replace"), 2)
        self.strap_closed = bool(flags & _STRAP_CLOSED)
        self.link_up = bool(flags & _LINK_UP)
        return said, time_ms

    def _answer(self) -> tuple[int, int, bytes]:
        while len(self._buffer) < _HEADER.size:
            self._read_more()
        flags, time_ms, length = _HEADER.unpack_from(self._buffer)
        end = _HEADER.size + length
        while len(self._buffer) < end:
            self._read_more()
        said, self._buffer = self._buffer[_HEADER.size : end], self._buffer[end:]
        return flags, time_ms, said

    def _read_more(self) -> None:
        data = os.read(self._from_child, 65_536)
        if not data:
            raise BrokenPipeError
        self._buffer += data


class ServedPlant:
    """The simulator on this computer in real time, behind a port or on an air of its own."""

    def __init__(
        self,
        options: SimulationOptions,
        *,
        command: Sequence[str] = SIMULATOR,
        signals: Signals | None = None,
    ) -> None:
        self._folder: Path | None = None
        words = [*command, "serve", "--control", *options.arguments()]
        if PROTOCOLS[options.machine].over_bluetooth:
            # Only this user can reach it there, and nobody else's treadmill is on that air.
            self._folder = Path(tempfile.mkdtemp(prefix="treadctl-air-"))
            words += ["--ble", f"unix:{self._folder / 'air'}", "--strap", "127.0.0.1:0"]
        else:
            words += ["--rfc2217", "127.0.0.1:0"]
        try:
            self._child, self.ready = _start(words, signals)
        except BaseException:
            self._forget_air()
            raise

    @property
    def url(self) -> str:
        """Where the treadmill is."""
        return str(self.ready["address"])

    @property
    def strap_url(self) -> str:
        """Where its strap is, on the DSR: of the same port, or of an adapter beside the air."""
        return str(self.ready.get("strap") or self.ready["address"])

    def act(self, name: str) -> None:
        # A simulator that has gone has taken its link along: the gate sees that, and stops.
        with contextlib.suppress(OSError):
            os.write(
                _stream(self._child.stdin).fileno(), json.dumps({"act": name}).encode() + b"\n"
            )

    def close(self) -> None:
        """Let go of the child; it ends by itself once its belt stands."""
        _end(self._child)
        self._forget_air()

    def _forget_air(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def _one_core() -> set[int]:
    """Keep this process, and what it starts, on one core. Returns where it was, or nothing."""
    if not hasattr(os, "sched_setaffinity"):
        return set()
    cores = os.sched_getaffinity(0)
    # By process, so that two runs side by side use two cores.
    os.sched_setaffinity(0, {sorted(cores)[os.getpid() % len(cores)]})
    return cores


def _start(
    command: list[str], signals: Signals | None
) -> tuple["subprocess.Popen[bytes]", dict[str, Any]]:
    """Start a simulator; return it and its ready line, or leave no process behind."""
    child = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        # A ctrl-c in the terminal is for the run; the belt must be there to be stopped.
        start_new_session=True,
        env=own_process.environment(),
    )
    try:
        return child, _read_ready(child, signals)
    except SimulatorFailedError:
        raise  # it has ended
    except BaseException:
        child.kill()
        _end(child)
        raise


def _read_ready(child: "subprocess.Popen[bytes]", signals: Signals | None) -> dict[str, Any]:
    line = _ready_line(_stream(child.stdout).fileno(), signals)
    if not line.endswith(b"\n"):
        raise _ended(child)
    try:
        ready: dict[str, Any] = json.loads(line)
        facts_of("", ready)
    except (ValueError, KeyError, TypeError) as error:
        child.kill()
        said = line[:200].decode(errors="replace").strip()
        _ended(child)
        raise SimulatorFailedError(f"This is no simulator: it said {said!r}.", 4) from error
    return ready


def _ready_line(fd: int, signals: Signals | None) -> bytes:
    """The first line, or what there is of it at the end.

    Whoever has taken the signals over has to look at them while nothing else can: this may take
    as long as the child likes.
    """
    poller = select.poll()
    poller.register(fd, select.POLLIN)
    line = b""
    while not line.endswith(b"\n"):
        if signals is not None and signals.first is not None:
            raise StartBrokenOff("the simulator was not ready yet")
        if poller.poll(_LOOK_MS):
            byte = os.read(fd, 1)
            if not byte:
                break
            line += byte
    return line


def _ended(child: "subprocess.Popen[bytes]") -> SimulatorFailedError:
    _stream(child.stdin).close()
    try:
        code = child.wait(_EXIT_WAIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    said = b"" if _stream(child.stderr).closed else _stream(child.stderr).read()
    _stream(child.stdout).close()
    _stream(child.stderr).close()
    return SimulatorFailedError(
        said.decode(errors="replace").strip()
        or f"The simulator ended with code {code} and without a word.",
        code if code in (2, 4) else 4,
    )


def _end(child: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(OSError):
        _stream(child.stdin).close()
    try:
        child.wait(_EXIT_WAIT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    _stream(child.stdout).close()
    _stream(child.stderr).close()


def _stream(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
