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
)
from simulator.machines.ftms_attributes import (
    CONTROL_POINT,
    INCLINE_STEP_PERMILLE,
    MAX_INCLINE_PERMILLE,
    TRAINING,
    constants,
    services,
)
from simulator.machines.ftms_character import Answers, Character, StandingSpeed
from simulator.machines.ftms_voice import Voice
from simulator.machines.machine import HUNDREDTHS, Parts
from simulator.radio import Radio

SUCCESS: Final = 0x01
NOT_SUPPORTED: Final = 0x02
INVALID: Final = 0x03
FAILED: Final = 0x04
NOT_PERMITTED: Final = 0x05

SECOND_ANSWER_MS: Final = 60.0
BOOT_MS: Final = 2_000.0
_LENGTHS: Final = {0x00: 0, 0x01: 0, 0x02: 2, 0x03: 2, 0x07: 0, 0x08: 1}
"""The op codes there are, and the bytes that follow them."""


class Ftms:
    def __init__(self, parts: Parts, belt: Belt, radio: Radio, character: Character) -> None:
        self.boot_ms = BOOT_MS
        self.name = "SIM treadmill"
        self.service_data = bytes.fromhex("26 18 01 01 00")
        self.commands = CONTROL_POINT
        self.write_response_ms = character.write_response_ms
        self.services = services(character)
        self._parts = parts
        self._controller = parts.controller
        self._belt = belt
        self._radio = radio
        self._is = character
        self._voice = Voice(parts, belt, radio, character)
        self._readable = constants(character, parts.min_ckmh, parts.max_ckmh)
        self.power_up(0.0)

    # Power, key and console.

    def power_up(self, t_ms: float) -> None:
        self._holder: int | None = None
        self._requests: dict[int, int] = {}
        self._attempted: set[tuple[int, int]] = set()
        self._busy_until_ms = -inf
        self._kept_ckmh: float | None = None
        self._starts_ms = inf
        self._voice.power_up(t_ms)

    def pull_key(self, t_ms: float) -> bool:
        if self._is.key_cuts_power:
            return True
        self._controller.key_in = False
        self._controller.own_stop(t_ms)
        self._stopped(t_ms)
        self._voice.tell_status(t_ms, b"\x03")
        return False

    def insert_key(self, t_ms: float) -> None:
        self._controller.key_in = True

    def stopped_at_console(self, t_ms: float) -> None:
        self._stopped(t_ms)
        self._voice.tell_status(t_ms, b"\x02\x01")

    def started_at_console(self, t_ms: float, speed_ckmh: float, *, ran: bool) -> None:
        if not self._controller.running:
            return  # without its key, or without power
        self._controller.set_link(t_ms, up=True)  # a person is in charge, not a lost client
        if not ran:
            self._voice.started(t_ms)
            self._voice.tell_start(t_ms)
        self._voice.tell_speed(t_ms, speed_ckmh)

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
        if self._holder is not None:
            self._voice.tell_loser(t_ms, self._holder)
            self._holder = None

    def seize(self, t_ms: float, client: int) -> None:
        self.revoke(t_ms)
        self._holder = client

    def read(self, t_ms: float, uuid: int) -> bytes:
        return self._voice.training_status if uuid == TRAINING else self._readable[uuid]

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
        return min(self._starts_ms, self._voice.next_ms)

    def fire(self, t_ms: float) -> None:
        if self._starts_ms <= t_ms:
            self._starts_ms = inf
            self._engage(t_ms)
        self._voice.fire(t_ms)

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
        self._voice.reset(t_ms)
        self._holder = None
        self._requests.pop(client, None)
        self._voice.tell_status(t_ms, b"\x01", by=client)
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
            self._voice.started(t_ms)
        elif self._is.standing_speed is StandingSpeed.KEPT:
            self._kept_ckmh = speed_ckmh
        else:
            return FAILED
        self._voice.ramps(t_ms)
        self._voice.tell_status(t_ms, b"\x05" + pack("<H", digits), by=client)
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
        self._voice.tell_status(t_ms, b"\x06" + pack("<h", permille), by=client)
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
            self._voice.tell_status(t_ms, b"\x02\x01")
        else:
            self._voice.tell_start(t_ms, by=client)
        return SUCCESS

    def _engage(self, t_ms: float) -> None:
        if not self._controller.key_in:
            return
        if self._kept_ckmh is not None:
            self._controller.setpoint_ckmh = self._kept_ckmh
            self._kept_ckmh = None
        self._controller.start(t_ms, supervised=False)
        self._voice.started(t_ms)

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
        self._voice.tell_status(t_ms, bytes((0x02, how)), by=client)
        return SUCCESS

    def _stopped(self, t_ms: float, *, paused: bool = False) -> None:
        self._starts_ms = inf
        self._voice.stopped(t_ms, paused=paused)
