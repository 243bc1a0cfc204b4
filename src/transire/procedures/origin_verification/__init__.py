"""Verification of origin: customs asks about claims of an entry, is answered, and decides; each step has its clock.

Law: 19 USC 1509 and CBP Form 28 (request for information); USMCA, 19 CFR 182.72-182.75 (requests, visits,
determination); NAFTA, 19 CFR 181.72-181.76; CBP Form 29 (notice of action). A claim that rests on the certification of
an exporter or producer is not denied before that one was asked (19 CFR 182.75(c)(1)).

What it is here: questions on claims with the law's due dates, answers with the documents behind them, the certifier
asked directly and answering customs alone, visits and their consent, the notice of action, and the determination that
customs signs. Every step is a statement witnessed by the ledger, whose time decides what was in time.

What it is not: an audit of an importer's books, a penalty case (19 USC 1592), liquidation, or a protest; their dates
are shown.
"""

from transire.procedures.catalogue import Procedure
from transire.procedures.origin_verification.statements import KINDS

PROCEDURE = Procedure(
    name="origin_verification",
    title="Verification of origin",
    summary="Customs asks about claims of an entry, it is answered, and it decides; each step by its clock.",
    law=("19 USC 1509", "19 CFR 182.72-182.75", "19 CFR 181.72-181.76", "CBP Form 28", "CBP Form 29"),
    not_this=("an audit", "a penalty case", "liquidation", "a protest"),
    kinds=KINDS,
    documents=("evidence/1", "customs-determination/1"),
    tables_at="transire.procedures.origin_verification.tables:metadata",
    branch_at="transire.procedures.origin_verification.tables:BRANCH",
    projector_at="transire.procedures.origin_verification.projection:project",
    projects=tuple(kind.name for kind in KINDS),
    derivation_at="transire.procedures.origin_verification.reminders:REMINDERS",
)
