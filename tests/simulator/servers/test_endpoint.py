import pytest

from simulator.servers.endpoint import Endpoint


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("127.0.0.1:0", Endpoint("127.0.0.1", 0)),
        ("localhost:65535", Endpoint("localhost", 65_535)),
        ("[::1]:2217", Endpoint("::1", 2217)),
    ],
)
def test_host_and_port_are_read_and_written_alike(text: str, endpoint: Endpoint) -> None:
    assert Endpoint.parse(text) == endpoint
    assert str(endpoint) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        ":2217",
        "localhost",
        "localhost:",
        "localhost:-1",
        "localhost:65536",
        "localhost:2217 ",
        "localhost:serial",
        "localhost:٢٢١٧",
        "::1:2217",
        "[]:2217",
    ],
)
def test_anything_else_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write for example|a number from 0"):
        Endpoint.parse(text)
