"""Connecting over TCP, for the two links that do."""

import socket
from typing import Final
from urllib.parse import urlsplit

from treadctl.errors import LinkError

CONNECT_S: Final = 3.0
USER_TIMEOUT_MS: Final = 2_000
"""How long data may stay unacknowledged before the kernel calls the connection dead."""


def connect(url: str, scheme: str) -> socket.socket:
    """Return a connected, non-blocking socket for ``scheme://host:port``."""
    host, port = endpoint(url, scheme)
    try:
        connection = socket.create_connection((host, port), timeout=CONNECT_S)
    except OSError as error:
        raise LinkError(f"{url} cannot be reached: {error.strerror or error}") from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    connection.setblocking(False)
    return connection


def endpoint(url: str, scheme: str) -> tuple[str, int]:
    """Return host and port of *url*, or a `LinkError` that says what is wrong with it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise LinkError(f"{url!r} is not a URL: {error}") from None
    if parts.scheme != scheme or not host or port is None:
        raise LinkError(f"{url!r} is not of the form {scheme}://HOST:PORT")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        raise LinkError(f"{url!r}: nothing may follow HOST:PORT")
    return host, port
