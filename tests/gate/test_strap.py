"""The strap input: not knowing is released, opening is at once, closing takes its time."""

import pytest

from treadctl.gate.setup import StrapKind, StrapSource
from treadctl.gate.strap import StrapFilter, StrapInput, StrapRefused, StrapSample, check_source
from treadctl.model import StrapState
from treadctl.safety.limits import FUTURE_MS, STRAP_RECLOSE_MS, Limits

A, R, U = StrapState.ATTACHED, StrapState.RELEASED, StrapState.UNKNOWN
EXPIRY_MS = Limits().strap_expiry_ms


class FakeLine:
    """A contact under the test's hand."""

    poll_ms = 20

    def __init__(self) -> None:
        self.reading: tuple[bool, int] | None = None
        self.error: Exception | None = None
        self.fd_error: Exception | None = None

    def poll(self, now_ms: int) -> None:
        if self.error is not None:
            raise self.error

    def read(self) -> tuple[bool, int] | None:
        return self.reading

    def fileno(self) -> int:
        if self.fd_error is not None:
            raise self.fd_error
        return 5


def closed_input(line: FakeLine) -> StrapInput:
    """An input that has seen the contact closed for long enough, the last time at 1000 ms."""
    strap = StrapInput(line, expiry_ms=EXPIRY_MS)
    for now_ms in range(1_000 - STRAP_RECLOSE_MS, 1_001, 20):
        line.reading = (True, now_ms)
        sample = strap.sample(now_ms)
    assert sample == StrapSample(A, 1_000)
    return strap


# Time of the sample, what it said, what counts after it.
FILTER = [
    pytest.param([(0, A, U), (99, A, U), (100, A, A)], id="closed for 100 ms, and not 99"),
    pytest.param([(0, A, U), (100, A, A), (101, R, R)], id="one bad sample opens"),
    pytest.param([(0, A, U), (100, A, A), (101, U, U)], id="not knowing opens as well"),
    pytest.param([(0, R, R), (1, A, R), (100, A, R), (101, A, A)], id="open until 100 ms good"),
    pytest.param(
        [(0, R, R), (1, A, R), (90, R, R), (91, A, R), (190, A, R), (191, A, A)],
        id="a bounce starts the 100 ms anew",
    ),
    pytest.param([(0, U, U), (1, A, U), (60, U, U), (150, A, U)], id="so does not knowing"),
    pytest.param([(0, A, U), (150, A, A)], id="samples at the greatest gap are uninterrupted"),
    pytest.param([(0, A, U), (151, A, U), (251, A, A)], id="samples further apart are not"),
    pytest.param([(0, A, U), (0, A, U), (0, A, U)], id="the same sample again proves nothing"),
    pytest.param([(0, A, U), (100, A, A), (900, A, A)], id="a late look is not an opening"),
]


@pytest.mark.parametrize("samples", FILTER)
def test_sr16_what_counts_after_each_sample(
    samples: list[tuple[int, StrapState, StrapState]],
) -> None:
    strap = StrapFilter(gap_ms=EXPIRY_MS)
    assert [strap.update(state, at_ms) for at_ms, state, _ in samples] == [
        counts for _, _, counts in samples
    ]


def test_sr16_without_a_source_nothing_is_ever_known() -> None:
    strap = StrapInput(None, expiry_ms=EXPIRY_MS)
    assert [strap.sample(t).state for t in (0, 60, 120, 10_000)] == [U, U, U, U]
    assert strap.next_poll_ms(0) is None
    assert strap.fileno() == -1


def test_sr16_an_opening_counts_at_its_first_sample() -> None:
    line = FakeLine()
    strap = closed_input(line)
    line.reading = (False, 1_001)
    assert strap.sample(1_001) == StrapSample(R, 1_001)


@pytest.mark.parametrize(
    ("age_ms", "state"), [(EXPIRY_MS, A), (EXPIRY_MS + 1, U), (-FUTURE_MS, A), (-FUTURE_MS - 1, U)]
)
def test_sr17_a_reading_too_old_or_from_the_future_is_not_known(
    age_ms: int, state: StrapState
) -> None:
    line = FakeLine()
    strap = closed_input(line)
    assert strap.sample(1_000 + age_ms).state is state


def test_a_reading_newer_than_the_tick_gets_the_time_of_the_tick() -> None:
    line = FakeLine()
    strap = closed_input(line)
    line.reading = (True, 1_005)
    assert strap.sample(1_002) == StrapSample(A, 1_002)


@pytest.mark.parametrize("error", [OSError(5, "gone"), ValueError(), RuntimeError(), KeyError("x")])
def test_sr16_any_exception_of_a_driver_is_not_knowing(error: Exception) -> None:
    line = FakeLine()
    strap = closed_input(line)
    line.error = error
    assert strap.sample(1_001) == StrapSample(U, 1_001)


def test_sr16_no_reading_is_not_knowing() -> None:
    line = FakeLine()
    strap = closed_input(line)
    line.reading = None
    assert strap.sample(1_001).state is U


def test_the_line_says_how_soon_to_look_again_and_where_to_sleep() -> None:
    line = FakeLine()
    strap = StrapInput(line, expiry_ms=EXPIRY_MS)
    assert strap.next_poll_ms(1_000) == 1_020
    assert strap.fileno() == 5
    line.fd_error = OSError()
    assert strap.fileno() == -1


def source(url: str, line: str = "dsr") -> StrapSource:
    return StrapSource(StrapKind.MODEM_LINE, url, line)


@pytest.mark.parametrize(
    "accepted",
    [
        source("/dev/ttyUSB1"),
        source("/dev/serial/by-id/usb-FTDI-if00", "cts"),
        source("rfc2217://127.0.0.1:4000"),
        source("rfc2217://localhost:4000", "cd"),
        source("rfc2217://[::1]:4000", "ri"),
        StrapSource(StrapKind.MACHINE),
    ],
)
def test_a_source_that_can_be_trusted_is_accepted(accepted: StrapSource) -> None:
    check_source(accepted)


@pytest.mark.parametrize(
    ("refused", "why"),
    [
        (source("socket://127.0.0.1:4000"), "socket://"),
        (source("loop://"), "loop://"),
        (source("spy:///dev/ttyUSB0"), "spy://"),
        (source("hwgrep://0403"), "hwgrep://"),
        (source("rfc2217://192.168.1.5:4000"), "192.168.1.5"),
        (source("rfc2217://127.0.0.1.example.org:4000"), "example.org"),
        (source("rfc2217://127.x.y.z:4000"), "too slow"),
        (source("rfc2217://[::1:4000"), "not a URL"),
        (source("rfc2217://"), "too slow"),
        (source(""), "no port"),
        (source("/dev/ttyUSB1", "dtr"), "'dtr'"),
        (StrapSource(StrapKind.LOCKSTEP), "virtual time"),
    ],
)
def test_sr16_a_source_that_cannot_be_trusted_is_refused_by_name(
    refused: StrapSource, why: str
) -> None:
    with pytest.raises(StrapRefused, match=why):
        check_source(refused)


def test_the_refusal_is_a_value_error_for_whoever_reads_a_configuration() -> None:
    with pytest.raises(ValueError, match="socket://"):
        check_source(source("socket://127.0.0.1:4000"))
