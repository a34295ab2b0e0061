"""A pytest session that collects once and then serves one trial after the other.

It runs in a process of its own. The tests are collected from the unchanged program; each order
is a fork of that, with the change planted in place.
"""

import gc
import importlib
import json
import os
import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import coverage
import pytest

from tests.mutation.coverage_map import CoverageMap
from tests.mutation.planting import Sources, path_of, plant_in_place
from tests.mutation.trials import (
    OPTIONS,
    Order,
    Outcome,
    Verdict,
    Watch,
    in_a_fork,
    outcome_from,
    settle_hypothesis,
)

RECORDING_S: Final = 3_600.0


class CollectionFailed(Exception):
    """The unchanged tests cannot be collected."""


class Collected:
    """The side that gives orders."""

    def __init__(self, root: Path, tests: Sequence[str], modules: Sequence[str]) -> None:
        self._root = root
        ours, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            ours.close()
            os.setsid()
            _serve(root, tests, modules, theirs)
            os._exit(0)
        theirs.close()
        self._stream = ours.makefile("rwb")
        hello = self._hear()
        if "failed" in hello:
            raise CollectionFailed(hello["failed"])
        self.tests: Final[list[str]] = hello["tests"]

    def record(self) -> CoverageMap:
        """Run every test once on the unchanged program, and see which lines each executes."""
        self._say({"record": True})
        return CoverageMap.from_json(self._hear())

    def run(self, order: Order) -> Outcome:
        """Try one change that `changes_functions_only`."""
        self._say(
            {
                "sources": dict(order.sources),
                "tests": list(order.tests),
                "seconds": {t: order.seconds[t] for t in order.tests if t in order.seconds},
            }
        )
        return outcome_from(self._hear())

    def close(self) -> None:
        self._stream.close()
        os.waitpid(self._pid, 0)

    def _say(self, what: dict[str, object]) -> None:
        self._stream.write(json.dumps(what).encode() + b"\n")
        self._stream.flush()

    def _hear(self) -> dict[str, Any]:
        line = self._stream.readline()
        if not line:
            raise CollectionFailed("the collected session has died")
        heard: dict[str, Any] = json.loads(line)
        return heard


class _Server:
    """The other side: a plugin that takes the place of pytest's own loop."""

    def __init__(self, root: Path, modules: Sequence[str], line: socket.socket) -> None:
        self._root = root
        self._modules = modules
        self._stream = line.makefile("rwb")
        self._watch: Watch | None = None

    def say(self, what: object) -> None:
        self._stream.write(json.dumps(what).encode() + b"\n")
        self._stream.flush()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.say({"failed": f"{report.nodeid}: {report.longreprtext[-2000:]}"})
            os._exit(1)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = {item.nodeid: item for item in session.items}
        gc.collect()
        gc.freeze()  # what is never collected need not be copied into each child
        # Whoever asks all of them in this order has the quick answers first.
        self.say({"tests": sorted(items, key=lambda test: _draws_examples(items[test]))})
        for line in self._stream:
            asked = json.loads(line)
            if "record" in asked:
                self.say(self._record(session.items))
                continue
            chosen = [items[test] for test in asked["tests"]]
            outcome = in_a_fork(self._trial(asked["sources"], chosen), asked["seconds"])
            self.say(
                {
                    "verdict": outcome.verdict,
                    "by": outcome.by,
                    "ran": outcome.ran,
                    "why": outcome.why,
                }
            )
        os._exit(0)

    def _trial(self, sources: Sources, items: list[pytest.Item]) -> Callable[[Watch], None]:
        def work(watch: Watch) -> None:
            for name, changed in sources.items():
                original = path_of(self._root, name).read_text()
                plant_in_place(importlib.import_module(name), original, changed)
            items[0].config.pluginmanager.register(watch)
            _run(items)

        return work

    def _record(self, items: list[pytest.Item]) -> dict[str, Any]:
        """In a fork as well: the trials that follow must begin where this one began."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            silence = os.open(os.devnull, os.O_RDWR)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            with os.fdopen(writing, "w") as out:
                json.dump(_recorded(self._root, self._modules, items).to_json(), out)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as source:
            told: dict[str, Any] = json.load(source)
        os.waitpid(child, 0)
        return told


class _Recorder:
    def __init__(self, measuring: coverage.Coverage) -> None:
        self._measuring = measuring
        self._began_s = 0.0
        self.seconds: dict[str, float] = {}
        self.failed: dict[str, str] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._measuring.switch_context(nodeid)
        self._began_s = time.process_time()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        self.seconds[nodeid] = round(time.process_time() - self._began_s, 4)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed[report.nodeid] = report.longreprtext[-500:]


def _recorded(root: Path, modules: Sequence[str], items: list[pytest.Item]) -> CoverageMap:
    files = {module: str(path_of(root, module)) for module in modules}
    measuring = coverage.Coverage(
        data_file=None, config_file=False, include=list(files.values()), check_preimported=False
    )
    recorder = _Recorder(measuring)
    items[0].config.pluginmanager.register(recorder)
    measuring.start()
    _run(items)
    measuring.stop()
    data = measuring.get_data()
    lines = {
        module: {
            line: sorted(context for context in contexts if context)
            for line, contexts in data.contexts_by_lineno(path).items()
        }
        for module, path in files.items()
    }
    return CoverageMap(lines, recorder.seconds, recorder.failed)


def _draws_examples(item: pytest.Item) -> bool:
    return getattr(getattr(item, "obj", None), "is_hypothesis_test", False) is True


def _run(items: list[pytest.Item]) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _serve(root: Path, tests: Sequence[str], modules: Sequence[str], line: socket.socket) -> None:
    os.chdir(root)
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    settle_hypothesis()
    server = _Server(root, modules, line)
    for module in modules:
        importlib.import_module(module)
    code = pytest.main([*OPTIONS, "-m", "not chaos and not interop", *tests], plugins=[server])
    server.say({"failed": f"pytest: {code!r}"})


__all__ = ["Collected", "CollectionFailed", "Verdict"]
