"""What the checks of a receipt found is said in the language of the page, with its values as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from transire.ledger.verify import Check, verify_receipt
from transire.portal.findings import said_finding
from transire.portal.languages import read_languages

ROOT = Path(__file__).resolve().parents[3]
RECEIPTS = sorted((ROOT / "vectors" / "receipt").glob("*.receipt.json"))
NETWORKS = sorted((ROOT / "vectors" / "receipt").glob("*.network.json"))
ES = read_languages([ROOT / "src/transire/portal/translations"])["es"].say
ENGLISH = re.compile(
    r"\b(the|of|by|with|from|not|until|key|keys|keeps|kept|valid|header|log|old|and|entered|action|expected)\b", re.I
)


def checks() -> Iterator[Check]:
    """Those of every receipt of the vectors, against its own network and against others."""
    for receipt in RECEIPTS:
        for network in NETWORKS:
            yield from verify_receipt(receipt.read_bytes(), network.read_bytes()).checks


def test_nothing_that_checks_of_receipts_find_is_left_in_english() -> None:
    texts = {text for check in checks() for text in (check.title, check.found, check.expected, check.detail)}
    said = {text: said_finding(ES(text), ES) for text in texts if text}
    assert len(said) > 60
    # Places are named as the file has them.
    values = re.compile(r"did:\S+|\S+/\S+|“[^”]*”|«[^»]*»|document\.end.*|allowance\.draw.*|header \d+\.$")
    left = {found: words for found, words in said.items() if ENGLISH.search(values.sub("", words))}
    assert left == {}


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ("no custodian keeps the keys of two of the members named", "ningún custodio guarda las claves de dos"),
        ("did:key:z6A with its key act-1, kept by itself", "did:key:z6A con su clave act-1, guardada por sí mismo"),
        ("A; B, S.A. (did:key:z6A; broker, producer)", "A; B, S.A. (did:key:z6A; agente aduanal, productor)"),
        (
            f"{'a' * 43}: application/pdf (18 bytes, a rendering, not compared), application/vc (707 bytes)",
            f"{'a' * 43}: application/pdf (18 bytes, una representación, no comparada), application/vc (707 bytes)",
        ),
        ("withdrawn at height 7, replaced by xyz", "retirada a la altura 7, sustituida por xyz"),
        ("none (did:key:z6A; customs)", "none (did:key:z6A; administración aduanera)"),
        ("something that no check says", "something that no check says"),
    ],
)
def test_a_finding(found: str, said: str) -> None:
    assert said_finding(found, ES).startswith(said)
