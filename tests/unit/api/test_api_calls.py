"""Calls: who may, what is refused and how, pages of rows, versions, and requests that are repeated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from api_world import Told
from starlette.testclient import TestClient

from transire.api.tables import requests
from transire.ledger.verify import verify_receipt

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def problem(answer, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code, body
    assert body["status"] == status
    assert body["fix"]
    return body


# Who may.


def test_without_a_token_nothing_of_a_member_is_told(told: Told) -> None:
    answer = TestClient(told.app).get("/v1/m/bajio/me")
    problem(answer, 401, "api.bearer-missing")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Bearer forged", "Bearer transire_" + "x" * 43, "Bearer  "])
def test_a_forged_token_is_refused(told: Told, header: str) -> None:
    answer = TestClient(told.app).get("/v1/m/bajio/me", headers={"authorization": header})
    assert answer.status_code == 401


def test_a_token_of_one_member_opens_nothing_at_another(told: Told) -> None:
    token = told.token("bajio")
    answer = TestClient(told.app).get("/v1/m/valle/me", headers={"authorization": f"Bearer {token}"})
    problem(answer, 401, "desk.token-refused")


def test_a_token_does_no_more_than_its_scopes(told: Told) -> None:
    caller = told.caller("bajio", "products.read")
    assert caller.read("/products")["items"]
    problem(caller.get(caller.at("/certifications")), 403, "desk.scope-missing")


def test_a_token_does_no_more_than_its_persons_roles(told: Told) -> None:
    caller = told.caller("customs")
    answer = caller.post(caller.at("/certification-drafts/none/sign"))
    problem(answer, 403, "desk.permission-denied")


def test_who_the_caller_is(told: Told) -> None:
    shown = told.caller("bajio", "products.read").read("/me")
    assert shown["member"]["slug"] == "bajio"
    assert shown["scopes"] == ["products.read"]


# What is refused, and how.


def test_the_type_of_a_problem_leads_to_what_its_code_means(told: Told) -> None:
    caller = told.caller("bajio")
    body = problem(caller.get(caller.at("/products/none")), 404, "desk.product-unknown")
    path = body["type"].partition("/v1/")[2]
    meaning = caller.get(f"/v1/{path}")
    assert meaning.json() == {
        "code": "desk.product-unknown",
        "sentence": body["sentence"],
        "fix": body["fix"],
        "status": 404,
    }


@pytest.mark.parametrize(
    ("path", "code"),
    [("/v1/nothing", "api.address-unknown"), ("/v1/m/nobody/me", "api.member-not-hosted")],
)
def test_what_is_not_there_is_a_problem_too(told: Told, path: str, code: str) -> None:
    problem(TestClient(told.app).get(path), 404, code)


@pytest.mark.parametrize("method", ["DELETE", "PUT", "TRACE", "PATCH"])
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(told: Told, method: str) -> None:
    answer = told.caller("bajio").request(method, "/v1/m/bajio/products")
    problem(answer, 405, "api.method-refused")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


def test_every_fault_of_a_body_is_told_at_once(told: Told) -> None:
    caller = told.caller("bajio")
    answer = caller.post(caller.at("/certification-drafts"), json={"agreement": "x", "goods": [], "extra": 1})
    faults = problem(answer, 422, "api.request-invalid")["faults"]
    said = " ".join(f"{fault['where']} {fault['sentence']}" for fault in faults)
    for word in ("agreement", "goods", "extra", "importer", "valid_from"):
        assert word in said


@pytest.mark.parametrize(
    ("raw", "media_type", "status"),
    [
        (b'{"roles":["auditor"],"roles":["administrator"]}', "application/json", 400),
        (b'{"roles":', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"roles":1.5}', "application/json", 400),
        (b"roles=auditor", "application/x-www-form-urlencoded", 415),
        (b"", "application/json", 400),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(told: Told, raw: bytes, media_type: str, status: int) -> None:
    caller = told.caller("bajio")
    answer = caller.put(caller.at("/persons/none/roles"), content=raw, headers={"content-type": media_type})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "nonsense=1", "status=maybe"])
def test_a_query_that_does_not_fit_is_refused(told: Told, query: str) -> None:
    caller = told.caller("bajio")
    problem(caller.get(caller.at(f"/certifications?{query}")), 422, "api.request-invalid")


def test_a_field_in_place_of_a_file_is_refused(told: Told) -> None:
    caller = told.caller("bajio")
    answer = caller.post(caller.at("/products/import"), files={"products": (None, "a,b"), "materials": (None, "a,b")})
    problem(answer, 422, "api.request-invalid")


def test_a_forged_cursor_is_refused(told: Told) -> None:
    caller = told.caller("bajio")
    assert caller.get(caller.at("/certifications?after=forged")).status_code in (400, 422)


# Reading.


def test_pages_lead_from_one_to_the_next_and_show_every_row_once(told: Told) -> None:
    caller = told.caller("customs")
    seen, address = [], caller.at("/documents?limit=3")
    while address:
        answer = caller.get(address)
        assert len(answer.json()["items"]) <= 3
        seen += [row["commitment"] for row in answer.json()["items"]]
        address = answer.links["next"]["url"] if "next" in answer.links else None
    whole = [row["commitment"] for row in caller.read("/documents", limit=500)["items"]]
    assert seen == whole
    assert len(seen) > 3


def test_a_list_that_has_not_changed_is_not_sent_again(told: Told) -> None:
    caller = told.caller("bajio")
    first = caller.get(caller.at("/products"))
    again = caller.get(caller.at("/products"), headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_receipt_verifies_offline_against_the_trust_root(told: Told) -> None:
    caller = told.caller("customs")
    entry = caller.read("/entries")["items"][0]["filing"]
    receipt = caller.get(caller.at(f"/receipts/{entry['statement_id']}")).content
    root = caller.get(caller.at("/network/trust-root")).content
    verified = verify_receipt(receipt, root)
    assert verified.holds
    checks = caller.read(f"/receipts/{entry['statement_id']}/checks")
    assert [check["name"] for check in checks["checks"]] == [check.name for check in verified.checks]


def test_the_entry_page_shows_each_claim_beside_its_certification(told: Told) -> None:
    caller = told.caller("customs")
    page = caller.read(f"/entries/{told.story.entries['usmca'].document_id}")
    assert len(page["lines"]) == 6
    for line in page["lines"]:
        assert line["claim"]["certification"]["agreement"] == "usmca"
        assert line["claim"]["delivered"]["accepted_at"] < page["row"]["filing"]["accepted_at"]


def test_no_importer_sees_a_cost_sheet(told: Told) -> None:
    assert told.caller("customs").read("/documents", schema="cost-sheet/1")["items"]
    for slug in ("riogrande", "gateway"):
        assert told.caller(slug).read("/documents", schema="cost-sheet/1")["items"] == []


# The producer's steps, by program.


def test_products_come_in_and_are_certified(told: Told) -> None:
    caller = told.caller("bajio")
    folder = EXAMPLES / "mx-producer"
    files = {
        name: (f"{name}.csv", (folder / f"{name}.csv").read_bytes(), "text/csv") for name in ("products", "materials")
    }
    report = caller.post(caller.at("/products/import"), files=files)
    assert report.status_code == 200, report.text
    assert len(report.json()["unchanged"]) == 12
    importer = told.world.actors["riogrande"].did
    wanted = {
        "agreement": "usmca",
        "importer": importer,
        "goods": ["BV-CP200"],
        "valid_from": "2026-11-01",
        "valid_until": "2027-10-31",
    }
    drafted = caller.post(caller.at("/certification-drafts"), json=wanted)
    assert drafted.status_code == 201, drafted.text
    address, version = drafted.headers["location"], drafted.headers["etag"]
    assert drafted.json()["problems"] == []
    change = {"pointer": "/goods/0/description", "value": "Centrifugal pump, close-coupled"}
    changed = caller.patch(address, json=change, headers={"if-match": version})
    assert changed.status_code == 200, changed.text
    assert "/goods/0/description" in changed.json()["keyed_fields"]
    stale = caller.patch(address, json=change, headers={"if-match": version})
    problem(stale, 409, "desk.draft-changed")
    signed = caller.post(f"{address}/sign")
    assert signed.status_code == 201, signed.text
    told.world.node.settle()
    shown = caller.get(signed.headers["location"]).json()
    assert shown["certification"]["goods"][0]["description"] == "Centrifugal pump, close-coupled"


def test_an_entry_with_errors_is_refused_with_all_findings(told: Told) -> None:
    caller = told.caller("gateway")
    invoice = next(row for row in caller.read("/invoices")["items"] if row["number"] == "F-2026-0418")
    body = {"importer": told.world.actors["riogrande"].did, "invoices": [invoice["document_id"]]}
    draft = caller.post(caller.at("/entry-drafts"), json=body)
    refused = problem(caller.post(f"{draft.headers['location']}/file"), 422, "entry.refused")
    assert {finding["severity"] for finding in refused["findings"]} >= {"error"}
    assert caller.delete(draft.headers["location"]).status_code == 204


# Repeated requests.


def test_a_repeated_request_is_done_once_and_answered_alike(told: Told) -> None:
    caller = told.caller("gateway")
    document = caller.read("/documents")["items"][0]["document_id"]
    address, key = caller.at(f"/documents/{document}/notes"), {"idempotency-key": "note-1"}
    first = caller.post(address, json={"text": "Ask for the packing list."}, headers=key)
    again = caller.post(address, json={"text": "Ask for the packing list."}, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotency-replayed"] == "true"
    notes = [note["text"] for note in caller.read(f"/documents/{document}")["notes"]]
    assert notes.count("Ask for the packing list.") == 1


def test_a_key_is_good_for_one_request_only(told: Told) -> None:
    caller = told.caller("gateway")
    document = caller.read("/documents")["items"][0]["document_id"]
    address, key = caller.at(f"/documents/{document}/notes"), {"idempotency-key": "note-2"}
    assert caller.post(address, json={"text": "One."}, headers=key).status_code == 201
    problem(caller.post(address, json={"text": "Two."}, headers=key), 422, "api.idempotency-key-reused")


def test_a_refusal_frees_the_key(told: Told) -> None:
    caller = told.caller("gateway")
    address, key = caller.at("/documents/none/notes"), {"idempotency-key": "note-3"}
    for _ in range(2):
        assert caller.post(address, json={"text": "One."}, headers=key).status_code == 404


def test_a_request_whose_outcome_a_crash_hid_is_not_done_a_second_time(told: Told) -> None:
    caller = told.caller("gateway")
    document = caller.read("/documents")["items"][0]["document_id"]
    address, key = caller.at(f"/documents/{document}/notes"), {"idempotency-key": "note-4"}
    assert caller.post(address, json={"text": "Once."}, headers=key).status_code == 201
    with told.world.actors["gateway"].tenant.transaction() as tx:
        tx.execute(requests.update().where(requests.c.key == "note-4").values(status=None))
    problem(caller.post(address, json={"text": "Once."}, headers=key), 409, "api.still-under-way")
    notes = [note["text"] for note in caller.read(f"/documents/{document}")["notes"]]
    assert notes.count("Once.") == 1


@pytest.mark.parametrize("key", ["", "x" * 129, "with space", "é"])
def test_an_unsuitable_key_is_refused(told: Told, key: str) -> None:
    caller = told.caller("gateway")
    answer = caller.post(
        caller.at("/documents/none/notes"), json={"text": "x"}, headers={b"idempotency-key": key.encode("latin-1")}
    )
    problem(answer, 400, "api.idempotency-key-unsuitable")


def test_the_key_of_one_person_is_not_the_key_of_another(told: Told) -> None:
    for slug in ("gateway", "riogrande"):
        caller = told.caller(slug)
        document = caller.read("/documents")["items"][0]["document_id"]
        answer = caller.post(
            caller.at(f"/documents/{document}/notes"), json={"text": "Mine."}, headers={"idempotency-key": "shared"}
        )
        assert "idempotency-replayed" not in answer.headers


def test_errors_of_the_api_name_no_inside(told: Told) -> None:
    shown = json.dumps(TestClient(told.app).get("/v1/errors").json())
    for word in ("Traceback", "sqlalchemy", "/src/"):
        assert word not in shown


# The rules of origin.


def test_the_rules_of_origin_of_a_number(told: Told) -> None:
    found = told.caller("bajio", "rules.read").read("/rules-of-origin/usmca/8413.70?date=2026-11-28")
    assert [rule["scope"] for rule in found["rules"]] == ["8413.11-8413.82"]
    assert len(found["rules"][0]["alternatives"]) == 2
    held = told.caller("bajio", "rules.read").read("/rules-of-origin/nafta")
    assert held["texts"] == 1377


def test_a_number_that_no_schedule_has_is_refused(told: Told) -> None:
    caller = told.caller("bajio", "rules.read")
    problem(caller.get(caller.at("/rules-of-origin/usmca/7701.10")), 400, "tariff.number-malformed")
