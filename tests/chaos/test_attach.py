"""A second terminal attached to a session, in real processes; the truth file is the judge."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos.led import Walk, undisturbed
from tests.chaos.terminal import Terminal, Truth

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime directory for these terminals alone."""
    place = tmp_path / "run"
    place.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(place))
    return place / "treadctl"


@contextmanager
def terminal(*arguments: str, home: Path) -> Iterator[Terminal]:
    opened = Terminal(*arguments, home=home)
    try:
        yield opened
    finally:
        opened.close()


def read_both(*terminals: Terminal, seconds: float) -> None:
    """Let all of them show what comes."""
    for _ in range(round(seconds * 10)):
        for each in terminals:
            each.read_for(0.1 / len(terminals))


def test_sr18_sr48_a_spotter_stops_the_belt_and_the_one_who_leads_sees_why(
    tmp_path: Path, runtime: Path
) -> None:
    def stopped(walk: Walk) -> None:
        with (
            terminal("attach", home=walk.home) as spotter,
            terminal("attach", "--plain", home=walk.home) as aloud,
        ):
            spotter.until("ATTACHED VIEW")
            spotter.until("left in this step")
            aloud.until("x leaves this view")
            _stop_from_a_view(walk, spotter, aloud)
        assert list(runtime.iterdir()) == []

    undisturbed(tmp_path, stopped)


def _stop_from_a_view(walk: Walk, spotter: Terminal, aloud: Terminal) -> None:
    leading, truth = walk.terminal, walk.truth
    read_both(leading, spotter, seconds=1.0)
    at_ms = truth.now_ms()
    spotter.type(b" ")
    spotter.until("STOP asked for.")
    read_both(leading, spotter, seconds=3.0)
    truth.wait_standing(spotter)
    assert truth.fell_ms(at_ms) <= 1_000
    assert truth.stood_ms(at_ms) <= 4_000
    leading.until("PAUSED")
    spotter.until("Paused", "Stopped by the operator")
    aloud.until("stop asked for at an attached view")
    # Nothing else comes through: not from the screen, and not from the lines.
    spotter.type(b"r+xxb")
    aloud.type(b"x")
    assert aloud.wait() == 0
    read_both(leading, spotter, seconds=1.5)
    assert "PAUSED" in leading.text()
    spotter.type(b"\x11")
    assert spotter.wait() == 0
    os.kill(leading.pid, signal.SIGTERM)
    assert leading.wait() == 10


def test_sr48_a_session_without_a_screen_is_stopped_by_a_spotter_too(
    tmp_path: Path, runtime: Path
) -> None:
    path = tmp_path / "truth.jsonl"
    arguments = ("run", "novice-1", "--simulate", "woodway-us", "--truth", str(path))
    with terminal(*arguments, home=tmp_path) as leading:
        leading.until("warm up 1/11", within=60)
        with terminal("attach", "--plain", home=tmp_path) as spotter:
            spotter.until("x leaves this view")
            spotter.type(b"s")
            assert leading.wait(60) == 10
            spotter.until("== finished")
            assert spotter.wait() == 0
        assert Truth(path).belt_ckmh() <= 5
    assert list(runtime.iterdir()) == []


def test_a_frozen_view_slows_nobody_and_a_killed_session_is_told_and_swept_up(
    tmp_path: Path, runtime: Path
) -> None:
    def frozen(walk: Walk) -> None:
        with terminal("attach", home=walk.home) as spotter:
            spotter.until("left in this step")
            os.kill(spotter.pid, signal.SIGSTOP)
            before_ms = walk.truth.now_ms()
            walk.terminal.read_for(6.0)
            os.kill(spotter.pid, signal.SIGCONT)
            lines = walk.truth.lines()
            walked = [line["belt_ckmh"] for line in lines if line["t_ms"] >= before_ms]
            assert min(walked) > walked[0] - 5 > 0  # the belt has not slowed down once
            spotter.read_for(1.0)
            walk.harm(signal.SIGKILL)
            spotter.until("NOT ATTACHED ANY MORE")
            spotter.type(b"\x11")
            assert spotter.wait() == 16
            walk.truth.wait_standing(walk.terminal)
            assert len(list(runtime.iterdir())) == 1
            with terminal("attach", home=walk.home) as late:
                late.until("No session runs here.")
                assert late.wait() == 4
            assert list(runtime.iterdir()) == []

    undisturbed(tmp_path, frozen)
