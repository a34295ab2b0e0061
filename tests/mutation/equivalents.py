"""Mutants that no test can tell from the original, each with its proof."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.mutation.mutants import Mutant

LIST: Final = Path(__file__).with_name("equivalents.toml")
LEAST_PROOF: Final = 40
"""Characters. "It is equivalent" is no proof."""


class BadList(Exception):
    """The list says something that cannot be so."""


def read(path: Path = LIST) -> dict[str, str]:
    """Return the proof of each listed mutant, by its id."""
    proofs: dict[str, str] = {}
    for entry in tomllib.loads(path.read_text()).get("equivalent", []):
        unknown = entry.keys() - {"module", "place", "operator", "before", "after", "nth", "proof"}
        if unknown:
            raise BadList(f"{path.name}: unknown keys {sorted(unknown)}")
        identity = "|".join(
            [entry[key] for key in ("module", "place", "operator", "before", "after")]
            + [str(entry.get("nth", 0))]
        )
        if identity in proofs:
            raise BadList(f"{path.name}: {identity} stands twice")
        if len(entry["proof"]) < LEAST_PROOF:
            raise BadList(f"{path.name}: {identity} has no proof")
        proofs[identity] = entry["proof"]
    return proofs


def stale(proofs: Iterable[str], mutants: Iterable[Mutant]) -> list[str]:
    """Return the listed mutants that can no longer be made."""
    return sorted(set(proofs) - {mutant.id for mutant in mutants})
