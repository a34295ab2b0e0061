"""What a run does with every report, in virtual and in real time: follow, answer, record, tell."""

from collections.abc import Callable
from typing import Any, Final, Protocol

from treadctl.core.events import Event, Finished
from treadctl.core.jsonl import to_json
from treadctl.core.session import Session
from treadctl.model import Report, Request
from treadctl.records.bodies import report_body, request_body, request_changed, verb_body
from treadctl.records.chain import Kind
from treadctl.records.journal import Journal

Tell = Callable[[Event], None]


class Operator(Protocol):
    """Whoever answers what a session asks for."""

    def step(self, now_ms: int) -> None: ...


class Cockpit:
    """Joins one session to its operators, its journal and whoever listens."""

    def __init__(
        self,
        session: Session,
        *,
        operators: tuple[Operator, ...] = (),
        journal: Journal | None = None,
        tell: tuple[Tell, ...] = (),
    ) -> None:
        self.session: Final = session
        self._operators = operators
        self._journal = journal
        self._tell = tell
        self._request: Request | None = None
        self.finished: Finished | None = None
        self._unrecorded = False

    def exchange(self, report: Report | None, now_ms: int) -> Request:
        """One turn. Call it with each report, and every 100 ms where none comes."""
        journal = self._journal
        if journal is not None and journal.trouble is not None and not self._unrecorded:
            self._unrecorded = True
            self.session.record_fails()
        self.drain(now_ms)  # of what was asked since, from wherever
        if journal is not None:
            if report is not None:
                journal.append(Kind.REPORT, now_ms, report_body(report))
            else:
                journal.append(Kind.EXCHANGE, now_ms, {})
        request = self.session.exchange(report, now_ms)
        if journal is not None and request_changed(self._request, request):
            journal.append(Kind.REQUEST, now_ms, request_body(request))
        self._request = request
        for operator in self._operators:
            operator.step(now_ms)
        self.drain(now_ms)
        return request

    def drain(self, now_ms: int) -> None:
        """Record and tell what the session was asked and has said since the last time."""
        self._record_verbs(now_ms)
        for event in self.session.drain_events():
            if self._journal is not None:
                self._journal.append(Kind.EVENT, now_ms, to_json(event))
            for tell in self._tell:
                tell(event)
            if isinstance(event, Finished):
                self.finished = event

    def _record_verbs(self, now_ms: int) -> None:
        """Before what follows from them: a replay asks for them at the same place."""
        for asked in self.session.drain_verbs():
            if self._journal is not None:
                self._journal.append(Kind.VERB, now_ms, verb_body(asked))

    def close(self, now_ms: int) -> None:
        """Write the closing record. Without a `Finished` the record reads as cut, truthfully."""
        if self._journal is None:
            return
        if self.finished is None:
            self._journal.abandon()
            return
        body: dict[str, Any] = to_json(self.finished)
        keys = ("reason", "exit_code", "reverse_s", "distance_m")
        self._journal.close(now_ms, {key: body[key] for key in keys})
