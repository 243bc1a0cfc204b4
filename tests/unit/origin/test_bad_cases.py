"""Bad input: an error that names the member and the fix, never a silent zero."""

from __future__ import annotations

import json
from typing import Any

import pytest
from origin_cases import case_of, fact, material

from transire.errors import TransireError
from transire.origin import errors
from transire.origin.determine import determine
from transire.origin.reading import name_of_case, read_case
from transire.tariff.errors import CurrencyUnknown

RULE = "A change to heading 84.14 from any other heading."
PART = material("part", "8501.10", "5")


def made(id_: str, *inner: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": id_, "tariff": "8501.10", "self_produced": {"materials": list(inner)} | more}


def nested(levels: int) -> dict[str, Any]:
    bill = PART
    for level in range(levels):
        bill = made(f"level {level}", bill)
    return bill


BAD: list[tuple[dict[str, Any], type[TransireError], str]] = [
    ({"value": "-5"}, errors.AmountNegative, "/good/value/transaction"),
    ({"value": "1e3"}, errors.AmountMalformed, "/good/value/transaction"),
    ({"value": "1,000"}, errors.AmountMalformed, "/good/value/transaction"),
    ({"value": "NaN"}, errors.AmountMalformed, "/good/value/transaction"),
    ({"value": "١٢"}, errors.AmountMalformed, "/good/value/transaction"),
    ({"value": 5}, errors.CaseInvalid, "/good/value/transaction"),
    ({"materials": [material("a", "8501.10", "-1")]}, errors.AmountNegative, "/materials/0/value"),
    ({"materials": [PART, PART]}, errors.MaterialTwice, "/materials/1/id"),
    ({"materials": [material("a", "9999.99")]}, errors.CodeUnknown, "/materials/0/tariff"),
    ({"materials": [material("a", "841")]}, errors.CodeUnknown, "/materials/0/tariff"),
    ({"materials": [material("a", "8501.1")]}, errors.CodeUnknown, "/materials/0/tariff"),
    ({"materials": [material("a", "8501.10", origin=None)]}, errors.OriginUnsaid, "/materials/0/origin"),
    ({"materials": [made("a", PART) | {"value": "3"}]}, errors.OriginUnsaid, "/materials/0/value"),
    ({"materials": [made("a", made("a", PART))]}, errors.BillCyclic, "/materials/0/self_produced/materials/0"),
    ({"materials": [made("a", made("b", made("a", PART)))]}, errors.BillCyclic, None),  # type: ignore[list-item]
    ({"materials": [nested(40)]}, errors.BillTooDeep, None),  # type: ignore[list-item]
    (
        {"materials": [PART | {"currency": "EUR"}], "good": {"value": {"currency": "USD"}}},
        errors.CurrenciesMixed,
        "/materials/0/currency",
    ),
    ({"materials": [PART | {"currency": "XYZ"}]}, CurrencyUnknown, "/materials/0/currency"),
    ({"materials": [PART | {"surprise": 1}]}, errors.CaseInvalid, "/materials/0/surprise"),
    ({"materials": [PART | {"facts": [fact("process", True)]}]}, errors.FactMalformed, "/materials/0/facts/0/value"),
    ({"good": {"facts": [fact("cut_and_sewn", "yes")]}}, errors.FactMalformed, "/good/facts/0/value"),
    ({"good": {"facts": [fact("as_stated")]}}, errors.FactMalformed, "/good/facts/0/text"),
    ({"good": {"facts": [fact("surprise")]}}, errors.CaseInvalid, "/good/facts/0/fact"),
    ({"materials": [PART | {"adjustments": {"freight": "6"}}]}, errors.PartExceedsWhole, "/materials/0/adjustments"),
    ({"costs": {"product": "1", "excluded": {"royalties": "2"}}}, errors.PartExceedsWhole, "/costs/excluded"),
    ({"costs": {"product": "-1"}}, errors.AmountNegative, "/costs/product"),
    (
        {"value": "5", "good": {"value": {"international_shipment": "6"}}},
        errors.PartExceedsWhole,
        "/good/value/international_shipment",
    ),
    ({"related_party_share": "1.2"}, errors.ShareTooLarge, "/related_party_share"),
    ({"related_party_share": "86"}, errors.ShareTooLarge, "/related_party_share"),
    ({"accumulation": [{"material": "other", "states": {}}]}, errors.StatementUnmatched, "/accumulation/0/material"),
    (
        {"accumulation": [{"material": "part", "states": {"value_originating": "6"}}]},
        errors.PartExceedsWhole,
        "/accumulation/0/states",
    ),
    ({"import_date": "2020-07-01"}, errors.AgreementNotInForce, "/import_date"),
    ({"import_date": "2019-02-30"}, errors.CaseInvalid, "/import_date"),
    ({"importer_country": "DE"}, errors.CountryNotParty, "/importer_country"),
    ({"method": "build_up"}, errors.MethodNotOfAgreement, "/method"),
    ({"agreement": "efta"}, errors.CaseInvalid, "/agreement"),
    ({"rule": "A change of mind."}, errors.RuleNotUnderstood, None),  # type: ignore[list-item]
]


@pytest.mark.parametrize(("change", "refusal", "where"), BAD, ids=[f"{one[1].code} {at}" for at, one in enumerate(BAD)])
def test_bad_input_is_refused_and_the_member_is_named(
    change: dict[str, Any], refusal: type[TransireError], where: str | None
) -> None:
    change = {"rule": RULE, **change}
    bill, agreement = change.pop("materials", [PART]), change.pop("agreement", "nafta")
    case = case_of("nafta", "8414.59", bill, **change) | {"agreement": agreement}
    with pytest.raises(refusal) as told:
        determine(read_case(json.dumps(case)))
    if where is not None:
        assert told.value.where == where
    assert told.value.fix


@pytest.mark.parametrize("raw", [b"", b"[]", b"7", b'{"agreement": ', b"\xff\xfe", b'{"good": {}}', b"[" * 100_000])
def test_what_is_no_case_is_refused(raw: bytes) -> None:
    with pytest.raises(errors.CaseInvalid):
        read_case(raw)


def test_a_bad_case_is_still_called_by_its_name() -> None:
    assert name_of_case(b'{"case": "mine", "agreement": 7}') == "mine"
    assert name_of_case(b'{"case": ') is None
    assert name_of_case(b'{"case": 7}') is None


HEAD = '"agreement": "usmca", "import_date": "2026-01-15"'


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{%s, "good": {"tariff": "8414.51"}, "good": {"tariff": "8414.59"}}', "/good"),
        ('{%s, "good": {"tariff": "8414.51", "tariff": "8414.51"}}', "/good/tariff"),
        ('{%s, "good": {"tariff": "8414.51", "t\\u0061riff": "8414.59"}}', "/good/tariff"),
        ('{%s, "good": {"tariff": "8414.51", "description": "a\\u003ab", "id": "A", "id": "B"}}', "/good/id"),
        (
            '{%s, "good": {"tariff": "8414.51"}, "materials": [{"id": "m", "tariff": "8501.10", "origin": "unknown", '
            '"origin": "originating"}]}',
            "/materials/0/origin",
        ),
    ],
)
def test_a_member_that_stands_twice_is_refused_and_named(text: str, where: str) -> None:
    for raw in (text % HEAD, (text % HEAD).encode()):
        with pytest.raises(errors.MemberTwice) as refused:
            read_case(raw)
        assert refused.value.where == where


@pytest.mark.parametrize("said", ["a : b :: c", "\\u003a", ':{\\"id\\":1}', "ä:ö"])
def test_colons_in_words_are_no_members(said: str) -> None:
    read = read_case(f'{{{HEAD}, "good": {{"tariff" : "8414.51", "description":\n"{said}"}}}}')
    assert read.good.description == json.loads(f'"{said}"')
