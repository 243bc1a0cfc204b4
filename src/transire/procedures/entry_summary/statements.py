"""What members state about entry summaries and their claims; what customs asks about them is `origin_verification`."""

from __future__ import annotations

from transire.ledger.kinds import Kind
from transire.procedures.bodies import IDENTIFIER, LINE, closed, list_of, text

# 19 USC 1484(a): the importer of record, or the broker that it designates, makes entry.
FILERS = frozenset({"broker", "importer"})
AUTHORITIES = frozenset({"customs"})

# One claim of one line: the certification (a document), its version, and the statements that it rests on. Possession
# counts for the `delivered` statement named here and for no other (LEDGER.md section 3). `also`: further lines whose
# claims rest on the very same, so that the statement of an entry of 999 lines stays as small as one has to be.
CLAIM = closed(
    {
        "line": LINE,
        "also": list_of(LINE, least=1),
        "certification": IDENTIFIER,
        "version": IDENTIFIER,
        "issued": IDENTIFIER,
        "delivered": IDENTIFIER,
    },
    optional=("delivered", "also"),
)
CLAIMS = list_of(CLAIM)

# About the entry summary (a document): it was filed with these claims. Its place in the log is when they were made.
FILED = Kind(
    name="entry.filed/1",
    body_schema=closed({"version": IDENTIFIER, "claims": CLAIMS}),
    stated_by=FILERS,
    follows=("document.issued/1",),
)

# About the entry summary: a later version stands for it. A prompt and voluntary correction avoids a penalty
# (19 USC 1592(c)(5), (9); 19 CFR 182.11(c)).
CORRECTED = Kind(
    name="entry.corrected/1",
    body_schema=closed({"version": IDENTIFIER, "previous": IDENTIFIER, "reason": text(1000), "claims": CLAIMS}),
    stated_by=FILERS,
    follows=("entry.filed/1",),
)

# About the entry summary: customs accepts the claim of one line as it stands. No determination of origin for other
# entries, and it can be looked at again until liquidation is final (19 USC 1514).
ACCEPTED = Kind(
    name="claim.accepted/1",
    body_schema=closed({"line": LINE, "version": IDENTIFIER, "note": text(1000)}, optional=("note",)),
    stated_by=AUTHORITIES,
    follows=("entry.filed/1",),
)

# About the entry summary: customs lets its filer know something of it. It asks for no answer and starts no clock: what
# needs an answer is a request (19 USC 1509), what changes a duty is a notice of action (CBP Form 29).
NOTED = Kind(
    name="entry.noted/1",
    body_schema=closed({"version": IDENTIFIER, "line": LINE, "note": text(2000)}, optional=("line",)),
    stated_by=AUTHORITIES | {"agency"},
    follows=("entry.filed/1",),
)

KINDS = (FILED, CORRECTED, ACCEPTED, NOTED)
