"""`treadctl run --heart-rate`, with the strap of the simulated person in a child process."""

from pathlib import Path

import pytest

from tests.cli.running import simulated

RISES = """schema = 1
[[at]]
t_s = 45
fault = "heart-rate"
bpm = 150
over_s = 10

[[at]]
t_s = 100
fault = "heart-rate"
bpm = 90
over_s = 20
"""


def test_sr45_a_heart_that_is_well_is_told_in_every_sample_and_changes_nothing(
    tmp_path: Path,
) -> None:
    done = simulated(tmp_path, "--heart-rate", "machine", "--hr-limit", "160", "--hr-guard")
    assert done.code == 0
    assert "The heart rate is watched: at most 160 a minute." in done.err
    told = [sample["heart_bpm"] for sample in done.of("sample")][30:]
    assert all(bpm is not None and 60 < bpm < 130 for bpm in told)


def test_sr45_a_heart_at_its_limit_ends_the_walking_with_code_15(tmp_path: Path) -> None:
    scenario = tmp_path / "rises.toml"
    scenario.write_text(RISES)
    done = simulated(
        tmp_path, "--heart-rate", "machine", "--hr-limit", "120", "--scenario", str(scenario)
    )
    assert done.code == 15
    assert [stop["cause"] for stop in done.of("stop")] == ["heart_rate_ceiling"]
    assert done.of("finished")[0]["reason"] == "heart_rate"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--heart-rate", "machine"], "--hr-limit BPM"),
        (["--heart-rate", "machine", "--hr-limit", "169"], "85 %"),
        (["--heart-rate", "C0:FF:EE:00:00:02", "--hr-limit", "120"], "--heart-rate machine"),
        (["--heart-rate", "machine", "--hr-limit", "30"], "40<=x<=220"),
        (["--hr-guard"], "--heart-rate ADDRESS"),
        (["--hr-limit", "120"], "--heart-rate ADDRESS"),
    ],
)
def test_sr45_what_cannot_be_watched_is_wrong_use_and_nothing_begins(
    tmp_path: Path, typed: list[str], said: str
) -> None:
    done = simulated(tmp_path, *typed)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
