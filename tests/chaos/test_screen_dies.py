"""A real terminal is killed, closed and frozen in mid-walk; the truth file says what the belt did.

One walk each, by keys, in real time.
"""

import signal
from pathlib import Path

import pytest

from tests.chaos.led import Walk, undisturbed
from tests.chaos.terminal import Terminal, Truth

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


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
    def killed(walk: Walk) -> None:
        at_ms = walk.harm(signal.SIGKILL)
        assert walk.terminal.wait() == -signal.SIGKILL
        walk.truth.wait_standing(walk.terminal)
        assert walk.truth.fell_ms(at_ms) <= 1_000
        assert walk.truth.stood_ms(at_ms) <= 3_000

    undisturbed(tmp_path, killed)


def test_sr40_a_closed_window_is_a_soft_stop_and_the_record_is_closed(tmp_path: Path) -> None:
    def closed(walk: Walk) -> None:
        at_ms = walk.truth.now_ms()
        walk.terminal.hang_up()
        assert walk.terminal.wait() == 10
        assert walk.truth.belt_ckmh() <= 5
        assert walk.truth.fell_ms(at_ms) <= 2_000
        assert '"finished"' in walk.record()

    undisturbed(tmp_path, closed)


def test_sr40_a_frozen_program_stops_the_belt_and_thaws_into_a_latched_stop(
    tmp_path: Path,
) -> None:
    def frozen(walk: Walk) -> None:
        terminal, truth = walk.terminal, walk.truth
        at_ms = walk.harm(signal.SIGSTOP)
        terminal.read_for(5.0)
        walk.harm(signal.SIGCONT)
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

    undisturbed(tmp_path, frozen)
