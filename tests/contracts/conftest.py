"""Each claim is made of each driver there is."""

import pytest

from tests.contracts.driver import DRIVERS, DriverUnderTest


@pytest.fixture(params=sorted(DRIVERS))
def driver(request: pytest.FixtureRequest) -> DriverUnderTest:
    return DRIVERS[request.param]
