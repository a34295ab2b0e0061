"""What holds for every test: nobody waits for a wall clock."""

import signal
import sys
import time
from typing import Final

import pytest
from hypothesis import settings

# How long an example takes says how busy the machine is, and nothing about the code.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # Somebody wants this run to survive its terminal, not the programs that it tries.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

OURS: Final = ("treadctl", "firmware_protocols", "simulator", "tests")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test named by an address in memory.

    Parallel workers must collect the same names, and whoever reads a failure must be able to
    run it again by its name.
    """
    for item in items:
        if " at 0x" in item.name:
            raise pytest.UsageError(f"{item.nodeid}: give its parameters names with `ids`")


@pytest.fixture(autouse=True)
def no_sleeping(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `time.sleep` fail when our own code calls it.

    A sleep in a test is a race that has not been lost yet. Libraries keep theirs: pyserial
    sleeps while it negotiates. Tests marked ``chaos`` live in real time and are exempt.
    """
    if request.node.get_closest_marker("chaos") is None:
        really_sleep = time.sleep

        def sleep(seconds: float) -> None:
            caller = sys._getframe(1).f_globals["__name__"]
            if caller.partition(".")[0] in OURS:
                pytest.fail(f"{caller} called time.sleep({seconds}): use virtual time")
            really_sleep(seconds)

        monkeypatch.setattr(time, "sleep", sleep)
