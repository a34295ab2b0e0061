"""Two ways a conversation can break: by us, or by them.

ProtocolError
├── LocalProtocolError    we tried to say something the wire has no word for; our bug
└── RemoteProtocolError   they sent bytes that mean nothing; reported, skipped, never guessed at
"""


class ProtocolError(Exception):
    """Base of both. Never raised itself."""


class LocalProtocolError(ProtocolError):
    """The value does not fit its field, or the message has no word in this protocol."""


class RemoteProtocolError(ProtocolError):
    """Bytes that are not a message. Decoders yield it, they never raise it."""

    def __init__(self, message: str, *, raw: bytes) -> None:
        super().__init__(f"{message}: {raw.hex(' ').upper()}")
        self.raw = raw
