"""Real processes in real time: whatever is killed, the belt stands and nothing is left behind.

Two runs share each test, because reaching motion takes a dozen seconds of somebody's life.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.files import config_file
from tests.cli.processes import children_of, ends_within, one_with
from tests.cli.running import Running, environment
from treadctl.records.summary import summarise_file

pytestmark = pytest.mark.chaos
QUICK = "\n[limits]\ncountdown_s = 3\n"


def simulated_run(folder: Path) -> Running:
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text(f"schema = 1{QUICK}", encoding="utf-8")
    truth = str(folder / "truth.jsonl")
    return Running(folder, "--simulate", "woodway-us", "--truth", truth, "--config", str(config))


def truth_of(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "truth.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def stood_at_the_end(folder: Path) -> bool:
    """It had moved, and the last thing that was true is that it stands."""
    lines = truth_of(folder)
    return lines[-1]["belt_ckmh"] == 0 and any(line["belt_ckmh"] > 10 for line in lines)


def test_sr18_sr30_ctrl_c_and_kill_9_of_a_run_leave_a_standing_belt_and_no_process(
    tmp_path: Path,
) -> None:
    with simulated_run(tmp_path / "a") as interrupted, simulated_run(tmp_path / "b") as killed:
        for run in (interrupted, killed):
            run.until_moving()
        processes = {run: children_of(run.process.pid) for run in (interrupted, killed)}
        interrupted.process.send_signal(signal.SIGINT)
        killed.process.kill()
        ended = interrupted.ended()
        assert all(ends_within(pid, 0.5) for pid in processes[interrupted])
        assert all(ends_within(pid, 15) for pid in processes[killed])
    assert ended.code == 130
    assert ended.of("stop")[0]["reaction"] == "fast_stop"
    assert ended.err == ""
    recorded = summarise_file(Path(ended.of("finished")[0]["record"]))
    assert 10_000 < recorded.duration_ms < 120_000  # of the session, not since the computer booted
    assert stood_at_the_end(tmp_path / "a")
    assert stood_at_the_end(tmp_path / "b")


@contextmanager
def served_treadmill(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """`treadmill-sim serve` in another terminal: a pty, and the strap on an adapter of its own."""
    folder.mkdir()
    command = [sys.executable, "-m", "simulator", "serve", "--machine", "woodway-us", "--pty"]
    with subprocess.Popen(
        [*command, "--strap", "127.0.0.1:0", "--control", "--truth", str(folder / "truth.jsonl")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment(folder),
    ) as simulator:
        assert simulator.stdout is not None
        ready = json.loads(simulator.stdout.readline())
        config_file(folder, ready["address"], ready["strap"], QUICK)
        try:
            yield simulator
        finally:
            simulator.kill()


class Attendant:
    """Answers what a run asks for, as docs/first-run.md does by hand."""

    def __init__(self, run: Running, simulator: "subprocess.Popen[str]") -> None:
        self._run = run
        self._simulator = simulator

    def act(self, name: str) -> None:
        assert self._simulator.stdin is not None
        self._simulator.stdin.write(json.dumps({"act": name}) + "\n")
        self._simulator.stdin.flush()

    def until_moving(self) -> None:
        """Answer every prompt up to the first motion."""

        def moves(event: dict[str, Any]) -> bool:
            if event["event"] == "prompt":
                self.answer(event["wants"], event["item"])
            return event["event"] == "sample" and (event["measured_ckmh"] or 0) > 0

        self._run.until(moves)

    def answer(self, wants: str, item: str) -> None:
        say = self._run.say
        match wants:
            case "checklist" if item == "strap-pull":
                self.act("strap-pull")
                self._run.until(lambda event: event.get("strap") == "released")
                self.act("strap-clip")
            case "checklist":
                say(do="confirm", item=item)
            case "start":
                say(do="start", gesture="press")
                say(do="wait", s=1.5)
                say(do="start", gesture="confirm")
            case "arm" | "attend" | "on_belt":
                say(do=wants)
            case _:
                raise AssertionError(f"nobody expected {wants}")


def test_sr16_sr31_a_pulled_strap_on_a_pty_and_a_killed_gate_stop_the_belt(tmp_path: Path) -> None:
    with (
        served_treadmill(tmp_path / "a") as simulator,
        simulated_run(tmp_path / "b") as orphaned,
    ):
        config = str(tmp_path / "a" / "config.toml")
        with Running(
            tmp_path / "a", "--treadmill", "left", "--config", config, "--control", "stdin"
        ) as pulled:
            attendant = Attendant(pulled, simulator)
            attendant.until_moving()
            attendant.act("strap-pull")
            stop = pulled.until(lambda event: event["event"] == "stop")
            pulled.say(do="end")

            orphaned.until_moving()
            processes = children_of(orphaned.process.pid)
            os.kill(one_with(processes, "treadctl.gate --fd"), signal.SIGKILL)

            ended = pulled.ended()
            bereft = orphaned.ended()
        os.kill(one_with(processes, "rescue.py"), signal.SIGKILL)  # else it goes on for 30 s
        others = [pid for pid, line in processes.items() if "rescue.py" not in line]
        assert all(ends_within(pid, 0.5) for pid in others)
    assert (stop["cause"], stop["reaction"]) == ("strap_open", "e_stop")
    assert ended.code == 11
    assert bereft.code == 16
    assert bereft.of("stop")[0]["cause"] == "gate_gone"
    assert "CHECK THE BELT" in bereft.err
    assert stood_at_the_end(tmp_path / "a")
    assert stood_at_the_end(tmp_path / "b")
