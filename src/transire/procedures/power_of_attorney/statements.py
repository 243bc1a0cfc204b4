"""What members state about powers of attorney (19 CFR 141.31-141.46)."""

from __future__ import annotations

from transire.ledger.kinds import Kind
from transire.procedures.bodies import DATE, DID, IDENTIFIER, closed, text

PRINCIPALS = frozenset({"importer", "exporter", "producer"})

# About the power of attorney (a document): its principal has given it to this agent for these days.
GRANTED = Kind(
    name="authority.granted/1",
    body_schema=closed({"agent": DID, "valid_from": DATE, "valid_until": DATE}, optional=("valid_until",)),
    stated_by=PRINCIPALS,
    follows=("document.issued/1",),
)

# 19 CFR 141.35: revocable at any time. It takes effect with the statement; the end of the document on the ledger is
# what counts for everybody who was not told.
REVOKED = Kind(
    name="authority.revoked/1",
    body_schema=closed({"version": IDENTIFIER, "reason": text(500)}),
    stated_by=PRINCIPALS,
    follows=("authority.granted/1",),
)

KINDS = (GRANTED, REVOKED)

NOTICES = ("certification.withdrawn/1", "certification.replaced/1")
"""Statements of others, about a paper that was passed on under a power, that its holders must learn of."""
