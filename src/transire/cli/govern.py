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
        click.echo(f"  {msgspec.json.encode(each['change']).decode()}")
        click.echo(f"  approved by {', '.join(names.get(did, did) for did in each['approvals'])}")


@govern.command()
@AS
@click.option("--appoint", metavar="OFFICE:DID", help="Make a member governor or registrar.")
@click.option("--dismiss", metavar="OFFICE:DID", help="End that office.")
@click.option("--parameter", metavar="NAME=NUMBER", help="Set a number of the network, such as actions_per_block=1000.")
@click.option(
    "--change",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File with any change as the ledger writes it (spec/action.md), such as a validator's.",
)
def propose(
    credentials: Path, appoint: str | None, dismiss: str | None, parameter: str | None, change: Path | None
) -> None:
    """Open a vote on one change, with your member's own approval.

    \b
    Example:
      transire govern propose --parameter actions_per_block=1000 --as customs.json
    """
    wanted = [
        *(_office("appoint", text) for text in (appoint,) if text),
        *(_office("dismiss", text) for text in (dismiss,) if text),
        *(_parameter(text) for text in (parameter,) if text),
        *(_object(path) for path in (change,) if path),
    ]
    if len(wanted) != 1:
        raise click.UsageError("Name one change: --appoint, --dismiss, --parameter or --change.")
    with _connect(credentials) as node:
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
def enrol(credentials: Path, file: Path) -> None:
    """Enter a member, as its registrar: FILE is what the node made that keeps its keys.

    \b
    Example:
      transire govern enrol acme.enrolment.json --as chamber.json
    """
    with _connect(credentials) as node:
        answer = node.post("/network/members", _object(file))
    click.echo(f"{answer['did']} is a member from height {answer['height'] + 1} on")


@govern.command()
@AS
@click.argument("did")
def suspend(credentials: Path, did: str) -> None:
    """Suspend a member, as its registrar.

    \b
    Example:
      transire govern suspend did:web:acme.example --as chamber.json
    """
    with _connect(credentials) as node:
        answer = node.post(f"/network/members/{_quoted(did)}/suspend")
    click.echo(f"{did} is suspended from height {answer['height'] + 1} on")


@govern.command()
@AS
@click.argument("did")
def readmit(credentials: Path, did: str) -> None:
    """Let a suspended member act again, as its registrar.

    \b
    Example:
      transire govern readmit did:web:acme.example --as chamber.json
    """
    with _connect(credentials) as node:
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
    if not value.isdigit():
        raise click.UsageError("A parameter is NAME=NUMBER.")
    return {"type": "parameter", "name": name, "value": int(value)}


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
