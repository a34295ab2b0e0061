"""A real terminal is killed, closed and frozen in mid-walk; the truth file says what the belt did.

One walk each, by keys, in real time.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.terminal import Terminal, Truth

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@contextmanager
def walking(tmp_path: Path) -> Iterator[tuple[Terminal, Truth]]:
    """A person on a belt that does more than crawl."""
    path = tmp_path / "truth.jsonl"
    terminal = Terminal(
        "tui", "novice-1", "--simulate", "woodway-us", "--truth", str(path), home=tmp_path
    )
    try:
        terminal.start_walking()
        truth = Truth(path)
        terminal.until("set 1.", within=30)
        yield terminal, truth
    finally:
        terminal.close()


def test_a_whole_session_by_keys_with_a_strap_pull_and_its_recovery(tmp_path: Path) -> None:
    """What a new user does with the README beside the terminal, a little faster."""
    truth = tmp_path / "truth.jsonl"
    arguments = ("tui", "novice-1", "--simulate", "woodway-us", "--speedup", "30")
    terminal = Terminal(*arguments, "--truth", str(truth), home=tmp_path)
    try:
        terminal.lead("BACKWARD", within=120)
        terminal.type(b"[")
        terminal.until("The safety strap was released.")
        terminal.read_for(1.0)
        terminal.type(b"]")
        terminal.lead("How was it?", within=150)
        terminal.type(b"12")
        for keys in (b"\r", b"1", b"\r", b"went well", b"\r"):
            terminal.read_for(0.3)
            terminal.type(keys)
        terminal.until("SAVED")
        terminal.type(b"\x11")
        assert terminal.wait() == 11
    finally:
        terminal.close()
    assert Truth(truth).belt_ckmh() <= 5
    assert len(list((tmp_path / "state/treadctl/sessions").glob("*.debrief"))) == 1


def test_sr30_a_killed_screen_stops_the_belt_at_once(tmp_path: Path) -> None:
    with walking(tmp_path) as (terminal, truth):
        os.kill(terminal.pid, signal.SIGKILL)
        at_ms = truth.now_ms()
        assert terminal.wait() == -signal.SIGKILL
        truth.wait_standing(terminal)
        assert truth.fell_ms(at_ms) <= 1_000
        assert truth.stood_ms(at_ms) <= 3_000


def test_sr40_a_closed_window_is_a_soft_stop_and_the_record_is_closed(tmp_path: Path) -> None:
    with walking(tmp_path) as (terminal, truth):
        at_ms = truth.now_ms()
        terminal.hang_up()
        assert terminal.wait() == 10
        assert truth.belt_ckmh() <= 5
        assert truth.fell_ms(at_ms) <= 2_000
        (record,) = (tmp_path / "state/treadctl/sessions").glob("*.jsonl")
        assert '"finished"' in record.read_text()


def test_sr40_a_frozen_program_stops_the_belt_and_thaws_into_a_latched_stop(
    tmp_path: Path,
) -> None:
    with walking(tmp_path) as (terminal, truth):
        at_ms = truth.now_ms()
        os.kill(terminal.pid, signal.SIGSTOP)
        terminal.read_for(5.0)
        os.kill(terminal.pid, signal.SIGCONT)
        truth.wait_standing(terminal)
        assert truth.fell_ms(at_ms) <= 2_000
        assert truth.stood_ms(at_ms) <= 5_000
        terminal.until("STOPPED")
        terminal.type(b"x")
        terminal.until("Press x again")
        terminal.read_for(0.8)
        terminal.type(b"x")
        terminal.until("How was it?")
        terminal.type(b"\x11")
        assert terminal.wait() == 12
