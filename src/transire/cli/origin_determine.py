"""`transire origin determine`: answer origin cases, one a file or one a line, in the order of the input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import msgspec

from transire.cli import EXIT_REFUSED
from transire.cli.origin import FILE, refusal_line
from transire.cli.origin_page import page_of
from transire.cli.text import printable
from transire.errors import TransireError
from transire.origin.case import Case
from transire.origin.determine import determine as answer_case
from transire.origin.reading import read_case

_LINES: Final = (".jsonl", ".ndjson")


@click.command(
    epilog="""\b
Examples:
  transire origin determine case.json
  transire origin determine cases.jsonl --json
"""
)
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a case, one a line.")
def determine(files: tuple[Path, ...], as_json: bool) -> None:
    """Say whether goods originate, and why.

    FILE holds one case, or JSON Lines: one case a line. "-" is standard input. A bad case prints its error in its
    place, the rest still run, and the exit status is 1.
    """
    failed = False
    for raw in _cases(files):
        case: Case | None = None
        try:
            case = read_case(raw)
            answer = answer_case(case)
        except TransireError as refusal:
            failed = True
            name = case.case if case is not None else None
            if as_json:
                click.echo(refusal_line(refusal, name))
            else:
                click.echo(f"{printable(str(refusal))}\n({refusal.code})\n", err=True)
            continue
        click.echo(msgspec.json.encode(answer) if as_json else page_of(case, answer))
    if failed:
        raise click.exceptions.Exit(EXIT_REFUSED)


def _cases(files: tuple[Path, ...]) -> Iterator[bytes]:
    """Each case as bytes: a file is one case if its first line alone is not one, else a case a line."""
    for file in files:
        if str(file) == "-":
            yield from _split(sys.stdin.buffer)
        else:
            with file.open("rb") as opened:
                yield from _split(opened)


def _split(opened: object) -> Iterator[bytes]:
    lines = iter(opened)  # type: ignore[call-overload]
    first = next(lines, b"")
    while not first.strip():
        following = next(lines, None)
        if following is None:
            yield first
            return
        first = following
    if _is_whole(first):
        yield first
        for line in lines:
            if line.strip():
                yield line
        return
    yield first + b"".join(lines)


def _is_whole(line: bytes) -> bool:
    """Whether a line is a JSON value of its own: then every line is a case."""
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
