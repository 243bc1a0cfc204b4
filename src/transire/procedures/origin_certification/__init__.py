"""Origin certification: who knows the goods certifies that they originate, once, for up to twelve months.

Law: USMCA, 19 CFR 182.12 and Annex 5-A (any of importer, exporter, producer; nine minimum data elements and the
statement of 182.12(a)(5)); CAFTA-DR, 19 CFR 10.583-10.585; NAFTA (to 2020-06-30), 19 CFR 181.11 and CBP Form 434,
kept for audits of claims of that time. A blanket certification covers at most twelve months; every one is valid for
four years (182.12(h), 10.584(f)).

What it is here: the certification as a credential that the certifier signs for the importer and customs, the cost
sheet behind it as a credential for customs alone, and the statements that it was replaced or withdrawn.

What it is not: a determination that goods originate (customs decides that), a claim (the entry makes it), or an
advance ruling.
"""

from transire.procedures.catalogue import Procedure
from transire.procedures.origin_certification.statements import KINDS, REPLACED, WITHDRAWN

PROCEDURE = Procedure(
    name="origin_certification",
    title="Certification of origin",
    summary="A producer or exporter certifies that its goods originate, for one shipment or up to twelve months.",
    law=("19 CFR 182.12", "19 CFR 10.583-10.585", "19 CFR 181.11", "19 USC 4531", "19 USC 4033"),
    not_this=("a determination of origin", "a claim for preference", "an advance ruling"),
    kinds=KINDS,
    documents=(
        "certification-of-origin/usmca/1",
        "certification-of-origin/cafta-dr/1",
        "certification-of-origin/nafta/1",
        "cost-sheet/1",
    ),
    tables_at="transire.procedures.origin_certification.tables:metadata",
    branch_at="transire.procedures.origin_certification.tables:BRANCH",
    projector_at="transire.procedures.origin_certification.tables:project",
    projects=(REPLACED.name, WITHDRAWN.name),
)
