"""In which relation a member stands to a verification; the permission matrix asks for it."""

from __future__ import annotations

from transire.desk.permissions import Relation
from transire.node.tenant import Tenant


def as_customs(tenant: Tenant) -> Relation:
    """Only a member that is an administration on the ledger stands in that relation to an entry."""
    return Relation.CUSTOMS if "customs" in tenant.roles else Relation.RECIPIENT
