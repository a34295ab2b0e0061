"""Config files as the tests write them, and what becomes of them."""

from pathlib import Path

from treadctl.config import Config, parse_config
from treadctl.errors import Problem, UserFileError

PATH = Path("config.toml")

GOOD = """\
schema = 1

[limits]
v_rev_max_kmh = 2.0
pause_max_s = 90

[[treadmill]]
name = "left"
protocol = "woodway-us"
port = "/dev/ttyUSB0"
max_speed_kmh = 12

[treadmill.strap]
source = "modem-line"
url = "/dev/ttyUSB1"
line = "cd"

[treadmill.limits]
v_fwd_max_kmh = 4.25
incline_rev_max_percent = 1.5

[[treadmill]]
name = "right"
protocol = "trackmaster"
port = "socket://127.0.0.1:4000"
unit = "kmh"
min_speed_kmh = 0.8
"""


def parse(text: str) -> Config:
    return parse_config(text.encode(), PATH)


def outcome(text: str) -> Config | tuple[Problem, ...]:
    try:
        return parse(text)
    except UserFileError as error:
        return error.problems


def problems_of(text: str) -> tuple[Problem, ...]:
    found = outcome(text)
    assert isinstance(found, tuple)
    return found


def only_problem(text: str) -> Problem:
    (problem,) = problems_of(text)
    return problem


def with_limit(line: str) -> str:
    return f"schema = 1\n[limits]\n{line}\n"


def with_strap(*lines: str) -> str:
    return "\n".join(
        [
            "schema = 1",
            "[[treadmill]]",
            'name = "a"',
            'protocol = "woodway-us"',
            'port = "/dev/ttyUSB0"',
            "[treadmill.strap]",
            *lines,
        ]
    )


def with_treadmill(**changes: str) -> str:
    entry = {"name": '"a"', "protocol": '"trackmaster"', "port": '"/dev/ttyS0"', **changes}
    return "schema = 1\n[[treadmill]]\n" + "\n".join(f"{k} = {v}" for k, v in entry.items())
