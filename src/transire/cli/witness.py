"""`transire witness`: watch the log of a network from outside, and countersign what was seen."""

from __future__ import annotations

import time
from pathlib import Path

import click
import msgspec

from transire.cli import EXIT_REFUSED

HOME = click.option(
    "--home", type=click.Path(path_type=Path), default=Path("witness"), show_default=True, help="The witness's folder."
)


@click.group()
def witness() -> None:
    """Watch the log of a network from outside, and countersign what was seen.

    \b
    Example:
      transire witness new --name witness.example/w1
      transire witness follow https://node.customs.example https://node.brokers.example
    """


@witness.command()
@HOME
@click.option("--name", required=True, help="The witness's name, such as archive.example/w1; no blanks, no plus sign.")
def new(home: Path, name: str) -> None:
    """Make a witness with a key of its own, and print the verifier key that others name to trust it.

    \b
    Example:
      transire witness new --home witness --name witness.example/w1
    """
    from transire.witness.memory import Memory

    click.echo(Memory(home).begin(name).verifier.text)


@witness.command()
@HOME
@click.argument("urls", nargs=-1, required=True)
@click.option(
    "--log",
    "logs",
    multiple=True,
    metavar="URL=KEY",
    help="The verifier key of a node's checkpoints; without it the node is believed at first sight.",
)
@click.option("--every", type=click.FloatRange(0.2, 3600), default=2.0, show_default=True, help="Seconds of a pause.")
@click.option("--once", is_flag=True, help="Look once and end.")
def follow(home: Path, urls: tuple[str, ...], logs: tuple[str, ...], every: float, once: bool) -> None:
    """Follow one or several nodes of a network, and countersign each state of its log.

    A split view is named, kept and never countersigned. With --once it ends with exit code 1, as it does when a node
    shows another network or speaks under another key, or when no node answers.

    \b
    Example:
      transire witness follow http://127.0.0.1:8500 http://127.0.0.1:8501 --home witness
    """
    from transire.errors import TransireError
    from transire.witness.following import Follower
    from transire.witness.memory import Memory

    nodes = [url.rstrip("/") for url in urls]
    follower = Follower(Memory(home), nodes, logs=_named(logs, nodes), say=click.echo)
    try:
        while True:
            try:
                follower.look()
            except TransireError as refusal:  # it was said; a witness that is left alone goes on
                if once:
                    raise click.exceptions.Exit(EXIT_REFUSED) from refusal
            if once:
                return
            time.sleep(every)
    finally:
        follower.close()


@witness.command()
@HOME
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def show(home: Path, as_json: bool) -> None:
    """Show the witness's key, the newest log that it saw, and every split view that it found.

    \b
    Example:
      transire witness show --home witness
    """
    from transire.witness.memory import Memory

    memory = Memory(home)
    seen = memory.seen
    splits = sorted(path.name for path in home.glob("split-*.txt"))
    shown = {
        "key": memory.identity.verifier.text,
        "origin": None if seen is None else seen.origin,
        "size": None if seen is None else seen.size,
        "root": None if seen is None else seen.root,
        "signed_at": None if seen is None else seen.signed_at,
        "nodes": [] if seen is None else sorted(seen.logs),
        "splits": splits,
    }
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
        return
    for name, value in shown.items():
        text = ", ".join(value) if isinstance(value, list) else value
        click.echo(f"{name:<10} {text if text not in (None, '') else 'none'}")


def _named(logs: tuple[str, ...], nodes: list[str]) -> dict[str, str]:
    """The keys of nodes by their address. One that names no node that is followed would be passed over in silence."""
    from transire.ledger.checkpoint import NoteVerifier

    named = {}
    for each in logs:
        url, _, key = each.partition("=")
        if url.rstrip("/") not in nodes:
            raise click.UsageError(f"--log {each} names none of the nodes that are followed: {', '.join(nodes)}")
        named[url.rstrip("/")] = NoteVerifier.parse(key).text
    return named
