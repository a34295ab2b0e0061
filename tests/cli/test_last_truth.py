"""What is said to the machine at the very end of a run is in the truth file too."""

import json
from pathlib import Path

import pytest

from tests.cli.files import scenario_file
from tests.cli.running import simulated


@pytest.mark.parametrize("pulled_ms", [12_010, 12_030, 12_050])
def test_sr16_a_strap_pulled_in_the_countdown_is_answered_with_a_stop_frame(
    pulled_ms: int, tmp_path: Path
) -> None:
    truth = tmp_path / "truth.jsonl"
    scenario = scenario_file(tmp_path, f't_s = {pulled_ms / 1_000}\nfault = "strap-pull"')
    ended = simulated(tmp_path, "--scenario", str(scenario), "--truth", str(truth))
    assert ended.code == 11
    lines = truth.read_text(encoding="utf-8").splitlines()
    frames = [frame for line in lines for frame in json.loads(line)["rx"]]
    stops = [f["t_ms"] for f in frames if f["hex"] == "AA" and f["t_ms"] >= pulled_ms]
    assert stops
    assert stops[0] <= pulled_ms + 100
