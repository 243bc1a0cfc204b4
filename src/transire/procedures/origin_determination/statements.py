"""What members state about determinations of origin."""

from __future__ import annotations

from transire.ledger.kinds import Kind
from transire.procedures.bodies import IDENTIFIER, LINE, closed, one_of

# Who may certify may have determined (19 CFR 182.12(a)(1), 10.583(a)).
CERTIFIERS = frozenset({"producer", "exporter", "importer"})
OUTCOME = one_of("originating", "not_originating", "undetermined")

# About the determination (a document): what this version of it found. Customs alone receives it, with the document.
DETERMINED = Kind(
    name="origin.determined/1",
    body_schema=closed({"version": IDENTIFIER, "outcome": OUTCOME}),
    stated_by=CERTIFIERS,
    follows=("document.issued/1",),
)

# About a certification: the determination behind one of its goods has another outcome than the one it was certified
# on. It tells every holder that, and none of the costs. A certifier that promptly tells is free of penalty
# (19 USC 1592(f)(2)); who has claimed looks at its claims again (19 CFR 182.11(c), 10.583(c)).
TURNED = Kind(
    name="origin.turned/1",
    body_schema=closed({"version": IDENTIFIER, "good": LINE, "outcome": OUTCOME}),
    stated_by=CERTIFIERS,
    follows=("document.issued/1",),
)

KINDS = (DETERMINED, TURNED)
