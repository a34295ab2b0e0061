"""Reads the reference vectors, and feeds decoders in the ways a stream can be cut."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from firmware_protocols.errors import RemoteProtocolError

GOLDEN: Final = Path(__file__).parent.parent / "golden"


class AnyDecoder(Protocol):
    """A decoder of either role, seen by a test that compares values."""

    def receive_data(self, data: bytes) -> None: ...
    def messages(self) -> Iterator[object]: ...


@dataclass(frozen=True)
class Fault:
    """A yielded error as a value: the bytes it is about."""

    raw: bytes


def vectors(protocol: str, direction: str) -> dict[str, bytes]:
    """Return the golden frames of one direction by their meaning."""
    rows: list[dict[str, Any]] = json.loads(
        (GOLDEN / protocol / "vectors.json").read_text(encoding="utf-8")
    )
    return {row["what"]: bytes.fromhex(row["hex"]) for row in rows if row["dir"] == direction}


def decode(decoder: AnyDecoder, *chunks: bytes) -> list[object]:
    """Feed the chunks one by one, draining after each."""
    messages: list[object] = []
    for chunk in chunks:
        decoder.receive_data(chunk)
        messages += as_values(decoder.messages())
    return messages


def as_values(messages: Iterable[object]) -> list[object]:
    return [
        Fault(message.raw) if isinstance(message, RemoteProtocolError) else message
        for message in messages
    ]


def every_way(make: Callable[[], AnyDecoder], frame: bytes, stump: bytes) -> list[object]:
    """Decode whole, byte by byte, and behind a frame that was cut off. All must agree."""
    whole = decode(make(), frame)
    assert decode(make(), *(bytes((byte,)) for byte in frame)) == whole
    assert decode(make(), stump + frame) == [Fault(stump), *whole]
    assert decode(make(), frame + stump) == whole  # the stump may yet be completed
    return whole
