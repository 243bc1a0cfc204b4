"""`transire tariff`: keep editions of the tariff schedule, look numbers up, work out duty and fees."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
import msgspec

from transire.cli import EXIT_REFUSED
from transire.cli.text import INPUT_FILE, printable, read_up_to
from transire.errors import TransireError

if TYPE_CHECKING:
    from transire.tariff.anomalies import Anomaly
    from transire.tariff.answer import CaseAnswer
    from transire.tariff.schedule import Hit, Shelf

_CITATION: Final = (
    "Harmonized Tariff Schedule of the United States ({year}), United States International Trade Commission"
)
_SHOWN_ANOMALIES: Final = 3
_SHOWN_HITS: Final = 25
_LINE: Final = 200

DATE = click.DateTime(formats=["%Y-%m-%d"])


def _user_folder() -> Path:
    """Where editions are kept when no folder is named: the user's data folder."""
    base = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "transire" / "tariff"


FOLDER = click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="TRANSIRE_TARIFF_FOLDER",
    help="Where editions are kept: by default in the user's data folder. A node keeps them in its `tariff` folder.",
)
ON = click.option("--date", "on", type=DATE, help="The day whose edition answers; today if it is left out.")


@click.group()
def tariff() -> None:
    """Keep the tariff schedule, search it, and work out duty and fees.

    \b
    Example:
      transire tariff show 8414.51.30
    """


def shelf_of(folder: Path | None) -> Shelf:
    """The editions of a folder and what is shipped: this process works with them from now on."""
    from transire.tariff.schedule import use_folder

    return use_folder(folder or _user_folder())


def _day(on: datetime | None) -> date:
    return on.date() if on is not None else date.today()  # noqa: DTZ011 - the user's own day


@tariff.command("import")
@click.argument("files", nargs=-1, required=True, type=INPUT_FILE)
@click.option("--edition", type=DATE, required=True, help="The day from which this edition holds.")
@click.option("--citation", help="How figures from it are cited; by default as the USITC's schedule of that year.")
@click.option("--all", "every", is_flag=True, help="List every anomaly, not a few of each kind.")
@FOLDER
def import_schedule(
    files: tuple[Path, ...], edition: datetime, citation: str | None, every: bool, folder: Path | None
) -> None:
    """Read official exports of the schedule (CSV or JSON) and keep them as one edition.

    Several FILES, one a chapter, make one edition. What is wrong in a file is told and kept as it stands: nothing is
    corrected, and rates in doubt are not computed with.

    \b
    Example:
      transire tariff import hts_2024-07.csv --edition 2024-07-25
    """
    import hashlib

    from transire.tariff.edition_file import Source
    from transire.tariff.exports import MOST_BYTES, read_export
    from transire.tariff.schedule import SUFFIX, make_edition

    read = []
    for path in files:
        raw = read_up_to(path, MOST_BYTES)
        export = read_export(raw)
        read.append((Source(path.name, hashlib.sha256(raw).hexdigest(), export.form), export))
    day = edition.date()
    head, kept = make_edition(day, citation or _CITATION.format(year=day.year), read)
    target = (folder or _user_folder()) / f"{day.isoformat()}{SUFFIX}"
    _write(target, kept)
    click.echo(f"edition   {day.isoformat()}, {head.scope}")
    click.echo(f"kept in   {target} ({len(kept) / 1e6:.1f} MB)")
    _show_anomalies(head.anomalies, every)


def _write(target: Path, kept: bytes) -> None:
    """The file whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.new")
    beside.write_bytes(kept)
    beside.replace(target)


def _show_anomalies(anomalies: tuple[Anomaly, ...], every: bool) -> None:
    from transire.tariff.anomalies import MEANINGS

    by_code: dict[str, list[Anomaly]] = {}
    for one in anomalies:
        by_code.setdefault(one.code, []).append(one)
    click.echo(f"anomalies {len(anomalies):,}")
    for code, found in by_code.items():
        click.echo(f"\n{code}: {len(found):,}. {MEANINGS[code]}")
        for one in found if every else found[:_SHOWN_ANOMALIES]:
            expected = f"; expected {one.expected}" if one.expected else ""
            click.echo(printable(f"  row {one.row} {one.number}: {one.got}{expected}"))
        if not every and len(found) > _SHOWN_ANOMALIES:
            click.echo(f"  and {len(found) - _SHOWN_ANOMALIES:,} more: --all lists them")


@tariff.command()
@FOLDER
def editions(folder: Path | None) -> None:
    """List the editions that are at hand, with what each holds.

    \b
    Example:
      transire tariff editions
    """
    for book in shelf_of(folder).books:
        click.echo(f"{book.edition.isoformat()}  {len(book):>6,} rows  {len(book.head.anomalies):>6,} anomalies")
        click.echo(f"            {printable(book.head.citation)}. {printable(book.head.scope)}")
        for source in book.head.sources:
            click.echo(f"            from {printable(source.name)}, sha256 {source.sha256}")


@tariff.command()
@click.argument("words", nargs=-1, required=True)
@ON
@click.option("--limit", type=click.IntRange(1, 10_000), default=_SHOWN_HITS, show_default=True)
@FOLDER
def search(words: tuple[str, ...], on: datetime | None, limit: int, folder: Path | None) -> None:
    """Find numbers whose descriptions hold every word, or that begin with the digits of a code.

    \b
    Example:
      transire tariff search ceiling fans
    """
    from itertools import islice

    from transire.tariff.schedule import search as look

    shelf, day = shelf_of(folder), _day(on)
    books = [book for book in shelf.books if book.edition <= day]
    found = 0
    for book in books:
        hits = list(islice(look(book, " ".join(words)), limit + 1 - found))
        for hit in hits[: limit - found]:
            click.echo(printable(_hit_line(hit)))
        found += len(hits)
        if found > limit:
            click.echo(f"There are more: --limit shows them (edition of {book.edition.isoformat()}).")
        if hits:
            break
    if not found:
        click.echo("Nothing is listed under these words in the editions at hand.")
        raise click.exceptions.Exit(EXIT_REFUSED)


def _hit_line(hit: Hit) -> str:
    return f"{hit.number:<14} {hit.general or '-':<24} {' > '.join(hit.description)}"[:_LINE]


@tariff.command()
@click.argument("number")
@ON
@FOLDER
def show(number: str, on: datetime | None, folder: Path | None) -> None:
    """Say what the schedule prints for NUMBER: descriptions, units, rates, footnotes, and how each rate is read.

    For a heading or a subheading it lists the numbers below.

    \b
    Example:
      transire tariff show 8414.51.30 --date 2026-11-02
    """
    from transire.cli.tariff_text import listing_lines
    from transire.tariff.duty import listed
    from transire.tariff.number import parse_tariff_number
    from transire.tariff.schedule import search as look

    asked, shelf, day = parse_tariff_number(number), shelf_of(folder), _day(on)
    if asked.level < 8:
        book = shelf.book_for(asked, day)
        hits = list(look(book, asked.digits)) if book is not None else []
        for hit in hits:
            click.echo(printable(_hit_line(hit)))
        raise click.exceptions.Exit(0 if hits else EXIT_REFUSED)
    _, found = listed(shelf, number, day)
    for line in listing_lines(found):
        click.echo(printable(line))


@tariff.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the answers as JSON, one a line for a batch.")
@FOLDER
def duty(file: Path, as_json: bool, folder: Path | None) -> None:
    """Work out duty and fees of the case in FILE, or of one case a line (JSON Lines). A dash reads standard input.

    Every figure comes with its formula, its citation and the day of its source. What cannot be computed says so, and
    then the total is unknown too: the exit status is 1.

    \b
    Example:
      transire tariff duty examples/duty/pumps.json
    """
    from transire.cli.tariff_text import answer_lines

    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    shelf, whole = shelf_of(folder), True
    for answer in _answers(raw, shelf):
        if isinstance(answer, TransireError):
            whole = False
            told = {"problems": [answer.as_problem()]}
            click.echo(msgspec.json.encode(told).decode() if as_json else printable(f"{answer} ({answer.code})"))
            continue
        whole = whole and answer.is_whole
        if as_json:
            click.echo(msgspec.json.encode(answer.as_json()).decode())
            continue
        for line in answer_lines(answer):
            click.echo(printable(line))
    if not whole:
        raise click.exceptions.Exit(EXIT_REFUSED)


def _answers(raw: bytes, shelf: Shelf) -> Iterator[CaseAnswer | TransireError]:
    from transire.tariff.case import read_cases
    from transire.tariff.pricing import price

    for case in read_cases(raw):
        yield case if isinstance(case, TransireError) else price(case, shelf)


@tariff.command()
def schema() -> None:
    """Print the form of a case as JSON Schema 2020-12.

    \b
    Example:
      transire tariff schema
    """
    from transire.tariff.case import schema as case_schema

    click.echo(msgspec.json.format(msgspec.json.encode(case_schema()), indent=2).decode())
