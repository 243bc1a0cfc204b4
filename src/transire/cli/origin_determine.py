"""`transire origin determine`: answer origin cases, one a file or one a line, in the order of the input.

A file of many cases is answered by several processes, a few hundred cases at a time: memory stays flat however long
the file is, and the order is kept.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import click
import msgspec

from transire.cli import EXIT_REFUSED
from transire.cli.origin import FILE, opened, refusal_line
from transire.cli.origin_page import page_of
from transire.cli.text import printable
from transire.errors import TransireError
from transire.node.own_rules import own_catalogue
from transire.origin.case import Case
from transire.origin.determination.finding import OwnRules
from transire.origin.determine import determine as answer_case
from transire.origin.errors import FileUnreadable
from transire.origin.reading import name_of_case, read_case

_LINES: Final = (".jsonl", ".ndjson")
_AT_ONCE: Final = 250
"""Cases that one process answers at a time."""

_ENOUGH: Final = 4 * _AT_ONCE
"""From so many cases on a second process is worth its start."""

_PROGRESS_SECONDS: Final = 2.0
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class _Style(NamedTuple):
    """How answers are printed."""

    as_json: bool
    brief: bool
    home: Path | None = None
    """The folder of a node whose imported rules are used."""


class _Absent(NamedTuple):
    """What stands in the place of the cases of a file that cannot be read."""

    file: Path


class _Told(NamedTuple):
    """What a run of cases came to: what goes to standard output, the refusals of pages, and how many were refused."""

    out: bytes
    err: str
    cases: int
    refused: int


@click.command(
    epilog="""\b
Examples:
  transire origin determine case.json
  transire origin determine cases.jsonl --json
  transire origin determine million.jsonl --json --brief --processes 2
"""
)
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a case, one a line.")
@click.option("--brief", is_flag=True, help="Only outcome, criterion, method and figures: for bulk runs.")
@click.option(
    "--processes",
    type=click.IntRange(min=1),
    default=None,
    help="How many processes answer a long file; by default one for each core.",
)
@click.option("--progress/--no-progress", default=None, help="Show progress; by default on a terminal.")
@click.option("--home", type=click.Path(path_type=Path), help="The folder of a node: use the rules imported there.")
def determine(
    files: tuple[Path, ...],
    as_json: bool,
    brief: bool,
    processes: int | None,
    progress: bool | None,
    home: Path | None,
) -> None:
    """Say whether goods originate, and why.

    FILE holds one case, or JSON Lines: one case a line. "-" is standard input. A bad case, or a file that
    cannot be read, prints its error in its place, the rest still run, and the exit status is 1. Rules that were
    imported into --home go before those that are shipped, and each answer by one says so.
    """
    style = _Style(as_json, brief, home)
    shown = _Progress(sys.stderr.isatty() if progress is None else progress)
    refused = 0
    for told in _answers(_cases(files), style, processes or os.cpu_count() or 1):
        sys.stdout.buffer.write(told.out)
        if told.err:
            sys.stdout.buffer.flush()
            click.echo(told.err, err=True, nl=False)
        refused += told.refused
        shown.add(told.cases)
    sys.stdout.buffer.flush()
    shown.end()
    if refused:
        raise click.exceptions.Exit(EXIT_REFUSED)


def answer_run(raws: list[bytes | _Absent], style: _Style) -> _Told:
    """Answer a run of cases, the refused among them in their places."""
    out: list[bytes] = []
    err: list[str] = []
    refused = 0
    for raw in raws:
        try:
            if isinstance(raw, _Absent):
                opened(raw.file).close()
                continue  # it was not there a moment ago, and is now: nothing of it was read
            case = read_case(raw)
            out.append(_printed(case, style))
        except TransireError as refusal:
            refused += 1
            if style.as_json:
                out.append(refusal_line(refusal, None if isinstance(raw, _Absent) else name_of_case(raw)) + b"\n")
            else:
                err.append(f"{printable(str(refusal))}\n({refusal.code})\n\n")
    return _Told(b"".join(out), "".join(err), len(raws), refused)


def _printed(case: Case, style: _Style) -> bytes:
    own = None if style.home is None else _own_rules(style.home, case.agreement)
    answer = answer_case(case, full=not style.brief, own=own)
    if style.as_json:
        return msgspec.json.encode(answer) + b"\n"
    page = page_of(case, answer) + "\n"
    return (page if sys.stdout.isatty() else click.unstyle(page)).encode()


@cache
def _own_rules(home: Path, agreement_id: str) -> OwnRules | None:
    """The rules that were imported into a node's folder; read once in each process."""
    found = own_catalogue(home, agreement_id)
    return None if found is None else OwnRules(found)


def _answers(cases: Iterator[bytes | _Absent], style: _Style, processes: int) -> Iterator[_Told]:
    """The answers in the order of the cases; few cases are answered here, many by other processes."""
    first = list(islice(cases, _ENOUGH + 1))
    if processes == 1 or len(first) <= _ENOUGH:
        for run in _runs(chain(first, cases)):
            yield answer_run(run, style)
        return
    with ProcessPoolExecutor(processes) as pool:
        waiting: deque[Future[_Told]] = deque()
        for run in _runs(chain(first, cases)):
            waiting.append(pool.submit(answer_run, run, style))
            if len(waiting) > 2 * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _runs(cases: Iterable[bytes | _Absent]) -> Iterator[list[bytes | _Absent]]:
    remaining = iter(cases)
    while run := list(islice(remaining, _AT_ONCE)):
        yield run


def _cases(files: tuple[Path, ...]) -> Iterator[bytes | _Absent]:
    """Each case as bytes."""
    for file in files:
        if str(file) == "-":
            yield from _split(sys.stdin.buffer, False)
            continue
        try:
            content = opened(file)
        except FileUnreadable:
            yield _Absent(file)
            continue
        with content:
            yield from _split(content, file.suffix in _LINES)


def _split(content: BinaryIO, is_lines: bool) -> Iterator[bytes]:
    """One case a file, or one a line: the first two lines tell, for a line of a spread-out object is none itself."""
    lines = (line for line in content if line.strip())
    first = next(lines, b"").removeprefix(_BYTE_ORDER_MARK)
    second = next(lines, None)
    if is_lines or _is_json(first) or (second is not None and _is_json(second)):
        yield first
        if second is not None:
            yield second
        yield from lines
        return
    yield first + (second or b"") + b"".join(lines)


def _is_json(line: bytes) -> bool:
    """Whether a line is a JSON value of its own."""
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


class _Progress:
    """How many cases are done, and how fast: on a terminal, every two seconds."""

    def __init__(self, shown: bool) -> None:
        self.shown = shown
        self.begun = self.last = time.monotonic()
        self.cases = 0
        self.printed = False

    def add(self, cases: int) -> None:
        """Count, and say so now and then."""
        self.cases += cases
        now = time.monotonic()
        if self.shown and now - self.last >= _PROGRESS_SECONDS:
            self.last = now
            self._print(now)

    def end(self) -> None:
        """The last count, if any was printed."""
        if self.printed:
            self._print(time.monotonic())
            click.echo(err=True)

    def _print(self, now: float) -> None:
        self.printed = True
        rate = self.cases / max(now - self.begun, 0.001)
        click.echo(f"\r{self.cases:,} cases, {rate:,.0f} a second", err=True, nl=False)
