"""`transire document`: issue and withdraw documents of the trade at a running node, and map them to the vocabulary.

Mapping needs no node. Issuing acts for a member through the API, as `transire govern` does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from transire.cli import EXIT_REFUSED
from transire.cli.govern import AS
from transire.cli.text import INPUT_FILE, printable, read_up_to

if TYPE_CHECKING:
    from transire.client.connection import Connection

LARGEST = 8 * 1024 * 1024


@click.group()
def document() -> None:
    """Issue documents of the trade, and map them to and from the traceability vocabulary.

    \b
    Example:
      transire document issue packing.json --schema packing-list/1 --to did:web:importer.example --as exporter.json
    """


@document.command()
@AS
def types(credentials: Path) -> None:
    """List the types of document that the member may issue by their form.

    \b
    Example:
      transire document types --as exporter.json
    """
    with _connect(credentials) as node:
        found = node.get("/document-types")["items"]
    for each in found:
        click.echo(f"{each['schema']:<32}{printable(each['title'])}")


@document.command()
@AS
@click.argument("file", type=INPUT_FILE)
@click.option("--schema", required=True, help="Its type, such as bill-of-lading/1.")
@click.option("--to", "recipients", multiple=True, metavar="DID", help="Who is given it; repeat for more.")
@click.option("--table", metavar="LIST=FILE", help="Take a list of it from a CSV file, such as lines=lines.csv.")
@click.option("--replaces", metavar="DOCUMENT", help="The document whose next version it is.")
def issue(
    credentials: Path, file: Path, schema: str, recipients: tuple[str, ...], table: str | None, replaces: str | None
) -> None:
    """Sign what FILE says (the credential subject, as JSON) and give it to its recipients.

    \b
    Examples:
      transire document issue packing.json --schema packing-list/1 --to did:web:importer.example --as exporter.json
      transire document issue bill.json --schema bill-of-lading/1 --table lines=lines.csv --as carrier.json
    """
    new = {"schema": schema, "subject": _object(file), "recipients": list(recipients), "replaces": replaces}
    with _connect(credentials) as node:
        if table is None:
            issued = node.post("/documents", new)
        else:
            name, _, path = table.partition("=")
            if not path or not Path(path).is_file():
                raise click.UsageError("--table names a list and a file, such as lines=lines.csv.")
            files = {"document": msgspec.json.encode(new), "table": read_up_to(Path(path), LARGEST)}
            issued = node.post(f"/document-tables/{name}", files=files)
    click.echo(issued["document_id"])


@document.command()
@AS
@click.argument("document_id")
@click.option("--reason", required=True, help="Why; whoever was given it reads it.")
def withdraw(credentials: Path, document_id: str, reason: str) -> None:
    """Withdraw a document that was issued by its form.

    \b
    Example:
      transire document withdraw iLVgU_A6_G1ZIYtW_pK41ZmssKgIwMeve3Kvgc-j_SY --reason "Entered twice" --as carrier.json
    """
    with _connect(credentials) as node:
        node.post(f"/documents/{document_id}/withdrawal", {"reason": reason})
    click.echo("withdrawn")


@document.command()
@click.argument("file", type=INPUT_FILE)
def read(file: Path) -> None:
    """Say in these words what a document in the words of the traceability vocabulary says, with what is left out.

    FILE is a credential or its subject. Exit code 1 where the subject is no whole document here: it says why.

    \b
    Example:
      transire document read their-packing-list.json
    """
    from transire.documents.catalogue import find_subject_problems
    from transire.documents.traceability import from_traceability

    found = from_traceability(_subject(file))
    problems = find_subject_problems(found.type, found.subject)
    _put({"schema": found.type, "subject": found.subject, "left_out": found.left_out, "problems": problems})
    if problems:
        raise click.exceptions.Exit(EXIT_REFUSED)


@document.command()
@click.argument("file", type=INPUT_FILE)
@click.option("--schema", required=True, help="Its type, such as bill-of-lading/1.")
def write(file: Path, schema: str) -> None:
    """Say a subject in the words of the traceability vocabulary, with what has no place there.

    \b
    Example:
      transire document write packing.json --schema packing-list/1
    """
    from transire.documents.traceability import to_traceability

    found = to_traceability(schema, _subject(file))
    _put({"type": found.type, "subject": found.subject, "left_out": found.left_out})


def _connect(credentials: Path) -> Connection:
    from transire.client.connection import Credentials

    return Credentials.read(credentials).connect()


def _object(file: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(read_up_to(file, LARGEST), type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise click.UsageError(f"{file.name} is not a JSON object: {printable(str(error))}") from error


def _subject(file: Path) -> dict[str, Any]:
    """The subject of a credential, or what is one by itself."""
    found = _object(file)
    subject = found.get("credentialSubject", found)
    if not isinstance(subject, dict):
        raise click.UsageError(f"{file.name} has no single credential subject.")
    return subject


def _put(value: dict[str, Any]) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
