"""The post: brings an envelope to the node that hosts its recipient.

Between members of one node the same envelope travels without a network: sealed, checked and stated all the same. A
recipient that this node does not host is reached by the courier, at the endpoint that its record on the ledger names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transire.node.courier import Courier
    from transire.node.tenant import Tenant

Receive = Callable[[Sequence[bytes], str], list["Reply"]]
"""Takes envelopes in that the member of that DID brought."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the recipient's node answered: taken, refused with a code, or not yet, to be brought again later."""

    refused_with: str | None = None
    not_yet: str | None = None


class Post:
    """Routes envelopes by the recipient's DID. Thread-safe."""

    def __init__(self, courier: Callable[[], Courier]) -> None:
        self._hosted: dict[str, Receive] = {}
        self._courier = courier

    def host(self, did: str, receive: Receive) -> None:
        """This node hosts `did`; its envelopes are handed to `receive`."""
        self._hosted[did] = receive

    def is_here(self, recipient: str) -> bool:
        """Whether this node hosts the recipient, so that bringing an envelope waits for no network."""
        return recipient in self._hosted

    def receive(self, recipient: str, envelopes: Sequence[bytes], *, bringer: str) -> list[Reply]:
        """Hand envelopes to a member that this node hosts."""
        return self._hosted[recipient](envelopes, bringer)

    def bring(self, sender: Tenant, recipient: str, envelopes: Sequence[bytes]) -> list[Reply]:
        """Hand envelopes over, in order, and wait for the answers; raises when the recipient cannot be reached now."""
        if self.is_here(recipient):
            return self.receive(recipient, envelopes, bringer=sender.did)
        return self._courier().bring(sender, recipient, envelopes)
