"""Who gets in: sign-in, sessions, forms of others, and members walled off from one another."""

from __future__ import annotations

import re

import pytest
from browsing import PASSWORD

from transire.desk.sign_in_links import create_sign_in_link


def test_the_chooser_names_every_hosted_member(browser) -> None:
    page = browser.get("/")
    assert page.status_code == 200
    for name in ("Taller Mecánico del Norte", "Harbor Customs Brokers", "Customs of Testland"):
        assert name in page.text


def test_a_reader_who_is_not_signed_in_is_brought_to_the_sign_in_and_back(browser) -> None:
    answer = browser.get("/m/taller/persons")
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/taller/sign-in?next=/persons")
    answer = browser.fill(
        "/m/taller/sign-in?next=/persons",
        "/m/taller/sign-in",
        login="admin@taller.example",
        password=PASSWORD,
        next="/persons",
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/taller/persons")


@pytest.mark.parametrize("elsewhere", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_signing_in_never_leads_to_another_site(browser, elsewhere: str) -> None:
    answer = browser.fill(
        "/m/taller/sign-in", "/m/taller/sign-in", login="admin@taller.example", password=PASSWORD, next=elsewhere
    )
    assert answer.headers["location"] == "/m/taller/"


def test_a_wrong_password_shows_the_form_again_with_the_reason_and_the_address(browser) -> None:
    answer = browser.fill("/m/taller/sign-in", "/m/taller/sign-in", login="preparer@taller.example", password="wrong")
    assert answer.status_code == 401
    assert "The address, the password or the code is not right." in answer.text
    assert "desk.sign-in-refused" in answer.text
    assert 'value="preparer@taller.example"' in answer.text
    assert "wrong" not in answer.text


def test_a_session_of_one_member_is_no_session_of_another(browser) -> None:
    browser.sign_in("taller", "admin@taller.example")
    assert browser.get("/m/taller/persons").status_code == 200
    session = next(cookie for cookie in browser.cookies.jar if cookie.name == "transire_session")
    assert session.path == "/m/taller"
    stolen = browser.get("/m/harbor/persons", headers={"cookie": f"transire_session={session.value}"})
    assert (stolen.status_code, stolen.headers["location"]) == (303, "/m/harbor/sign-in?next=/persons")


def test_a_forged_session_is_dropped_and_asked_to_sign_in(browser) -> None:
    answer = browser.get("/m/taller/persons", headers={"cookie": "transire_session=forged"})
    assert answer.status_code == 303
    assert 'transire_session=""' in answer.headers["set-cookie"]


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(browser) -> None:
    answer = browser.fill("/m/taller/sign-in", "/m/taller/sign-in", login="admin@taller.example", password=PASSWORD)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "transire_session" in value)
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/m/taller" in cookie


def test_a_form_without_its_token_is_refused_and_does_nothing(browser) -> None:
    browser.sign_in("taller", "admin@taller.example")
    sent = {
        "name": "Intruder",
        "login": "intruder@taller.example",
        "roles": "auditor",
        "language": "en",
        "password": PASSWORD,
    }
    for token in ({}, {"form_token": "forged"}):
        answer = browser.post("/m/taller/persons", data=sent | token)
        assert answer.status_code == 403
        assert "desk.csrf-mismatch" in answer.text
    assert "intruder@taller.example" not in browser.get("/m/taller/persons").text


@pytest.mark.parametrize(
    "headers", [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"}]
)
def test_a_form_that_another_site_sends_is_refused_even_with_the_token(browser, headers: dict[str, str]) -> None:
    browser.sign_in("taller", "admin@taller.example")
    token = re.search(r'name="form_token" value="([^"]+)"', browser.get("/m/taller/persons").text)[1]
    answer = browser.post("/m/taller/sign-out", data={"form_token": token}, headers=headers)
    assert answer.status_code == 403
    assert "portal.foreign-form" in answer.text
    assert browser.get("/m/taller/persons").status_code == 200


def test_a_form_sent_after_the_session_ended_is_refused_and_says_so(open_browser) -> None:
    first = open_browser()
    first.sign_in("taller", "admin@taller.example")
    token = re.search(r'name="form_token" value="([^"]+)"', first.get("/m/taller/persons").text)[1]
    first.post("/m/taller/sign-out", data={"form_token": token})
    answer = first.post("/m/taller/tokens", data={"form_token": token})
    assert answer.status_code == 401
    assert "You are not signed in any more." in answer.text


def test_signing_out_ends_the_session_on_the_server(browser) -> None:
    browser.sign_in("taller", "admin@taller.example")
    kept = next(cookie.value for cookie in browser.cookies.jar if cookie.name == "transire_session")
    browser.fill("/m/taller/persons", "/m/taller/sign-out")
    browser.cookies.clear()
    assert browser.get("/m/taller/persons", headers={"cookie": f"transire_session={kept}"}).status_code == 303


def test_a_sign_in_link_is_spent_by_its_form_and_not_by_looking(browser, node, open_browser) -> None:
    tenant = node.tenant("taller")
    with tenant.transaction() as tx:
        person = tx.exec_driver_sql("select id from desk_persons where login = 'admin@taller.example'").scalar_one()
        token = create_sign_in_link(tx, person, now=tenant.now(), production=False)
    address = f"/m/taller/enter/{token}"
    assert open_browser().get(address).status_code == 200
    answer = browser.fill(address, address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/taller/")
    again = open_browser()
    refused = again.fill(address, address)
    assert refused.status_code == 401
    assert "desk.sign-in-link-refused" in refused.text


def test_an_auditor_sees_persons_but_no_form_and_cannot_add_one(browser) -> None:
    browser.sign_in("taller", "auditor@taller.example")
    page = browser.get("/m/taller/persons")
    assert page.status_code == 200
    assert "Add a person" not in page.text
    answer = browser.fill(
        "/m/taller/persons",
        "/m/taller/persons",
        name="Intruder",
        login="intruder@taller.example",
        roles="auditor",
        language="en",
        password=PASSWORD,
    )
    assert answer.status_code == 403
    assert "Your role does not permit this." in answer.text


def test_a_token_is_shown_once(browser) -> None:
    browser.sign_in("taller", "admin@taller.example")
    page = browser.get("/m/taller/tokens").text
    person = re.search(r'<option value="([^"]+)">Office administrator', page)[1]
    until = re.search(r'name="until" type="date" value="([^"]+)"', page)[1]
    answer = browser.fill(
        "/m/taller/tokens", "/m/taller/tokens", name="ERP", person=person, scopes=["persons.read"], until=until
    )
    assert answer.status_code == 200
    token = re.search(r"transire_[\w-]{43}", answer.text)[0]
    assert token not in browser.get("/m/taller/tokens").text
