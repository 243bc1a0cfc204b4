"""What members state when customs verifies a claim: questions, answers, visits, notices, and what customs decides.

A statement about a claim names its entry last, so that whoever holds it finds the claim; to a certifier, that is an
identifier without content.
"""

from __future__ import annotations

from transire.ledger.kinds import Kind
from transire.procedures.bodies import DATE, IDENTIFIER, LINE, closed, list_of, one_of, text

AUTHORITIES = frozenset({"customs"})
# A question may be put to whoever holds the records: importer and broker, or producer and exporter (19 CFR 182.73).
ANSWERERS = frozenset({"broker", "importer", "exporter", "producer"})
CERTIFIERS = frozenset({"exporter", "producer", "importer"})

QUESTION_CODE = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 40}
QUESTIONS = list_of(QUESTION_CODE, least=1, most=40)
_ASKED = {"line": LINE, "question": text(4000), "questions": QUESTIONS, "due_by": DATE, "basis": text(200)}

# About the entry summary: customs asks (CBP Form 28). `due_by` is the last day on which an answer is in time;
# `questions` are codes of the catalogue, and `question` says them all in words.
ASKED = Kind(
    name="request.made/1",
    body_schema=closed(_ASKED, optional=("questions",)),
    stated_by=AUTHORITIES | {"agency"},
    follows=("entry.filed/1",),
)

# About the certification and the entry: customs asks the one who certified, past the importer (19 CFR 182.75(c)(1)).
CERTIFIER_ASKED = Kind(
    name="certifier.asked/1",
    body_schema=closed({**_ASKED, "good": LINE}, optional=("questions", "good")),
    stated_by=AUTHORITIES,
    follows=("document.issued/1",),
)

# About the certification and the entry: customs wants to see the premises (19 CFR 182.73(f)(2), 182.74).
VISIT = Kind(
    name="visit.proposed/1",
    body_schema=closed({"line": LINE, "place": text(500), "on": DATE, "due_by": DATE, "basis": text(200)}),
    stated_by=AUTHORITIES,
    follows=("document.issued/1",),
)

# About the visit, the certification and the entry. `days`: by how many days it is to be put off.
VISIT_ANSWERED = Kind(
    name="visit.answered/1",
    body_schema=closed(
        {
            "answer": one_of("consented", "refused", "postponed"),
            "days": {"type": "integer", "minimum": 1, "maximum": 365},
            "words": text(2000),
        },
        optional=("days", "words"),
    ),
    stated_by=CERTIFIERS,
    follows=(VISIT.name,),
)

# About the entry: customs intends to deny the claim of a line (CBP Form 29, action proposed).
PROPOSED = Kind(
    name="action.proposed/1",
    body_schema=closed({"line": LINE, "version": IDENTIFIER, "reason": text(8000), "due_by": DATE, "basis": text(200)}),
    stated_by=AUTHORITIES,
    follows=("entry.filed/1",),
)

# About the request, visit or notice, and its entry: more time is given.
EXTENDED = Kind(
    name="request.extended/1",
    body_schema=closed({"due_by": DATE, "reason": text(1000)}),
    stated_by=AUTHORITIES,
    follows=(ASKED.name, CERTIFIER_ASKED.name, VISIT.name, PROPOSED.name),
)

# About the request or notice and its entry: the answer, a document that says it in words and names what bears it out.
ANSWERED = Kind(
    name="request.answered/1",
    body_schema=closed({"answer": IDENTIFIER}),
    stated_by=ANSWERERS,
    follows=(ASKED.name, CERTIFIER_ASKED.name, PROPOSED.name),
)

# About the request and its entry: customs needs no more, or says that the answer does not suffice.
CLOSED = Kind(
    name="request.closed/1",
    body_schema=closed({"outcome": one_of("sufficient", "insufficient", "withdrawn"), "note": text(1000)}),
    stated_by=AUTHORITIES | {"agency"},
    follows=(ASKED.name, CERTIFIER_ASKED.name),
)

# About the entry: the case is exceptional, so that the longer limit runs (19 CFR 182.75(b)); the notice of it.
DEFERRED = Kind(
    name="determination.deferred/1",
    body_schema=closed({"line": LINE, "reason": text(2000)}),
    stated_by=AUTHORITIES,
    follows=("entry.filed/1",),
)

# About the determination (a document) and the entry: customs has decided; where it denies, the action is taken
# (CBP Form 29, action taken). `version` is that of the entry.
DECIDED = Kind(
    name="origin.decided/1",
    body_schema=closed({"line": LINE, "version": IDENTIFIER, "outcome": one_of("originating", "not_originating")}),
    stated_by=AUTHORITIES,
    follows=("document.issued/1",),
)

# About the entry: preference is claimed after importation, within a year of it (19 USC 1520(d); 19 CFR 182.31-182.33).
# The declaration that the good qualified then, whether others were given the documents, whether a protest is known.
REFUND = Kind(
    name="refund.claimed/1",
    body_schema=closed(
        {
            "line": LINE,
            "certification": IDENTIFIER,
            "version": IDENTIFIER,
            "good": LINE,
            "declaration": text(4000),
            "informed": {"type": "boolean"},
            "protested": {"type": "boolean"},
        }
    ),
    stated_by=frozenset({"broker", "importer"}),
    follows=("entry.filed/1",),
)

KINDS = (
    REFUND,
    ASKED,
    CERTIFIER_ASKED,
    VISIT,
    VISIT_ANSWERED,
    PROPOSED,
    EXTENDED,
    ANSWERED,
    CLOSED,
    DEFERRED,
    DECIDED,
)
