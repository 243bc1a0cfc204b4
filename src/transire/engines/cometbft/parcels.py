"""Parcels: several actions that travel to the other validators as one of CometBFT's transactions.

CometBFT spends as much on a transaction as on its bytes, and more: a request and an answer over the socket when it
comes, the same after every block while it waits, its hash, its place in the mempool, a message to each peer. Actions
of one node that wait at the same moment share all that. A parcel is only a way of travelling: the proposer takes it
apart, and every action stands in the block by itself, as if it had come alone. So blocks, results and proofs know of no
parcel, and a network of which some nodes do not make any decides the same.

An action alone is its own parcel. Actions are canonical JSON and hold no line feed, so one separates them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from transire.ledger.action import MAX_ACTION_BYTES, Action

SEPARATOR: Final = b"\n"
MAX_BYTES: Final = MAX_ACTION_BYTES
"""No parcel is larger than the largest action: CometBFT's own limit stands, whatever travels."""
MOST: Final = 256
"""Actions in a parcel at most. More than are of any size that an action has; a bound for who sends separators."""


def pack(actions: Iterable[Action]) -> Iterator[tuple[bytes, list[Action]]]:
    """Parcels of these actions, in their order, and what is in each."""
    parcel: list[Action] = []
    size = 0
    for action in actions:
        if parcel and (size + len(action.raw) > MAX_BYTES or len(parcel) == MOST):
            yield SEPARATOR.join(one.raw for one in parcel), parcel
            parcel, size = [], 0
        parcel.append(action)
        size += len(action.raw) + len(SEPARATOR)
    if parcel:
        yield SEPARATOR.join(one.raw for one in parcel), parcel


def unpack(parcel: bytes) -> list[bytes]:
    """What is in a parcel. One of too many pieces is left whole: it is no action, and is refused as one.

    >>> unpack(b'{"action":"..."}')
    [b'{"action":"..."}']
    >>> unpack(b"one\\ntwo")
    [b'one', b'two']
    >>> len(unpack(SEPARATOR * 60_000))
    1
    """
    pieces = parcel.split(SEPARATOR, MOST)
    return pieces if len(pieces) <= MOST else [parcel]
