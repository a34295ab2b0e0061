"""The gate's half of a replay: every tick goes in, the same frames and reports must come out."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from treadctl.composition.replay_inputs import report_from, request_from
from treadctl.composition.replay_verdict import (
    NOTHING,
    Difference,
    Half,
    apart_reports,
    as_known_to,
    told,
    values,
)
from treadctl.gate.gate import Gate
from treadctl.gate.json_codec import MessageError
from treadctl.gate.tape import TapeError, TapeReader, Tick
from treadctl.model import Report, Request
from treadctl.records.chain import Kind, Record

KEPT_REQUESTS: Final = 64
"""A gate takes the newest; one that waited longer than this has had its lease expire."""


class GateReplay:
    """The ticks in the reports go in; the same reports, with the same frames, must come out."""

    def __init__(self, make_gate: Callable[[int], Gate]) -> None:
        self.half: Final = Half({"ticks": 0, "reports": 0})
        self._make_gate = make_gate
        self._gate: Gate | None = None
        self._reader = TapeReader()
        self._seq = 0
        self._wish: Mapping[str, Any] | None = None
        self._exchanges = 0
        self._asked_at_ms = 0
        self._requests: dict[int, Request] = {}

    def take(self, record: Record) -> None:
        body, line = record.body, record.seq + 1
        try:
            match record.kind:
                case Kind.REPORT.value:
                    self._report(body, line, record.t_ms)
                    self._exchange(record.t_ms)
                case Kind.EXCHANGE.value:
                    self._exchange(record.t_ms)
                case Kind.REQUEST.value:
                    self._wish = body
                    self._keep_request()
                case Kind.DROPPED.value:
                    self.half.ends_early = f"line {line}: lines are missing from the record here"
                case _:
                    pass
        except (MessageError, KeyError, TypeError, ValueError) as error:
            self.half.ends_early = f"line {line}: {error}"

    def _exchange(self, t_ms: int) -> None:
        """What the core sent then: counted, and what it last asked for (`request_changed`)."""
        self._exchanges += 1
        self._asked_at_ms = t_ms
        self._keep_request()

    def _keep_request(self) -> None:
        if self._wish is not None:
            number = self._exchanges
            self._requests[number] = request_from(
                self._wish, at_ms=self._asked_at_ms, counter=number
            )
            self._requests.pop(number - KEPT_REQUESTS, None)

    def _report(self, body: Mapping[str, Any], line: int, t_ms: int) -> None:
        recorded = report_from(body)
        if recorded.seq != self._seq + 1:
            raise TapeError("reports are missing before this one")
        self._seq = recorded.seq
        replayed: Report | None = None
        for tick in self._reader.ticks(recorded.ticks):
            if replayed is not None:
                self.half.difference = Difference(
                    line, t_ms, "report", NOTHING, told(values(replayed))
                )
                return
            replayed = self._tick(tick)
            self.half.compared["ticks"] += 1
        if replayed is None:
            self.half.difference = Difference(line, t_ms, "report", told(values(recorded)), NOTHING)
            return
        replayed = as_known_to(body, recorded, replayed)
        if replayed != recorded:
            what, *apart = apart_reports(recorded, replayed)
            self.half.difference = Difference(line, t_ms, what, *apart)
        else:
            self.half.compared["reports"] += 1

    def _tick(self, tick: Tick) -> Report | None:
        if self._gate is None:
            assert self._reader.began_ms is not None  # or there was no tick
            self._gate = self._make_gate(self._reader.began_ms)
        request = None if tick.counter is None else self._requests.get(tick.counter)
        if tick.counter is not None and request is None:
            raise TapeError(f"request {tick.counter} is not in the record")
        self._gate.step(
            tick.now_ms,
            tick.received,
            strap=tick.strap,
            request=request,
            core_alive=tick.core_alive,
            stop=tick.stop,
            link_up=tick.link_up,
            suspended_ms=tick.suspended_ms,
            heart=tick.heart,
        )
        return self._gate.take_report(tick.now_ms)
