"""What members state about certifications of origin beyond what is stated of every document.

That a version has ended is decided by the ledger (`document.end`); these statements tell its holders why. Where the
two disagree the ledger counts.
"""

from __future__ import annotations

from transire.ledger.kinds import Kind
from transire.procedures.bodies import IDENTIFIER, closed, text

# 19 CFR 182.12(a)(1), 10.583(a): importer, exporter or producer may certify; the document says in which role.
CERTIFIERS = frozenset({"producer", "exporter", "importer"})

# About the certification and the version that ends: holders must not claim on it from now on, and who has claimed
# looks at its claims again (19 CFR 182.11(c), 10.583(c): correct within 30 days of learning that a claim is invalid).
# A certifier that promptly tells everybody to whom it was issued is free of penalty (19 USC 1592(f)(2)).
WITHDRAWN = Kind(
    name="certification.withdrawn/1",
    body_schema=closed({"version": IDENTIFIER, "reason": text(1000)}),
    stated_by=CERTIFIERS,
    follows=("document.issued/1",),
)

# About the certification: a new version stands in the place of an old one, and what differs.
REPLACED = Kind(
    name="certification.replaced/1",
    body_schema=closed({"version": IDENTIFIER, "successor": IDENTIFIER, "reason": text(1000)}),
    stated_by=CERTIFIERS,
    follows=("document.issued/1",),
)

KINDS = (WITHDRAWN, REPLACED)
