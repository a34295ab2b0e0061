"""SR-48: the product listens to nobody. There is no way in but the terminal."""

import ast
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.sources import ROOT, imports, module_name, python_files

SERVERS: Final = frozenset(
    {"create_server", "create_unix_server", "start_server", "start_unix_server"}
)
LIBRARIES: Final = ("http.server", "socketserver", "xmlrpc.server", "wsgiref")


def listeners(source: str, module: str) -> Iterator[int]:
    """Yield the lines of *source* on which something begins to listen."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=name) if name in SERVERS | {"listen"}:
                yield node.lineno
            case ast.Name(id=name) if name in SERVERS:
                yield node.lineno
    for found in imports(source, module):
        if found.name.startswith(LIBRARIES):
            yield found.line


def test_sr48_nothing_in_the_product_listens() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in python_files("treadctl", "firmware_protocols")
        for line in listeners(path.read_text(), module_name(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "s.listen()",
        "await loop.create_server(f)",
        "await asyncio.start_unix_server(f)",
        "start_server(f)",
        "import http.server",
        "from socketserver import TCPServer",
    ],
)
def test_sr48_a_planted_listener_is_found(source: str) -> None:
    assert list(listeners(f"async def f():\n    {source}\n", "treadctl.x")) == [2]
