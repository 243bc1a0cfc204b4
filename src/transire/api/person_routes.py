"""Operations on persons and API tokens, and who the caller is."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec

from transire.api import persons
from transire.api.operations import Answer, Call, Collection, Operations
from transire.desk.api_tokens import ApiToken
from transire.desk.permissions import OPERATIONS as EVERY_SCOPE
from transire.desk.persons import Account

OPERATIONS = Operations()


class NewPerson(msgspec.Struct, frozen=True):
    name: str
    login: str
    roles: list[str]
    password: str
    language: str = "en"


class NewToken(msgspec.Struct, frozen=True):
    name: str
    person_id: str
    scopes: list[str]
    until: datetime.date
    public_key: str | None = None


@OPERATIONS.op("GET", "/me", "showMe", own=True)
def show_me(call: Call) -> Any:
    """Who the token acts for, at which member, and within which scopes."""
    tenant, person = call.tenant, call.person
    return {
        "member": {"slug": tenant.slug, "did": tenant.did, "name": tenant.name, "roles": sorted(tenant.roles)},
        "person": {
            "id": person.id,
            "name": person.name,
            "roles": sorted(person.roles),
            "language": person.language,
        },
        "scopes": sorted(person.scopes if person.scopes is not None else EVERY_SCOPE),
    }


@OPERATIONS.op("GET", "/persons", "listPersons", scope="persons.read")
def list_persons(call: Call) -> Any:
    return Collection([_shown(account) for account in persons.list_persons(call.tenant, call.person)])


@OPERATIONS.op("POST", "/persons", "addPerson", scope="persons.manage")
def add_person(call: Call) -> Any:
    new = call.into(NewPerson)
    account = persons.add_person(
        call.tenant,
        call.person,
        name=new.name,
        login=new.login,
        roles=new.roles,
        language=new.language,
        password=new.password,
    )
    return Answer(value=_shown(account), status=201, location=f"/persons/{account.person.id}")


@OPERATIONS.op("GET", "/persons/{person_id}", "showPerson", scope="persons.read")
def show_person(call: Call) -> Any:
    return _shown(persons.show_person(call.tenant, call.person, call.path["person_id"]))


@OPERATIONS.op("PUT", "/persons/{person_id}/roles", "changeRoles", scope="persons.manage")
def change_roles(call: Call) -> Any:
    persons.change_roles(call.tenant, call.person, call.path["person_id"], call.body["roles"])
    return Answer(status=204)


@OPERATIONS.op("PUT", "/persons/{person_id}/password", "setPassword", scope="persons.manage")
def set_password(call: Call) -> Any:
    persons.set_password(call.tenant, call.person, call.path["person_id"], call.body["password"])
    return Answer(status=204)


@OPERATIONS.op("DELETE", "/persons/{person_id}/second-factor", "removeSecondFactor", scope="persons.manage")
def remove_second_factor(call: Call) -> Any:
    persons.remove_second_factor(call.tenant, call.person, call.path["person_id"])
    return Answer(status=204)


@OPERATIONS.op("POST", "/persons/{person_id}/let-go", "letGo", scope="persons.manage")
def let_go(call: Call) -> Any:
    persons.let_go(call.tenant, call.person, call.path["person_id"])
    return Answer(status=204)


@OPERATIONS.op("GET", "/sign-ins", "listSignIns", scope="sign_ins.read")
def list_sign_ins(call: Call) -> Any:
    return Collection(persons.list_sign_ins(call.tenant, call.person, limit=call.query["limit"]))


@OPERATIONS.op("GET", "/tokens", "listTokens", scope="tokens.manage")
def list_tokens(call: Call) -> Any:
    return Collection([_shown_token(token) for token in persons.list_tokens(call.tenant, call.person)])


@OPERATIONS.op("POST", "/tokens", "createToken", scope="tokens.manage", shown_once=True)
def create_token(call: Call) -> Any:
    new = call.into(NewToken)
    made = persons.create_token(
        call.tenant,
        call.person,
        name=new.name,
        acts_for=new.person_id,
        scopes=new.scopes,
        until=new.until,
        public_key=new.public_key,
    )
    secret = {} if made.token is None else {"token": made.token}
    return Answer(value={**_shown_token(made.row), **secret}, status=201)


@OPERATIONS.op("DELETE", "/tokens/{token_id}", "revokeToken", scope="tokens.manage")
def revoke_token(call: Call) -> Any:
    persons.revoke_token(call.tenant, call.person, call.path["token_id"])
    return Answer(status=204)


def _shown(account: Account) -> dict[str, Any]:
    person = account.person
    return {
        "id": person.id,
        "name": person.name,
        "roles": sorted(person.roles),
        "language": person.language,
        "login": account.login,
        "second_factor": account.second_factor,
        "created_at": account.created_at,
        "left_at": account.left_at,
    }


def _shown_token(token: ApiToken) -> dict[str, Any]:
    return msgspec.structs.asdict(token) | {"scopes": sorted(token.scopes)}
