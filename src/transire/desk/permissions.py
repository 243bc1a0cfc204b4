"""The permission matrix: which role may do which operation, by the relation of its member to the thing. Data, not code.

One row an operation; a row names for each relation the roles that it opens the operation to; what is not there is
denied. Each operation is also a scope of an API token. A service calls `require` first, and it alone knows
the relation: it derives it from the ledger and the documents, never from what the caller says.
What it is not: it does not say which documents a member holds; a member's database holds only its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from transire.desk.errors import PermissionDenied, ScopeMissing
from transire.desk.person import Person, Role


class Relation(StrEnum):
    """What the person's member is to the thing that the operation touches."""

    OWN_MEMBER = "own_member"
    ISSUER = "issuer"
    RECIPIENT = "recipient"
    AUTHORISED_BROKER = "authorised_broker"
    CUSTOMS = "customs"


RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        Relation.OWN_MEMBER: "it belongs to the person's own member, or concerns only it",
        Relation.ISSUER: "the person's member issued the document",
        Relation.RECIPIENT: "the document was delivered to the person's member",
        Relation.AUTHORISED_BROKER: "the person's member holds a live authority of the importer concerned",
        Relation.CUSTOMS: "the person's member is the administration or agency to which it is addressed",
    }
)

_A, _P, _S = Role.ADMINISTRATOR, Role.PREPARER, Role.SIGNING_OFFICIAL
_O, _V, _U, _C = Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR, Role.COMPLIANCE_OFFICER

_NOBODY: frozenset[Role] = frozenset()
_PREPARE = frozenset({_P, _S})
_SIGN = frozenset({_S})
_DECIDE = frozenset({_O, _V})
_GOVERN = frozenset({_A})
_COMPLY = frozenset({_C})
_WORK = frozenset({_P, _S, _O, _V})
_SEE = frozenset({_P, _S, _O, _V, _U, _C})
_ALL = frozenset(Role)


@dataclass(frozen=True, slots=True)
class Permission:
    """One row of the matrix: an operation, what it is in plain words, and who may do it under which relation."""

    operation: str
    sentence: str
    changes: bool
    roles: Mapping[str, frozenset[Role]]


def _row(
    operation: str,
    sentence: str,
    *,
    reads: bool = False,
    own_member: frozenset[Role] = _NOBODY,
    issuer: frozenset[Role] = _NOBODY,
    recipient: frozenset[Role] = _NOBODY,
    authorised_broker: frozenset[Role] = _NOBODY,
    customs: frozenset[Role] = _NOBODY,
) -> Permission:
    roles = {
        Relation.OWN_MEMBER.value: own_member,
        Relation.ISSUER.value: issuer,
        Relation.RECIPIENT.value: recipient,
        Relation.AUTHORISED_BROKER.value: authorised_broker,
        Relation.CUSTOMS.value: customs,
    }
    return Permission(operation, sentence, not reads, MappingProxyType(roles))


def _read(operation: str, sentence: str, who: frozenset[Role] = _SEE) -> Permission:
    """Reading is open by each relation alike: a member reads what it holds, whyever it holds it."""
    return _row(
        operation,
        sentence,
        reads=True,
        own_member=who,
        issuer=who,
        recipient=who,
        authorised_broker=who,
        customs=who,
    )


MATRIX: tuple[Permission, ...] = (
    _row("products.import", "Bring products and bills of material in", own_member=_PREPARE),
    _row("products.read", "See products and bills of material", reads=True, own_member=_SEE),
    _row("origin.ask", "Ask whether products originate, and what would change it", reads=True, own_member=_SEE),
    _row("origin.determine", "Determine the origin of a product, signed, for customs to see", own_member=_SIGN),
    _read("determinations.read", "See determinations of origin and their binders"),
    _row("certifications.draft", "Draft a certification of origin", own_member=_PREPARE, issuer=_PREPARE),
    _row("certifications.sign", "Sign a certification of origin", own_member=_SIGN, issuer=_SIGN),
    _row("certifications.replace", "Replace a certification by a new version", own_member=_SIGN, issuer=_SIGN),
    _row("certifications.withdraw", "Withdraw a certification", own_member=_SIGN, issuer=_SIGN),
    _read("certifications.read", "See certifications of origin"),
    _row("solicitations.ask", "Ask a supplier for a certification of origin", own_member=_PREPARE),
    _row("solicitations.decline", "Decline a request for a certification, with the reason", recipient=_SIGN),
    _read("solicitations.read", "See requests for certifications of origin, and what runs out"),
    # A recipient passes a document on only as issuer of the next one, or as the importer whose document it is.
    _row("documents.share", "Give a document to another member", own_member=_SIGN, issuer=_SIGN, recipient=_SIGN),
    _read("documents.read", "See and open documents"),
    _row("documents.issue", "Issue a document of the trade by its form", own_member=_SIGN, issuer=_SIGN),
    _row("documents.withdraw", "Withdraw a document that was issued by its form", own_member=_SIGN, issuer=_SIGN),
    _row("documents.destroy", "Destroy a document", own_member=_SIGN, issuer=_SIGN, recipient=_SIGN),
    _row("holds.manage", "Set and lift legal holds", own_member=_COMPLY),
    _row("authority.grant", "Give a broker a power of attorney", own_member=_SIGN, issuer=_SIGN),
    _row("authority.withdraw", "Withdraw a power of attorney", own_member=_SIGN, issuer=_SIGN),
    _read("authority.read", "See powers of attorney"),
    _row("invoices.issue", "Issue a commercial invoice", own_member=_PREPARE, issuer=_PREPARE),
    _read("invoices.read", "See commercial invoices"),
    _row("entries.draft", "Draft an entry summary", own_member=_PREPARE, authorised_broker=_PREPARE),
    _row("entries.check", "Run the checks on a draft", reads=True, own_member=_SEE, authorised_broker=_SEE),
    _row("entries.file", "File an entry summary", own_member=_SIGN, authorised_broker=_SIGN),
    _read("entries.read", "See entry summaries"),
    _row("claims.decide", "Accept or deny a claim of an entry", customs=_DECIDE),
    _row("requests.ask", "Ask about a claim", customs=_DECIDE),
    _row("entries.note", "Send a note to the filer of an entry", customs=_DECIDE),
    _row(
        "requests.answer",
        "Answer a request of customs",
        own_member=_SIGN,
        issuer=_SIGN,
        recipient=_SIGN,
        authorised_broker=_SIGN,
    ),
    _read("requests.read", "See requests and answers"),
    _row("inbox.read", "See the inbox", reads=True, own_member=_SEE),
    _row("inbox.work", "Mark inbox items as done", own_member=_WORK),
    _read("receipts.read", "Export receipts"),
    _read("notes.read", "See the notes on a document"),
    _row(
        "notes.write",
        "Write a note on a document",
        own_member=_WORK,
        issuer=_WORK,
        recipient=_WORK,
        authorised_broker=_WORK,
        customs=_WORK,
    ),
    _row("views.save", "Save a view of a list", own_member=_ALL),
    _row("notices.choose", "Choose to be told by e-mail of what waits", own_member=_ALL),
    _row("webhooks.manage", "Name the address at which programs are told", own_member=_GOVERN),
    _row("tariff.read", "Look the tariff schedule up", reads=True, own_member=_ALL),
    _row("network.read", "See members, blocks and proposals", reads=True, own_member=_ALL),
    _row("rules.read", "Read the rules of origin", reads=True, own_member=_ALL),
    _row("network.govern", "Propose and approve changes of the network", own_member=_GOVERN),
    _row("network.enrol", "Enrol, suspend and readmit members, as their registrar", own_member=_GOVERN),
    _row("persons.read", "See the persons of the member", reads=True, own_member=_GOVERN | {_U}),
    _row("persons.manage", "Add persons, change their roles, reset passwords", own_member=_GOVERN),
    _row("particulars.read", "See the member's own particulars", reads=True, own_member=_ALL),
    _row("particulars.write", "Write the member's own particulars", own_member=_GOVERN | _SIGN),
    _row("tokens.manage", "Create and revoke API tokens", own_member=_GOVERN),
    _row("sign_ins.read", "See who signed in and who failed to", reads=True, own_member=_GOVERN | {_U}),
)

_BY_OPERATION: Mapping[str, Permission] = MappingProxyType({row.operation: row for row in MATRIX})

OPERATIONS: tuple[str, ...] = tuple(_BY_OPERATION)
"""Every operation, in the order of the matrix; they are also the scopes of API tokens."""


def permitted_roles(operation: str, relation: str = Relation.OWN_MEMBER) -> frozenset[Role]:
    """The roles to which the relation opens the operation; LookupError for a word that is not in the matrix."""
    return _BY_OPERATION[operation].roles[relation]


def is_permitted(person: Person, operation: str, relation: str = Relation.OWN_MEMBER) -> bool:
    """Whether a page should offer the operation. A service does not ask this: it calls `require`."""
    in_scope = person.scopes is None or operation in person.scopes
    return in_scope and not person.roles.isdisjoint(permitted_roles(operation, relation))


def require(person: Person, operation: str, relation: str = Relation.OWN_MEMBER) -> None:
    """Raise unless the person's roles, and the scopes of its token, permit the operation under the relation.

    >>> clerk = Person("p1", "Export clerk", frozenset({"preparer"}))
    >>> require(clerk, "certifications.draft")
    >>> require(clerk, "certifications.sign")
    Traceback (most recent call last):
        ...
    transire.desk.errors.PermissionDenied: Your role does not permit this. Expected signing_official, got preparer. \
At certifications.sign (own_member). Ask a person of your organisation who has the role, or your administrator to \
give it to you.
    """
    permitted = permitted_roles(operation, relation)
    if person.roles.isdisjoint(permitted):
        raise PermissionDenied(
            expected=_listed(permitted) or "nobody under this relation",
            got=_listed(person.roles) or "no role",
            where=f"{operation} ({relation})",
        )
    if person.scopes is not None and operation not in person.scopes:
        raise ScopeMissing(expected=operation, got=_listed(person.scopes) or "no scope")


def require_some(person: Person, operation: str) -> None:
    """Raise unless some relation opens the operation to the person: what a door asks before it reads what was sent.

    The service asks again under the one relation that holds; this lets nobody come that far in vain, and holds where
    a page shows no more than an empty form.
    """
    for relation in RELATIONS:
        if not person.roles.isdisjoint(permitted_roles(operation, relation)):
            return require(person, operation, relation)
    anyone = frozenset[Role]().union(*_BY_OPERATION[operation].roles.values())
    raise PermissionDenied(
        expected=_listed(anyone), got=_listed(person.roles) or "no role", where=f"{operation} (any relation)"
    )


def permitted_operations(person: Person, relation: str = Relation.OWN_MEMBER) -> tuple[str, ...]:
    """The operations open to the person, in the order of the matrix."""
    return tuple(operation for operation in OPERATIONS if is_permitted(person, operation, relation))


def operations_of(roles: frozenset[str]) -> frozenset[str]:
    """The operations that the roles open under any relation: what a token of such a person can be given."""
    return frozenset(row.operation for row in MATRIX if any(not roles.isdisjoint(who) for who in row.roles.values()))


def _listed(names: frozenset[Role] | frozenset[str]) -> str:
    return ", ".join(sorted(names))


def render_markdown() -> str:
    """The matrix as a Markdown table for the documentation; in each cell the relations that open the operation."""
    roles = tuple(Role)
    lines = [
        "| operation (scope) | what it is | " + " | ".join(role.replace("_", " ") for role in roles) + " |",
        "|---" * (len(roles) + 2) + "|",
    ]
    for row in MATRIX:
        cells = (_cell(row, role) for role in roles)
        lines.append(f"| `{row.operation}` | {row.sentence} | " + " | ".join(cells) + " |")
    legend = [f"- **{relation.replace('_', ' ')}**: {meaning}." for relation, meaning in RELATIONS.items()]
    return "\n".join([*lines, "", *legend, ""])


def _cell(row: Permission, role: Role) -> str:
    relations = [relation for relation, roles in row.roles.items() if role in roles]
    if len(relations) == len(RELATIONS):
        return "any"
    return ", ".join(relation.replace("_", " ") for relation in relations) or "-"
