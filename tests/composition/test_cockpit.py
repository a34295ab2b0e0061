"""What a run does with every report: follow it, write it down, and notice when nothing is."""

from pathlib import Path
from typing import Final

import pytest

from tests.core.fake_gate import FakeGate
from tests.core.rig import SHORT, TICK_MS
from tests.records.samples import Disk, open_journal
from treadctl.composition.cockpit import Cockpit
from treadctl.core.events import Event
from treadctl.core.operators import AutoOperator
from treadctl.core.session import Session
from treadctl.core.setup import SessionSetup
from treadctl.model import Request, StrapState
from treadctl.records.chain import Kind
from treadctl.records.reader import read

LONGEST_MS: Final = 900_000


class Walk:
    """A session at its cockpit, with a journal on *disk*, in virtual time."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        setup = SessionSetup(plan="test", simulated=True)
        session = Session(SHORT, setup)
        self.gate = FakeGate(limits=setup.limits, mode=setup.mode)
        self.journal = open_journal(folder, write=disk.write, backlog_max=200_000)
        self.said: list[Event] = []
        self.cockpit = Cockpit(
            session,
            operators=(AutoOperator(session, self.act),),
            journal=self.journal,
            tell=(self.said.append,),
        )
        self.request = Request(0, 0)
        self.now_ms = 0

    def act(self, what: str) -> None:
        strap = {"strap-pull": StrapState.RELEASED, "strap-clip": StrapState.ATTACHED}.get(what)
        if strap is not None:
            self.gate.pull(strap)

    def run_for(self, ms: int) -> None:
        end_ms = min(self.now_ms + ms, LONGEST_MS)
        while self.now_ms < end_ms and self.cockpit.finished is None:
            self.request = self.cockpit.exchange(
                self.gate.step(self.request, self.now_ms), self.now_ms
            )
            self.now_ms += TICK_MS

    def close(self) -> None:
        self.cockpit.close(self.now_ms)


@pytest.mark.parametrize("walked_ms", [0, 4_000, 40_000, 150_000])
def test_sr49_a_disk_that_fills_up_ends_the_session_at_the_next_rest(
    tmp_path: Path, walked_ms: int
) -> None:
    disk = Disk()
    walk = Walk(tmp_path, disk)
    walk.run_for(walked_ms)
    disk.room = 0
    walk.run_for(LONGEST_MS)
    finished = walk.cockpit.finished
    assert finished is not None
    assert (finished.reason, finished.exit_code) == ("unrecorded", 5)


def test_sr49_a_disk_that_stays_empty_enough_ends_nothing(tmp_path: Path) -> None:
    walk = Walk(tmp_path, Disk())
    walk.run_for(LONGEST_MS)
    assert walk.cockpit.finished is not None
    assert walk.cockpit.finished.exit_code == 0


def test_sr49_room_that_comes_back_brings_the_record_back_and_not_the_session(
    tmp_path: Path,
) -> None:
    disk = Disk()
    walk = Walk(tmp_path, disk)
    walk.run_for(40_000)
    disk.room = 0
    walk.run_for(20_000)
    disk.room = 1 << 40
    walk.run_for(LONGEST_MS)
    walk.close()
    records, integrity = read(walk.journal.path)
    assert integrity.intact
    asked = [r.body["verb"] for r in records if r.kind == Kind.VERB.value]
    assert asked.count("record_fails") == 1
    assert records[-1].body["reason"] == "unrecorded"
