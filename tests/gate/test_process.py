"""The gate process from the inside, in this process: what opens what, and what it says if not."""

import os
import pty
import resource
import signal
import socket
import tty
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.chaos.rig import request, setup_for
from tests.gate.rfc2217_server import rfc2217_server
from tests.gate.shell_fakes import FakeGate, Step
from tests.gate.waiting import now_ms, read_bytes
from treadctl.drivers import ports
from treadctl.drivers.exclusive import TreadmillLock
from treadctl.drivers.rescue_guard import RescueGuard
from treadctl.errors import LinkError
from treadctl.gate import __main__ as process
from treadctl.gate import identity, loop
from treadctl.gate.channel import Channel
from treadctl.gate.gate import Gate
from treadctl.gate.ipc import Bye, ByeReason, Hello, Message
from treadctl.gate.link_keeper import LinkKeeper
from treadctl.gate.setup import (
    GateSetup,
    HeartKind,
    HeartSource,
    MachineFacts,
    StrapKind,
    StrapSource,
)
from treadctl.gate.signals import STOP_SIGNALS, SignalStops
from treadctl.model import Reaction
from treadctl.safety.limits import Limits

STOP = b"\xaa\xa30000"
"""serial.md 1A: auto stop, then speed zero."""


@pytest.fixture(autouse=True)
def harmless(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave this process as it was: its priority, memory, signals and collector."""
    monkeypatch.setattr(process, "_be_urgent", lambda: None)
    monkeypatch.setattr(loop, "_rest_collector", lambda: None)
    handlers = {number: signal.getsignal(number) for number in STOP_SIGNALS}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def machine() -> Iterator[tuple[int, str]]:
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


class Core:
    """What the core has already said when the gate begins to listen."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        self.channel = Channel(ours)
        self.fd = theirs.detach()

    def run(self, *said: Message, gate: FakeGate | None = None) -> tuple[int, list[Message]]:
        """Run a whole gate process here; return its exit code and what it said."""
        for message in said:
            self.channel.post(message)
        fake = gate or one_tick()

        def make_gate(setup: GateSetup, *, now_ms: int) -> FakeGate:
            return fake

        code = process.main(["gate", "--fd", str(self.fd)], make_gate=make_gate)
        heard = self.channel.receive()
        self.channel.close()
        return code, heard


def one_tick() -> FakeGate:
    """A gate that has finished after its first step."""
    gate = FakeGate(report_every_ms=1)

    def finish(step: Step) -> list[bytes]:
        gate.finished = True
        return []

    gate.frames = finish
    return gate


def introduced(setup: GateSetup) -> tuple[Message, ...]:
    return identity.hello(setup.limits), setup


def bye_of(heard: list[Message]) -> Bye:
    bye = heard[-1]
    assert isinstance(bye, Bye)
    return bye


@pytest.mark.chaos
def test_a_whole_life(machine: tuple[int, str]) -> None:
    master, path = machine
    setup = setup_for(path)
    code, (hello, report, bye) = Core().run(*introduced(setup), request(1))
    assert code == 0
    assert hello == identity.hello(setup.limits)
    assert getattr(report, "seq", None) == 1
    assert bye == Bye(ByeReason.ENDED, "The session is over.")
    assert read_bytes(master, len(STOP)) == STOP


@pytest.mark.chaos
def test_a_gate_that_ends_without_a_link_does_not_claim_standstill(
    machine: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = machine
    monkeypatch.setattr(LinkKeeper, "up", property(lambda self: False))
    code, heard = Core().run(*introduced(setup_for(path)))
    assert code == 16
    assert bye_of(heard).reason is ByeReason.NOT_STANDING


@pytest.mark.chaos
def test_a_bug_is_one_sentence_and_the_rescue_process_is_not_dismissed(
    machine: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = machine
    guards: list[RescueGuard] = []

    class Noted(RescueGuard):
        def __init__(self, *args: object, **others: object) -> None:
            super().__init__(*args, **others)  # type: ignore[arg-type]
            guards.append(self)

    monkeypatch.setattr(process, "RescueGuard", Noted)
    gate = FakeGate(frames=lambda step: [bytes([1 // 0])])
    code, heard = Core().run(*introduced(setup_for(path)), gate=gate)
    assert code == 1
    assert bye_of(heard).reason is ByeReason.GATE_FAULT
    assert "ZeroDivisionError in test_process.py line" in bye_of(heard).message
    (guard,) = guards
    assert guard.alive
    guard.dismiss()


@pytest.mark.chaos
@pytest.mark.parametrize("shared", [True, False])
def test_the_strap_is_read_on_the_shared_port_or_on_its_own(
    machine: tuple[int, str], shared: bool
) -> None:
    _, path = machine
    with rfc2217_server() as server:
        setup = setup_for(server.url if shared else path, strap_url=server.url)
        code, heard = Core().run(*introduced(setup))
        assert code == 0
        assert bye_of(heard).reason is ByeReason.ENDED


@pytest.mark.chaos
def test_a_machine_that_reports_its_own_key_needs_no_port_for_it(machine: tuple[int, str]) -> None:
    setup = replace(setup_for(machine[1]), strap=StrapSource(StrapKind.MACHINE))
    code, _ = Core().run(*introduced(setup))
    assert code == 0


@pytest.mark.chaos
def test_sr46_a_heart_sensor_out_of_reach_keeps_no_gate_from_its_work(
    machine: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def open_heart(url: str) -> None:
        asked.append(url)
        raise LinkError("out of reach")

    monkeypatch.setattr(ports, "open_heart", open_heart)
    sensor = HeartSource(HeartKind.SENSOR, 130, url="ble:sensor")
    code, heard = Core().run(*introduced(replace(setup_for(machine[1]), heart=sensor)))
    assert code == 0
    assert bye_of(heard).reason is ByeReason.ENDED
    assert set(asked) <= {"ble:sensor"}


@pytest.mark.chaos
def test_without_a_rescue_process_nothing_is_driven(
    machine: tuple[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **others: object) -> None:
        raise LinkError("no rescue")

    monkeypatch.setattr(process, "RescueGuard", fail)
    code, heard = Core().run(*introduced(setup_for(machine[1])))
    assert code == 1
    assert bye_of(heard) == Bye(ByeReason.RESCUE_UNAVAILABLE, "no rescue.")


def test_sr59_the_gate_says_who_it_is_before_it_refuses() -> None:
    setup = setup_for("/dev/does-not-exist")
    code, heard = Core().run(Hello("other", identity.limits_hash(setup.limits)), setup)
    assert code == 14
    assert heard[0] == identity.hello(setup.limits)
    assert bye_of(heard).reason is ByeReason.VERSION_MISMATCH


def test_sr59_a_setup_without_a_hello_is_refused() -> None:
    code, heard = Core().run(setup_for("/dev/does-not-exist"))
    assert code == 14
    assert bye_of(heard).reason is ByeReason.VERSION_MISMATCH


def test_a_request_before_the_setup_is_refused() -> None:
    code, heard = Core().run(request(1))
    assert code == 1
    assert bye_of(heard).reason is ByeReason.BAD_SETUP


def test_a_core_that_says_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(process, "HANDSHAKE_MS", 30)
    started_ms = now_ms()
    code, heard = Core().run()
    assert code == 1
    assert bye_of(heard).reason is ByeReason.BAD_SETUP
    assert now_ms() - started_ms < 5_000


def test_a_port_that_is_not_there_is_said_and_the_lock_is_free_again() -> None:
    for _ in range(2):
        code, heard = Core().run(*introduced(setup_for("/dev/does-not-exist")))
        assert code == 13
        assert bye_of(heard).reason is ByeReason.LINK_UNAVAILABLE


def strapped(url: str, link_url: str = "/dev/null") -> GateSetup:
    return replace(setup_for(link_url), strap=StrapSource(StrapKind.MODEM_LINE, url))


@pytest.mark.parametrize(
    ("setup", "reason"),
    [
        (strapped("socket://127.0.0.1:4000"), ByeReason.STRAP_REFUSED),
        (
            replace(setup_for("/dev/null"), limits=Limits(v_start_ckmh=101)),
            ByeReason.LIMITS_REFUSED,
        ),
        (replace(setup_for("/dev/null"), machine=MachineFacts("csafe")), ByeReason.BAD_SETUP),
    ],
)
def test_a_setup_that_may_not_run_is_refused_before_anything_is_opened(
    setup: GateSetup, reason: ByeReason
) -> None:
    code, heard = Core().run(*introduced(setup))
    assert code == 1
    assert bye_of(heard).reason is reason


@pytest.mark.chaos
def test_a_strap_without_modem_lines_is_refused_and_the_rescue_process_goes_home(
    machine: tuple[int, str],
) -> None:
    for _ in range(2):
        code, heard = Core().run(*introduced(strapped(machine[1], machine[1])))
        assert code == 1
        assert bye_of(heard).reason is ByeReason.STRAP_REFUSED


def test_sr38_a_treadmill_somebody_holds_is_refused() -> None:
    lock = TreadmillLock(ports.identity("/dev/null"))
    code, heard = Core().run(*introduced(setup_for("/dev/null")))
    assert code == 1
    assert bye_of(heard).reason is ByeReason.IN_USE
    lock.close()


def test_a_core_that_hangs_up_before_the_setup_ends_it() -> None:
    core = Core()
    core.channel.close()
    assert process.main(["gate", "--fd", str(core.fd)]) == 1


@pytest.mark.parametrize("argv", [["gate"], ["gate", "--fd", "x"], ["gate", "--url", "3"]])
def test_started_by_hand_it_explains_itself(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert process.main(argv) == 2
    assert capsys.readouterr().err == "This is started by treadctl, with --fd N.\n"


def test_a_descriptor_that_is_no_socket_ends_it() -> None:
    read, write = os.pipe()
    assert process.main(["gate", "--fd", str(read)]) == 2
    os.close(read)
    os.close(write)


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert process._where(ValueError("x")) == "ValueError: x"


def test_sr18_a_signal_raises_the_level_and_wakes_the_loop() -> None:
    stops = SignalStops()
    levels = [stops.reaction]
    stops.drain()
    signal.raise_signal(signal.SIGTERM)
    levels.append(stops.reaction)
    assert read_bytes(stops.fileno(), 1) == bytes([signal.SIGTERM])
    stops.drain()
    levels.append(stops.reaction)
    assert levels == [Reaction.NONE, Reaction.FAST_STOP, Reaction.FAST_STOP]


def test_the_real_gate_is_what_a_gate_process_runs() -> None:
    gate: loop.StepGate = Gate(setup_for("/dev/null"), now_ms=0)
    assert not gate.finished
    assert process.main.__kwdefaults__ == {"make_gate": Gate}


# Priority.


@pytest.fixture
def urgent(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Note what would be asked of the system."""
    asked: dict[str, object] = {}
    monkeypatch.undo()
    monkeypatch.setattr(os, "sched_setscheduler", lambda *args: asked.update(scheduler=args))
    monkeypatch.setattr(os, "nice", lambda by: asked.update(nice=by))
    monkeypatch.setattr(resource, "setrlimit", lambda *args: asked.update(limit=args))
    return asked


def refuse(*args: object) -> None:
    raise PermissionError


def test_sr32_the_gate_goes_first_and_is_bounded(urgent: dict[str, object]) -> None:
    process._be_urgent()
    assert urgent.keys() == {"scheduler", "limit"}


def test_sr32_where_that_is_not_permitted_it_is_nice_to_nobody(
    urgent: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(resource, "setrlimit", refuse)
    process._be_urgent()
    assert urgent == {"nice": -10}


def test_sr32_and_where_nothing_is_permitted_it_runs_all_the_same(
    urgent: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    monkeypatch.setattr(os, "nice", refuse)
    process._be_urgent()
    assert urgent.keys() == {"limit"}
