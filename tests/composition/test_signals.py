"""SR-18: the three ending signals are stops, and nothing else is touched."""

import os
import signal

import pytest

from treadctl.composition.signals import stop_signals
from treadctl.core.exit_codes import Signal


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("number", "word"),
    [
        (signal.SIGINT, Signal.INTERRUPT),
        (signal.SIGTERM, Signal.TERMINATE),
        (signal.SIGHUP, Signal.HANG_UP),
    ],
)
def test_sr18_each_ending_signal_is_noted_once(number: signal.Signals, word: Signal) -> None:
    with stop_signals() as signals:
        assert signals.take() == []
        send(number)
        assert signals.take() == [word]
        assert signals.take() == []


def test_two_signals_are_two_and_keep_their_order() -> None:
    with stop_signals() as signals:
        send(signal.SIGINT)
        send(signal.SIGTERM)
        assert signals.take() == [Signal.INTERRUPT, Signal.TERMINATE]


def test_a_signal_wakes_whoever_sleeps_on_the_descriptor_until_it_is_taken() -> None:
    with stop_signals() as signals:
        send(signal.SIGTERM)
        os.set_blocking(signals.fileno(), False)
        assert signals.take() == [Signal.TERMINATE]
        with pytest.raises(BlockingIOError):
            os.read(signals.fileno(), 1)


def test_what_was_there_before_is_there_again_after() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before
