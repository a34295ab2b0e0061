"""docs/jsonl.md says what the code prints and takes, field by field."""

import re
from dataclasses import fields

import pytest

from tests.architecture.sources import ROOT
from treadctl.core import control
from treadctl.core.events import EVENTS, Event

PAGE = (ROOT / "docs/jsonl.md").read_text(encoding="utf-8")


def section(event: type[Event]) -> str:
    match = re.search(rf"^### {event.event}\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, f"docs/jsonl.md has no section {event.event}"
    return match[1]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.event)
def test_every_event_is_documented_with_exactly_its_fields(event: type[Event]) -> None:
    rows = [line.split("|")[1] for line in section(event).splitlines() if line.startswith("| `")]
    named = re.findall(r"`(\w+)`", " ".join(rows))
    assert sorted(named) == sorted(field.name for field in fields(event))


def test_no_other_event_is_documented() -> None:
    assert re.findall(r"^### (\w+)$", PAGE, re.MULTILINE) == [event.event for event in EVENTS]


def test_every_verb_is_documented() -> None:
    source = (ROOT / "treadctl/core/control.py").read_text(encoding="utf-8")
    known = set(re.findall(r'^ {8,12}"(\w+)": ', source, re.MULTILINE))
    known |= set(re.findall(r'if do == "(\w+)"', source))
    documented = set(re.findall(r'\{"do": "(\w+)"', PAGE))
    assert known == documented
    assert control.ControlOperator.__doc__
