"""An organisation's name and address as a form asks for them: once, where no document names it yet."""

from __future__ import annotations

from transire.documents.parties import Address, Party
from transire.portal.forms import Form


def party_of(form: Form, prefix: str) -> Party | None:
    """The party that was typed under these field names; None where no name was."""
    name = form.optional(f"{prefix}name")
    if name is None:
        return None
    address = Address(
        street=form.text(f"{prefix}street"),
        city=form.text(f"{prefix}city"),
        region=form.optional(f"{prefix}region"),
        postal_code=form.optional(f"{prefix}postal_code"),
        country=form.text(f"{prefix}country").upper(),
    )
    return Party(
        name=name,
        address=address,
        phone=form.optional(f"{prefix}phone"),
        email=form.optional(f"{prefix}email"),
        tax_number=form.optional(f"{prefix}tax_number"),
    )
