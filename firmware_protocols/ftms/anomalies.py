"""What was odd about a value that a device sent. Device data never raises: it carries these.

An anomaly is for the log and for whoever judges a machine. What could be read was read.
"""

from dataclasses import dataclass
from enum import Enum


class Oddity(Enum):
    TOO_SHORT = "too_short"
    """Not even the part without which nothing has a meaning."""
    TRUNCATED = "truncated"
    """A field was announced and is not there, or not whole. The detail names it."""
    EXTRA_BYTES = "extra_bytes"
    """More than was announced. The detail is how many."""
    RESERVED = "reserved"
    """A bit or a code the specification has no meaning for."""
    AMBIGUOUS = "ambiguous"
    """The record fits no width its pace fields can have: what follows them is a guess."""
    LOST_PART = "lost_part"
    """An earlier part of this record, or of the one before it, was dropped."""
    BAD_TEXT = "bad_text"
    """Not UTF-8."""
    CONTRADICTION = "contradiction"
    """Two fields cannot both be true, as a minimum above its maximum."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    oddity: Oddity
    detail: str = ""


Anomalies = tuple[Anomaly, ...]
