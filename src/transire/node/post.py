"""The post: brings an envelope to the node that hosts its recipient.

Between members of one node the same envelope travels without a network: sealed, checked and stated all the same. A
recipient that this node does not host is reached through its node's endpoint; where there is none the envelope waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from transire.node.errors import RecipientUnreachable

Receive = Callable[[Sequence[bytes]], list["Reply"]]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the recipient's node answered: taken, refused with a code, or not yet, to be brought again later."""

    refused_with: str | None = None
    not_yet: str | None = None


class Post:
    """Routes envelopes by the recipient's DID."""

    def __init__(self) -> None:
        self._hosted: dict[str, Receive] = {}

    def host(self, did: str, receive: Receive) -> None:
        """This node hosts `did`; its envelopes are handed to `receive`."""
        self._hosted[did] = receive

    def bring(self, recipient: str, envelopes: Sequence[bytes]) -> list[Reply]:
        """Hand envelopes over, in order, and wait for the answers; raises when the recipient cannot be reached now."""
        receive = self._hosted.get(recipient)
        if receive is None:
            raise RecipientUnreachable(got=recipient)
        return receive(envelopes)
