"""HOST:PORT as a person types it, and as a URL wants it."""

from dataclasses import dataclass
from typing import Final

MAX_PORT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Endpoint:
    host: str
    port: int
    """0 asks the system for any free port."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> "Endpoint":
        """Read ``HOST:PORT`` or ``[IPV6]:PORT``.

        Raises:
            ValueError: with a sentence that says what is missing.
        """
        host, colon, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if bracketed:
            host = host[1:-1]
        if not colon or not host or (":" in host and not bracketed):
            raise ValueError(f"{text!r} is not HOST:PORT. Write for example 127.0.0.1:0")
        # isdecimal alone accepts digits of other scripts, which int() would read too.
        if not (port.isascii() and port.isdecimal() and int(port) <= MAX_PORT):
            raise ValueError(
                f"{text!r}: the port is a number from 0 to {MAX_PORT}, 0 for any free one"
            )
        return cls(host, int(port))
