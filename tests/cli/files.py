"""Plans, scenarios and configs that tests of the command write."""

from pathlib import Path

SHORT_PLAN = """\
schema: 1
title: Short and for tests
profile: novice
steps:
  - kind: warmup
    seconds: 120
    speed_kmh: 1.0
  - kind: reverse
    seconds: 20
    speed_kmh: 1.0
  - kind: cooldown
    seconds: 120
    speed_kmh: 1.0
"""
"""The shortest that may be walked. Its belt starts 15 s into a session of virtual time."""

TOO_FAST_PLAN = SHORT_PLAN.replace(
    "seconds: 20\n    speed_kmh: 1.0", "seconds: 20\n    speed_kmh: 9"
)


def plan_file(folder: Path, text: str = SHORT_PLAN) -> Path:
    path = folder / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def scenario_file(folder: Path, *entries: str) -> Path:
    """A timeline; each entry is the body of one [[at]] table."""
    path = folder / "scenario.toml"
    path.write_text(
        "schema = 1\n" + "".join(f"\n[[at]]\n{entry}\n" for entry in entries), encoding="utf-8"
    )
    return path


def config_file(folder: Path, port: str, strap: str | None = None, more: str = "") -> Path:
    path = folder / "config.toml"
    text = f'schema = 1\n\n[[treadmill]]\nname = "left"\nprotocol = "woodway-us"\nport = "{port}"\n'
    if strap is not None:
        text += f'\n[treadmill.strap]\nsource = "modem-line"\nurl = "{strap}"\n'
    path.write_text(text + more, encoding="utf-8")
    return path
