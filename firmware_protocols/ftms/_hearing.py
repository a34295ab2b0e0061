"""What a machine says beside its answers: readings, what it is, and what happens to it."""

from collections.abc import Iterator
from typing import Final

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms import events as ev
from firmware_protocols.ftms import machine_status, rsc, training_status, treadmill_data, uuids
from firmware_protocols.ftms._echoes import Echoes
from firmware_protocols.ftms.control_point import SetTargetSpeed
from firmware_protocols.ftms.features import (
    Features,
    RangeKind,
    SupportedRange,
    decode_features,
    decode_range,
)
from firmware_protocols.ftms.machine_status import MachineStatus, StatusCode
from firmware_protocols.ftms.more_data import Assembler
from firmware_protocols.ftms.quirks import Quirks
from firmware_protocols.ftms.target_speed import TargetSpeeds, target_speeds

FRESH_MS: Final = 2_500
"""A reading older than this says nothing of the belt (safety.md 4.2, FTMS data)."""
_RANGES: Final = {kind.value: kind for kind in RangeKind}


class Hearing:
    """Holds what was last heard on this link. Feed it every value but those that answer."""

    __slots__ = (
        "_assembler",
        "_quirks",
        "echoes",
        "features",
        "measured_at_ms",
        "ranges",
        "records",
        "speed_ckmh",
    )

    def __init__(self, quirks: Quirks) -> None:
        self._quirks = quirks
        self.echoes = Echoes(quirks)
        self._assembler = Assembler()
        self.features: Features | None = None
        self.ranges: dict[RangeKind, SupportedRange] = {}
        self.restart()

    def restart(self) -> None:
        """Another link: the belt may have done anything since. What it is, it still is."""
        self._assembler.reset()
        self.speed_ckmh: int | None = None
        self.measured_at_ms = 0
        self.records = 0
        """Records with a speed in them."""

    @property
    def target_speeds(self) -> TargetSpeeds:
        """What can be asked for.

        Raises:
            LocalProtocolError: the machine has stated no range, or none that makes sense.
        """
        quirks = self._quirks
        stated = quirks.speed_range or self.ranges.get(RangeKind.SPEED)
        return target_speeds(stated, quirks.range_unit, quirks.command_unit)

    def fresh_ckmh(self, now_ms: int) -> int | None:
        """Return the measured speed, or None if there is none to rely on."""
        return None if now_ms - self.measured_at_ms > FRESH_MS else self.speed_ckmh

    def receive(self, now_ms: int, uuid: int, data: bytes) -> Iterator[ev.Event]:
        """Yield what a value means. Reads of what a machine is are kept, and mean nothing more."""
        match uuid:
            case uuids.TREADMILL_DATA:
                yield from self._record(now_ms, data)
            case uuids.MACHINE_STATUS:
                yield self._status(now_ms, machine_status.decode(data))
            case uuids.TRAINING_STATUS:
                yield ev.TrainingChanged(training_status.decode(data))
            case uuids.RSC_MEASUREMENT:
                yield ev.RscMeasured(rsc.decode(data))
            case uuids.FITNESS_MACHINE_FEATURE:
                self.features = decode_features(data)
            case _ if uuid in _RANGES:
                kind = _RANGES[uuid]
                self.ranges[kind] = decode_range(kind, data)
            case _:
                yield ev.Ignored(uuid, data)

    def _record(self, now_ms: int, data: bytes) -> Iterator[ev.Measured]:
        record = self._assembler.receive(now_ms, treadmill_data.decode(data))
        if record is None:
            return
        if record.speed_ckmh is None:
            yield ev.Measured(record, None)
            return
        self.speed_ckmh = self._quirks.measured_ckmh(record.speed_ckmh)
        self.measured_at_ms = now_ms
        self.records += 1
        yield ev.Measured(record, self.speed_ckmh)

    def _status(self, now_ms: int, status: MachineStatus) -> ev.Event:
        match status.code, status.values:
            case StatusCode.RESET, _:
                return ev.ControlLost(ev.Loss.RESET)
            case StatusCode.CONTROL_LOST, _:
                return ev.ControlLost(ev.Loss.REVOKED)
            case StatusCode.STOPPED_BY_SAFETY_KEY, _:
                return ev.SafetyKeyPulled()
            case StatusCode.STOPPED_BY_USER, _:
                return ev.UserStopped(status.stop_kind, self.echoes.is_our_stop(now_ms))
            case StatusCode.STARTED_BY_USER, _:
                return ev.UserStarted(self.echoes.is_our_start(now_ms))
            case StatusCode.TARGET_SPEED_CHANGED, (hundredths,):
                ours = self.echoes.is_our_speed(now_ms, hundredths, self._step)
                if ours:
                    self.echoes.come_to(now_ms, hundredths)
                else:
                    self.echoes.set_by_others(hundredths)
                meant = SetTargetSpeed(hundredths)
                return ev.TargetSpeedChanged(self._quirks.commanded_ckmh(meant), ours)
            case StatusCode.TARGET_INCLINE_CHANGED, (incline_permille,):
                ours = self.echoes.is_our_incline(incline_permille)
                return ev.TargetInclineChanged(incline_permille, ours)
            case _:
                return ev.OtherStatus(status)

    @property
    def _step(self) -> int:
        try:
            return self.target_speeds.step
        except LocalProtocolError:
            return 1
