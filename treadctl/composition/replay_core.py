"""The session's half of a replay: what it was told goes in, what it said must come out."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from treadctl.composition.replay_inputs import report_from, request_from
from treadctl.composition.replay_verdict import (
    NOTHING,
    Difference,
    Half,
    apart,
    compared,
    told,
    values,
)
from treadctl.core.events import Event, Finished
from treadctl.core.exit_codes import Signal
from treadctl.core.jsonl import to_json
from treadctl.core.session import Session
from treadctl.errors import Refused
from treadctl.gate.json_codec import MessageError
from treadctl.model import Direction, Report, Request
from treadctl.records.bodies import request_changed
from treadctl.records.chain import Kind, Record

_CLOSING: Final = ("reason", "exit_code", "reverse_s", "distance_m")
_UNCHANGED: Final = "what was asked for before"
_PLAIN_VERBS: Final = frozenset({"hold", "screen_alive", "tell_refused"})


class CoreReplay:
    """Reports, turns without one, and verbs go in; requests and events must come out."""

    def __init__(self, session: Session) -> None:
        self.half: Final = Half({"requests": 0, "events": 0})
        self._session = session
        self._line = 1
        self._t_ms = 0
        self._request: Request | None = None
        self._due: Request | None = None
        """The request that must come next in the record, because it asks for something else."""
        self._said: list[Event] = []
        self._finished: Finished | None = None

    def take(self, record: Record) -> None:
        self._line, self._t_ms = record.seq + 1, record.t_ms
        body = record.body
        try:
            match record.kind:
                case Kind.REPORT.value:
                    self._exchange(report_from(body))
                case Kind.EXCHANGE.value:
                    self._exchange(None)
                case Kind.VERB.value:
                    self._ask(body)
                case Kind.REQUEST.value:
                    self._compare_request(body)
                case Kind.EVENT.value:
                    self._compare_event(body)
                case Kind.CLOSE.value:
                    self._compare_close(body)
                case Kind.DROPPED.value:
                    self._end_early("lines are missing from the record here")
                case Kind.FAULT.value:
                    pass
                case _:
                    self._end_early(f"this version does not know what a {record.kind} is")
        except (MessageError, KeyError, TypeError, ValueError) as error:
            self._end_early(f"this version cannot read it: {error}")

    def _exchange(self, report: Report | None) -> None:
        if not self._nothing_is_due():
            return
        now = self._session.exchange(report, self._t_ms)
        if request_changed(self._request, now):
            self._due = now
        self._request = now
        self._said += self._session.drain_events()

    def _ask(self, body: Mapping[str, Any]) -> None:
        if self._due is not None:
            self._nothing_is_due()
            return
        verb, args = body["verb"], list(body.get("args", ()))
        if verb == "choose":
            args = [Direction(args[0])]
        elif verb == "interrupt":
            args = [Signal(args[0])]
        with suppress(Refused):
            getattr(self._session, _known_verb(verb))(*args)
        self._session.drain_verbs()
        self._said += self._session.drain_events()

    def _compare_request(self, body: Mapping[str, Any]) -> None:
        due, self._due = self._due, None
        recorded = request_from(body, at_ms=0, counter=0)
        if due is None:
            self._differs("request", told(values(recorded)), _UNCHANGED)
        elif request_changed(recorded, due):
            self._differs("request", *apart(values(recorded), values(due)))
        else:
            self.half.compared["requests"] += 1

    def _compare_event(self, body: Mapping[str, Any]) -> None:
        if self._due is not None:
            self._nothing_is_due()
            return
        if not self._said:
            self._differs("event", told(body), NOTHING)
            return
        event = self._said.pop(0)
        if isinstance(event, Finished):
            self._finished = event
        said = to_json(event)
        if compared(said) != compared(body):
            self._differs("event", *apart(compared(body), compared(said)))
        else:
            self.half.compared["events"] += 1

    def _compare_close(self, body: Mapping[str, Any]) -> None:
        if not self._nothing_is_due():
            return
        finished = {} if self._finished is None else to_json(self._finished)
        recorded, replayed = ({key: each.get(key) for key in _CLOSING} for each in (body, finished))
        if recorded != replayed:
            self._differs("end", *apart(recorded, replayed))

    def _nothing_is_due(self) -> bool:
        if self._due is not None:
            self._differs("request", _UNCHANGED, told(values(self._due)))
        elif self._said:
            self._differs("event", NOTHING, told(to_json(self._said[0])))
        return self.half.identical

    def _differs(self, what: str, recorded: str, replayed: str) -> None:
        self.half.difference = Difference(self._line, self._t_ms, what, recorded, replayed)

    def _end_early(self, why: str) -> None:
        self.half.ends_early = f"line {self._line}: {why}"


def _known_verb(name: str) -> str:
    """The verbs of a session, and nothing else that it has."""
    if name in _PLAIN_VERBS or hasattr(getattr(Session, name, None), "__wrapped__"):
        return name
    raise ValueError(f"there is no verb {name!r}")
