"""pyftms, unmodified and in an environment of its own, drives the simulator over the virtual air.

Out of the default run: it installs packages, which takes half a minute. ``make interop`` runs it.
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.architecture.sources import ROOT
from tests.simulator.servers.test_serve import lines_of, simulator

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

PYTHON: Final = "python3.12"
"""The least that the current pyftms runs on."""
INSTALL_WITHIN_S: Final = 200
DRIVE_WITHIN_S: Final = 60


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the interpreter of a fresh environment with pyftms in it."""
    found = shutil.which(PYTHON)
    if found is None:
        pytest.skip(f"there is no {PYTHON} on PATH, and pyftms needs it")
    place = tmp_path_factory.mktemp("pyftms")
    made = subprocess.run([found, "-m", "venv", place], capture_output=True, text=True, check=False)
    if made.returncode:
        pytest.skip(f"{PYTHON} cannot make an environment: {made.stderr.strip()}")
    interpreter = place / "bin" / "python"
    pip = [str(interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = subprocess.run(
        [*pip, "-c", str(ROOT / "constraints.txt"), "pyftms", "bleak", "bumble"],
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_WITHIN_S,
    )
    if installed.returncode:
        last = installed.stderr.strip().splitlines()[-1:]
        pytest.skip(f"pyftms cannot be installed here: {' '.join(last)}")
    return interpreter


@pytest.mark.parametrize("way", ["unix", "tcp"])
def test_it_takes_control_starts_sets_a_speed_and_stops(
    python: Path, tmp_path: Path, way: str
) -> None:
    where = f"unix:{tmp_path / 'air'}" if way == "unix" else "tcp:127.0.0.1:0"
    truth = tmp_path / "truth.jsonl"
    serve = ["serve", "--machine", "ftms", "--ble", where, "--truth", str(truth)]
    with simulator(*serve, "--ramp-ckmh-s", "300") as sim:
        driven = subprocess.run(
            [python, ROOT / "examples" / "pyftms_drive.py", sim.ready["address"].split("air:")[1]],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=DRIVE_WITHIN_S,
        )
        assert driven.returncode == 0, driven.stdout + driven.stderr
        sim.process.terminate()
        sim.end()
    assert driven.stdout.splitlines()[-2:] == ["belt 2.00 km/h", "stop: SUCCESS"]
    lines = lines_of(truth)
    received = [frame["hex"] for line in lines for frame in line["rx"]]
    assert received == ["00", "07", "02 C8 00", "08 01"]
    assert max(line["belt_ckmh"] for line in lines) == pytest.approx(200, abs=1)
