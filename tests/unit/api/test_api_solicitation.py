"""Asking suppliers through the API: what a program of the importer does, and one of the supplier."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from api_world import Caller, Told
from jsonschema_rs import Draft202012Validator

from transire.api.contract import read_contract
from transire.demo.stage import today


def fits(name: str, value: Any) -> None:
    """The answer is what the contract promises."""
    document = read_contract().document
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    faults = [str(fault.message) for fault in Draft202012Validator(schema).iter_errors(value)]
    assert faults == []


def ask(told: Told, caller: Caller, **changes: Any) -> str:
    asked = {
        "agreement": "usmca",
        "goods": [{"number": "API-1", "description": "Valve"}, {"number": "API-2"}],
        "valid_from": today().isoformat(),
        "valid_until": (today() + timedelta(days=200)).isoformat(),
        **changes,
    }
    answer = caller.post(caller.at("/solicitations"), json=asked)
    assert answer.status_code == 201, answer.text
    told.world.node.settle()
    return str(answer.json()["statement_id"])


def test_ask_see_remind_decline_withdraw(told: Told) -> None:
    importer, supplier = told.caller("riogrande"), told.caller("bajio")
    request = ask(told, importer, supplier=told.world.actors["bajio"].did)
    page = supplier.read(f"/solicitations/{request}")
    fits("SolicitationPage", page)
    assert date.fromisoformat(page["line"]["answer_by"]) > today()
    told_lately = importer.post(importer.at(f"/solicitations/{request}/remind"))
    assert (told_lately.status_code, told_lately.json()["code"]) == (409, "solicitation.reminded-lately")
    declined = {"goods": ["API-2"], "reason": "not_our_goods"}
    answer = supplier.post(supplier.at(f"/solicitations/{request}/decline"), json=declined)
    assert answer.status_code == 200, answer.text
    told.world.node.settle()
    page = importer.read(f"/solicitations/{request}")
    assert [good["standing"]["state"] for good in page["goods"]] == ["open", "declined"]
    overview = importer.read("/solicitations/overview")
    fits("SolicitationOverview", overview)
    assert (overview["declined"], overview["open"]) == (1, 1)
    assert importer.post(importer.at(f"/solicitations/{request}/withdraw"), json={}).status_code == 200
    told.world.node.settle()
    lines = importer.read("/solicitations", side="made", state="withdrawn")["items"]
    assert [line["id"] for line in lines] == [request]
    fits("SolicitationLine", lines[0])


def test_a_link_is_in_one_answer_and_opens_one_page(told: Told) -> None:
    importer = told.caller("riogrande")
    request = ask(told, importer, supplier_name="Herrajes del Norte")
    made = importer.post(importer.at(f"/solicitations/{request}/links"), json={"days": 7})
    assert made.status_code == 201, made.text
    fits("MadeLink", made.json())
    path = made.json()["address"].partition("/m/")[2]
    assert "Origin of your goods" in importer.get(f"/m/{path}", headers={"authorization": ""}).text
    (link,) = importer.read(f"/solicitations/{request}")["links"]
    assert made.json()["address"].rpartition("/")[2] not in str(link)
    assert importer.delete(importer.at(f"/solicitations/{request}/links/{link['id']}")).status_code == 204
    assert importer.get(f"/m/{path}", headers={"authorization": ""}).status_code == 404
    nothing = importer.post(importer.at(f"/solicitations/{request}/take-over"))
    assert (nothing.status_code, nothing.json()["code"]) in {
        (409, "solicitation.nothing-stated"),
        (403, "desk.permission-denied"),
    }


def test_a_table_is_asked_for(told: Told) -> None:
    importer = told.caller("riogrande")
    table = f"part_number,supplier,agreement\nT-1,{told.world.actors['bajio'].did},usmca\n"
    terms = {"valid_from": today().isoformat(), "valid_until": (today() + timedelta(days=100)).isoformat()}
    answer = importer.post(
        importer.at("/solicitations/bulk"), data=terms, files={"requests": ("requests.csv", table.encode())}
    )
    assert answer.status_code == 200, answer.text
    fits("Asking", answer.json())
    assert answer.json()["goods"] == 1


def test_neither_supplier_nor_name_or_both_are_refused(told: Told) -> None:
    importer = told.caller("riogrande")
    for named in ({}, {"supplier": told.world.actors["bajio"].did, "supplier_name": "Somebody"}):
        asked = {
            "agreement": "usmca",
            "goods": [{"number": "X"}],
            "valid_from": "2026-01-01",
            "valid_until": "2026-02-01",
        }
        answer = importer.post(importer.at("/solicitations"), json={**asked, **named})
        assert (answer.status_code, answer.json()["code"]) == (422, "api.request-invalid"), answer.text
