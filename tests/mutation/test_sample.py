"""A few mutants of what judges every tick, each time the tests are run; `make mutate` tries all."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.targets import ROOT

TESTS = (
    "test_boundaries",
    "test_interlocks",
    "test_phases",
    "test_phase_bookkeeping",
    "test_monitor_boundaries",
)


@pytest.mark.timeout(280)
def test_sr60_no_mutant_of_a_sample_goes_unnoticed(tmp_path: Path) -> None:
    told = subprocess.run(
        [
            *(sys.executable, "-m", "tests.mutation"),
            *("treadctl.safety.permissives", "treadctl.safety.interlocks"),
            *("--sample", "12", "--seed", "2", "--since", "HEAD~1", "--folder", str(tmp_path)),
            "--tests=tests/safety",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "survived 0, not_run 0" in told.stdout
