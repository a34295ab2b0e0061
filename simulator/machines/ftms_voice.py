"""What an FTMS machine says of its own accord: records, status, training (ftms.md 2 to 4)."""

from math import inf
from struct import pack
from typing import Final

from simulator.belt import Belt
from simulator.gatt import Kind
from simulator.machines.ftms_attributes import DATA, STATUS, TRAINING
from simulator.machines.ftms_character import Character
from simulator.machines.ftms_record import SPLIT_APART_MS, Reading, written
from simulator.machines.ftms_workout import Workout
from simulator.machines.machine import HUNDREDTHS, Parts
from simulator.radio import Radio

STATUS_AFTER_MS: Final = 40.0
"""What a client caused is told to the others after its answer."""
RAMP_STATUS_MS: Final = 300.0
_IDLE, _MANUAL, _RAMPING_DOWN, _STOPPED = 0x01, 0x0D, 0x10, 0x11


class Voice:
    def __init__(self, parts: Parts, belt: Belt, radio: Radio, character: Character) -> None:
        self._telemetry = parts.telemetry
        self._controller = parts.controller
        self._belt = belt
        self._radio = radio
        self._is = character
        self._workout = Workout(belt)
        self._period_ms = float(parts.options.data_period_ms)
        self.power_up(0.0)

    def power_up(self, t_ms: float) -> None:
        self._data_ms = t_ms + self._period_ms
        self._ramp_status_ms = inf
        self._silent_until_ms = -inf
        self._last: list[bytes] = []
        self._training = _STOPPED if self._is.pads_status else _IDLE
        self._workout.reset(t_ms)

    @property
    def next_ms(self) -> float:
        return min(self._data_ms, self._ramp_status_ms)

    @property
    def training_status(self) -> bytes:
        """As it is read."""
        return bytes((0, self._training))

    def fire(self, t_ms: float) -> None:
        if self._ramp_status_ms <= t_ms:
            self._tell_ramp(t_ms)
        if self._data_ms <= t_ms:
            self._data_ms += self._period_ms
            self._workout.live(t_ms, self._period_ms, running=self._controller.running)
            self._tell_data(t_ms)

    # What has happened.

    def started(self, t_ms: float) -> None:
        self._silent_until_ms = -inf
        self._workout.begin(t_ms)
        self.ramps(t_ms)
        self._tell_training(t_ms, _MANUAL)

    def stopped(self, t_ms: float, *, paused: bool = False) -> None:
        self._workout.end(paused=paused)
        self._silent_until_ms = t_ms + self._is.silence_after_stop_ms
        self.ramps(t_ms)
        self._tell_training(t_ms, _RAMPING_DOWN if self._is.pads_status else _IDLE)

    def reset(self, t_ms: float) -> None:
        self._workout.reset(t_ms)

    def ramps(self, t_ms: float) -> None:
        """The belt is on its way to another speed."""
        if self._is.streams_ramp:
            self._ramp_status_ms = min(self._ramp_status_ms, t_ms + RAMP_STATUS_MS)

    def tell_start(self, t_ms: float, *, by: int | None = None) -> None:
        self.tell_status(t_ms, b"\x04\x00\x00" if self._is.pads_status else b"\x04", by=by)

    def tell_speed(self, t_ms: float, speed_ckmh: float) -> None:
        self.tell_status(t_ms, b"\x05" + pack("<H", self._digits(speed_ckmh)))

    def tell_status(self, t_ms: float, status: bytes, *, by: int | None = None) -> None:
        """To everybody, or to everybody but the client that caused it."""
        if self._is.tells_status:
            but = None if self._is.echoes_status else by
            after_ms = 0.0 if by is None else STATUS_AFTER_MS
            self._radio.tell(t_ms, STATUS, status, but=but, after_ms=after_ms)

    def tell_loser(self, t_ms: float, client: int) -> None:
        """That it has no control any more; nobody else's business."""
        if self._is.tells_status:
            self._radio.say(t_ms, client, STATUS, b"\xff", kind=Kind.NOTIFICATION)

    def _tell_ramp(self, t_ms: float) -> None:
        speed_ckmh = self._belt.speed_at(t_ms)
        self.tell_speed(t_ms, speed_ckmh)
        arrived = speed_ckmh == (self._controller.setpoint_ckmh if self._controller.running else 0)
        self._ramp_status_ms = inf if arrived else t_ms + RAMP_STATUS_MS

    def _tell_training(self, t_ms: float, state: int) -> None:
        if state != self._training:
            self._training = state
            flags = 0x01 if self._is.pads_status and state == _MANUAL else 0x00
            self._radio.tell(t_ms, TRAINING, bytes((flags, state)))

    def _tell_data(self, t_ms: float) -> None:
        if self._telemetry.frozen and self._last:
            parts = self._last
        else:
            self._last = parts = written(self._reading(t_ms), self._is.records)
        if self._training == _RAMPING_DOWN and self._belt.rests(t_ms):
            self._tell_training(t_ms, _STOPPED)
        if t_ms < self._silent_until_ms:
            return
        for n, part in enumerate(parts):
            self._radio.tell(t_ms, DATA, part, after_ms=n * SPLIT_APART_MS)

    def _reading(self, t_ms: float) -> Reading:
        telemetry, controller = self._telemetry, self._controller
        speed_ckmh = telemetry.speed(t_ms)[0]
        if self._is.reports_setpoint and controller.running:
            speed_ckmh = controller.setpoint_ckmh
        return Reading(
            speed=self._digits(speed_ckmh),
            distance_m=self._workout.distance_m(t_ms),
            incline=round(telemetry.incline_permille(t_ms)),
            elapsed_s=self._workout.elapsed_s,
        )

    def _digits(self, speed_ckmh: float) -> int:
        step_ckmh = self._is.belt_step_ckmh
        if step_ckmh is not None:
            return int(int(speed_ckmh / step_ckmh + 0.5) * step_ckmh)
        return int(speed_ckmh / HUNDREDTHS[self._is.data_unit] + 0.5)
