import os
import select
import signal

import pytest

from simulator.servers.signals import ENDING, ending_signals
from tests.simulator.servers.conftest import PATIENCE_S


@pytest.mark.parametrize("number", ENDING)
def test_each_ending_signal_makes_the_descriptor_readable(number: signal.Signals) -> None:
    with ending_signals() as fd:
        assert not select.select([fd], [], [], 0)[0]
        os.kill(os.getpid(), number)
        assert select.select([fd], [], [], PATIENCE_S)[0]


def test_handlers_are_put_back() -> None:
    before = [signal.getsignal(number) for number in ENDING]
    with ending_signals():
        pass
    assert [signal.getsignal(number) for number in ENDING] == before


def test_under_nohup_a_closing_terminal_changes_nothing() -> None:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ending_signals():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, previous)
