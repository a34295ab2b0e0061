"""What the gate was given and what it answered, tick by tick, so that a record can be replayed.

A tick is a word, its parts separated by commas, the first of them the milliseconds since the
tick before; a tape begins with ``@`` and the time at which its gate was made:

    @5000 0,tA0,l1,c1,p0,q1,wc0 20,sA0 20,rd032 20,tR0,waa

====  =========================================================  ============================
part  means                                                      is there
====  =========================================================  ============================
r     bytes that arrived, hex                                    where there were any
w     one frame that left, hex                                   for each, in order
q     a request was handed over, by its counter                  where there was one
t     the strap: A(ttached), R(eleased) or U(nknown), and how    where there was a new sample
      old its sample is, which from now on grows older
s     the same, of a strap that is sampled in every tick: it     where it changed
      stays as old as that
l c p link up, core alive: 1 or 0; a stop beside the request     where one of them changed
z     milliseconds that the computer slept                       where it did
h     the heart rate: bpm, and when it was read and changed      where it changed
====  =========================================================  ============================

It travels with the next report. A piece that would grow too long ends with ``!``: from there on
nothing can be replayed, and nothing is kept that would cost the gate its memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from treadctl.gate.heart import NO_HEART, HeartSample
from treadctl.gate.strap import StrapSample
from treadctl.model import Reaction, Request, StrapState

MAX_CHARS: Final = 16 * 1024
"""Of one piece; a usual one has two hundred."""
_STRAPS: Final = {StrapState.ATTACHED: "A", StrapState.RELEASED: "R", StrapState.UNKNOWN: "U"}
_STATES: Final = {letter: state for state, letter in _STRAPS.items()}
TOO_LONG: Final = "!"


class TapeError(ValueError):
    """This is not a tape, or not one that this version can read."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Everything that `Gate.step` was given."""

    now_ms: int
    received: bytes
    strap: StrapSample
    counter: int | None
    """Of the request that was handed over."""
    core_alive: bool
    stop: Reaction
    link_up: bool
    suspended_ms: int
    heart: HeartSample


class Tape:
    """Takes notes for one gate."""

    __slots__ = (
        "_chars",
        "_every_tick",
        "_heart",
        "_level",
        "_now_ms",
        "_strap",
        "_strap_age_ms",
        "_words",
    )

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._words: list[str] = [f"@{now_ms}"]
        self._chars = 0
        self._strap = StrapSample(StrapState.UNKNOWN, now_ms)
        self._strap_age_ms = 0
        self._every_tick = False
        """The strap is sampled in every tick."""
        self._level: tuple[bool, bool, Reaction] | None = None
        self._heart = NO_HEART

    def note(
        self,
        now_ms: int,
        received: bytes,
        strap: StrapSample,
        request: Request | None,
        core_alive: bool,
        stop: Reaction,
        link_up: bool,
        suspended_ms: int,
        heart: HeartSample,
        frames: list[bytes],
    ) -> None:
        """Take down one tick."""
        if self._chars > MAX_CHARS:
            return
        word = str(now_ms - self._now_ms)
        self._now_ms = now_ms
        word += self._strap_part(strap, now_ms)
        level = link_up, core_alive, stop
        if level != self._level:
            self._level = level
            word += f",l{int(link_up)},c{int(core_alive)},p{int(stop)}"
        if heart is not self._heart:
            self._heart = heart
            word += f",h{heart.bpm if heart.bpm is not None else ''}"
            word += f"/{heart.at_ms}/{heart.changed_at_ms}"
        if suspended_ms:
            word += f",z{suspended_ms}"
        if request is not None:
            word += f",q{request.counter}"
        if received:
            word += f",r{received.hex()}"
        for frame in frames:
            word += f",w{frame.hex()}"
        self._chars += len(word) + 1
        self._words.append(word if self._chars <= MAX_CHARS else TOO_LONG)

    def _strap_part(self, strap: StrapSample, now_ms: int) -> str:
        age_ms = now_ms - strap.at_ms
        same_state = strap.state is self._strap.state
        same_age, same_sample = age_ms == self._strap_age_ms, strap.at_ms == self._strap.at_ms
        self._strap, self._strap_age_ms = strap, age_ms
        if same_state and (same_age if self._every_tick else same_sample):
            return ""
        self._every_tick = same_state and same_age
        return f",{'s' if self._every_tick else 't'}{_STRAPS[strap.state]}{age_ms}"

    def take(self) -> str:
        """Return the piece since the last call."""
        piece = " ".join(self._words)
        if self._chars <= MAX_CHARS:
            self._chars = 0
        self._words.clear()
        return piece


class TapeReader:
    """Reads the pieces of one tape in order."""

    def __init__(self) -> None:
        self.began_ms: int | None = None
        """When the gate was made; None before the first piece."""
        self._now_ms: int
        self._strap: StrapSample
        self._strap_age_ms: int | None = None
        self._link_up, self._core_alive, self._stop = False, True, Reaction.NONE
        self._heart = NO_HEART

    def ticks(self, piece: str) -> Iterator[Tick]:
        """Yield the ticks of *piece*.

        Raises:
            TapeError: it is none, it ends too early, or what was before it is missing.
        """
        for word in piece.split():
            if word == TOO_LONG:
                raise TapeError("the gate had more to say than could be kept")
            if self.began_ms is None and not word.startswith("@"):
                raise TapeError("its beginning is missing")
            try:
                if self.began_ms is None:
                    self.began_ms = self._now_ms = int(word[1:])
                    self._strap = StrapSample(StrapState.UNKNOWN, self._now_ms)
                    continue
                tick = self._tick(word)
            except (ValueError, LookupError) as error:
                raise TapeError(f"{word[:40]!r} is no tick") from error
            yield tick

    def _tick(self, word: str) -> Tick:
        first, *parts = word.split(",")
        self._now_ms += int(first)
        received, counter, suspended_ms = b"", None, 0
        if self._strap_age_ms is not None:
            self._strap = StrapSample(self._strap.state, self._now_ms - self._strap_age_ms)
        for part in parts:
            kind, value = part[0], part[1:]
            match kind:
                case "s" | "t":
                    age_ms = int(value[1:])
                    self._strap = StrapSample(_STATES[value[0]], self._now_ms - age_ms)
                    self._strap_age_ms = age_ms if kind == "s" else None
                case "l":
                    self._link_up = _truth(value)
                case "c":
                    self._core_alive = _truth(value)
                case "p":
                    self._stop = Reaction(int(value))
                case "h":
                    bpm, at_ms, changed_at_ms = value.split("/")
                    known = int(bpm) if bpm else None
                    self._heart = HeartSample(known, int(at_ms), int(changed_at_ms))
                case "z":
                    suspended_ms = int(value)
                case "q":
                    counter = int(value)
                case "r":
                    received = bytes.fromhex(value)
                case "w":
                    bytes.fromhex(value)
                case _:
                    raise ValueError(part)
        return Tick(
            self._now_ms,
            received,
            self._strap,
            counter,
            self._core_alive,
            self._stop,
            self._link_up,
            suspended_ms,
            self._heart,
        )


def _truth(digit: str) -> bool:
    return {"1": True, "0": False}[digit]
