"""Requests to the person or for a fault, as JSON: ``{"act": "strap-pull"}`` and parameters."""

import json
from typing import Final

from simulator.errors import SimulatorError
from simulator.servers.errors import BadRequest
from simulator.servers.plant import Plant

_SHAPE: Final = 'write {"act": "strap-pull"}, with parameters as further keys'
_TAKEN: Final = frozenset({"self", "action"})
"""Names of `Plant.act` itself: as parameters they would be a TypeError of ours."""


def perform(plant: Plant, text: bytes) -> None:
    """Do what *text* asks, at the plant's current time.

    Raises:
        BadRequest: not JSON, no such act, or parameters it does not take. Nothing happened.
    """
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"not JSON: {error}; {_SHAPE}") from error
    if not isinstance(request, dict) or not isinstance(request.get("act"), str):
        raise BadRequest(_SHAPE)
    name = request.pop("act")
    if not _TAKEN.isdisjoint(request):
        raise BadRequest(f"{name} has no parameter {' or '.join(sorted(_TAKEN & set(request)))}")
    try:
        plant.act(name, **request)
    except SimulatorError as error:
        raise BadRequest(str(error)) from error
