"""Solicitation: the importer asks its suppliers for the certifications of origin that its claims will rest on.

Law: a claim rests on a certification that the importer has when it makes the claim (19 CFR 182.12; 10.583-10.584;
181.11); an importer of record uses reasonable care (19 USC 1484(a)(1)). Importer, exporter or producer may certify
under USMCA and CAFTA-DR (19 CFR 182.12(a)(1), 10.583(a)), so that the importer can do it itself on what its supplier
told it; NAFTA left that to the exporter.

What it is here: a request by supplier, goods, agreement and period that the importer signs; reminders, never more
often than set; a supplier's reasoned no; a link by which a supplier without an account answers; and what is asked,
answered, missing and running out. The answer to a request is a certification, and stands nowhere else: whichever
certification covers what was asked answers it.

What it is not: a certification, a claim, or a request of customs (that one has a statutory clock). What is said
through a link is stated without a signature, and no claim can rest on it until somebody certifies.
"""

from transire.procedures.catalogue import Procedure
from transire.procedures.solicitation.statements import KINDS

PROCEDURE = Procedure(
    name="solicitation",
    title="Solicitation of certifications",
    summary="The importer asks its suppliers for certifications of origin, and sees what is missing and running out.",
    law=("19 CFR 182.12", "19 CFR 10.583-10.584", "19 CFR 181.11", "19 USC 1484(a)(1)"),
    not_this=("a certification of origin", "a claim for preference", "a request of customs"),
    kinds=KINDS,
    documents=(),
    tables_at="transire.procedures.solicitation.tables:metadata",
    branch_at="transire.procedures.solicitation.tables:BRANCH",
    projector_at="transire.procedures.solicitation.tables:project",
    projects=tuple(kind.name for kind in KINDS),
    derivation_at="transire.procedures.solicitation.settling:SETTLING",
    chore_at="transire.procedures.solicitation.reminding:remind_when_due",
)
