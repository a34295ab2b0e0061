"""When to stop, and when not to begin: safety.md 2.3 and 2.4 as data, for screens and docs.

Ids are stable: records carry them, and the progression rule reads them there.
"""

from dataclasses import dataclass
from typing import Final

from treadctl.model import Reaction


@dataclass(frozen=True, slots=True)
class StopCriterion:
    """One thing to watch for, with a key of its own for whoever watches."""

    id: str
    key: str
    """One key. None of these stops the belt by another name, and none is a verb's."""
    text: str
    reaction: Reaction
    """How the belt is stopped. A faint or a stumble cannot wait for the soft ramp."""
    ends: bool
    """The session is over at standstill; where false, it may go on once the cause is gone."""
    medical: bool
    """A clinician is asked before the next session."""


_SOFT, _FAST = Reaction.SOFT_STOP, Reaction.FAST_STOP

STOP_CRITERIA: Final = (
    StopCriterion("chest-pain", "1", "Chest pain or tightness, angina.", _SOFT, True, True),
    StopCriterion(
        "near-faint",
        "2",
        "Light-headed, confused, unsteady, sees or walks oddly, near to fainting.",
        _FAST,
        True,
        True,
    ),
    StopCriterion("pallor", "3", "Pale or blue, cold or clammy skin.", _SOFT, True, True),
    StopCriterion(
        "breathlessness", "4", "Unusually out of breath, or wheezing.", _SOFT, True, True
    ),
    StopCriterion(
        "leg-cramps", "5", "Cramps in the legs, or pain in the calves.", _SOFT, True, True
    ),
    StopCriterion("palpitations", "6", "Heart racing or out of step.", _SOFT, True, True),
    StopCriterion(
        "blood-pressure",
        "7",
        "Blood pressure: upper value falls by more than 10 mmHg under load, or rises above 250; "
        "lower value above 115.",
        _SOFT,
        True,
        True,
    ),
    StopCriterion(
        "monitoring-failed", "8", "What is being monitored can no longer be seen.", _SOFT, True,
        False,
    ),
    StopCriterion("wants-to-stop", "9", "The person wants to stop.", _SOFT, True, False),
    StopCriterion(
        "knee-pain", "0", "Pain above 5 of 10, or 2 more than at the start.", _SOFT, True, False
    ),
    StopCriterion("stumble", "t", "A stumble, or a grab for the rail.", _FAST, False, False),
    StopCriterion(
        "foot-off", "f", "A foot on the hood, or off the rear of the belt.", _FAST, False, False
    ),
    StopCriterion("dizzy-turning", "d", "Dizzy when turning.", _SOFT, True, False),
    StopCriterion("strap-or-shoe", "k", "Something wrong with strap or shoe.", _SOFT, False, False),
    StopCriterion("spotter-leaves", "l", "The spotter leaves.", _SOFT, False, False),
)  # fmt: skip
"""In the order of safety.md 2.3: the list that cardiologists use, then ours."""

CRITERIA: Final = {criterion.id: criterion for criterion in STOP_CRITERIA}
CRITERION_KEYS: Final = {criterion.key: criterion for criterion in STOP_CRITERIA}


@dataclass(frozen=True, slots=True)
class Contraindication:
    """A reason not to walk backward here, or not without a clinician."""

    id: str
    text: str


NOT_AT_ALL: Final = (
    Contraindication("stroke", "After a stroke: a clinician's device and supervision."),
    Contraindication("neurological", "A neurological condition: likewise."),
    Contraindication("child", "Children under 14."),
    Contraindication("pregnancy", "Pregnancy."),
)
"""No plans are offered for these."""

NOT_WITHOUT_A_CLINICIAN: Final = (
    Contraindication("balance", "Severe trouble with balance."),
    Contraindication("knee-surgery", "Recent surgery of the knee, or an injection into it."),
    Contraindication("inflammation", "A joint that is acutely inflamed."),
    Contraindication("deformity", "A marked deformity of hip, knee or foot."),
    Contraindication("heart", "Heart or circulation not under control."),
    Contraindication("diabetes", "Diabetes not under control."),
    Contraindication("sensation", "Loss of feeling in the feet or legs."),
    Contraindication("cognition", "Trouble with understanding or remembering instructions."),
    Contraindication("resting-pressure", "Blood pressure at rest above 200/100."),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the first-run questionnaire. Only whether any was a yes is kept."""

    id: str
    text: str


QUESTIONS: Final = (
    Question("heart-condition", "Has a doctor ever said that you have a heart condition?"),
    Question("chest-pain", "Do you have pain in the chest, at rest or when you exert yourself?"),
    Question("dizziness", "Do you get dizzy, or have you lost consciousness in the past year?"),
    Question("bone-or-joint", "Have you a bone or joint problem that walking could make worse?"),
    Question("medication", "Do you take medicine for blood pressure or for the heart?"),
)
