"""After a loss partners give back what they brought before (LEDGER 8).

A member that was restored from a backup lacks what was delivered since. It asks every other member; each puts all that
it ever delivered to the asker into its outbox again. What the asker still has changes nothing when it comes twice.
Its own statements since the backup are not given back by this: who received them can show them, and the ledger proves
them, but they do not return into its journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from transire.errors import TransireError
from transire.ledger.state import at
from transire.vault import outbox

if TYPE_CHECKING:
    from transire.node.node import Node
    from transire.node.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Answered:
    """What a partner answered: how many envelopes come again, or why none."""

    name: str
    envelopes: int | None
    refused: str = ""


def bring_again(partner: Tenant, asker: str) -> int:
    """Put everything that was ever delivered to the asker into the outbox again."""
    with partner.transaction() as tx:
        return outbox.bring_again(tx, asker, partner.now())


def ask_everybody(node: Node, asker: Tenant) -> Iterator[Answered]:
    """Ask every other active member, one after the other; those that cannot be reached are named."""
    height = node.engine.height + 1
    for record in node.engine.members():
        if record.did == asker.did or not record.is_active(height):
            continue
        name = at(record.name, height) or record.did
        hosted = [tenant for tenant in node.tenants.values() if tenant.did == record.did]
        if hosted:
            yield Answered(name, bring_again(hosted[0], asker.did))
        elif at(record.endpoint, height):
            yield _ask(node, asker, record.did, name)


def _ask(node: Node, asker: Tenant, partner: str, name: str) -> Answered:
    try:
        return Answered(name, node.courier().ask_again(asker, partner))
    except TransireError as error:
        return Answered(name, None, str(error))
