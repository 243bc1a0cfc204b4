"""What members state when they ask their suppliers for certifications, and what suppliers answer that have none.

That a supplier did certify is stated nowhere here: the certification says it.
"""

from __future__ import annotations

from transire.ledger.kinds import Kind
from transire.procedures.bodies import DATE, DID, closed, list_of, one_of, text
from transire.procedures.solicitation.reasons import reasons

# Who needs a certification of others: the importer that claims, and the exporter that certifies what another made
# (19 CFR 182.12(a)(1), 10.583(a)).
ASKERS = frozenset({"importer", "exporter"})
SUPPLIERS = frozenset({"producer", "exporter"})

MOST_GOODS = 100
"""A statement has at most 64 KiB; what is asked in bulk is parted."""

NUMBER = text(100)
AGREEMENT = one_of("nafta", "usmca", "cafta_dr")
NUMBERS = list_of(NUMBER, least=1, most=MOST_GOODS)
GOOD = closed({"number": NUMBER, "description": text(250)}, optional=("description",))
REASON = one_of(*reasons())

# Name and address of who asks, so that its supplier has no need to key them into the certification.
IMPORTER = closed(
    {
        "name": text(250),
        "street": text(250),
        "city": text(250),
        "region": text(250),
        "postal_code": text(20),
        "country": text(2),
        "phone": text(30),
        "email": text(250),
    },
    optional=("region", "postal_code", "phone", "email"),
)

# About nothing: it begins a story. `supplier` has a DID where it is a member, and then receives this; one that is none
# is asked through a link. `remind_every` in days, 0: never.
ASKED = Kind(
    name="solicitation.asked/1",
    body_schema=closed(
        {
            "supplier": closed({"name": text(200), "did": DID}, optional=("did",)),
            "agreement": AGREEMENT,
            "goods": list_of(GOOD, least=1, most=MOST_GOODS),
            "from": DATE,
            "until": DATE,
            "answer_by": DATE,
            "remind_every": {"type": "integer", "minimum": 0, "maximum": 90},
            "note": text(1000),
            "importer": IMPORTER,
        },
        optional=("note", "importer"),
    ),
    stated_by=ASKERS,
)

# About the request: what of it is still open.
REMINDED = Kind(
    name="solicitation.reminded/1",
    body_schema=closed({"goods": NUMBERS, "answer_by": DATE}),
    stated_by=ASKERS,
    follows=(ASKED.name,),
)

# About the request: no certification for these goods, and why. It denies nothing that a later certification says.
DECLINED = Kind(
    name="solicitation.declined/1",
    body_schema=closed({"goods": NUMBERS, "reason": REASON, "note": text(1000)}, optional=("note",)),
    stated_by=SUPPLIERS,
    follows=(ASKED.name,),
)

# About the request, by who asked: what somebody said through the link, without a signature. The name that was typed
# stays on the desk: it proves nothing, and a statement cannot be taken back.
HEARD = Kind(
    name="solicitation.heard/1",
    body_schema=closed(
        {
            "goods": list_of(
                closed(
                    {
                        "number": NUMBER,
                        "says": one_of("originating", "declined"),
                        "criterion": text(30),
                        "reason": REASON,
                    },
                    optional=("criterion", "reason"),
                ),
                least=1,
                most=MOST_GOODS,
            )
        }
    ),
    stated_by=ASKERS,
    follows=(ASKED.name,),
)

# About the request, by who asked: it needs no answer any more.
WITHDRAWN = Kind(
    name="solicitation.withdrawn/1",
    body_schema=closed({"note": text(1000)}, optional=("note",)),
    stated_by=ASKERS,
    follows=(ASKED.name,),
)

KINDS = (ASKED, REMINDED, DECLINED, HEARD, WITHDRAWN)
