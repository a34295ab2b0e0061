"""A Bluetooth treadmill in real time, on the virtual air: whatever is killed, the belt stands.

The runs go side by side, because reaching motion takes a dozen seconds of somebody's life. What
became of the belt is read from the simulator's truth, and from nowhere else.
"""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.machines.catalogue import MODELS
from tests.cli.files import scenario_file
from tests.cli.processes import children_of, ends_within, one_with
from tests.cli.running import Ended, Running
from treadctl.drivers.radios import GROUP

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.timeout(120),
    pytest.mark.skipif(
        "ftms" not in MODELS or "air" not in entry_points(group=GROUP).names,
        reason="there is no simulated Bluetooth treadmill in this installation",
    ),
]

QUICK: Final = "schema = 1\n[limits]\ncountdown_s = 3\n"
GATE: Final = "treadctl.gate --fd"
BRIDGE: Final = "treadctl.drivers.ble_bridge"
RESCUE: Final = "rescue.py"
SIMULATOR: Final = "-m simulator"
STOPS: Final = ("0801", "020000")
FIRST_FRAME_MS: Final = 400


class Run:
    """One run on a simulated treadmill of its own."""

    def __init__(self, folder: Path, running: Running) -> None:
        self.folder = folder
        self.running = running
        self.processes: dict[int, str] = {}

    def until_moving(self) -> None:
        self.running.until_moving()
        self.processes = children_of(self.running.process.pid)

    def kill(self, part: str) -> None:
        os.kill(one_with(self.processes, part), signal.SIGKILL)

    def ended(self) -> Ended:
        return self.running.ended()

    def leaves_nothing(self, *, but: str = "nothing") -> None:
        for pid, line in self.processes.items():
            assert but in line or ends_within(pid, 8), line

    @property
    def truth(self) -> list[dict[str, Any]]:
        text = (self.folder / "truth.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines() if line.endswith("}")]

    def stood_at_the_end(self) -> bool:
        """It had moved, and the last thing that was true is that it stands."""
        lines = self.truth
        return lines[-1]["belt_ckmh"] == 0 and any(line["belt_ckmh"] > 10 for line in lines)

    def stop_after(self, t_ms: float) -> float:
        """When the first stop write came after that time, in the simulator's time."""
        for line in self.truth:
            for received in line["rx"]:
                if received["t_ms"] >= t_ms and received["hex"].replace(" ", "").endswith(STOPS):
                    return float(received["t_ms"])
        raise AssertionError("no stop came at all")


@contextmanager
def simulated(folder: Path, *entries: str) -> Iterator[Run]:
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text(QUICK, encoding="utf-8")
    words = ["--simulate", "ftms", "--truth", str(folder / "truth.jsonl"), "--config", str(config)]
    if entries:
        words += ["--scenario", str(scenario_file(folder, *entries))]
    with Running(folder, *words) as running:
        yield Run(folder, running)


def test_sr31_kill_9_of_gate_bridge_and_simulator_leave_a_standing_belt_and_no_process(
    tmp_path: Path,
) -> None:
    with ExitStack() as opened:
        gateless, bridgeless, unplugged = (
            opened.enter_context(simulated(tmp_path / name)) for name in ("a", "b", "c")
        )
        for run in (gateless, bridgeless, unplugged):
            run.until_moving()
        killed_at_ms = gateless.truth[-1]["t_ms"]
        gateless.kill(GATE)
        bridgeless.kill(BRIDGE)
        unplugged.kill(SIMULATOR)

        bereft = gateless.ended()
        gateless.kill(RESCUE)  # else it goes on for 30 s
        gateless.leaves_nothing()
        assert bereft.code == 16
        assert "CHECK THE BELT" in bereft.err

        relinked = bridgeless.ended()
        bridgeless.leaves_nothing()
        assert relinked.code == 13
        assert relinked.of("stop")[0]["cause"] == "link_lost"

        lost = unplugged.ended()
        unplugged.leaves_nothing()
        assert lost.code in (13, 16)
        assert "Traceback" not in bereft.err + relinked.err + lost.err
    # The truth is written every 50 ms, and the last line was read a moment before the kill.
    assert gateless.stop_after(killed_at_ms) - killed_at_ms <= FIRST_FRAME_MS + 100
    assert gateless.stood_at_the_end()
    assert bridgeless.stood_at_the_end()


def test_sr16_sr20_a_pulled_strap_and_a_lost_radio_stop_the_belt(tmp_path: Path) -> None:
    pull_s, drop_s = 25, 25
    with (
        simulated(tmp_path / "a", f't_s = {pull_s}\nfault = "strap-pull"') as pulled,
        simulated(tmp_path / "b", f't_s = {drop_s}\nfault = "link-drop"\nfor_s = 2') as dropped,
    ):
        strapless = pulled.ended()
        relinked = dropped.ended()
        pulled.leaves_nothing()
        dropped.leaves_nothing()
    assert strapless.code == 11
    assert pulled.stop_after(pull_s * 1_000) - pull_s * 1_000 <= 100
    assert pulled.stood_at_the_end()
    assert relinked.code == 13
    assert dropped.stood_at_the_end()
