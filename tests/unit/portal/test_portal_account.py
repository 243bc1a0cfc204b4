"""A person's own sign-in: password and authenticator, changed only by who can sign in with the present ones."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pyotp
import pytest
from browsing import PASSWORD, add

NEW = "nine lanterns under the bridge"


@pytest.fixture
def login(node) -> Iterator[str]:
    """Somebody new at the broker's."""
    address = f"{uuid.uuid4().hex[:8]}@harbor.example"
    add(node.tenant("harbor"), "Entry clerk", address, "preparer")
    return address


def test_a_new_password_ends_every_session_and_is_the_one_that_holds(open_browser, login: str) -> None:
    here, elsewhere = open_browser(), open_browser()
    here.sign_in("harbor", login)
    elsewhere.sign_in("harbor", login)
    answer = here.fill("/m/harbor/account", "/m/harbor/account/password", password=PASSWORD, new_password=NEW)
    assert answer.headers["location"] == "/m/harbor/sign-in?told=password-set"
    assert "Sign in with it." in here.get(answer.headers["location"]).text
    assert elsewhere.get("/m/harbor/account").status_code == 303
    fresh = open_browser()
    old = fresh.fill("/m/harbor/sign-in", "/m/harbor/sign-in", login=login, password=PASSWORD)
    new = fresh.fill("/m/harbor/sign-in", "/m/harbor/sign-in", login=login, password=NEW)
    assert (old.status_code, new.status_code) == (401, 303)


@pytest.mark.parametrize(("present", "new", "code"), [("guess", NEW, "sign-in-refused"), (PASSWORD, "short", "weak")])
def test_a_password_is_not_changed_by_a_guess_nor_to_a_weak_one(
    open_browser, login: str, present: str, new: str, code: str
) -> None:
    browser = open_browser()
    browser.sign_in("harbor", login)
    answer = browser.fill("/m/harbor/account", "/m/harbor/account/password", password=present, new_password=new)
    assert answer.status_code in (401, 422)
    assert code in answer.text
    assert new not in answer.text
    open_browser().sign_in("harbor", login)


def test_an_authenticator_is_set_up_and_then_asked_for(open_browser, login: str) -> None:
    browser = open_browser()
    browser.sign_in("harbor", login)
    shown = browser.fill("/m/harbor/account", "/m/harbor/account/authenticator", factor_password=PASSWORD)
    assert "<svg" in shown.text
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", shown.text)[1]
    totp = pyotp.TOTP(secret)
    answer = browser.fill("/m/harbor/account", "/m/harbor/account/authenticator/confirm", new_code=totp.now())
    assert answer.headers["location"] == "/m/harbor/account?told=code-set"
    answer = open_browser().fill("/m/harbor/sign-in", "/m/harbor/sign-in", login=login, password=PASSWORD)
    assert answer.status_code == 401
    assert "desk.second-factor-needed" in answer.text


def test_an_authenticator_is_not_replaced_without_the_password(open_browser, login: str) -> None:
    browser = open_browser()
    browser.sign_in("harbor", login)
    answer = browser.fill("/m/harbor/account", "/m/harbor/account/authenticator", factor_password="guess")
    assert answer.status_code == 401
    assert "<code>desk.sign-in-refused</code>" in answer.text
    assert not re.search(r"<code>[A-Z2-7]{32}</code>", answer.text)
