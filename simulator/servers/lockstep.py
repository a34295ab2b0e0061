"""The simulator as a child whose parent owns the time.

Both directions are frames of a little-endian header and a payload of the given length:

    parent to child   op     u8, to_ms  u32, length u16
    child to parent   flags  u8, now_ms u32, length u16

op 0 delivers its payload to the machine at the current time and then lives until to_ms; the
answer carries what the machine sent. op 1 is an act as JSON, at the current time. op 2 or the
end of the stream ends the child. op 3 is op 0 whose answer has another time: how long nothing
will come of advancing, so that the parent need not ask. op 4 asks for what the heart-rate strap
of the simulated person has said since it was last asked, as records of a carrier
(`firmware_protocols/ftms/envelope.py`); nobody wears one unless asked to (`--heart`). Every op but
2 has exactly one answer.
"""

import os
from collections.abc import Callable
from math import ceil
from struct import Struct
from typing import Final

from simulator.servers import acts
from simulator.servers.errors import BadRequest, BadWire
from simulator.servers.plant import Plant
from simulator.servers.truth import TruthFile

HEADER: Final = Struct("<BIH")
MAX_PAYLOAD: Final = 0xFFFF
CHUNK: Final = 1 << 17


# Plain integers: enum arithmetic would cost more than the rest of a step.
ADVANCE: Final = 0
ACT: Final = 1
END: Final = 2
ADVANCE_AND_FORETELL: Final = 3
HEART: Final = 4

NEVER_MS: Final = 0xFFFF_FFFF
STRAP_CLOSED: Final = 1
LINK_UP: Final = 2
ACT_FAILED: Final = 4
"""The payload is a sentence in UTF-8, and nothing happened."""


class Lockstep:
    """Bytes of the parent in, answers out. No I/O but the truth file."""

    def __init__(self, plant: Plant, truth: TruthFile | None = None) -> None:
        self._plant = plant
        self._truth = truth
        self._buffer = b""
        self.ended = False

    def receive(self, data: bytes) -> bytes:
        """Return the answers to every request that is complete.

        Raises:
            BadWire: an unknown op, or time running backward.
        """
        buffer = self._buffer + data if self._buffer else data
        answers: list[bytes] = []
        start, size = 0, len(buffer)
        while not self.ended and size - start >= HEADER.size:
            op, to_ms, length = HEADER.unpack_from(buffer, start)
            begin = start + HEADER.size
            if size - begin < length:
                break
            start = begin + length
            if op in (ADVANCE, ADVANCE_AND_FORETELL):
                said = self._advance(to_ms, buffer[begin:start])
                answers.append(self._answer(said, foretell=op == ADVANCE_AND_FORETELL))
            elif op == ACT:
                answers.append(self._act(buffer[begin:start]))
            elif op == HEART:
                answers.append(self._answer(self._plant.take_heart()))
            elif op == END:
                self.ended = True
            else:
                raise BadWire(f"lockstep: there is no op {op}")
        self._buffer = buffer[start:]
        if self._truth is not None:
            self._truth.flush()
        return answers[0] if len(answers) == 1 else b"".join(answers)

    def _advance(self, to_ms: int, from_host: bytes) -> bytes:
        plant = self._plant
        if to_ms < plant.now_ms:
            raise BadWire(f"lockstep: time cannot go back from {plant.now_ms:.0f} to {to_ms} ms")
        # Bytes sent into a cut cable never reach the machine's port.
        if from_host and plant.link_up:
            plant.receive(from_host)
        return plant.advance(to_ms)

    def _act(self, request: bytes) -> bytes:
        try:
            acts.perform(self._plant, request)
        except BadRequest as error:
            return self._answer(str(error).encode()[:MAX_PAYLOAD], failed=ACT_FAILED)
        return self._answer(b"")

    def _answer(self, payload: bytes, *, failed: int = 0, foretell: bool = False) -> bytes:
        if len(payload) > MAX_PAYLOAD:
            raise BadWire(f"lockstep: {len(payload)} bytes of the machine in one step")
        plant = self._plant
        strap = STRAP_CLOSED if plant.strap_closed else 0
        link = LINK_UP if plant.link_up else 0
        flags = failed | strap | link
        t_ms = ceil(min(plant.quiet_until_ms(), NEVER_MS)) if foretell else int(plant.now_ms)
        return HEADER.pack(flags, t_ms, len(payload)) + payload


def run(
    lockstep: Lockstep,
    *,
    read: Callable[[int], bytes] = lambda size: os.read(0, size),
    write: Callable[[bytes], int] = lambda data: os.write(1, data),
) -> None:
    """Serve until the parent says so or is gone. One read and one write per request."""
    while not lockstep.ended:
        data = read(CHUNK)
        if not data:
            return
        answers = lockstep.receive(data)
        while answers:
            answers = answers[write(answers) :]
