"""Starting a gate process: either it runs, or there is a sentence why not."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from tests.chaos.rig import WALKER, core_of, machine, setup_for
from tests.gate.samples import REPORT, REQUEST
from treadctl.composition import gate_process
from treadctl.composition.gate_process import GateFailed, GateProcess
from treadctl.errors import HandshakeError, LinkError
from treadctl.gate.channel import Channel
from treadctl.gate.ipc import Bye, ByeReason, Hello
from treadctl.gate.setup import GateSetup, MachineFacts, StrapKind, StrapSource
from treadctl.safety.limits import Limits

pytestmark = pytest.mark.chaos


def start(setup: GateSetup, *flags: str) -> None:
    GateProcess.start(setup, command=(*WALKER, *flags))


def strapped(url: str, link_url: str = "/dev/null") -> GateSetup:
    return replace(setup_for(link_url), strap=StrapSource(StrapKind.MODEM_LINE, url))


@pytest.mark.parametrize(
    ("setup", "why"),
    [
        (setup_for("/dev/does-not-exist"), "/dev/does-not-exist cannot be opened: No such file"),
        (setup_for("socket://127.0.0.1:1"), "cannot be reached: Connection refused"),
        (setup_for("loop://"), "give a device path"),
        (strapped("socket://127.0.0.1:4000"), "socket://, which has no modem lines"),
        (strapped("rfc2217://10.1.2.3:4000"), "too slow to be the only one"),
    ],
)
def test_a_port_or_strap_that_is_not_to_be_had_is_a_link_error(setup: GateSetup, why: str) -> None:
    with pytest.raises(LinkError, match=why):
        start(setup)


def test_a_strap_on_a_pty_is_a_link_error_and_leaves_the_port_free() -> None:
    with machine() as treadmill:
        for _ in range(2):
            with pytest.raises(LinkError, match="no modem lines to read a strap from"):
                start(strapped(treadmill.path, treadmill.path))


def test_sr38_a_treadmill_that_is_driven_already_is_a_link_error() -> None:
    with (
        machine() as treadmill,
        core_of(setup_for(treadmill.path)),
        pytest.raises(LinkError, match="in use by another treadctl"),
    ):
        start(setup_for(treadmill.path))


def test_sr59_another_version_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(HandshakeError, match="not the same version or limits"):
        start(setup_for("/dev/does-not-exist"), "--other-version")


def test_sr42_the_gate_checks_the_limits_again() -> None:
    beyond = replace(setup_for("/dev/does-not-exist"), limits=Limits(v_rev_max_ckmh=451))
    with pytest.raises(GateFailed, match=r"v_rev_max_ckmh: 451 is outside 50\.\.450"):
        start(beyond)


def test_a_protocol_that_does_not_exist_is_refused() -> None:
    setup = replace(setup_for("/dev/does-not-exist"), machine=MachineFacts("woodway-gmbh"))
    with pytest.raises(GateFailed, match="no protocol 'woodway-gmbh'"):
        start(setup)


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "import os; os.kill(os.getpid(), 9)"])
def test_a_gate_that_ends_without_a_word_did_not_start(code: str) -> None:
    with pytest.raises(GateFailed, match="did not start"):
        GateProcess.start(setup_for("/dev/null"), command=(sys.executable, "-c", code))


def test_a_gate_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_process, "START_MS", 50)
    monkeypatch.setattr(gate_process, "LEAVE_S", 0.05)
    sleeper = (sys.executable, "-c", "import signal; signal.pause()")
    started = time.monotonic()
    with pytest.raises(GateFailed, match="did not start"):
        GateProcess.start(setup_for("/dev/null"), command=sleeper)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("argv", [[], ["--fd"], ["--fd", "x"], ["--port", "3"], ["--fd", "3", "4"]])
def test_started_by_hand_it_says_one_line_and_no_traceback(argv: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "treadctl.gate", *argv], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "This is started by treadctl, with --fd N.\n"


def test_a_descriptor_that_is_no_socket_ends_it_quietly() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "treadctl.gate", "--fd", "0"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


def test_a_core_that_hangs_up_during_the_handshake_ends_it() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "treadctl.gate", "--fd", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
        )
    ours.close()
    assert process.wait(10) == 1


class SilentProcess:
    """A process that only has a number."""

    pid = os.getpid()


def pair() -> tuple[GateProcess, Channel]:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    process: subprocess.Popen[bytes] = SilentProcess()  # type: ignore[assignment]
    return GateProcess(process, Channel(ours)), Channel(theirs)


def test_reports_come_in_order_and_the_last_words_are_kept() -> None:
    gate, other = pair()
    bye = Bye(ByeReason.NOT_STANDING, "Standstill unknown.")
    other.post(REPORT)
    other.post(Hello("late", "late"))
    other.post(replace(REPORT, seq=4))
    other.post(bye)
    other.close()
    assert [report.seq for report in gate.receive()] == [3, 4]
    assert gate.bye == bye
    assert gate.receive() == []
    assert not gate.alive
    assert gate.fileno() == -1
    gate.send(REQUEST)
    assert gate.receive() == []
    gate._channel.close()
