"""The machine's own end of the air: who is connected, who listens to what, what is on its way.

What is said has a moment at which it is due, and leaves at exactly that one. A slow air carries
it later, and never out of order.
"""

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from math import inf
from typing import Final

from simulator.gatt import Answered, Dropped, Kind, Outgoing, Said
from simulator.noise import Noise

_Queued = tuple[float, int, bool, Outgoing]
"""When, in which order, whether it has crossed the air, what."""


@dataclass(slots=True)
class Listener:
    """One connection."""

    subscriptions: set[int] = field(default_factory=set)
    encrypted: bool = False
    arrives_ms: float = -inf
    """When the last word of the machine reaches it."""


class Radio:
    def __init__(self, noise: Noise, air_ms: tuple[float, float] | None = None) -> None:
        """*air_ms*: the least and the most that one crossing of a slow air takes."""
        self.mute = False
        self.lost_acks = 0
        self.garbled_share = 0.0
        self.deaf_share = 0.0
        self.clients: Final[dict[int, Listener]] = {}
        self.next_ms = inf
        self._noise = noise
        self._air_ms = air_ms
        self._queue: list[_Queued] = []
        self._order = 0
        self._arrived: list[Outgoing] = []

    def listens(self, client: int, uuid: int) -> bool:
        listener = self.clients.get(client)
        return listener is not None and uuid in listener.subscriptions

    def say(
        self, t_ms: float, client: int, uuid: int, value: bytes, *, kind: Kind, after_ms: float = 0
    ) -> None:
        """To one client, if it listens by then."""
        self._put(t_ms + after_ms, False, Said(client, uuid, value, kind))

    def tell(
        self, t_ms: float, uuid: int, value: bytes, *, but: int | None = None, after_ms: float = 0
    ) -> None:
        """Notify whoever listens."""
        for client in self.clients:
            if client != but and self.listens(client, uuid):
                self.say(t_ms, client, uuid, value, kind=Kind.NOTIFICATION, after_ms=after_ms)

    def acknowledge(
        self, t_ms: float, client: int, uuid: int, value: bytes, *, kind: Kind, after_ms: float
    ) -> None:
        """As `say`, but the fault lost-ack takes it."""
        if self.lost_acks:
            self.lost_acks -= 1
        else:
            self.say(t_ms, client, uuid, value, kind=kind, after_ms=after_ms)

    def respond(
        self, t_ms: float, client: int, number: int, att_error: int, *, after_ms: float
    ) -> None:
        self._put(t_ms + after_ms, False, Answered(client, number, att_error))

    def drop(self, t_ms: float, client: int) -> None:
        """End this connection from the machine's side."""
        self.forget(client)
        self._put(t_ms, True, Dropped(client))

    def forget(self, client: int) -> None:
        """It is gone: what has not reached it yet never will. What has stays to be collected."""
        self.clients.pop(client, None)
        self._queue = [entry for entry in self._queue if entry[3].client != client]
        heapify(self._queue)
        self._schedule()

    def crossing_ms(self) -> float:
        if self._air_ms is None:
            return 0.0
        least, most = self._air_ms
        return least + (most - least) * self._noise.share()

    def fire(self, t_ms: float) -> None:
        while self._queue and self._queue[0][0] <= t_ms:
            due_ms, _, crossed, outgoing = heappop(self._queue)
            if crossed:
                self._arrived.append(outgoing)
                continue
            sent = self._leave(outgoing)
            if sent is None:
                continue
            if self._air_ms is None:
                self._arrived.append(sent)
                continue
            listener = self.clients[sent.client]
            arrives_ms = max(listener.arrives_ms, due_ms + self.crossing_ms())
            listener.arrives_ms = arrives_ms
            self._put(arrives_ms, True, sent)
        self._schedule()

    def collect(self) -> list[Outgoing]:
        """Take what has arrived by now, in order."""
        arrived, self._arrived = self._arrived, []
        return arrived

    def _leave(self, outgoing: Outgoing) -> Outgoing | None:
        """What goes out at its moment, if anything does."""
        if not isinstance(outgoing, Said):
            return outgoing
        if self.mute or not self.listens(outgoing.client, outgoing.uuid):
            return None
        if not self.garbled_share:
            return outgoing
        value = bytes(map(self._garble, outgoing.value))
        return Said(outgoing.client, outgoing.uuid, value, outgoing.kind)

    def _garble(self, byte: int) -> int:
        if self._noise.share() < self.garbled_share:
            return byte ^ (1 + self._noise.below(255))
        return byte

    def _put(self, due_ms: float, crossed: bool, outgoing: Outgoing) -> None:
        self._order += 1
        heappush(self._queue, (due_ms, self._order, crossed, outgoing))
        self._schedule()

    def _schedule(self) -> None:
        self.next_ms = self._queue[0][0] if self._queue else inf
