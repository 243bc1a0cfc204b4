"""Power of attorney: an importer lets a customs broker act in its name.

Law: a broker may transact customs business for a principal only under a valid power of attorney (19 CFR 141.46), made
out by the principal (141.31-141.34); one of a partnership ends after two years (141.34). A principal may revoke it at
any time by written notice to customs (141.35).

What it is here: a credential that the principal signs for the broker, and the statements that it was granted or
revoked. While it is live the principal's node gives the broker what it needs to draft entries: the certifications and
invoices that the principal holds or receives later.

What it is not: CBP Form 5291 filed on paper, a broker's permit, or proof of the identity of the person who signed.
"""

from transire.procedures.catalogue import Procedure
from transire.procedures.power_of_attorney.statements import GRANTED, KINDS, NOTICES, REVOKED

PROCEDURE = Procedure(
    name="power_of_attorney",
    title="Power of attorney",
    summary="An importer lets a customs broker file entries in its name, within a scope and for a time.",
    law=("19 CFR 141.31-141.46", "19 USC 1641(b)"),
    not_this=("CBP Form 5291 on paper", "a broker's licence or permit", "proof of a person's identity"),
    kinds=KINDS,
    documents=("power-of-attorney/1",),
    tables_at="transire.procedures.power_of_attorney.tables:metadata",
    branch_at="transire.procedures.power_of_attorney.tables:BRANCH",
    projector_at="transire.procedures.power_of_attorney.tables:project",
    projects=(GRANTED.name, REVOKED.name),
    received_at="transire.procedures.power_of_attorney.sharing:on_received",
    reacts_to=(GRANTED.name, "document.delivered/1", *NOTICES),
)
