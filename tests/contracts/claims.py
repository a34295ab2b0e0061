"""Run claims outside of pytest: to see a bad driver fail, and to decide what a driver may offer."""

from collections.abc import Callable

import pytest

from firmware_protocols.errors import ProtocolError
from tests.contracts.driver import DriverUnderTest
from tests.contracts.line_claims import LineClaims
from tests.contracts.reverse_claims import ReverseClaims
from tests.contracts.speed_claims import SpeedClaims
from tests.contracts.stop_claims import StopClaims

DRIVER_CLAIMS = (SpeedClaims, StopClaims, LineClaims)


def failing(driver: DriverUnderTest, *suites: type) -> set[str]:
    """Return the names of the claims that do not hold for *driver*."""
    failed = set()
    for suite in suites:
        for name in dir(suite):
            if not name.startswith("test_"):
                continue
            claim: Callable[[DriverUnderTest], None] = getattr(suite(), name)
            if not _holds(claim, driver):
                failed.add(name)
    return failed


def may_offer_reverse(driver: DriverUnderTest) -> bool:
    """Whether the contract has proved all that SR-26 asks for."""
    return not failing(driver, *DRIVER_CLAIMS, ReverseClaims)


def _holds(claim: Callable[[DriverUnderTest], None], driver: DriverUnderTest) -> bool:
    """A claim fails by an assertion, by what pytest.raises says, or by an error it let through."""
    try:
        claim(driver)
    except (AssertionError, pytest.fail.Exception, ProtocolError, TypeError, ValueError):
        return False
    return True
