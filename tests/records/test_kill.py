"""kill -9 of a real writer. The child says through a pipe what it has appended, and when."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from treadctl.records.reader import Status, read

WRITER: Final = """
import select, sys, time
from pathlib import Path
from treadctl.records.chain import Kind
from treadctl.records.journal import Header, Journal

header = Header("novice-1", "left", True, "0.1.0", "c0ffee")
journal = Journal.open(Path(sys.argv[1]), header, real_time=True)
began = time.monotonic()
while True:
    now_ms = int((time.monotonic() - began) * 1000)
    journal.append(Kind.REPORT, now_ms, {"phase": "moving", "strap": "attached"})
    sys.stdout.write(f"{now_ms}\\n")
    sys.stdout.flush()
    select.select([], [], [], float(sys.argv[2]))
"""


@pytest.mark.chaos
@pytest.mark.parametrize(("pace_s", "until_ms"), [(0.002, 1_700), (0.1, 1_250), (0.3, 900)])
def test_kill_9_loses_at_most_the_last_second(tmp_path: Path, pace_s: float, until_ms: int) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path), str(pace_s)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert child.stdout is not None
        appended = [int(child.stdout.readline())]
        while appended[-1] < until_ms:
            appended.append(int(child.stdout.readline()))
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        if child.stdout is not None:
            child.stdout.close()

    (path,) = tmp_path.iterdir()
    records, integrity = read(path)
    assert integrity.status in (Status.CUT_TAIL, Status.TORN_TAIL)
    kept = [record.t_ms for record in records[1:]]
    assert kept[: len(appended)] == appended[: len(kept)]
    lost = [t_ms for t_ms in appended if t_ms not in kept]
    assert all(t_ms > appended[-1] - 1_000 for t_ms in lost)
