"""`transire govern`: propose and approve changes of the network, enrol and suspend members, at a running node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

if TYPE_CHECKING:
    from transire.client.connection import Connection

AS = click.option(
    "--as",
    "credentials",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    required=True,
    help="File that says for whom you act, made by `transire node credentials`.",
)


CHECK = click.option("--check", is_flag=True, help="Only say what it would do, or why it would be refused.")


@click.group()
def govern() -> None:
    """Govern the network: proposals of the governors, members of the registrars.

    \b
    Example:
      transire govern list --as customs.json
    """


@govern.command("list")
@AS
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def list_(credentials: Path, as_json: bool) -> None:
    """List the proposals of late: what would change, who approved, whether it is decided.

    \b
    Example:
      transire govern list --as customs.json
    """
    from transire.api.changes import change_words

    with _connect(credentials) as node:
        view = node.get("/network")
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(view["proposals"]), indent=2).decode())
        return
    names = {member["did"]: member["name"] for member in view["members"]}
    governors = view["governors"]
    click.echo(f"{len(governors)} governors; {len(governors) * 2 // 3 + 1} approvals decide")
    for each in view["proposals"]:
        state = f"decided at height {each['decided']}" if each["decided"] else f"open until {each['lapses']}"
        click.echo(f"\n{each['id']}  {state}")
        click.echo(f"  {change_words(each['change'], names).text}")
        click.echo(f"  approved by {', '.join(names.get(did, did) for did in each['approvals'])}")


@govern.command()
@AS
@click.option("--appoint", metavar="OFFICE:DID", help="Make a member governor or registrar.")
@click.option("--dismiss", metavar="OFFICE:DID", help="End that office.")
@click.option("--parameter", metavar="NAME=NUMBER", help="Set a number of the network, such as actions_per_block=1000.")
@click.option(
    "--validator",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with a validator's key and proof: an organisation's offer, or what `ledger new-validator-key` wrote.",
)
@click.option("--power", type=click.IntRange(0, 2**40), help="What the validator's vote weighs; 0 takes it out.")
@click.option("--rules", metavar="VERSION@HEIGHT", help="From that block on the rules of that version decide.")
@click.option(
    "--change",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with any change as the ledger writes it (spec/action.md).",
)
@CHECK
def propose(
    credentials: Path,
    appoint: str | None,
    dismiss: str | None,
    parameter: str | None,
    validator: Path | None,
    power: int | None,
    rules: str | None,
    change: Path | None,
    check: bool,
) -> None:
    """Open a vote on one change, with your member's own approval. Says first what it would do, and is refused before
    anything is signed if the ledger would refuse it.

    \b
    Example:
      transire govern propose --parameter actions_per_block=1000 --as customs.json
      transire govern propose --validator chamber.offer.json --power 10 --as customs.json
    """
    wanted = [
        *(_office("appoint", text) for text in (appoint,) if text),
        *(_office("dismiss", text) for text in (dismiss,) if text),
        *(_parameter(text) for text in (parameter,) if text),
        *(_validator(path, power) for path in (validator,) if path),
        *(_rules(text) for text in (rules,) if text),
        *(_object(path) for path in (change,) if path),
    ]
    if len(wanted) != 1 or (power is not None and validator is None):
        raise click.UsageError(
            "Name one change: --appoint, --dismiss, --parameter, --validator with --power, --rules or --change."
        )
    with _connect(credentials) as node:
        _say_first(node, "propose", wanted[0])
        if not check:
            click.echo(node.post("/network/proposals", {"change": wanted[0]})["proposal"])


@govern.command()
@AS
@click.argument("proposal")
def approve(credentials: Path, proposal: str) -> None:
    """Approve a proposal; the approval that makes more than two thirds decides it.

    \b
    Example:
      transire govern approve 2c26b46b68ffc68ff99b453c1d30413413422d70 --as brokers.json
    """
    with _connect(credentials) as node:
        answer = node.post(f"/network/proposals/{proposal}/approve")
    click.echo("decided" if answer["decided"] else "approved; further governors are needed")


@govern.command()
@AS
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@CHECK
def enrol(credentials: Path, file: Path, check: bool) -> None:
    """Enter a member, as its registrar: FILE is what the node made that keeps its keys, or an organisation's offer.

    \b
    Example:
      transire govern enrol acme.enrolment.json --as chamber.json
    """
    found = _object(file)
    enrolment = found.get("member", found)
    with _connect(credentials) as node:
        _say_first(node, "enrol", enrolment)
        if check:
            return
        answer = node.post("/network/members", enrolment)
    click.echo(f"{answer['did']} is a member from height {answer['height'] + 1} on")


@govern.command()
@AS
@click.argument("did")
@CHECK
def suspend(credentials: Path, did: str, check: bool) -> None:
    """Suspend a member, as its registrar.

    \b
    Example:
      transire govern suspend did:web:acme.example --as chamber.json
    """
    with _connect(credentials) as node:
        _say_first(node, "suspend", did)
        if check:
            return
        answer = node.post(f"/network/members/{_quoted(did)}/suspend")
    click.echo(f"{did} is suspended from height {answer['height'] + 1} on")


@govern.command()
@AS
@click.argument("did")
@CHECK
def readmit(credentials: Path, did: str, check: bool) -> None:
    """Let a suspended member act again, as its registrar.

    \b
    Example:
      transire govern readmit did:web:acme.example --as chamber.json
    """
    with _connect(credentials) as node:
        _say_first(node, "readmit", did)
        if check:
            return
        answer = node.post(f"/network/members/{_quoted(did)}/readmit")
    click.echo(f"{did} can act from height {answer['height'] + 1} on")


def _connect(path: Path) -> Connection:
    from transire.client.connection import Credentials

    return Credentials.read(path).connect()


def _office(kind: str, text: str) -> dict[str, Any]:
    office, _, member = text.partition(":")
    return {"type": kind, "office": office, "member": member}


def _parameter(text: str) -> dict[str, Any]:
    name, _, value = text.partition("=")
    if not value.isdecimal():
        raise click.UsageError("A parameter is NAME=NUMBER.")
    return {"type": "parameter", "name": name, "value": int(value)}


def _rules(text: str) -> dict[str, Any]:
    version, _, height = text.partition("@")
    if not (version.isdecimal() and height.isdecimal()):
        raise click.UsageError("Rules are VERSION@HEIGHT.")
    return {"type": "rules", "version": int(version), "height": int(height)}


def _validator(path: Path, power: int | None) -> dict[str, Any]:
    from transire.api.changes import validator_change

    return validator_change(_object(path), power)


def _say_first(node: Connection, what: str, content: Any) -> None:
    """What it would do, on standard error: what was made of it is alone on standard output."""
    for sentence in node.post("/network/checks", {what: content})["says"]:
        click.echo(sentence, err=True)


def _object(path: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError as error:
        raise click.UsageError(f"{path.name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise click.UsageError(f"{path.name} is no JSON object.")
    return found


def _quoted(did: str) -> str:
    from urllib.parse import quote

    return quote(did, safe=":")
