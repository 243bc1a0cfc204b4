"""The shell: headers, errors, languages, styles, and what an operator's tools ask."""

from __future__ import annotations

import json

import pytest

from transire.engines.errors import EngineStopped
from transire.portal.assets import Assets
from transire.portal.errors import StylesMissing
from transire.portal.languages import negotiate
from transire.portal.security import MAX_BODY_BYTES


@pytest.mark.parametrize("path", ["/", "/m/taller/sign-in", "/nowhere", "/m/nobody/", "/livez", "/static/nothing.css"])
def test_every_answer_carries_the_policy(browser, path: str) -> None:
    headers = browser.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/m/taller/sign-in", "/m/taller/nothing-here"])
def test_pages_hold_no_inline_script_or_style(browser, path: str) -> None:
    text = browser.get(path).text
    assert " style=" not in text
    assert "<style" not in text
    assert " onclick=" not in text
    assert all("src=" in tag.split(">")[0] for tag in text.split("<script")[1:])


def test_pages_are_kept_by_nobody_and_styles_for_ever(browser) -> None:
    assert browser.get("/m/taller/sign-in").headers["cache-control"] == "no-store"
    style = browser.get(Assets().path("transire.css"))
    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "portal.page-not-found"),
        ("/m/nobody/", 404, "portal.member-not-hosted"),
        ("/m/taller/no-such-page", 404, "portal.page-not-found"),
    ],
)
def test_what_is_not_there_is_said_with_its_code_and_fix(browser, path: str, status: int, code: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == status
    assert code in answer.text
    assert "<h1>" in answer.text


def test_a_method_that_a_page_does_not_take_names_those_that_it_does(browser) -> None:
    answer = browser.request("DELETE", "/m/taller/sign-in")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert "portal.method-refused" in answer.text


def test_a_body_that_is_too_large_is_refused_before_it_is_read(browser) -> None:
    answer = browser.post(
        "/m/taller/sign-in",
        content=b"x",
        headers={"content-length": str(MAX_BODY_BYTES + 1), "content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413
    assert "portal.body-too-large" in answer.text


def test_a_body_that_grows_too_large_is_refused_without_a_declared_length(browser) -> None:
    chunk = b"a" * (1024 * 1024)
    answer = browser.post(
        "/m/taller/sign-in",
        content=(chunk for _ in range(MAX_BODY_BYTES // len(chunk) + 1)),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


def test_an_unreadable_form_is_refused(browser) -> None:
    answer = browser.post(
        "/m/taller/sign-in", content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (400, 403)


def test_the_language_is_negotiated_chosen_and_kept(browser) -> None:
    assert 'lang="es"' in browser.get("/m/taller/sign-in", headers={"accept-language": "es-MX,en;q=0.5"}).text
    answer = browser.get("/m/taller/language/es?back=/m/taller/sign-in")
    assert (answer.status_code, answer.headers["location"]) == (303, "/m/taller/sign-in")
    page = browser.get("/m/taller/sign-in", headers={"accept-language": "en"})
    assert "Iniciar sesión" in page.text
    assert page.headers["content-language"] == "es"


def test_choosing_a_language_leads_to_no_other_site(browser) -> None:
    answer = browser.get("/m/taller/language/es?back=https://evil.example/")
    assert answer.headers["location"] == "/m/taller/"


def test_a_person_reads_the_portal_in_its_own_language(browser) -> None:
    browser.sign_in("taller", "preparer@taller.example")
    assert 'lang="es"' in browser.get("/m/taller/").text


@pytest.mark.parametrize(
    ("header", "chosen"),
    [("es", "es"), ("EN-us", "en"), ("de", "en"), ("es;q=0, en;q=0.1", "en"), ("es;q=oops", "en"), (",,;", "en")],
)
def test_negotiation_survives_whatever_is_sent(header: str, chosen: str) -> None:
    assert negotiate(header, ["en", "es"]) == chosen


def test_an_altered_style_is_not_served(tmp_path) -> None:
    manifest = {"inputs": "", "files": {"a.css": {"file": "a-1.css", "sha256": "0" * 64}}}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "a-1.css").write_text("body{}")
    with pytest.raises(StylesMissing, match=r"a\.css"):
        Assets(tmp_path)


def test_missing_styles_say_how_to_build_them(tmp_path) -> None:
    with pytest.raises(StylesMissing, match=r"web/build\.py"):
        Assets(tmp_path)


def test_a_node_whose_ledger_stopped_is_not_ready_and_says_why(browser, node, monkeypatch) -> None:
    monkeypatch.setattr(node.engine._sequencer, "failure", EngineStopped(got="the disk is full"))
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert "the disk is full" in answer.text
    assert "the disk is full" in browser.get("/v1/status").json()["failure"]


def test_an_operator_sees_life_readiness_and_measures(browser) -> None:
    assert browser.get("/livez").text == "alive\n"
    assert browser.get("/readyz").text == "ready\n"
    browser.get("/")
    measures = browser.get("/metrics").text
    assert "transire_ledger_height" in measures
    assert 'transire_http_requests_total{door="portal",status="2xx"}' in measures
