"""Reads the reference vectors, and feeds decoders the ways a stream can be cut."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from firmware_protocols.errors import RemoteProtocolError

GOLDEN: Final = Path(__file__).parent.parent / "golden"

M_co = TypeVar("M_co", covariant=True)
M = TypeVar("M")


class AnyDecoder(Protocol[M_co]):
    def receive_data(self, data: bytes) -> None: ...
    def messages(self) -> Iterator[M_co | RemoteProtocolError]: ...


def vectors(protocol: str, direction: str) -> dict[str, bytes]:
    """Return the golden frames of one direction by their meaning."""
    rows: list[dict[str, Any]] = json.loads(
        (GOLDEN / protocol / "vectors.json").read_text(encoding="utf-8")
    )
    return {row["what"]: bytes.fromhex(row["hex"]) for row in rows if row["dir"] == direction}


def decode(decoder: AnyDecoder[M], *chunks: bytes) -> list[M | RemoteProtocolError]:
    """Feed the chunks one by one, draining after each."""
    messages: list[M | RemoteProtocolError] = []
    for chunk in chunks:
        decoder.receive_data(chunk)
        messages += decoder.messages()
    return messages


def each_way(make: Callable[[], AnyDecoder[M]], stream: bytes) -> list[M]:
    """Decode whole, byte by byte, and with a frame's stump in front; all must agree."""
    whole = plain(decode(make(), stream))
    assert plain(decode(make(), *(bytes((byte,)) for byte in stream))) == whole
    stump, *rest = plain(decode(make(), b"\xc0\xd1\x30" + stream))[-len(whole) - 1 :]
    assert rest == whole, stump
    return [message for message in whole if not isinstance(message, tuple)]


def plain(
    messages: Iterable[M | RemoteProtocolError],
) -> list[M | tuple[str, bytes]]:
    """Make errors comparable: what they say and the bytes they are about."""
    return [
        (str(message), message.raw) if isinstance(message, RemoteProtocolError) else message
        for message in messages
    ]
