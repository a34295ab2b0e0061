"""What core and gate compare before anything else happens (SR-59).

The version is a fingerprint of the very source files both halves must agree on, because a
version number does not change while somebody edits or upgrades a running installation.
"""

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Final

from treadctl.gate.ipc import Hello
from treadctl.safety import limits as limits_module
from treadctl.safety.limits import RULES, Limits

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = (
    "treadctl/model.py",
    "treadctl/causes.py",
    "treadctl/gate",
    "treadctl/safety",
    "firmware_protocols",
)


@cache
def version() -> str:
    """Return the fingerprint of the source of model, causes, gate, safety and protocols."""
    digest = hashlib.sha256()
    for name in SHARED:
        path = ROOT / name
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(ROOT).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def limits_hash(limits: Limits) -> str:
    """Return the fingerprint of the limits of one run, their ceilings and the fixed numbers."""
    facts = {
        "limits": asdict(limits),
        "rules": {key: asdict(rule) for key, rule in RULES.items()},
        "fixed": {
            name: value
            for name, value in vars(limits_module).items()
            if name.isupper() and type(value) is int
        },
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def hello(limits: Limits) -> Hello:
    """Return what this process has to say about itself."""
    return Hello(version=version(), limits_hash=limits_hash(limits))
