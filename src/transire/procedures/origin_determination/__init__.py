"""Origin determination: whether a product originates, worked out from its bill of material and the text of the rule.

Law: USMCA, 19 USC 4531 and 19 CFR part 182 Appendix A; CAFTA-DR, 19 USC 4033 and General Note 29; NAFTA (to
2020-06-30), 19 CFR part 181 Appendix, kept for audits. The records behind a certification are kept for five years and
shown to customs when it verifies (19 USC 1508; 19 CFR 182.72-182.73); a certifier that learns that a certification is
wrong tells everybody to whom it was issued, promptly (19 USC 1592(f)(2)).

What it is here: the engine asked about the member's own products, on a page and through the API; its answer kept as a
document that the member signs and shows to customs alone; the binder that an auditor opens; holders of certifications
told when the answer turns.

What it is not: a determination by customs, an advance ruling, a certification (its certifier signs that), or a way to
ask suppliers for one.
"""

from transire.procedures.catalogue import Procedure
from transire.procedures.origin_determination.statements import KINDS

PROCEDURE = Procedure(
    name="origin_determination",
    title="Determination of origin",
    summary="Whether a product originates, from its bill of material and the rule, with all that an auditor asks for.",
    law=("19 USC 4531", "19 CFR 182 App. A", "19 USC 4033", "General Note 29, HTSUS", "19 CFR 181 App.", "19 USC 1508"),
    not_this=("a determination by customs", "an advance ruling", "a certification of origin"),
    kinds=KINDS,
    documents=("origin-determination/1",),
    tables_at="transire.procedures.origin_determination.tables:metadata",
    branch_at="transire.procedures.origin_determination.tables:BRANCH",
    projector_at="transire.procedures.origin_determination.tables:project",
    projects=(*(kind.name for kind in KINDS), "entry.filed/1", "entry.corrected/1"),
    products_changed_at="transire.procedures.origin_determination.redetermining:products_changed",
)
