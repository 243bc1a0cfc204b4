"""What a person adds to a draft beside its documents: numbers of chapters 98 and 99, taxes and fees, further blocks.

Each counts as keyed, like every field that a person types.
"""

from __future__ import annotations

from typing import Any, Final

from transire.desk import drafts as desk
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.errors import FieldUnsuitable, LineUnknown
from transire.procedures.entry_summary.filing import keyed_by
from transire.procedures.entry_summary.relations import find_own_draft
from transire.tariff.number import parse_tariff_number

BLOCKS: Final = (
    "suretyNumber",
    "bondType",
    "carrier",
    "modeOfTransport",
    "transportDocument",
    "inTransitNumber",
    "inTransitDate",
    "missingDocuments",
    "ladingPort",
    "unladingPort",
    "locationOfGoods",
    "consigneeNumber",
    "referenceNumber",
)
"""The blocks of CBP Form 7501 that a person may fill in where no document does, in the order of the form."""


def add_number(
    tenant: Tenant,
    person: Person,
    draft_id: str,
    line: int,
    number: str,
    *,
    value: str | None = None,
    acts: str | None = None,
) -> desk.Draft:
    """Add a number of chapter 98 or 99 to a line; `value` is what it is on, where that is not the value of the line."""
    added = {"tariffNumber": parse_tariff_number(number).dotted, "value": value, "acts": acts}
    return _append(tenant, person, draft_id, line, "additionalNumbers", added)


def state_fee(tenant: Tenant, person: Person, draft_id: str, line: int, fee_class: str, *, amount: str) -> desk.Draft:
    """Add a tax or fee to a line, as the filer states it: its class code and its amount in US dollars."""
    return _append(tenant, person, draft_id, line, "statedFees", {"feeClass": fee_class, "amount": amount})


def fill_block(tenant: Tenant, person: Person, draft_id: str, block: str, value: str) -> desk.Draft:
    """Fill in a block that no document gives; codes of missing documents are divided by commas."""
    if block not in BLOCKS:
        raise FieldUnsuitable(got=block, expected=", ".join(BLOCKS))
    said: Any = value
    if block == "missingDocuments":
        said = [part.strip() for part in value.split(",") if part.strip()]
    with tenant.transaction() as tx:
        draft = find_own_draft(tenant, tx, person, draft_id, "entries.draft")
        source = keyed_by(person)
        return desk.set_draft_field(tx, person, draft.id, f"/{block}", said, now=tenant.now(), source=source)


def _append(
    tenant: Tenant, person: Person, draft_id: str, line: int, name: str, added: dict[str, str | None]
) -> desk.Draft:
    """The whole list is set, so that its source is that of the person who keyed a part of it."""
    kept = {member: value for member, value in added.items() if value}
    with tenant.transaction() as tx:
        draft = find_own_draft(tenant, tx, person, draft_id, "entries.draft")
        lines = draft.content.get("lines", [])
        place = next((at for at, one in enumerate(lines) if one.get("lineNumber") == line), None)
        if place is None:
            raise LineUnknown(got=line)
        told = [*(lines[place].get(name) or ()), kept]
        pointer, source = f"/lines/{place}/{name}", keyed_by(person)
        return desk.set_draft_field(tx, person, draft.id, pointer, told, now=tenant.now(), source=source)
