"""The examples on the pages of spec/ are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transire.crypto import did, errors
from transire.crypto.canonical import canonical_bytes, parse_canonical
from transire.crypto.keys import SigningKey
from transire.crypto.keystore import FORMAT, PROFILES, SECRET_MINIMUM
from transire.crypto.sealing import WRAPPED_SIZE, seal_content

SPEC = Path(__file__).resolve().parents[3] / "spec"


def page(name: str) -> str:
    return (SPEC / name).read_text()


def example(name: str) -> str:
    """The first indented block of a page."""
    match = re.search(r"(?:^ {4}.*\n)+", page(name), re.MULTILINE)
    assert match is not None
    return match[0]


def test_the_example_of_canonical_json_is_canonical() -> None:
    raw = example("canonical-json.md").strip().encode()
    assert canonical_bytes(parse_canonical(raw)) == raw
    with pytest.raises(errors.NotCanonical):
        parse_canonical(raw + b" ")


def test_the_refusals_on_the_page_exist() -> None:
    listed = set(re.findall(r"`(crypto\.[a-z0-9-]+)`", page("canonical-json.md")))
    kinds = [errors.JsonRefused, *errors.JsonRefused.__subclasses__()]
    assert listed == {kind.code for kind in kinds}


def test_the_example_of_keys_is_true() -> None:
    public = SigningKey.from_seed(bytes(32)).public
    shown = example("keys-and-dids.md")
    for text in (public.hex(), did.multikey(public), did.did_key(public)):
        assert f" {text}\n" in shown


def test_the_costs_on_the_page_are_those_of_the_program() -> None:
    text = page("keys-and-dids.md")
    units = {"KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (\d+) (\w+) \|", text, re.MULTILINE)
    assert {name: (int(passes), int(size) * units[unit]) for name, passes, size, unit in rows} == {
        name: (profile.operations, profile.memory) for name, profile in PROFILES.items()
    }
    assert FORMAT in text
    assert f"at least {SECRET_MINIMUM} bytes" in text


def test_the_lengths_on_the_page_of_sealing_are_true() -> None:
    text = page("sealing.md")
    assert f"{WRAPPED_SIZE} bytes" in text
    assert len(seal_content(b"1234567", aad=b"").ciphertext) == 7 + 28
    assert "n + 28 bytes" in text
