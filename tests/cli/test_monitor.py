"""`treadctl monitor`: what may not be driven can still be looked at (SR-16)."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CONFIG = """\
schema = 1
[[treadmill]]
name = "bare"
protocol = "woodway-us"
port = "{port}"
"""


@pytest.fixture
def bare_treadmill(tmp_path: Path) -> Iterator[Path]:
    """A simulated treadmill without any strap, declared in the returned config file."""
    command = [sys.executable, "-m", "simulator", "serve", "--machine", "woodway-us"]
    truth = tmp_path / "truth.jsonl"
    with subprocess.Popen(
        [*command, "--tcp", "127.0.0.1:0", "--truth", str(truth)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as simulator:
        assert simulator.stdout is not None
        port = json.loads(simulator.stdout.readline())["address"]
        config = tmp_path / "config.toml"
        config.write_text(CONFIG.format(port=port), encoding="utf-8")
        yield config
        simulator.terminate()


@pytest.mark.chaos
def test_sr16_a_treadmill_without_a_strap_is_watched_and_never_started(
    bare_treadmill: Path,
) -> None:
    command = [sys.executable, "-m", "treadctl", "monitor", "bare", "--jsonl"]
    with subprocess.Popen(
        [*command, "--config", str(bare_treadmill)], stdout=subprocess.PIPE, text=True
    ) as watching:
        assert watching.stdout is not None
        seen = []
        for line in watching.stdout:
            seen.append(json.loads(line))
            if seen[-1]["standstill"]:
                break
        watching.send_signal(signal.SIGINT)
        watching.stdout.read()
    assert watching.returncode == 0
    assert {report["cause"] for report in seen} == {"no_strap_source"}
    assert seen[-1]["measured_ckmh"] == 0
    truth = (bare_treadmill.parent / "truth.jsonl").read_text(encoding="utf-8")
    assert "A0" not in {
        frame["hex"] for line in truth.splitlines() for frame in json.loads(line)["rx"]
    }


def test_a_treadmill_that_nobody_declared_is_not_found(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("schema = 1\n", encoding="utf-8")
    command = [sys.executable, "-m", "treadctl", "monitor", "bare", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "no treadmill is called 'bare'" in done.stderr
