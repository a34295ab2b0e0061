"""What a person reads: one sentence per event, one line of numbers, nothing that is not known."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from treadctl.cli_display import (
    LiveLine,
    PlainLines,
    bar_of,
    live_line_of,
    sentence_of,
    status_of,
)
from treadctl.cli_output import Output
from treadctl.core.events import (
    Announced,
    CriterionNoted,
    Event,
    Finished,
    Marked,
    Prompted,
    RequestRefused,
    Sample,
    StateChanged,
    Stopped,
)

SAMPLE = Sample(
    t_ms=317_000,
    state="reverse_walk",
    phase="moving",
    step=10,
    steps=11,
    step_name="Last reverse walk",
    step_left_ms=20_000,
    session_left_ms=680_000,
    planned_ckmh=100,
    setpoint_ckmh=100,
    commanded_ckmh=97,
    measured_ckmh=97,
    measured_age_ms=80,
    belt_direction="forward",
    facing="backward",
    gait="backward",
    strap="attached",
    standstill=False,
    link_up=True,
    incline_permille=0,
    heart_bpm=None,
    reverse_s=40.0,
    distance_m=130.0,
)


class Screen:
    def __init__(self) -> None:
        self.read_fd, self.write_fd = os.pipe()
        os.set_blocking(self.read_fd, False)
        self.out = Output(self.write_fd)

    @property
    def text(self) -> str:
        try:
            return os.read(self.read_fd, 65_536).decode()
        except BlockingIOError:
            return ""


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen()
    yield screen
    os.close(screen.read_fd)
    os.close(screen.write_fd)


@pytest.mark.parametrize("width", [39, 60, 79, 120, 200])
def test_the_live_line_never_fills_the_terminal(width: int) -> None:
    assert len(live_line_of(SAMPLE, width)) <= width


def test_at_80_columns_the_live_line_has_speed_gait_times_and_a_bar() -> None:
    line = live_line_of(SAMPLE, 79)
    for part in ("5:17", "[", "reverse walk 10/11", "0.97 km/h", "backward", "0:20", "11:20"):
        assert part in line


def test_a_strap_that_is_not_attached_is_in_the_live_line() -> None:
    assert "STRAP RELEASED" in live_line_of(replace(SAMPLE, strap="released"), 120)


def test_a_speed_that_is_not_known_is_not_zero() -> None:
    text = status_of(replace(SAMPLE, measured_ckmh=None))
    assert "speed unknown" in text
    assert "0.0 km/h" not in text


def test_sr40_an_old_speed_says_how_old_it_is() -> None:
    assert "2.5 s AGO" in status_of(replace(SAMPLE, measured_age_ms=2_500))


def test_sr35_only_a_proved_standstill_is_called_standing() -> None:
    still = replace(SAMPLE, commanded_ckmh=0, measured_ckmh=0)
    assert "stopping" in status_of(still)
    assert "standing" in status_of(replace(still, standstill=True))


def test_the_bar_is_full_at_the_end_and_empty_at_the_beginning() -> None:
    assert bar_of(replace(SAMPLE, t_ms=0), 10) == "[..........]"
    assert bar_of(replace(SAMPLE, session_left_ms=0), 10) == "[##########]"
    assert bar_of(replace(SAMPLE, t_ms=0, session_left_ms=0), 10) == "[..........]"


@pytest.mark.parametrize(
    ("event", "part"),
    [
        (StateChanged(0, "e_stop", "walk", 1, 3, "Warm-up", "strap_open"), "e stop (strap_open)"),
        (Announced(0, "It slows down.", 5_000, "change"), '"It slows down."'),
        (Prompted(0, "arm", "", "Ready?"), "?  arm: Ready?"),
        (RequestRefused(0, "F-003", "not_now", "Not now."), "refused F-003 not_now: Not now."),
        (
            CriterionNoted(0, "pallor", "Pale or blue.", "soft_stop"),
            "noted: Pale or blue. (pallor, soft_stop)",
        ),
        (Marked(0, "held the rail"), "marked: held the rail"),
        (Marked(0, ""), "marked"),
        (
            Stopped(0, "e_stop", "F-016", "strap_open", "The strap is out.", "See to them."),
            "STOP F-016 strap_open (e_stop): The strap is out. See to them.",
        ),
        (Finished(0, "completed", 0, 60.0, 281.0, 290, 97, 0, None), "exit code 0"),
    ],
)
def test_each_event_is_one_sentence(event: Event, part: str) -> None:
    sentence = sentence_of(event)
    assert sentence is not None
    assert part in sentence
    assert "\n" not in sentence


def test_piped_lines_hold_no_escape_codes_and_not_every_sample(screen: Screen) -> None:
    plain = PlainLines(screen.out)
    for tenth in range(900):
        plain.tell(replace(SAMPLE, t_ms=tenth * 100))
    plain.close()
    text = screen.text
    assert "\x1b" not in text
    assert len(text.splitlines()) == 2


def test_a_sentence_takes_the_place_of_the_live_line(screen: Screen) -> None:
    live = LiveLine(screen.out, screen.write_fd)
    live.tell(SAMPLE)
    live.tell(replace(SAMPLE, t_ms=SAMPLE.t_ms + 100))  # too soon to be shown
    live.tell(Prompted(SAMPLE.t_ms + 200, "arm", "", "Ready?"))
    live.close()
    parts = screen.text.split("\r\x1b[2K")
    assert [part.endswith("\n") for part in parts] == [False, False, True, False]
    assert "Ready?" in parts[2]
    assert parts[-1] == ""


@pytest.mark.parametrize("line", [status_of, lambda sample: live_line_of(sample, 120)])
def test_a_heart_rate_is_shown_where_there_is_one(line: Callable[[Sample], str]) -> None:
    assert "heart 104" in line(replace(SAMPLE, heart_bpm=104))
    assert "heart" not in line(SAMPLE)
