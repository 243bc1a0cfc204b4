"""`transire statement show`: what a statement, an action or a receipt says, in words. Nothing is verified here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click
import msgspec

from transire.cli import EXIT_CALLED_WRONGLY
from transire.cli.text import INPUT_FILE, printable, read_up_to
from transire.crypto.canonical import Json, canonical_bytes, parse_json
from transire.errors import TransireError
from transire.ledger.action import parse_action
from transire.ledger.chain import Time
from transire.ledger.errors import StatementMalformed
from transire.ledger.proof.forms import MAX_RECEIPT_BYTES, StatementReceipt
from transire.ledger.proof.reading import read_receipt
from transire.ledger.statement import parse_statement

_INDENT: Final = "  "
_LONGEST: Final = 200
"""Characters of one value that are shown; documents in a receipt are megabytes."""


@click.group()
def statement() -> None:
    """Show a statement, an action or a receipt in words.

    \b
    Example:
      transire statement show certification.receipt.json
    """


@statement.command(
    epilog="""\b
Example:
  transire statement show certification.receipt.json
"""
)
@click.argument("file", type=INPUT_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with its id.")
def show(file: Path, as_json: bool) -> None:
    """Say what FILE holds. It proves nothing: for that, use transire verify."""
    try:
        shown = describe(read_up_to(file, MAX_RECEIPT_BYTES))
    except TransireError as refusal:
        click.echo(f"{printable(str(refusal))}\n({refusal.code})", err=True)
        raise click.exceptions.Exit(EXIT_CALLED_WRONGLY) from refusal
    if as_json:
        click.echo(msgspec.json.format(canonical_bytes(shown), indent=2).decode())
        return
    for line in _lines(shown, ""):
        click.echo(line)
    if "accepted" in shown:
        click.echo("\nNothing was verified. Next: transire verify FILE --network network.json")


def describe(raw: bytes) -> dict[str, Json]:
    """The content of a file in the order in which a person reads it."""
    value = parse_json(raw, limit=MAX_RECEIPT_BYTES)
    if isinstance(value, dict):
        if "receipt" in value:
            return _describe_receipt(raw)
        if "kind" in value:
            return {"statement": _describe_statement(value)}
        if "action" in value:
            return {"action": _describe_action(value)}
    raise StatementMalformed(got="something else", expected="a statement, an action or a receipt")


def _describe_receipt(raw: bytes) -> dict[str, Json]:
    receipt = read_receipt(raw)
    shown: dict[str, Json] = {"receipt": receipt.receipt, "network": receipt.network}
    if isinstance(receipt, StatementReceipt):
        shown["statement"] = _describe_statement(msgspec.to_builtins(receipt.statement))
        shown["pool"] = f"statement {receipt.place.index + 1} of {receipt.pool.count}"
    time = receipt.accepted.header.time
    return shown | {
        "action": _describe_action(receipt.action),
        "accepted": f"{Time(time.seconds, time.nanos).text}, in block {receipt.log.height}",
        "members": [member.did for member in receipt.members],
        "records": [f"{key.key}: {'absent' if key.value is None else 'present'}" for key in receipt.keys],
        "documents": [
            f"{document.commitment}: {', '.join(one.media_type for one in document.representations)}"
            for document in receipt.documents
        ],
    }


def _describe_statement(value: Mapping[str, Json]) -> dict[str, Json]:
    parsed = parse_statement(canonical_bytes(dict(value)))
    return {
        "kind": parsed.kind,
        "id": parsed.id,
        "by": parsed.by,
        "actor": parsed.actor,
        "about": list(parsed.about),
        "body": value["body"],
    }


def _describe_action(value: Mapping[str, Json]) -> dict[str, Json]:
    parsed = parse_action(canonical_bytes(dict(value)))
    return {
        "action": parsed.action,
        "id": parsed.id,
        "by": parsed.by,
        "key": parsed.key,
        "network": parsed.network,
        "expires": parsed.expires,
        "body": parsed.body,
    }


def _lines(value: Mapping[str, Json], indent: str) -> Iterator[str]:
    width = max((len(name) for name in value), default=0)
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield f"{indent}{printable(name)}"
            yield from _lines(inner, indent + _INDENT)
        elif isinstance(inner, list) and inner:
            yield f"{indent}{printable(name)}"
            yield from (f"{indent}{_INDENT}{_shown(element)}" for element in inner)
        else:
            yield f"{indent}{printable(name):<{width}}  {_shown(inner)}"


def _shown(value: Json) -> str:
    if value is None or value in ("", [], {}):
        return "none"
    text = value if isinstance(value, str) else canonical_bytes(value).decode()
    safe = printable(text)
    return safe if len(safe) <= _LONGEST else f"{safe[:_LONGEST]}... ({len(text)} characters)"
