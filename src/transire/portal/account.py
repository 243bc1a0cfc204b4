"""A person's own sign-in: its password, and its authenticator. Nobody else decides here, not even an administrator.

Each change asks for what the person signs in with: a browser that was left open changes nothing.
"""

from __future__ import annotations

from typing import Any

import segno
from markupsafe import Markup
from starlette.responses import Response

from transire.api import notices
from transire.desk import second_factor
from transire.desk.persons import Account, list_accounts
from transire.portal.portal import now
from transire.portal.registry import N_, Pages
from transire.portal.visit import Visit

PAGES = Pages(
    told={
        "code-set": N_("From now on you sign in with a code as well."),
        "password-set": N_("The new password holds. Sign in with it."),
        "mail-chosen": N_("Your choice holds from now on."),
    }
)


@PAGES.get("/account", own=True)
def show_account(visit: Visit) -> Response:
    """With what the person signs in."""
    return _show(visit, _account(visit))


@PAGES.post("/account/password", own=True, again=show_account)
def change_password(visit: Visit) -> Response:
    """Set a new password; every session of the person ends, this one too."""
    new = visit.form.secret("new_password")
    _prove(visit, _account(visit), password="password", code="code")  # noqa: S106 - names of fields
    visit.tenant.sign_in_desk.set_password(visit.actor.id, new, now=now())
    response = visit.go("/sign-in", told="password-set")
    visit.portal.cookies.drop_session(response, visit.tenant.slug)
    return response


@PAGES.post("/account/authenticator", own=True, again=show_account)
def begin_authenticator(visit: Visit) -> Response:
    """Show a new secret once, as a picture to scan and as text to type."""
    account = _account(visit)
    _prove(visit, account, password="factor_password", code="factor_code")  # noqa: S106 - names of fields
    with visit.tenant.database.transaction() as tx:
        enrolment = second_factor.begin_enrolment(
            tx, visit.actor.id, desk_key=visit.tenant.sign_in_desk.desk_key, issuer=visit.tenant.name
        )
    return _show(visit, account, enrolment=enrolment, picture=_picture(enrolment.address))


@PAGES.post("/account/authenticator/confirm", own=True, again=show_account)
def confirm_authenticator(visit: Visit) -> Response:
    """The code proves that the authenticator has the secret."""
    with visit.tenant.database.transaction() as tx:
        second_factor.confirm_enrolment(
            tx,
            visit.actor.id,
            visit.form.text("new_code"),
            desk_key=visit.tenant.sign_in_desk.desk_key,
            now=now(),
        )
    return visit.go("/account", told="code-set")


@PAGES.post("/account/mail", operation="notices.choose", again=show_account)
def choose_mail(visit: Visit) -> Response:
    """Be told by e-mail of what comes to wait, or no more."""
    notices.choose_mail(visit.tenant, visit.actor, wanted=visit.form.optional("wanted") is not None)
    return visit.go("/account", told="mail-chosen")


def _account(visit: Visit) -> Account:
    with visit.tenant.database.reading() as view:
        return next(account for account in list_accounts(view) if account.person.id == visit.actor.id)


def _prove(visit: Visit, account: Account, *, password: str, code: str) -> None:
    """Raise unless the form holds what the person signs in with. Guesses count like those at the door."""
    client = visit.request.client
    visit.tenant.sign_in_desk.sign_in(
        account.login or "",
        visit.form.secret(password),
        visit.form.optional(code),
        now=now(),
        address=client.host if client else None,
    )


def _show(visit: Visit, account: Account, **view: Any) -> Response:
    choices = notices.show_choices(visit.tenant, visit.actor, visit.portal.node.settings)
    return visit.show("account.html", account=account, choices=choices, **{"enrolment": None, "picture": None, **view})


def _picture(address: str) -> Markup:
    """A QR code as SVG, drawn with attributes alone: the page's policy lets no style in."""
    code = segno.make(address, error="m")
    return Markup(code.svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="tr-qr", lineclass=None))  # noqa: S704 - made here, of nothing but squares
