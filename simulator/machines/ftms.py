"""A treadmill that speaks FTMS over Bluetooth (ftms.md 1 to 5): no reverse, no keep-alive.

Its tables are its own (ADR 0015). A command is obeyed when it arrives; its answer follows some
30 ms later, and until then another procedure finds this one in progress. Nothing here stops a belt
because a host fell silent: that is class C, and what most of these machines are.
"""

from math import inf
from struct import pack
from typing import Final

from firmware_protocols.messages import Direction
from simulator.belt import Belt
from simulator.gatt import (
    CCCD_IMPROPERLY_CONFIGURED,
    INSUFFICIENT_ENCRYPTION,
    PROCEDURE_IN_PROGRESS,
    Characteristic,
    Kind,
    Property,
    Service,
)
from simulator.machines.ftms_character import Answers, Character, StandingSpeed
from simulator.machines.ftms_record import FEATURES, SPLIT_APART_MS, Reading, written
from simulator.machines.ftms_workout import Workout
from simulator.machines.machine import HUNDREDTHS, Parts
from simulator.radio import Radio

FEATURE: Final = 0x2ACC
DATA: Final = 0x2ACD
TRAINING: Final = 0x2AD3
SPEED_RANGE: Final = 0x2AD4
INCLINE_RANGE: Final = 0x2AD5
CONTROL_POINT: Final = 0x2AD9
STATUS: Final = 0x2ADA
MAKER: Final = 0x2A29
MODEL: Final = 0x2A24
REVISION: Final = 0x2A26

SUCCESS: Final = 0x01
NOT_SUPPORTED: Final = 0x02
INVALID: Final = 0x03
FAILED: Final = 0x04
NOT_PERMITTED: Final = 0x05

TARGETS: Final = 0x0000_0003
"""2ACC, second word: speed and incline can be set."""
MAX_INCLINE_PERMILLE: Final = 150
INCLINE_STEP_PERMILLE: Final = 5
STATUS_AFTER_MS: Final = 40.0
"""What a client caused is told to the others after its answer."""
SECOND_ANSWER_MS: Final = 60.0
RAMP_STATUS_MS: Final = 300.0
BOOT_MS: Final = 2_000.0
_LENGTHS: Final = {0x00: 0, 0x01: 0, 0x02: 2, 0x03: 2, 0x07: 0, 0x08: 1}
"""The op codes there are, and the bytes that follow them."""
_IDLE, _MANUAL, _RAMPING_DOWN, _STOPPED = 0x01, 0x0D, 0x10, 0x11
_WRITES: Final = Property.WRITE | Property.INDICATE


class Ftms:
    def __init__(self, parts: Parts, belt: Belt, radio: Radio, character: Character) -> None:
        self.boot_ms = BOOT_MS
        self.name = "SIM treadmill"
        self.service_data = bytes.fromhex("26 18 01 01 00")
        self.commands = CONTROL_POINT
        self.write_response_ms = character.write_response_ms
        commands = _WRITES | Property.WRITE_COMMAND if character.write_commands else _WRITES
        self.services = _services(commands)
        self._parts = parts
        self._controller = parts.controller
        self._belt = belt
        self._radio = radio
        self._is = character
        self._workout = Workout(belt)
        self._period_ms = float(parts.options.data_period_ms)
        self._readable = self._constants()
        self.power_up(0.0)

    # Power, key and console.

    def power_up(self, t_ms: float) -> None:
        self._holder: int | None = None
        self._requests: dict[int, int] = {}
        self._attempted: set[tuple[int, int]] = set()
        self._busy_until_ms = -inf
        self._kept_ckmh: float | None = None
        self._starts_ms = inf
        self._ramp_status_ms = inf
        self._silent_until_ms = -inf
        self._data_ms = t_ms + self._period_ms
        self._last: list[bytes] = []
        self._training = self._idle_state()
        self._workout.reset(t_ms)

    def pull_key(self, t_ms: float) -> bool:
        if self._is.key_cuts_power:
            return True
        self._controller.key_in = False
        self._controller.own_stop(t_ms)
        self._stopped(t_ms)
        self._tell_status(t_ms, b"\x03")
        return False

    def insert_key(self, t_ms: float) -> None:
        self._controller.key_in = True

    def stopped_at_console(self, t_ms: float) -> None:
        self._stopped(t_ms)
        self._tell_status(t_ms, b"\x02\x01")

    def started_at_console(self, t_ms: float, speed_ckmh: float, *, ran: bool) -> None:
        if not self._controller.running:
            return  # without its key, or without power
        self._controller.set_link(t_ms, up=True)  # a person is in charge, not a lost client
        if not ran:
            self._started(t_ms)
            self._tell_status(t_ms, b"\x04\x00\x00" if self._is.pads_status else b"\x04")
        self._tell_status(t_ms, b"\x05" + pack("<H", self._digits(speed_ckmh)))

    # Clients.

    def connected(self, t_ms: float, client: int) -> None:
        self._controller.set_link(t_ms, up=True)
        self._controller.heard(t_ms)

    def disconnected(self, t_ms: float, client: int) -> None:
        self._requests.pop(client, None)
        if client == self._holder:
            self._holder = None
            self._controller.set_link(t_ms, up=False)

    def tripped(self, t_ms: float) -> None:
        self._controller.timed_out = False
        self._stopped(t_ms)

    def revoke(self, t_ms: float) -> None:
        if self._holder is None:
            return
        if self._is.tells_status:
            kind = Kind.NOTIFICATION
            self._radio.say(t_ms, self._holder, STATUS, b"\xff", kind=kind)
        self._holder = None

    def seize(self, t_ms: float, client: int) -> None:
        self.revoke(t_ms)
        self._holder = client

    def read(self, t_ms: float, uuid: int) -> bytes:
        return bytes((0, self._training)) if uuid == TRAINING else self._readable[uuid]

    def write(self, t_ms: float, client: int, uuid: int, value: bytes) -> int:
        op = value[0] if value else 0xFF
        if self._is.needs_pairing and not self._radio.clients[client].encrypted:
            return INSUFFICIENT_ENCRYPTION
        if not self._radio.listens(client, CONTROL_POINT):
            return CCCD_IMPROPERLY_CONFIGURED
        if t_ms < self._busy_until_ms:
            return PROCEDURE_IN_PROGRESS
        if self._is.busy_at_first and (client, op) not in self._attempted:
            self._attempted.add((client, op))
            return PROCEDURE_IN_PROGRESS
        self._busy_until_ms = t_ms + self._is.answer_ms
        self._controller.heard(t_ms)
        result = self._perform(t_ms, client, op, value[1:])
        self._answer(t_ms, client, op, result)
        return 0

    # What happens by itself.

    @property
    def next_ms(self) -> float:
        return min(self._data_ms, self._starts_ms, self._ramp_status_ms)

    def fire(self, t_ms: float) -> None:
        if self._starts_ms <= t_ms:
            self._starts_ms = inf
            self._engage(t_ms)
        if self._ramp_status_ms <= t_ms:
            self._tell_ramp(t_ms)
        if self._data_ms <= t_ms:
            self._data_ms += self._period_ms
            self._workout.live(t_ms, self._period_ms, running=self._controller.running)
            self._tell_data(t_ms)

    # The control point.

    def _perform(self, t_ms: float, client: int, op: int, parameter: bytes) -> int:
        if op not in _LENGTHS:
            return NOT_SUPPORTED
        if op != 0x00 and client != self._holder:
            return NOT_PERMITTED
        if len(parameter) != _LENGTHS[op]:
            return INVALID
        match op:
            case 0x00:
                return self._give_control(t_ms, client)
            case 0x01:
                return self._reset(t_ms, client)
            case 0x02:
                digits = int.from_bytes(parameter, "little")
                return self._set_speed(t_ms, client, digits)
            case 0x03:
                permille = int.from_bytes(parameter, "little", signed=True)
                return self._set_incline(t_ms, client, permille)
            case 0x07:
                return self._start(t_ms, client)
            case _:
                return self._stop(t_ms, client, parameter[0])

    def _answer(self, t_ms: float, client: int, op: int, result: int) -> None:
        answer = bytes((0x80, op, result))
        after_ms = self._is.answer_ms
        match self._is.answers:
            case Answers.NEVER:
                return
            case Answers.MALFORMED:
                answer = bytes((op,))
            case Answers.STOP_TWICE if op == 0x08:
                again = bytes((0x80, op, FAILED))
                kind = self._is.answer_kind
                self._radio.say(
                    t_ms, client, CONTROL_POINT, again, kind=kind, after_ms=SECOND_ANSWER_MS
                )
        self._radio.acknowledge(
            t_ms, client, CONTROL_POINT, answer, kind=self._is.answer_kind, after_ms=after_ms
        )

    def _give_control(self, t_ms: float, client: int) -> int:
        self._requests[client] = self._requests.get(client, 0) + 1
        if self._requests[client] < self._is.control_requests or client == self._holder:
            return SUCCESS
        self.seize(t_ms, client)
        return SUCCESS

    def _reset(self, t_ms: float, client: int) -> int:
        self._controller.stop(t_ms)
        self._parts.incline.move(t_ms, 0)
        self._kept_ckmh = None
        self._stopped(t_ms)
        self._workout.reset(t_ms)
        self._holder = None
        self._requests.pop(client, None)
        self._tell_status(t_ms, b"\x01", by=client)
        return SUCCESS

    def _set_speed(self, t_ms: float, client: int, digits: int) -> int:
        if not self._in_range(digits):
            return INVALID
        speed_ckmh = self._on_a_step(digits)
        controller = self._controller
        if self._starts_ms < inf:
            return NOT_PERMITTED
        if controller.running:
            if self._is.start_up_ms and self._belt.speed_at(t_ms) == 0:
                return NOT_PERMITTED
            controller.set_speed(t_ms, speed_ckmh, Direction.FORWARD)
        elif not self._is.start_moves:
            return SUCCESS
        elif self._is.drops_early_speed:
            self._radio.drop(t_ms, client)
            self.disconnected(t_ms, client)
            return FAILED
        elif self._is.standing_speed is StandingSpeed.STARTS and controller.key_in:
            controller.own_start(t_ms, speed_ckmh)
            self._started(t_ms)
        elif self._is.standing_speed is StandingSpeed.KEPT:
            self._kept_ckmh = speed_ckmh
        else:
            return FAILED
        self._begin_ramp(t_ms)
        self._tell_status(t_ms, b"\x05" + pack("<H", digits), by=client)
        return SUCCESS

    def _on_a_step(self, digits: int) -> float:
        """Return the true speed that is run at, for digits that are in range."""
        step_ckmh, units = self._is.belt_step_ckmh, self._parts.units
        if step_ckmh is not None:
            return int(units.speed_ckmh(digits) / step_ckmh + 0.5) * step_ckmh
        past = (digits - self._parts.min_ckmh) % self._is.step_digits
        return units.speed_ckmh(digits - past)

    def _in_range(self, digits: int) -> bool:
        """Judged by what it takes the digits for, each bound rounded in its favour."""
        nominal_ckmh = self._parts.units.nominal_ckmh(digits)
        per_digit = HUNDREDTHS[self._is.range_unit]
        least, most = self._parts.min_ckmh * per_digit, self._parts.max_ckmh * per_digit
        return least - 0.5 <= nominal_ckmh <= most + 0.5

    def _set_incline(self, t_ms: float, client: int, permille: int) -> int:
        if not 0 <= permille <= MAX_INCLINE_PERMILLE:
            return INVALID
        if not self._is.incline_works:
            return FAILED
        permille -= permille % INCLINE_STEP_PERMILLE
        self._parts.incline.move(t_ms, permille)
        self._tell_status(t_ms, b"\x06" + pack("<h", permille), by=client)
        return SUCCESS

    def _start(self, t_ms: float, client: int) -> int:
        if not self._is.start_moves:
            return SUCCESS
        if self._controller.running and self._is.start_toggles:
            return self._stop(t_ms, client, 0x02)
        if self._controller.running or self._starts_ms < inf or not self._controller.key_in:
            return FAILED
        if self._is.start_up_ms:
            self._starts_ms = t_ms + self._is.start_up_ms
        else:
            self._engage(t_ms)
        if self._is.false_stop_status:
            self._tell_status(t_ms, b"\x02\x01")
        else:
            status = b"\x04\x00\x00" if self._is.pads_status else b"\x04"
            self._tell_status(t_ms, status, by=client)
        return SUCCESS

    def _engage(self, t_ms: float) -> None:
        if not self._controller.key_in:
            return
        if self._kept_ckmh is not None:
            self._controller.setpoint_ckmh = self._kept_ckmh
            self._kept_ckmh = None
        self._controller.start(t_ms, supervised=False)
        self._started(t_ms)

    def _stop(self, t_ms: float, client: int, how: int) -> int:
        if how not in (0x01, 0x02):
            return INVALID
        if not self._is.start_moves:
            return SUCCESS
        stands = not self._controller.running and self._belt.stands(t_ms)
        if stands and self._starts_ms == inf:
            return FAILED
        self._controller.stop(t_ms)
        if not self._controller.running:
            self._stopped(t_ms, paused=how == 0x02)
        self._tell_status(t_ms, bytes((0x02, how)), by=client)
        return SUCCESS

    # What it tells.

    def _started(self, t_ms: float) -> None:
        self._silent_until_ms = -inf
        self._workout.begin(t_ms)
        self._begin_ramp(t_ms)
        self._tell_training(t_ms, _MANUAL)

    def _stopped(self, t_ms: float, *, paused: bool = False) -> None:
        self._starts_ms = inf
        self._workout.end(paused=paused)
        self._silent_until_ms = t_ms + self._is.silence_after_stop_ms
        self._begin_ramp(t_ms)
        self._tell_training(t_ms, _RAMPING_DOWN if self._is.pads_status else _IDLE)

    def _begin_ramp(self, t_ms: float) -> None:
        if self._is.streams_ramp:
            self._ramp_status_ms = min(self._ramp_status_ms, t_ms + RAMP_STATUS_MS)

    def _tell_ramp(self, t_ms: float) -> None:
        speed_ckmh = self._belt.speed_at(t_ms)
        self._tell_status(t_ms, b"\x05" + pack("<H", self._digits(speed_ckmh)))
        arrived = speed_ckmh == (self._controller.setpoint_ckmh if self._controller.running else 0)
        self._ramp_status_ms = inf if arrived else t_ms + RAMP_STATUS_MS

    def _tell_status(self, t_ms: float, status: bytes, *, by: int | None = None) -> None:
        """To everybody, or to everybody but the client that caused it."""
        if self._is.tells_status:
            but = None if self._is.echoes_status else by
            after_ms = 0.0 if by is None else STATUS_AFTER_MS
            self._radio.tell(t_ms, STATUS, status, but=but, after_ms=after_ms)

    def _tell_training(self, t_ms: float, state: int) -> None:
        if state != self._training:
            self._training = state
            flags = 0x01 if self._is.pads_status and state == _MANUAL else 0x00
            self._radio.tell(t_ms, TRAINING, bytes((flags, state)))

    def _tell_data(self, t_ms: float) -> None:
        if self._parts.telemetry.frozen and self._last:
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
        telemetry, controller = self._parts.telemetry, self._controller
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

    def _idle_state(self) -> int:
        return _STOPPED if self._is.pads_status else _IDLE

    def _constants(self) -> dict[int, bytes]:
        character, parts = self._is, self._parts
        return {
            FEATURE: pack("<II", FEATURES[character.records], TARGETS),
            SPEED_RANGE: pack("<HHH", parts.min_ckmh, parts.max_ckmh, character.step_digits),
            INCLINE_RANGE: pack("<hhH", 0, MAX_INCLINE_PERMILLE, INCLINE_STEP_PERMILLE),
            MAKER: b"treadctl",
            MODEL: character.model.encode(),
            REVISION: b"1",
        }


def _services(commands: Property) -> tuple[Service, ...]:
    read, notify = Property.READ, Property.NOTIFY
    return (
        Service(
            0x1826,
            (
                Characteristic(FEATURE, read),
                Characteristic(DATA, notify),
                Characteristic(TRAINING, read | notify),
                Characteristic(SPEED_RANGE, read),
                Characteristic(INCLINE_RANGE, read),
                Characteristic(CONTROL_POINT, commands),
                Characteristic(STATUS, notify),
            ),
        ),
        Service(0x180A, tuple(Characteristic(each, read) for each in (MAKER, MODEL, REVISION))),
    )
