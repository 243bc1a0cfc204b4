"""The persons of a member and the API tokens that act for them: an administrator's pages."""

from __future__ import annotations

import datetime

from starlette.responses import Response

from transire.api import notices, persons
from transire.api.notices import NewWebhook
from transire.desk.api_tokens import NewApiToken
from transire.desk.permissions import MATRIX
from transire.desk.person import Role
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit

SIGN_INS_SHOWN = 20
SUGGESTED_LIFE = datetime.timedelta(days=90)

PAGES = Pages(
    Place("/persons", N_("Persons"), N_("Organisation"), "persons.read"),
    Place("/tokens", N_("API tokens"), N_("Organisation"), "tokens.manage"),
    told={
        "person-added": N_("The person was added, and can sign in with the password that you set."),
        "roles-changed": N_("The roles were changed. They hold from the next page on."),
        "password-reset": N_("The new password holds, and every open session of the person has ended."),
        "factor-removed": N_(
            "The authenticator was removed. Until a new one is set the person signs in without a code."
        ),
        "let-go": N_("The person can sign in no more. The name stays on what was done."),
        "token-revoked": N_("The token has ended."),
        "webhook-ended": N_("Programs are told no more."),
    },
)


@PAGES.get("/persons", operation="persons.read")
def show_persons(visit: Visit) -> Response:
    """All persons, and the latest sign-ins."""
    accounts = persons.list_persons(visit.tenant, visit.actor)
    names = {account.person.id: account.person.name for account in accounts}
    sign_ins = []
    if visit.may("sign_ins.read"):
        sign_ins = persons.list_sign_ins(visit.tenant, visit.actor, limit=SIGN_INS_SHOWN)
    return visit.show("persons.html", accounts=accounts, sign_ins=sign_ins, names=names, roles=list(Role))


@PAGES.post("/persons", operation="persons.manage", again=show_persons)
def add_person(visit: Visit) -> Response:
    """Add a person, with a first password."""
    form = visit.form
    account = persons.add_person(
        visit.tenant,
        visit.actor,
        name=form.text("name"),
        login=form.text("login"),
        roles=form.some("roles"),
        language=form.one_of("language", list(visit.portal.renderer.languages)),
        password=form.secret("password"),
    )
    return visit.go(f"/persons/{account.person.id}", told="person-added")


@PAGES.get("/persons/{person_id}", operation="persons.read")
def show_person(visit: Visit) -> Response:
    """One person: roles, password, authenticator."""
    account = persons.show_person(visit.tenant, visit.actor, visit.named("person_id"))
    return visit.show("person.html", account=account, roles=list(Role))


@PAGES.post("/persons/{person_id}/roles", operation="persons.manage", again=show_person)
def change_roles(visit: Visit) -> Response:
    """Give the person other roles."""
    persons.change_roles(visit.tenant, visit.actor, visit.named("person_id"), visit.form.some("roles"))
    return visit.go(f"/persons/{visit.named('person_id')}", told="roles-changed")


@PAGES.post("/persons/{person_id}/password", operation="persons.manage", again=show_person)
def set_password(visit: Visit) -> Response:
    """Set a new password."""
    persons.set_password(visit.tenant, visit.actor, visit.named("person_id"), visit.form.secret("password"))
    return visit.go(f"/persons/{visit.named('person_id')}", told="password-reset")


@PAGES.post("/persons/{person_id}/second-factor", operation="persons.manage", again=show_person)
def remove_second_factor(visit: Visit) -> Response:
    """Remove a lost authenticator."""
    persons.remove_second_factor(visit.tenant, visit.actor, visit.named("person_id"))
    return visit.go(f"/persons/{visit.named('person_id')}", told="factor-removed")


@PAGES.post("/persons/{person_id}/let-go", operation="persons.manage", again=show_person)
def let_go(visit: Visit) -> Response:
    """The person has left."""
    persons.let_go(visit.tenant, visit.actor, visit.named("person_id"))
    return visit.go("/persons", told="let-go")


@PAGES.get("/tokens", operation="tokens.manage")
def show_tokens(visit: Visit) -> Response:
    """All tokens, and the form for a new one."""
    return _tokens_page(visit, None)


@PAGES.post("/tokens", operation="tokens.manage", again=show_tokens)
def create_token(visit: Visit) -> Response:
    """Make a token. It is shown on this one page and never again."""
    form = visit.form
    made = persons.create_token(
        visit.tenant,
        visit.actor,
        name=form.text("name"),
        acts_for=form.text("person"),
        scopes=form.some("scopes"),
        until=form.date("until"),
        public_key=form.optional("public_key"),
    )
    return _tokens_page(visit, made)


@PAGES.post("/tokens/{token_id}/revoke", operation="tokens.manage", again=show_tokens)
def revoke_token(visit: Visit) -> Response:
    """End a token at once."""
    persons.revoke_token(visit.tenant, visit.actor, visit.named("token_id"))
    return visit.go("/tokens", told="token-revoked")


@PAGES.post("/webhook", operation="webhooks.manage", again=show_tokens)
def name_webhook(visit: Visit) -> Response:
    """Name the address at which programs are told; its secret is shown this once."""
    settings = visit.portal.node.settings
    return _tokens_page(visit, None, notices.name_webhook(visit.tenant, visit.actor, settings, visit.form.text("url")))


@PAGES.post("/webhook/end", operation="webhooks.manage", again=show_tokens)
def end_webhook(visit: Visit) -> Response:
    """Tell programs no more."""
    notices.end_webhook(visit.tenant, visit.actor)
    return visit.go("/tokens", told="webhook-ended")


def _tokens_page(visit: Visit, made: NewApiToken | None, hook: NewWebhook | None = None) -> Response:
    tokens = persons.list_tokens(visit.tenant, visit.actor)
    accounts = persons.list_persons(visit.tenant, visit.actor)
    present = [account for account in accounts if account.left_at is None]
    possible = persons.possible_scopes(present)
    now = visit.tenant.now()
    return visit.show(
        "tokens.html",
        accounts=present,
        tokens=tokens,
        names={account.person.id: account.person.name for account in accounts},
        scopes=[row for row in MATRIX if row.operation in possible],
        made=made,
        hook=hook,
        choices=notices.show_choices(visit.tenant, visit.actor, visit.portal.node.settings),
        now=now,
        suggested=now.date() + SUGGESTED_LIFE,
    )
