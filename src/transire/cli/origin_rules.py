"""`transire origin rules` and `transire origin import`: browse the catalogue, and read an official table into it."""

from __future__ import annotations

import textwrap
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click
import msgspec

from transire.cli.text import printable
from transire.node.own_rules import own_catalogue, rules_path
from transire.origin.agreements import agreement, agreements
from transire.origin.browsing import Coverage, RuleShown, Shown, coverage, rules_shown
from transire.origin.compiling import catalogue_bytes, compile_catalogue, edition_of, read_rows
from transire.origin.concordance import EDITIONS
from transire.origin.errors import RulesUnreadable

_WIDTH: Final = 100
_HOME: Final = click.option(
    "--home", type=click.Path(path_type=Path), help="The folder of a node: use the rules imported there."
)


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day; write it as 2026-11-28.", param, ctx)


class AgreementName(click.ParamType[str]):
    """An agreement as people write it: NAFTA, CAFTA-DR; whether there is one is for the catalogue to say."""

    name = "agreement"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return str(value).lower().replace("-", "_")


@click.command("rules")
@click.argument("agreement_id", metavar="AGREEMENT", type=AgreementName())
@click.argument("code", required=False)
@click.option(
    "--date", "on", type=Day(), help="The day of importation. [default: today, or the last day of the agreement]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@_HOME
def rules(agreement_id: str, code: str | None, on: date | None, as_json: bool, home: Path | None) -> None:
    """Show the rules that bind a tariff number, in plain words; without CODE what the catalogue holds.

    AGREEMENT is nafta, usmca or cafta_dr.

    \b
    Examples:
      transire origin rules usmca 8413.70
      transire origin rules nafta 6203.11 --date 2019-05-01
      transire origin rules cafta_dr
    """
    own = own_catalogue(home, agreement_id)
    if code is None:
        found: Coverage | Shown = coverage(agreement_id, own)
    else:
        found = rules_shown(agreement_id, code, on or agreement(agreement_id).day_to_browse(_today()), own)
    if as_json:
        click.echo(msgspec.json.encode(found))
    elif isinstance(found, Shown):
        _show(found)
    else:
        _show_coverage(found)


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _show(found: Shown) -> None:
    _say(f"{agreement(found.agreement).short}, tariff number {found.code}, {found.date.isoformat()}")
    for notice in found.notices:
        _say(notice)
    for rule in found.rules:
        _show_rule(rule)
    for note in found.notes:
        _say("")
        _say(f"{note.title}  ({note.citation})")
        _say(note.text, "  ")


def _show_rule(rule: RuleShown) -> None:
    _say("")
    trade = f", {rule.trade}" if rule.trade else ""
    _say(f"Rule for {rule.scope}{trade}", bold=True)
    edition = rule.edition if not rule.hs or rule.hs in rule.edition else f"{rule.edition}, numbers of HS {rule.hs}"
    _say(f"{rule.citation}; {edition}", "  ")
    several = len(rule.alternatives) > 1
    if several:
        _say("One of these suffices:", "  ")
    for one in rule.alternatives:
        label = f"({one.label}) " if one.label else f"{one.number}. " if several else ""
        _say(f"{label}{one.asks}", "  ", hanging="      ")
    if not rule.complete:
        _say("Not every alternative could be read: where no other is met, the answer is undetermined.", "  ")
    if rule.notice:
        _say(rule.notice, "  ")
    _say(f"Text: {rule.text}", "  ", hanging="        ")


def _show_coverage(found: Coverage) -> None:
    _say(f"{found.title}: {found.edition}", bold=True)
    _say(found.source)
    chapters = ", ".join(f"{chapter} ({rules})" for chapter, rules in found.chapters.items())
    _say(f"{found.texts} texts of the source: {found.rules} rules, {found.whole} of them whole, {found.notes} notes.")
    _say(f"Rules by chapter: {chapters}.")
    if found.anomalies:
        _say("")
        _say("What is wrong in the source, and what was made of it:")
    for one in found.anomalies:
        _say(
            f"{one.scope}: {one.kind.replace('_', ' ')}. {one.reason}. \u201c{one.words}\u201d", "  ", hanging="      "
        )


def _say(text: str, indent: str = "", *, hanging: str | None = None, bold: bool = False) -> None:
    lines = textwrap.wrap(
        printable(text), _WIDTH, initial_indent=indent, subsequent_indent=indent if hanging is None else hanging
    )
    click.secho("\n".join(lines), bold=bold)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--agreement", "agreement_id", required=True, type=AgreementName(), help=f"One of {', '.join(agreements())}."
)
@click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)
@click.option("--edition", help="What the file is an edition of, in words.")
@click.option(
    "--hs", type=click.Choice(EDITIONS), help="The edition of the Harmonized System of its numbers, such as 2022."
)
@click.option("--from", "start", type=Day(), help="The day from which its rules bind.")
@click.option("--until", "end", type=Day(), help="The last day on which they bind.")
def import_rules(
    file: Path,
    agreement_id: str,
    home: Path,
    edition: str | None,
    hs: str | None,
    start: date | None,
    end: date | None,
) -> None:
    """Read an official table of rules into the node's folder, in place of the shipped catalogue.

    The table has a heading line and the columns hs_scope and rule_text, separated by tabs or commas; chapter and source
    are read where they stand. What was not understood is listed; nothing is put right in silence.

    \b
    Example:
      transire origin import gn11_rules.tsv --agreement usmca --edition "HTSUS (2027)" --hs 2022 --home ./node
    """
    law, shipped = agreement(agreement_id), edition_of(agreement_id)
    named = msgspec.structs.replace(
        shipped,
        edition=edition or shipped.edition,
        hs=shipped.hs if hs is None else hs,
        source=f"{file.name}, imported by the operator",
        start=start or shipped.start,
        end=end or shipped.end,
        as_of=None,
    )
    found = compile_catalogue(read_rows(_lines(file)), law, named)
    path = rules_path(home, law.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(catalogue_bytes(found))
    _show_coverage(coverage(law.id, found))
    _say(f"Written to {path}: in this node's folder it stands in place of all rules that are shipped for {law.short}.")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError:
        raise RulesUnreadable(expected="a text in UTF-8", got="other bytes") from None
