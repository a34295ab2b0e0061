"""`treadmill-sim serve` and `lockstep` as processes of their own, as every user meets them."""

import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import serial

from tests.simulator.servers.conftest import PATIENCE_S

TRUTH_KEYS = {
    "t_ms",
    "belt_ckmh",
    "belt_direction",
    "strap",
    "person",
    "facing",
    "incline_permille",
    "rx",
    "faults",
}


class Simulator:
    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "simulator", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
        )
        self.ready: dict[str, Any] = {}

    @property
    def stdout(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    @property
    def stdin(self) -> int:
        assert self.process.stdin is not None
        return self.process.stdin.fileno()

    def readline(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            assert select.select([self.stdout], [], [], PATIENCE_S)[0], "silent"
            byte = os.read(self.stdout, 1)
            assert byte, "ended before it was ready"
            line += byte
        return line

    def act(self, **request: object) -> None:
        os.write(self.stdin, json.dumps(request).encode() + b"\n")

    def close_stdin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and what was said on stderr."""
        _, error = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, error.decode()


@contextmanager
def simulator(*arguments: str) -> Iterator[Simulator]:
    running = Simulator(*arguments)
    try:
        running.ready = json.loads(running.readline())
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


def connect(url: str) -> socket.socket:
    host, _, port = url.partition("://")[2].rpartition(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_S)


def try_to_connect(url: str) -> socket.socket | None:
    try:
        return connect(url)
    except ConnectionRefusedError:
        return None


def read_until(host: socket.socket, wanted: bytes) -> bytes:
    data = b""
    while wanted not in data:
        chunk = host.recv(4096)
        assert chunk, f"closed after {data.hex(' ')}"
        data += chunk
    return data


def lines_of(truth: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in truth.read_text().splitlines()]


def test_the_ready_line_says_what_it_is_and_where() -> None:
    with simulator("serve", "--machine", "trackmaster", "--tcp", "127.0.0.1:0") as sim:
        assert list(sim.ready)[:5] == ["ready", "address", "strap", "class", "ramp_ckmh_s"]
        assert sim.ready["ready"] is True
        assert sim.ready["strap"] is None
        assert sim.ready["class"] == "A"
        assert sim.ready["reverse"] is False
        assert sim.ready["min_ckmh"] < sim.ready["max_ckmh"]
        connect(sim.ready["address"]).close()


def test_a_woodway_answers_on_a_pty_that_pyserial_opens(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    arguments = ["serve", "--machine", "woodway-us", "--pty", "--truth", str(truth)]
    with simulator(*arguments) as sim:
        with serial.serial_for_url(sim.ready["address"], 4800, timeout=PATIENCE_S) as host:
            host.write(b"\xc0")
            assert host.read(2) == b"\xd0\x31"  # stopped: serial.md 1A
        sim.process.send_signal(signal.SIGTERM)
        assert sim.end()[0] == 0
    lines = lines_of(truth)
    assert lines[0]["t_ms"] == 0
    assert [line["t_ms"] for line in lines] == list(range(0, 50 * len(lines), 50))
    assert all(line.keys() == TRUTH_KEYS for line in lines)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_ending_signal_ends_it_with_code_0_and_no_word(number: signal.Signals) -> None:
    with simulator("serve", "--machine", "woodway-us", "--pty") as sim:
        sim.process.send_signal(number)
        code, error = sim.end()
        assert code == 0
        assert error.splitlines() == [
            "treadmill-sim: SIMULATED woodway-us. No real belt moves. Ctrl-C ends it."
        ]


def test_truth_survives_kill_9_with_every_frame_that_was_answered(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    arguments = ["serve", "--machine", "woodway-us", "--tcp", "127.0.0.1:0", "--truth", str(truth)]
    with simulator(*arguments) as sim, connect(sim.ready["address"]) as host:
        host.sendall(b"\xc0")
        read_until(host, b"\xd0\x31")
        # Two queries 100 ms apart by the machine's own wire time span a truth line.
        for _ in range(20):
            host.sendall(b"\xc1")
            read_until(host, b"\xd1\x30\x30\x30\x30")
        sim.process.kill()
        sim.process.wait()
    received = [frame["hex"] for line in lines_of(truth) for frame in line["rx"]]
    assert received[0] == "C0"
    assert received.count("C1") >= 10
    assert truth.read_bytes().endswith(b"\n")


def test_sr16_the_strap_is_on_the_treadmills_own_dsr_and_on_the_separate_adapter() -> None:
    will_com_port = bytes.fromhex("FF FB 2C")
    pulled = bytes.fromhex("FF FA 2C 6B 92 FF F0")  # serial.md 13.4
    arguments = ["--rfc2217", "127.0.0.1:0", "--strap", "127.0.0.1:0", "--control"]
    with simulator("serve", "--machine", "woodway-us", *arguments) as sim:
        assert sim.ready["strap"] != sim.ready["address"]
        with connect(sim.ready["address"]) as treadmill, connect(sim.ready["strap"]) as strap:
            for host in (treadmill, strap):
                host.sendall(will_com_port)
                read_until(host, bytes.fromhex("FF FA 2C 6B"))
            sim.act(act="strap-pull")
            read_until(treadmill, pulled)
            read_until(strap, pulled)


def test_with_rfc2217_alone_the_strap_is_the_treadmills_own_port() -> None:
    with simulator("serve", "--machine", "woodway-us", "--rfc2217", "127.0.0.1:0") as sim:
        assert sim.ready["strap"] == sim.ready["address"]


def test_a_dropped_link_refuses_hosts_until_it_returns() -> None:
    arguments = ["--tcp", "127.0.0.1:0", "--control"]
    with simulator("serve", "--machine", "woodway-us", *arguments) as sim:
        with connect(sim.ready["address"]) as host:
            host.sendall(b"\xc0")
            read_until(host, b"\xd0\x31")
            sim.act(act="link-drop")
            assert host.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(sim.ready["address"])
        sim.act(act="link-return")
        # Nothing tells a host that the cable is back; it tries until it is.
        while (back := try_to_connect(sim.ready["address"])) is None:
            assert sim.process.poll() is None
        with back:
            back.sendall(b"\xc0")
            read_until(back, b"\xd0\x31")


def test_a_scenario_happens_by_itself(tmp_path: Path) -> None:
    scenario = tmp_path / "pull.toml"
    scenario.write_text('schema = 1\n[[at]]\nt_s = 0.3\nfault = "strap-pull"\n')
    arguments = ["--pty", "--strap", "127.0.0.1:0", "--scenario", str(scenario)]
    with (
        simulator("serve", "--machine", "woodway-us", *arguments) as sim,
        connect(sim.ready["strap"]) as strap,
    ):
        strap.sendall(bytes.fromhex("FF FB 2C"))
        said = b""
        # Pushed as an edge, or told as the first state to a host that came after it.
        while not re.search(rb"\xff\xfa\x2c\x6b[\x92\x99\x90]\xff\xf0", said):
            chunk = strap.recv(4096)
            assert chunk, "closed before the strap opened"
            said += chunk


def test_the_end_of_control_ends_it_with_code_0() -> None:
    with simulator("serve", "--machine", "woodway-us", "--pty", "--control") as sim:
        sim.act(act="fly")
        code, error = sim.end()  # closes stdin
        assert code == 0
        assert "treadmill-sim: control: unknown fault 'fly'" in error


def test_without_control_a_closed_stdin_changes_nothing() -> None:
    with simulator("serve", "--machine", "woodway-us", "--tcp", "127.0.0.1:0") as sim:
        sim.close_stdin()
        with connect(sim.ready["address"]) as host:
            host.sendall(b"\xc0")
            read_until(host, b"\xd0\x31")


LOCKSTEP_START = (
    bytes.fromhex("00 64000000 0500 A3 30303230")  # 2.0 mph, then live until 100 ms
    + bytes.fromhex("00 C8000000 0100 A0")
    + b"".join(
        b"\x00" + t_ms.to_bytes(4, "little") + b"\x01\x00\xc1" for t_ms in range(300, 6_000, 100)
    )
)
LOCKSTEP_END = bytes.fromhex("02 00000000 0000")


def lockstep_run(truth: Path, *arguments: str, requests: bytes) -> bytes:
    started = ["lockstep", "--machine", "woodway-us", "--truth", str(truth), *arguments]
    with simulator(*started) as sim:
        assert sim.ready["lockstep"] == 1
        answers, error = sim.process.communicate(requests, timeout=PATIENCE_S)
        assert error == b""
        assert sim.process.returncode == 0
    assert isinstance(answers, bytes)
    return answers


def test_lockstep_is_the_same_for_the_same_seed_whoever_runs_it(tmp_path: Path) -> None:
    scenario = tmp_path / "noise.toml"
    scenario.write_text('schema = 1\n[[at]]\nt_s = 1\nfault = "garbled-bytes"\nshare = 0.3\n')
    runs = [
        (
            lockstep_run(
                tmp_path / f"{number}.jsonl",
                "--scenario",
                str(scenario),
                "--seed",
                seed,
                requests=LOCKSTEP_START + LOCKSTEP_END,
            ),
            (tmp_path / f"{number}.jsonl").read_bytes(),
        )
        for number, seed in enumerate(["7", "7", "8"])
    ]
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[2][0]


def test_lockstep_moves_the_belt_in_virtual_time_only(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    lockstep_run(truth, requests=LOCKSTEP_START + LOCKSTEP_END)
    lines = lines_of(truth)
    assert lines[-1]["t_ms"] == 5_900
    assert lines[-1]["belt_ckmh"] == pytest.approx(321.9, abs=2)
    assert {"A0", "C1"} < {frame["hex"] for line in lines for frame in line["rx"]}


def test_a_lockstep_parent_that_vanishes_leaves_the_truth_behind(tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    lockstep_run(truth, requests=LOCKSTEP_START + LOCKSTEP_START[:3])
    assert lines_of(truth)[-1]["t_ms"] == 5_900


def test_a_parent_that_breaks_the_wire_is_told_why() -> None:
    with simulator("lockstep", "--machine", "woodway-us") as sim:
        _, error = sim.process.communicate(b"\x07" + bytes(6), timeout=PATIENCE_S)
        assert error == b"treadmill-sim: lockstep: there is no op 7\n"
        assert sim.process.returncode == 2


def test_ctrl_c_in_the_terminal_leaves_the_lockstep_child_to_its_parent() -> None:
    with simulator("lockstep", "--machine", "woodway-us") as sim:
        sim.process.send_signal(signal.SIGINT)
        os.write(sim.stdin, bytes.fromhex("00 32000000 0000"))
        assert select.select([sim.stdout], [], [], PATIENCE_S)[0]
        assert os.read(sim.stdout, 64) == bytes.fromhex("03 32000000 0000")
