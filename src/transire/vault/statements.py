"""The kinds of statement about documents that every procedure shares (LEDGER.md 3 and 8).

Any member may state them. Their bodies name documents by id and commitment and nothing of their content.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from transire.crypto.canonical import Json
from transire.ledger.fields import BYTES_32, DID, TIME
from transire.ledger.kinds import Kind

Schema = dict[str, Json]

_ID: Final[Schema] = {"type": "string", "pattern": f"^{BYTES_32}$", "maxLength": 43}
_DID: Final[Schema] = {"type": "string", "pattern": f"^{DID}$", "maxLength": 200}
_VERSION: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 1_000_000}
_SCHEMA_ID: Final[Schema] = {"type": "string", "pattern": "^[a-z0-9][a-z0-9/-]*/[1-9][0-9]{0,3}$", "maxLength": 80}
_PURPOSE: Final[Schema] = {"type": "string", "pattern": "^[a-z][a-z0-9-]*$", "maxLength": 40}
_TIME: Final[Schema] = {"type": "string", "pattern": f"^{TIME}$", "maxLength": 20}
_CODE: Final[Schema] = {"type": "string", "pattern": "^[a-z]+\\.[a-z0-9-]+$", "maxLength": 80}

# A document version as the statements about its way name it: all three or none.
_NAMED: Final[dict[str, Schema]] = {"document": _ID, "commitment": _ID, "issuer": _DID}


def _body(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """A closed object; the members of `_NAMED` come together or not at all."""
    together: dict[str, Json] = {
        name: [other for other in _NAMED if other != name] for name in _NAMED if name in optional
    }
    schema: dict[str, Json] = {
        "type": "object",
        "properties": {**properties},
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
    return {**schema, "dependentRequired": together} if together else schema


# About the document. The first version's commitment is the document's id; a later one names the version before.
ISSUED: Final = Kind(
    name="document.issued/1",
    body_schema=_body(
        {
            "ciphertext": _ID,
            "commitment": _ID,
            "id": _ID,
            "previous": _ID,
            "schema": _SCHEMA_ID,
            "version": _VERSION,
        },
        optional=("previous",),
    ),
)

# About the document: its key was wrapped for a further member by whoever holds it, as an entry or a power of attorney
# demands. HPKE does not say who wrapped; this statement does. A right to read on terms of its own is a `GRANT`.
GRANTED: Final = Kind(
    name="document.granted/1",
    body_schema=_body(
        {**_NAMED, "recipient": _DID, "purpose": _PURPOSE, "expires": _TIME, "may_delegate": {"type": "boolean"}},
        optional=("expires", "may_delegate"),
    ),
    follows=("document.issued/1",),
)

PURPOSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "filing": "to prepare or file a customs declaration",
        "verification": "to verify origin, value or classification",
        "audit": "to audit the books that the document belongs to",
        "compliance": "to review compliance with customs, export or product law",
        "finance": "to finance, insure or guarantee the trade",
        "purchase": "to decide on or settle a purchase",
        "carriage": "to carry, store or release the goods",
        "dispute": "to bring, answer or decide a claim, a protest or a suit",
    }
)
"""What a document may be read for: the controlled list of `document.granted/2`, with the words of each."""

# About the document, and the grants that this one rests on or replaces: the right to read a version, for a purpose,
# on an authority, until a time. The issuer gives it; so does whoever was given it with `may_delegate`, `under` that
# grant and no further (`vault.grants`). `replaces` narrows an earlier grant of the same grantor to the same member.
GRANT: Final = Kind(
    name="document.granted/2",
    body_schema=_body(
        {
            **_NAMED,
            "recipient": _DID,
            "purpose": {"enum": [*PURPOSES]},
            "authority": {"type": "string", "pattern": r"\S", "maxLength": 200},
            "expires": _TIME,
            "may_delegate": {"type": "boolean"},
            "under": _ID,
            "replaces": _ID,
        },
        optional=("authority", "expires", "under", "replaces"),
    ),
    follows=("document.issued/1",),
)

# About the document and the grant: the right is withdrawn. Nothing more is delivered under it; nobody unsees.
GRANT_ENDED: Final = Kind(
    name="document.grant_ended/1",
    body_schema=_body(
        {**_NAMED, "grant": _ID, "reason": {"type": "string", "pattern": r"\S", "maxLength": 500}}, optional=("reason",)
    ),
    follows=("document.granted/2",),
)

# About the statement that arrived, and the document that came with it. Possession is this statement's place in the
# log; a clock against a party starts here, also where a statement came alone (a request, say).
DELIVERED: Final = Kind(
    name="document.delivered/1",
    body_schema=_body({"statement": _ID, **_NAMED}, optional=tuple(_NAMED)),
)

# About the statement that was refused: with the code, which says what was wrong with it or with what came along.
REFUSED: Final = Kind(
    name="document.refused/1",
    body_schema=_body({"statement": _ID, "code": _CODE, **_NAMED}, optional=tuple(_NAMED)),
)

# About the document: a person looked at it. Attested by that person's node; no proof that nobody else did (LEDGER 8).
OPENED: Final = Kind(
    name="document.opened/1",
    body_schema=_body({**_NAMED}),
    follows=("document.issued/1",),
    unhurried=True,
)

# About the document: this member destroyed its own key of the version, and with it the salt. It says nothing of copies
# that others hold.
DESTROYED: Final = Kind(
    name="document.destroyed/1",
    body_schema=_body({**_NAMED}),
    follows=("document.issued/1",),
    unhurried=True,
)

# About the document: its issuer withdraws this version, and says why. What counts for everybody is its end on the
# ledger; this is for those who were given it. Procedures with a word of their own for it say that instead.
WITHDRAWN: Final = Kind(
    name="document.withdrawn/1",
    body_schema=_body({**_NAMED, "reason": {"type": "string", "pattern": r"\S", "maxLength": 500}}),
    follows=("document.issued/1",),
)

# About the statement: this member keeps the sealed envelope for another one whose node cannot be reached.
HELD: Final = Kind(
    name="document.held/1",
    body_schema=_body({"statement": _ID, "recipient": _DID, "envelope": _ID, **_NAMED}, optional=tuple(_NAMED)),
)

# About the member's keys (`vault.hybrid_keys`): an ML-KEM-768 key beside its agree key on the ledger, for which others
# may seal; without one, that there is none any more. Valid as long as that agree key is in force.
HYBRID_KEY: Final = Kind(
    name="member.hybrid_key/1",
    body_schema=_body(
        {"agree": _ID, "mlkem768": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1579}$"}}, optional=("mlkem768",)
    ),
)

KINDS: Final = (ISSUED, GRANTED, GRANT, GRANT_ENDED, DELIVERED, REFUSED, OPENED, DESTROYED, WITHDRAWN, HELD, HYBRID_KEY)


def named_body(document_id: str, commitment: str, issuer: str) -> dict[str, Json]:
    """The three members by which these statements name a version of a document."""
    return {"document": document_id, "commitment": commitment, "issuer": issuer}


def delivered_body(statement_id: str, **named: Json) -> dict[str, Json]:
    """The body of `document.delivered/1`."""
    return {"statement": statement_id, **named}


def refused_body(statement_id: str, code: str, **named: Json) -> dict[str, Json]:
    """The body of `document.refused/1`."""
    return {"statement": statement_id, "code": code, **named}
