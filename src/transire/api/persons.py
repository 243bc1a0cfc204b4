"""The persons of a member and the API tokens that act for them, as both doors offer them to an administrator."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from transire.desk import api_tokens, persons, second_factor
from transire.desk.api_tokens import ApiToken, NewApiToken
from transire.desk.errors import PersonUnknown, ScopeMissing
from transire.desk.passwords import check_new_password
from transire.desk.permissions import OPERATIONS, operations_of, require
from transire.desk.person import Person
from transire.desk.persons import Account
from transire.desk.sign_in import read_sign_ins

if TYPE_CHECKING:
    from transire.node.tenant import Tenant


class SignIn(msgspec.Struct, frozen=True):
    """A sign-in, or an attempt that was refused; no person stands beside an unknown address."""

    at: datetime.datetime
    person_id: str | None
    by: str
    outcome: str
    address: str | None


def list_persons(tenant: Tenant, person: Person) -> list[Account]:
    """All persons, those who have left included."""
    require(person, "persons.read")
    with tenant.database.reading() as view:
        return list(persons.list_accounts(view))


def show_person(tenant: Tenant, person: Person, person_id: str) -> Account:
    """One person."""
    for account in list_persons(tenant, person):
        if account.person.id == person_id:
            return account
    raise PersonUnknown(got=person_id)


def list_sign_ins(tenant: Tenant, person: Person, *, limit: int = 50) -> list[SignIn]:
    """The latest sign-ins and refusals."""
    require(person, "sign_ins.read")
    with tenant.database.reading() as view:
        rows = read_sign_ins(view, limit=limit)
    return [SignIn(row.at, row.person_id, row.by, row.outcome, row.address) for row in rows]


def add_person(
    tenant: Tenant, person: Person, *, name: str, login: str, roles: Iterable[str], language: str, password: str
) -> Account:
    """Add a person with a first password; without an acceptable one nobody is added."""
    require(person, "persons.manage")
    check_new_password(password, about=(name, *name.split(), login.partition("@")[0]))
    now = tenant.now()
    with tenant.database.transaction() as tx:
        added = persons.add_person(tx, name=name, login=login, roles=roles, language=language, now=now)
    tenant.sign_in_desk.set_password(added.id, password, now=now)
    with tenant.database.reading() as view:
        return next(each for each in persons.list_accounts(view) if each.person.id == added.id)


def change_roles(tenant: Tenant, person: Person, person_id: str, roles: Iterable[str]) -> None:
    """Give a person other roles."""
    require(person, "persons.manage")
    with tenant.database.transaction() as tx:
        persons.change_roles(tx, person_id, roles)


def set_password(tenant: Tenant, person: Person, person_id: str, password: str) -> None:
    """Set a new password; the person's open sessions end."""
    require(person, "persons.manage")
    tenant.sign_in_desk.set_password(person_id, password, now=tenant.now())


def remove_second_factor(tenant: Tenant, person: Person, person_id: str) -> None:
    """Remove a lost authenticator."""
    require(person, "persons.manage")
    with tenant.database.transaction() as tx:
        second_factor.remove_second_factor(tx, person_id)


def let_go(tenant: Tenant, person: Person, person_id: str) -> None:
    """The person has left: it can sign in no more."""
    require(person, "persons.manage")
    with tenant.database.transaction() as tx:
        persons.let_go(tx, person_id, tenant.now())


def list_tokens(tenant: Tenant, person: Person) -> list[ApiToken]:
    """All API tokens, without the secrets."""
    require(person, "tokens.manage")
    with tenant.database.reading() as view:
        return list(api_tokens.list_api_tokens(view))


def create_token(
    tenant: Tenant,
    person: Person,
    *,
    name: str,
    acts_for: str,
    scopes: Iterable[str],
    until: datetime.date,
    public_key: str | None = None,
) -> NewApiToken:
    """Make a token that is good to the end of a day; what is returned is shown once. With a key it has no secret."""
    require(person, "tokens.manage")
    scopes = frozenset(scopes)
    if person.scopes is not None and not scopes <= person.scopes:
        # A token that leaks would otherwise be worth every scope of every person.
        raise ScopeMissing(expected=", ".join(sorted(scopes - person.scopes)), got=", ".join(sorted(person.scopes)))
    ends_at = datetime.datetime.combine(until, datetime.time(23, 59, 59), datetime.UTC)
    with tenant.database.transaction() as tx:
        return api_tokens.create_api_token(
            tx, acts_for, name=name, scopes=scopes, ends_at=ends_at, now=tenant.now(), public_key=public_key
        )


def revoke_token(tenant: Tenant, person: Person, token_id: str) -> None:
    """End a token at once."""
    require(person, "tokens.manage")
    with tenant.database.transaction() as tx:
        api_tokens.revoke_api_token(tx, token_id, now=tenant.now())


def possible_scopes(accounts: Iterable[Account]) -> list[str]:
    """The operations that a token of one of these persons could be given, in the order of the matrix."""
    possible: set[str] = set()
    for account in accounts:
        possible |= operations_of(account.person.roles)
    return [operation for operation in OPERATIONS if operation in possible]
