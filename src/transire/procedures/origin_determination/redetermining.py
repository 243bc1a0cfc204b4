"""What happens when products change: the determinations of them are made again, in the same transaction.

A determination that was made once stands for the product until its member ends it; so the node makes the next version
without asking, signs it for the member, and tells whoever relies on an outcome that is no longer the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from transire.desk.persons import node_person
from transire.desk.products import find_product
from transire.node.tenant import Tenant
from transire.origin.agreements import agreements
from transire.procedures.origin_determination.asking import ask
from transire.procedures.origin_determination.determining import held_determination, issue_determination


def products_changed(tenant: Tenant, tx: sa.Connection, numbers: Sequence[str]) -> None:
    """Determine again what was determined of these products; for the day on which they changed."""
    today = tenant.now().date()
    for number in numbers:
        for law in agreements().values():
            if held_determination(tx, tenant, number, law.id) is None:
                continue
            product = find_product(tx, number)
            # A determination for an audit of the past is about the bill of then: a new bill says nothing about it.
            if law.is_party(product.origin_country, today):
                issue_determination(tenant, tx, node_person(tx, tenant.now()), ask(tenant, product, law.id, today))
