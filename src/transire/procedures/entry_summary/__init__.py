"""Entry summary: what an importer or its broker declares of imported goods, and the preference it claims for them.

Law: 19 USC 1484 (reasonable care), 19 USC 1498, 19 CFR 141 and 142, CBP Form 7501; a claim for preference rests on a
certification in the importer's possession when the claim is made (USMCA 19 CFR 182.11-182.12; CAFTA-DR 10.583-10.585;
NAFTA 181.21-181.22). Customs may ask for information (19 USC 1509, CBP Form 28): 30 days to answer.

What it is here: the commercial invoice, the entry summary drafted from documents already held, its claims with the
evidence they rest on, the checks before filing and again at customs, requests and answers, flags when a
certification ends, the officer's work list, and the refunds that could still be claimed.

What it is not: a filing in ACE (only a certified filer makes one), a release of cargo (CBP Form 3461), or liquidation.
Duty and fees are worked out beside it by whoever looks at it, and are no part of it.
"""

from transire.procedures.catalogue import Procedure
from transire.procedures.entry_summary.statements import KINDS

PROCEDURE = Procedure(
    name="entry_summary",
    title="Entry summary",
    summary="An entry summary drafted from the documents already held, each claim beside its evidence and its checks.",
    law=("19 USC 1484", "19 CFR 141-142", "19 CFR 182.11-182.12", "19 CFR 10.583-10.585", "19 USC 1509"),
    not_this=("a filing in ACE", "a release of cargo", "liquidation"),
    kinds=KINDS,
    documents=("commercial-invoice/1", "entry-summary/1"),
    tables_at="transire.procedures.entry_summary.tables:metadata",
    branch_at="transire.procedures.entry_summary.tables:BRANCH",
    projector_at="transire.procedures.entry_summary.projection:project",
    projects=(
        *(kind.name for kind in KINDS),
        "document.issued/1",
        "document.delivered/1",
        "request.made/1",
        "request.answered/1",
        "request.closed/1",
        "origin.decided/1",
        "origin.turned/1",
    ),
    derivation_at="transire.procedures.entry_summary.examination:EXAMINATION",
)
