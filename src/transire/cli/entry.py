"""`transire entry`: an entry summary in a file as records for the customs system, and what that system answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec

from transire.cli import EXIT_REFUSED
from transire.cli.tariff import FOLDER, shelf_of
from transire.cli.text import INPUT_FILE, printable, read_up_to

if TYPE_CHECKING:
    from transire.documents.entry import EntrySummary
    from transire.procedures.entry_summary.catair.entry import Records

MOST_BYTES: Final = 8 << 20

ENTRY = click.argument("entry_file", metavar="ENTRY", type=INPUT_FILE)
OUTPUT = click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="Write the file here.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def entry() -> None:
    """Write the records of an entry summary, and read what the customs system answered.

    Nothing here is certified: only a certified filer's software may send records to customs.

    \b
    Example:
      transire entry records entry.json
    """


@entry.command("records")
@ENTRY
@OUTPUT
@JSON
@FOLDER
@click.option("--replaces", is_flag=True, help="It corrects an entry that was sent before.")
def write_records(entry_file: Path, output: Path | None, as_json: bool, folder: Path | None, replaces: bool) -> None:
    """Write an entry summary (a credential, or its subject) as records AE 10 to 90.

    What the entry does not say stays blank, and is told on standard error.

    \b
    Example:
      transire entry records entry.json --output entry.AE.txt
    """
    from transire.procedures.entry_summary.catair.entry import entry_records
    from transire.procedures.entry_summary.checks.duty import duty_of

    shelf_of(folder)
    content = _entry(entry_file)
    _told(entry_records(content, duty_of(content), replaces=replaces), output, as_json)


@entry.command("read-invoice")
@click.argument("invoice", metavar="INVOICE.pdf", type=INPUT_FILE)
@OUTPUT
@JSON
def read_invoice(invoice: Path, output: Path | None, as_json: bool) -> None:
    """Read an invoice out of a PDF, each field with its page and line; what is unclear is blank, with the reason.

    A reading is a proposal: confirm or correct it, then issue it. --output writes it as a table (CSV) to fill in.

    \b
    Example:
      transire entry read-invoice invoice.pdf --output invoice.csv
    """
    from transire.documents.pdf_invoice import read_invoice_text, reading_table
    from transire.procedures.pdf_text import MOST_BYTES as MOST_PDF
    from transire.procedures.pdf_text import read_pdf

    reading = read_invoice_text(read_pdf(read_up_to(invoice, MOST_PDF)))
    if output is not None:
        output.write_bytes(reading_table(reading))
    if as_json:
        click.echo(msgspec.json.encode(reading))
        return
    parts = [("", reading.head), *((f"line {at}: ", line) for at, line in enumerate(reading.lines, start=1))]
    for name, said in parts:
        for column, one in said.items():
            if one.value or one.why:
                place = f"page {one.page}, line {one.line}" if one.page else ""
                told = "; ".join(filter(None, (place, one.why, one.text if not one.value else "")))
                click.echo(printable(f"{name}{column}: {one.value or '(blank)'} [{told}]"))


@entry.command("release")
@ENTRY
@OUTPUT
@JSON
def write_release(entry_file: Path, output: Path | None, as_json: bool) -> None:
    """Write the cargo release of an entry summary (CBP Form 3461) as records SE.

    \b
    Example:
      transire entry release entry.json
    """
    from transire.documents.wire import as_wire
    from transire.procedures.entry_summary.catair.release import release_records

    _told(release_records(as_wire(_entry(entry_file))), output, as_json)


@entry.command("answer")
@ENTRY
@click.argument("answer_file", metavar="ANSWER", type=INPUT_FILE)
@JSON
def read_answer(entry_file: Path, answer_file: Path, as_json: bool) -> None:
    """Read what the customs system answered to an entry (records AX), each condition at its line.

    The exit status is 1 where the entry was not taken.

    \b
    Example:
      transire entry answer entry.json entry.AX.txt
    """
    from transire.procedures.entry_summary.catair.answer import MOST_BYTES as MOST_OF_AN_ANSWER
    from transire.procedures.entry_summary.catair.answer import answer_to

    answer = answer_to(_entry(entry_file), read_up_to(answer_file, MOST_OF_AN_ANSWER))
    if as_json:
        click.echo(msgspec.json.encode(answer).decode())
    else:
        click.echo(printable(f"{_WORDS[answer.accepted]}: {answer.narrative} ({answer.code})"))
        for one in answer.conditions:
            where = f"line {one.line}" if one.line is not None else "the entry"
            click.echo(printable(f"  {one.severity:<11} {one.code}  {where}: {one.narrative}"))
    if not answer.accepted:
        raise click.exceptions.Exit(EXIT_REFUSED)


_WORDS: Final = {True: "taken", False: "refused", None: "no last word"}


def _entry(path: Path) -> EntrySummary:
    """An entry summary, from the credential or from its subject alone."""
    from transire.documents.entry import read_entry_subject, read_entry_summary
    from transire.documents.errors import DocumentUnreadable

    try:
        content = msgspec.json.decode(read_up_to(path, MOST_BYTES))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentUnreadable(got=str(error)[:100], where=path.name) from None
    read: Callable[[Any], EntrySummary] = read_entry_subject
    if isinstance(content, dict) and "credentialSubject" in content:
        read = read_entry_summary
    return read(content)


def _told(records: Records, output: Path | None, as_json: bool) -> None:
    if output is not None:
        output.write_bytes(records.as_bytes())
    elif as_json:
        click.echo(msgspec.json.encode(records).decode())
    else:
        click.echo(records.as_bytes().decode("ascii"), nl=False)
    click.echo(f"not certified; {records.citation}", err=True)
    for one in records.unsaid:
        lines = f" (lines {', '.join(map(str, one.lines))})" if one.lines else ""
        click.echo(printable(f"blank: {one.record} {one.field}: {one.why}{lines}"), err=True)
