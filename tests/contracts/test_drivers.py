"""The contract, on every driver of the registry and every machine that has one."""

from tests.contracts.line_claims import LineClaims
from tests.contracts.machine_claims import MachineClaims
from tests.contracts.speed_claims import SpeedClaims
from tests.contracts.stop_claims import StopClaims


class TestSpeeds(SpeedClaims):
    pass


class TestStops(StopClaims):
    pass


class TestLine(LineClaims):
    pass


class TestMachine(MachineClaims):
    pass
