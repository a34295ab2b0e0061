"""Little-endian integers, read from a device without trust and written without mercy."""

from dataclasses import dataclass

from firmware_protocols.errors import LocalProtocolError
from firmware_protocols.ftms.anomalies import Anomalies, Anomaly, Oddity


@dataclass(frozen=True, slots=True)
class Part:
    """One integer on the wire."""

    name: str
    size: int
    signed: bool = False


class Reader:
    """Takes integers off a value in order. Where it ends, everything further is None."""

    __slots__ = ("_at", "_cut", "_data", "_found")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._cut = False
        self._found: list[Anomaly] = []

    def take(self, part: Part, *, otherwise: Oddity = Oddity.TRUNCATED) -> int | None:
        """Return the next integer, or None with the anomaly *otherwise* if it is not whole."""
        end = self._at + part.size
        if self._cut or end > len(self._data):
            if not self._cut:
                self.note(otherwise, part.name)
            self._cut = True
            return None
        field = self._data[self._at : end]
        self._at = end
        return int.from_bytes(field, "little", signed=part.signed)

    @property
    def left(self) -> int:
        """How many bytes nobody has taken."""
        return len(self._data) - self._at

    def rest(self) -> bytes:
        """Return all that nobody has taken."""
        rest = bytes(self._data[self._at :])
        self._at = len(self._data)
        return rest

    def note(self, oddity: Oddity, detail: str = "") -> None:
        self._found.append(Anomaly(oddity, detail))

    def finish(self) -> Anomalies:
        """Return what was odd. Bytes left over are, unless the value was cut before them."""
        if self.left and not self._cut:
            self.note(Oddity.EXTRA_BYTES, str(self.left))
        return tuple(self._found)


def field(value: object, part: Part) -> bytes:
    """Return *value* as it stands on the wire.

    `type` and not `isinstance`: True is an int to Python and not a speed to anybody (SR-15).

    Raises:
        LocalProtocolError: not an int, or outside what the field can hold. Nothing is cut
            to fit: -1 cut to 16 bits would be 655.35 km/h.
    """
    if type(value) is not int:
        raise LocalProtocolError(f"{part.name} is not an integer: {value!r}")
    try:
        return value.to_bytes(part.size, "little", signed=part.signed)
    except OverflowError:
        sign = "signed" if part.signed else "unsigned"
        raise LocalProtocolError(
            f"{part.name} {value} does not fit {sign} {8 * part.size} bits"
        ) from None
