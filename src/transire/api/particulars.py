"""What the member says of itself in its documents: shown and written by its own persons, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from transire.desk.particulars import Particulars, find_particulars, write_particulars
from transire.desk.permissions import require
from transire.desk.person import Person

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


def show_particulars(tenant: Tenant, person: Person) -> Particulars | None:
    """The member's particulars; None while nobody has written them."""
    require(person, "particulars.read")
    with tenant.database.reading() as view:
        return find_particulars(view)


def change_particulars(tenant: Tenant, person: Person, particulars: Particulars) -> None:
    """Write them; documents that were issued before stay what they are."""
    require(person, "particulars.write")
    with tenant.transaction() as tx:
        write_particulars(tx, person, particulars, now=tenant.now())
