"""The same seed and scenario are the same run, byte by byte."""

from pathlib import Path

from tests.cli.files import scenario_file
from tests.cli.running import simulated

DICE = 't_s = 20\nfault = "garbled-bytes"\nshare = 0.05\nfor_s = 20'
STOP = 't_s = 40\nfault = "strap-pull"'


def run(folder: Path, name: str, seed: int) -> tuple[str, bytes]:
    """What was told, and what was true."""
    truth = folder / f"{name}.jsonl"
    scenario = scenario_file(folder, DICE, STOP)
    ended = simulated(
        folder, "--seed", str(seed), "--scenario", str(scenario), "--truth", str(truth)
    )
    assert ended.code in (11, 13)
    told = "\n".join(line for line in ended.out.splitlines() if '"finished"' not in line)
    return told, truth.read_bytes()


def test_a_seed_is_one_run_and_another_seed_is_another(tmp_path: Path) -> None:
    once, again, other = (
        run(tmp_path, name, seed) for name, seed in (("once", 7), ("again", 7), ("other", 8))
    )
    assert once == again
    assert once != other


def test_records_apart_the_last_line_is_the_same_too(tmp_path: Path) -> None:
    scenario = scenario_file(tmp_path, STOP)
    (one, other) = (simulated(tmp_path, "--scenario", str(scenario)).events[-1] for _ in range(2))
    assert one.pop("record") != other.pop("record")
    assert one == other
