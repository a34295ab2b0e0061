"""Explanations and timelines as JSON: the machine-readable table of SR-58."""

from dataclasses import asdict
from typing import Any

from treadctl.composition.disturbances import DISTURBANCES
from treadctl.composition.explanations import Explained, everything
from treadctl.composition.timeline import Timeline
from treadctl.composition.timeline_question import PLACES
from treadctl.composition.timeline_record import Moment


def explained_json(found: Explained) -> dict[str, Any]:
    explanation = found.explanation
    requirement = explanation.requirement
    return {
        "code": explanation.code,
        "cause": explanation.cause,
        "reaction": explanation.reaction.word,
        "sentence": explanation.sentence,
        "action": explanation.action,
        "belt": explanation.belt,
        "to_go_on": list(explanation.to_go_on),
        "exit_code": None if found.exit_code is None else int(found.exit_code),
        "requirement": {"id": requirement.id, "sentence": requirement.sentence},
        "hazards": [{"id": h.id, "sentence": h.sentence} for h in explanation.hazards],
        "faults": list(found.faults),
    }


def lists_json() -> dict[str, Any]:
    """Everything that can be asked for."""
    return {
        "causes": [explained_json(each) for each in everything()],
        "faults": [
            {
                "name": fault.name,
                "sentence": fault.sentence,
                "machine": fault.machine,
                "mode": fault.mode.value,
                "causes": [cause.value for cause in fault.causes],
            }
            for fault in DISTURBANCES.values()
        ],
        "states": [{"name": name, "sentence": each.sentence} for name, each in PLACES.items()],
    }


def timeline_json(found: Timeline) -> dict[str, Any]:
    question = found.question
    return {
        "fault": question.fault,
        "at": question.at,
        "machine": question.machine,
        "machine_class": question.machine_class.value,
        "mode": question.disturbance.mode.value,
        "speed_ckmh": found.speed_ckmh,
        "moments": [_moment_json(moment) for moment in found.moments],
        "watched_ms": found.watched_ms,
        "first_stop_ms": found.first_stop_ms,
        "standstill_ms": found.standstill_ms,
        "proved_ms": found.proved_ms,
        "stopping_mm": found.stopping_mm,
        "exit_code": None if found.exit_code is None else int(found.exit_code),
        "to_go_on": list(found.to_go_on),
    }


def _moment_json(moment: Moment) -> dict[str, Any]:
    body = asdict(moment)
    body["phase"] = moment.phase.value
    body["reaction"] = moment.reaction.word
    body["latched"] = moment.latched.word
    return body
