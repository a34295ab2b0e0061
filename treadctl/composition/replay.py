"""Feeds a record's inputs through this version's session and gate, and compares every output.

    what the gate reported, what was asked for --> session --> requests and events
    what arrived, the strap, the requests      --> gate    --> frames and reports

Both halves are compared with the record, each for itself: what differs in the one is no
difference of the other. The first difference of each is kept, with its line.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from firmware_protocols.errors import ProtocolError
from treadctl.composition.replay_core import CoreReplay
from treadctl.composition.replay_gate import GateReplay
from treadctl.composition.replay_inputs import NotReplayable, inputs_from
from treadctl.composition.replay_verdict import Half
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.gate.gate import Gate
from treadctl.records.chain import Record


@dataclass(frozen=True, slots=True)
class Replay:
    """The verdict."""

    software: str
    """What made the record."""
    began_ms: int
    """On its clock."""
    core: Half
    gate: Half

    @property
    def identical(self) -> bool:
        return self.core.identical and self.gate.identical


def replay(records: Iterable[Record]) -> Replay:
    """Replay *records*, the first of which is the header.

    Raises:
        NotReplayable: they do not hold what is needed.
    """
    lines = iter(records)
    header = next(lines, None)
    if header is None:
        raise NotReplayable("There is nothing to replay.")
    inputs = inputs_from(header.body)
    try:
        session = Session(inputs.programme, inputs.session)
        Gate(inputs.gate, now_ms=header.t_ms)  # the first tick would, and could not say why not
    except (Refused, ProtocolError, LookupError) as error:
        raise NotReplayable(f"What this record says cannot be set up here: {error}.") from error
    core = CoreReplay(session)
    gate = GateReplay(lambda now_ms: Gate(inputs.gate, now_ms=now_ms))
    for record in lines:
        for each in (core, gate):
            if each.half.identical:
                each.take(record)
    software = header.body.get("software")
    software = software if isinstance(software, str) else ""
    return Replay(software, header.t_ms, core.half, gate.half)
