"""`transire origin`: determine the origin of goods, and the arithmetic of the regulations' schedules.

`--json` prints one JSON object a case on a line of its own, in the order of the input; a bad case prints its error
object in its place, the rest still run, and the exit status is 1.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import BinaryIO, Final

import click
import msgspec

from transire.cli import EXIT_REFUSED, Entry, LazyGroup
from transire.cli.text import printable
from transire.errors import TransireError
from transire.origin.errors import FileUnreadable
from transire.origin.reading import MAX_CASE_BYTES
from transire.origin.schedules import Kind, calculate

COMMANDS: Final = {
    "determine": Entry("transire.cli.origin_determine:determine", "Say whether goods originate, and why."),
    "rules": Entry("transire.cli.origin_rules:rules", "Show the rules that bind a tariff number."),
    "import": Entry("transire.cli.origin_rules:import_rules", "Read an official table of rules."),
    "allocate": Entry("transire.cli.origin:allocate_command", "Allocate costs to products."),
    "inventory": Entry("transire.cli.origin:inventory_command", "Follow fungible units through an inventory."),
    "trace": Entry("transire.cli.origin:trace_command", "Trace a material into a light-duty vehicle (NAFTA)."),
    "interest": Entry("transire.cli.origin:interest_command", "Work out non-allowable interest costs."),
    "vehicle": Entry("transire.cli.origin:vehicle_command", "Test what USMCA requires of a vehicle beside its rule."),
}

FILE: Final = click.Path(allow_dash=True, path_type=Path)
"""A file to read; "-" is standard input. One that cannot be read is refused like what it would have held."""


@click.group(cls=LazyGroup, entries=COMMANDS)
def origin() -> None:
    """Determine whether goods originate under an agreement, and why.

    \b
    Example:
      transire origin determine case.json
    """


def read_file(file: Path, limit: int) -> bytes:
    """The bytes of a file or of standard input, and at most one more than the limit."""
    if str(file) == "-":
        return sys.stdin.buffer.read(limit + 1)
    with opened(file) as content:
        return content.read(limit + 1)


def opened(file: Path) -> BinaryIO:
    """The file, to be read."""
    try:
        return file.open("rb")
    except OSError as error:
        raise FileUnreadable(got=f"{file}: {error.strerror}") from error


def refusal_line(refusal: TransireError, case: str | None = None) -> bytes:
    """The JSON object that stands in the place of a bad case."""
    named = {} if case is None else {"case": case}
    return msgspec.json.encode({**named, "error": refusal.as_problem()})


_INPUT: Final = (
    'FILE holds one JSON object; "-" is standard input. Its members stand in docs/reference/origin-case.md under "The '
    "schedules' arithmetic\", and an example of each in docs/how-to/determine-origin.md."
)


def _calculation(kind: Kind, law: str, example: str) -> click.Command:
    """One command for one calculation: all read a file, calculate, and print."""

    told = f"{COMMANDS[kind].summary}\n\nThe law: {law}.\n\n{_INPUT}"

    @click.command(kind, help=told, epilog=f"\b\nExample:\n  transire origin {example}\n")
    @click.argument("file", type=FILE)
    @click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
    def command(file: Path, as_json: bool) -> None:
        try:
            result = calculate(kind, read_file(file, MAX_CASE_BYTES))
        except TransireError as refusal:
            if not as_json:
                raise
            click.echo(refusal_line(refusal))
            raise click.exceptions.Exit(EXIT_REFUSED) from None
        if as_json:
            click.echo(msgspec.json.encode(result))
        else:
            _show(msgspec.to_builtins(result), "")

    return command


def _show(value: object, indent: str, name: str = "") -> None:
    """Figures as lines of a page: one member a line, lists numbered."""
    label = f"{indent}{name.replace('_', ' ')}"
    if isinstance(value, dict):
        if name:
            click.echo(f"{label}:")
        for member, inner in value.items():
            _show(inner, f"{indent}  " if name else indent, member)
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value, start=1):
            _show(inner, indent, f"{name} {at}")
    elif value is None:
        click.echo(f"{label}: not known")
    elif isinstance(value, bool):
        click.echo(f"{label}: {'yes' if value else 'no'}")
    else:
        click.echo(f"{label}: {printable(str(value))}")


allocate_command = _calculation(
    "allocate", "NAFTA Regulations Schedule VII, USMCA Regulations Schedule 5", "allocate overhead.json --json"
)
inventory_command = _calculation(
    "inventory", "NAFTA Regulations Schedules IX and X, USMCA Regulations Schedules 7 and 8", "inventory stock.json"
)
trace_command = _calculation("trace", "NAFTA Regulations section 9 and Schedule IV", "trace radiator.json")
vehicle_command = _calculation("vehicle", "USMCA Regulations sections 14 to 19", "vehicle sedan.json --json")
interest_command = _calculation(
    "interest", "NAFTA Regulations Schedule XI, USMCA Regulations Schedule 9", "interest loan.json"
)
