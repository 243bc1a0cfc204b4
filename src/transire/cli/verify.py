"""`transire verify`: check a receipt offline, and say of each check what was found.

Only what the receipt needs is imported: no database, no web server, `credentials` only for a receipt that opens one.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click
import msgspec

from transire.cli import EXIT_CALLED_WRONGLY, EXIT_REFUSED
from transire.cli.text import INPUT_FILE, printable, read_up_to
from transire.errors import TransireError
from transire.ledger.checkpoint import COSIGNATURE, NoteVerifier
from transire.ledger.proof.errors import NotAReceipt, TrustRootInvalid
from transire.ledger.proof.forms import MAX_RECEIPT_BYTES
from transire.ledger.proof.trust import MAX_TRUST_ROOT_BYTES
from transire.ledger.verify import CHECKS, Check, Verification, verify_receipt

if TYPE_CHECKING:
    from transire.ledger.disclosure import Disclosure

_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,8})([smhd])")
_COLOURS: Final = {"holds": "green", "fails": "red", "not shown": "yellow"}
_OUTCOME_WIDTH: Final = max(map(len, _COLOURS))
_NAME_WIDTH: Final = max(map(len, CHECKS))
_INDENT: Final = " " * (_OUTCOME_WIDTH + _NAME_WIDTH + 6)


class Duration(click.ParamType[timedelta]):
    """A number and a unit: 90s, 15m, 24h, 7d."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = _DURATION.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is not a duration; write a number and s, m, h or d, such as 24h.", param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


class Witness(click.ParamType[NoteVerifier]):
    """A witness's verifier key, as transparency logs write it: name+id+key."""

    name = "witness"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> NoteVerifier:
        if isinstance(value, NoteVerifier):
            return value
        try:
            verifier = NoteVerifier.parse(str(value))
        except TransireError as error:
            self.fail(str(error), param, ctx)
        if verifier.kind != COSIGNATURE:
            # A log's own signature has no time, and a log is no outside witness of itself.
            self.fail(f"{verifier.name} is the key of a log, not of a witness.", param, ctx)
        return verifier


@click.command(
    epilog="""\b
Examples:
  transire verify certification.receipt.json --network network.json
  transire verify certification.receipt.json --network network.json --require status --max-age 24h

Exit codes: 0 all checks hold, 1 one fails, 2 the file is not a receipt.
"""
)
@click.argument("file", type=INPUT_FILE)
@click.option(
    "--network",
    required=True,
    type=INPUT_FILE,
    help="The network's network.json: your trust root. Compare its fingerprint by telephone.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.option(
    "--require",
    multiple=True,
    type=click.Choice(CHECKS),
    metavar="CHECK",
    help="Fail unless the receipt shows this check; repeat for more. A wrong name lists all.",
)
@click.option("--max-age", type=Duration(), help="Fail if the state proved is older than this, such as 24h.")
@click.option(
    "--witness",
    "witnesses",
    multiple=True,
    type=Witness(),
    help="The verifier key of an outside witness that you trust; repeat for more.",
)
def verify(
    file: Path,
    network: Path,
    as_json: bool,
    require: tuple[str, ...],
    max_age: timedelta | None,
    witnesses: tuple[NoteVerifier, ...],
) -> None:
    """Check a receipt, a disclosure or the pouch of an entry offline, without trust in any node.

    Every check is named and says what was found. A check that the receipt does not show (no outside witness, no proof
    of status) is said to be "not shown"; with --require it fails.
    """
    claims: dict[str, object] = {}
    if _begins(file, b'{"documents":'):
        _verify_pouch(file, network, as_json, require, max_age, witnesses)
        return
    try:
        raw = read_up_to(file, MAX_RECEIPT_BYTES)
        disclosed = _disclosure_in(raw)
        verification = verify_receipt(
            raw if disclosed is None else disclosed.receipt,
            read_up_to(network, MAX_TRUST_ROOT_BYTES),
            require=require,
            max_age=max_age,
            witnesses=witnesses,
        )
        if disclosed is not None:
            verification, claims = _with_disclosed(verification, disclosed)
    except (NotAReceipt, TrustRootInvalid) as refusal:
        _refuse(refusal, as_json)
    if as_json:
        click.echo(
            msgspec.json.format(
                msgspec.json.encode(_as_json(verification) | ({"disclosed": claims} if claims else {})), indent=2
            ).decode()
        )
    else:
        _show(verification)
        _show_disclosed(claims)
    if not verification.holds:
        raise click.exceptions.Exit(EXIT_REFUSED)


def _begins(file: Path, head: bytes) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(head)) == head


def _verify_pouch(
    file: Path,
    network: Path,
    as_json: bool,
    require: tuple[str, ...],
    max_age: timedelta | None,
    witnesses: tuple[NoteVerifier, ...],
) -> None:
    """The documents of an entry in one file: the checks of each, and those of the bundle."""
    from transire.ledger.pouch import MAX_POUCH_BYTES, check_pouch, read_pouch

    try:
        pouch = read_pouch(read_up_to(file, MAX_POUCH_BYTES))
        trust = read_up_to(network, MAX_TRUST_ROOT_BYTES)
        report = check_pouch(pouch, trust, require=require, max_age=max_age, witnesses=witnesses)
    except (NotAReceipt, TrustRootInvalid) as refusal:
        _refuse(refusal, as_json)
    if as_json:
        documents = [{"title": title, **_as_json(each)} for title, each in report.documents]
        told = {"pouch": report.entry, "holder": report.holder, "holds": report.holds, "checks": report.checks}
        click.echo(msgspec.json.format(msgspec.json.encode(told | {"documents": documents}), indent=2).decode())
    else:
        click.echo(f"Pouch of the entry {printable(report.entry)}, from {printable(report.holder)}\n")
        for check in report.checks:
            _show_check(check)
        for title, each in report.documents:
            click.echo(f"\n{printable(title)}")
            _show(each)
    if not report.holds:
        raise click.exceptions.Exit(EXIT_REFUSED)


def _disclosure_in(raw: bytes) -> Disclosure | None:
    """The disclosure that the file is; None for a receipt. Only a disclosure needs the rooms that read it."""
    if not raw.startswith(b'{"disclosure":'):
        return None
    from transire.ledger.disclosure import read_disclosure

    return read_disclosure(raw)


def _with_disclosed(verification: Verification, disclosed: Disclosure) -> tuple[Verification, dict[str, object]]:
    from transire.ledger.disclosure import check_disclosure

    check, claims = check_disclosure(disclosed, verification)
    return msgspec.structs.replace(verification, checks=(*verification.checks, check)), claims


def _show_disclosed(claims: dict[str, object]) -> None:
    if claims:
        shown = msgspec.json.format(msgspec.json.encode(claims["credentialSubject"]), indent=2).decode()
        click.echo(f"\nShown of the document:\n{chr(10).join(map(printable, shown.splitlines()))}")


def _refuse(refusal: TransireError, as_json: bool) -> NoReturn:
    if as_json:
        click.echo(msgspec.json.encode({"holds": False, "error": refusal.as_problem()}).decode())
    else:
        click.echo(f"{printable(str(refusal))}\n({refusal.code})", err=True)
    raise click.exceptions.Exit(EXIT_CALLED_WRONGLY)


def _as_json(verification: Verification) -> dict[str, object]:
    return {
        "receipt": verification.receipt,
        "network": verification.network,
        "fingerprint": verification.fingerprint,
        "holds": verification.holds,
        "checks": verification.checks,
    }


def _show(verification: Verification) -> None:
    click.echo(f"Receipt of the {printable(verification.receipt)}")
    click.echo(f"Network {verification.network}, fingerprint {verification.fingerprint}\n")
    for check in verification.checks:
        _show_check(check)
    click.echo()
    _show_result(verification)


def _show_check(check: Check) -> None:
    outcome = "FAILS" if check.outcome == "fails" else check.outcome
    word = click.style(f"{outcome:<{_OUTCOME_WIDTH}}", fg=_COLOURS[check.outcome])
    click.echo(f"  {word}  {check.name:<{_NAME_WIDTH}}  {check.title}: {printable(check.found)}")
    if check.outcome == "fails":
        if check.expected:
            click.echo(f"{_INDENT}expected: {printable(check.expected)}")
        click.echo(f"{_INDENT}{printable(check.detail)} ({check.code})")


def _show_result(verification: Verification) -> None:
    failed = [check for check in verification.checks if check.outcome == "fails"]
    missing = ", ".join(check.name for check in verification.checks if check.outcome == "not shown")
    if failed:
        names = ", ".join(check.name for check in failed)
        click.echo(f"{len(failed)} of {len(verification.checks)} checks fail: {names}.")
        click.echo(f"Next: {failed[0].fix}")
    else:
        click.echo("All checks hold" + (f"; not shown: {missing}." if missing else "."))
