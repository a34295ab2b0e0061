"""What is said to the machine at the very end of a run is in the truth file too."""

import json
from pathlib import Path

from tests.cli.files import scenario_file
from tests.cli.running import simulated


def test_sr16_a_strap_pulled_in_the_countdown_is_answered_with_a_stop_frame(
    tmp_path: Path,
) -> None:
    truth = tmp_path / "truth.jsonl"
    scenario = scenario_file(tmp_path, 't_s = 12.02\nfault = "strap-pull"')
    ended = simulated(tmp_path, "--scenario", str(scenario), "--truth", str(truth))
    assert ended.code == 11
    lines = truth.read_text(encoding="utf-8").splitlines()
    frames = [frame for line in lines for frame in json.loads(line)["rx"]]
    stops = [f["t_ms"] for f in frames if f["hex"] == "AA" and f["t_ms"] >= 12_020]
    assert stops
    assert stops[0] <= 12_120
