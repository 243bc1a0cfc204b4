"""`transire network`: a network of organisations on this machine, each with a node pair of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from transire.cli import EXIT_REFUSED

if TYPE_CHECKING:
    from transire.network.watching import NetworkStatus

HOME = click.option(
    "--home",
    type=click.Path(path_type=Path),
    default=Path("out/network"),
    show_default=True,
    help="The network's folder.",
)


@click.group()
def network() -> None:
    """Run a network of organisations on this machine, for trying out and for tests.

    \b
    Example:
      transire network up
      transire network status
      transire network down
    """


@network.command()
@HOME
@click.option("--validators", type=click.IntRange(1, 7), default=4, show_default=True, help="How many organisations.")
@click.option(
    "--port", type=click.IntRange(1024, 65000), default=8500, show_default=True, help="Port of the first node."
)
@click.option("--name", default="transire-net", show_default=True, help="The network's name.")
@click.option("--witness", "witnesses", multiple=True, metavar="KEY", help="Verifier key of a witness (repeat).")
def up(home: Path, validators: int, port: int, name: str, witnesses: tuple[str, ...]) -> None:
    """Found a network and start its nodes; one that is there is started as it is.

    Installs CometBFT with Go where it is not found. The organisations are made up, and all keys lie in this one folder.

    \b
    Example:
      transire network up --validators 4 --home out/network
    """
    from transire.network import founding, processes
    from transire.network.plan import Place, Plan, check_ports

    say, place = _telling(), Place(home)
    _warn_once()
    _provide_cometbft(say)
    plan = place.read() if place.exists else Plan.of(name, validators, port, witnesses)
    check_ports(node for node in plan.nodes if processes.find(place, node) is None)
    if not place.exists:
        plan = founding.found(place, plan, say)
    for node in plan.nodes:
        processes.start(place, node)
        say(f"{node.slug:<10} started, portal and API at {node.url}")
    processes.wait_until_up(place, plan.nodes, height=2)
    say("every node answers, and the first blocks are made")
    founding.enrol_hosted(place, plan, say)
    say("the network is up")
    click.echo(f"Next: transire network status --home {home}")


@network.command()
@HOME
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def status(home: Path, as_json: bool) -> None:
    """Show each node's height, peers and lag, and whether all have the same state.

    Exit code 1 when a node does not answer or the states differ.

    \b
    Example:
      transire network status --json
    """
    from transire.network.plan import Place
    from transire.network.watching import look

    place = Place(home)
    found = look(place, place.read())
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
    else:
        _show(found)
    if found.agree is False or any(line.state not in ("up", "catching up") for line in found.nodes):
        raise click.exceptions.Exit(EXIT_REFUSED)


@network.command()
@HOME
@click.argument("slug", required=False)
@click.option("-n", "--lines", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Lines of each log.")
@click.option("--follow", is_flag=True, help="Go on with what is written from now on, until Ctrl-C.")
def logs(home: Path, slug: str | None, lines: int, follow: bool) -> None:
    """Show the logs of all nodes, or of one.

    \b
    Example:
      transire network logs customs --follow
    """
    from transire.network.plan import Place

    place = Place(home)
    plan = place.read()
    nodes = plan.nodes if slug is None else (plan.node(slug),)
    width = max(len(node.slug) for node in nodes)
    places: dict[Path, int] = {}
    for node in nodes:
        path = place.log(node.slug)
        content = path.read_bytes() if path.exists() else b""
        places[path] = len(content)
        for line in content.decode("utf-8", "replace").splitlines()[-lines:]:
            click.echo(f"{node.slug:<{width}}  {line}")
    while follow:
        time.sleep(0.3)
        for path, read in places.items():
            with path.open("rb") as file:
                file.seek(read)
                fresh = file.read()
            places[path] = read + len(fresh)
            for line in fresh.decode("utf-8", "replace").splitlines():
                click.echo(f"{path.stem:<{width}}  {line}")


@network.command()
@HOME
@click.argument("slug", required=False)
def start(home: Path, slug: str | None) -> None:
    """Start all nodes, or one, and wait until they answer.

    \b
    Example:
      transire network start customs
    """
    from transire.network import processes
    from transire.network.plan import Place, check_ports

    place, say = Place(home), _telling()
    plan = place.read()
    nodes = plan.nodes if slug is None else (plan.node(slug),)
    check_ports(node for node in nodes if processes.find(place, node) is None)
    for node in nodes:
        processes.start(place, node)
    processes.wait_until_up(place, nodes)
    say(f"{', '.join(node.slug for node in nodes)}: up")


@network.command()
@HOME
@click.argument("slug")
def stop(home: Path, slug: str) -> None:
    """Stop one node; the others go on while more than two thirds of the validators do.

    \b
    Example:
      transire network stop aduana
    """
    from transire.network import processes
    from transire.network.plan import Place

    place = Place(home)
    killed = processes.stop(place, [place.read().node(slug)])
    click.echo(f"{slug}: {'killed, it did not end by itself' if killed else 'stopped'}")


@network.command()
@HOME
@click.option("--remove", is_flag=True, help="Delete the folder afterwards, with every key and document in it.")
def down(home: Path, remove: bool) -> None:
    """Stop every node.

    \b
    Example:
      transire network down
    """
    import shutil

    from transire.network import processes
    from transire.network.plan import Place

    place = Place(home)
    plan = place.read()
    killed = processes.stop(place, plan.nodes)
    click.echo("stopped" + (f"; killed because they did not end: {', '.join(killed)}" if killed else ""))
    if remove:
        shutil.rmtree(place.home)
        click.echo(f"{place.home} removed")


@network.command()
@HOME
@click.option("--rate", type=click.IntRange(1, 1000), default=20, show_default=True, help="Actions a second, of all.")
@click.option("--seconds", type=click.IntRange(1, 600), default=15, show_default=True, help="How long.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def load(home: Path, rate: int, seconds: int, as_json: bool) -> None:
    """Submit actions at a steady rate through all nodes, and say what became of them and how long it took.

    \b
    Example:
      transire network load --rate 50 --seconds 20
    """
    from transire.network.loading import run_load
    from transire.network.plan import Place

    place = Place(home)
    found = run_load(place, place.read(), rate=rate, seconds=seconds)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return
    click.echo(f"offered   {found.offered} actions in {found.seconds:.1f} s, {rate} a second asked for")
    click.echo(f"accepted  {found.accepted}, {found.accepted_per_second:.1f} a second")
    for code, count in found.refused.items():
        click.echo(f"refused   {count} with {code}")
    click.echo(
        f"latency   p50 {found.p50_ms} ms, p95 {found.p95_ms} ms, p99 {found.p99_ms} ms, most {found.most_ms} ms"
    )
    click.echo("          from submitting to the answer that it is final and proved, as the submitter sees it")


@network.command("add-validator")
@HOME
@click.argument("slug")
@click.option("--name", required=True, help="The organisation's name on the ledger.")
@click.option("--role", "roles", multiple=True, required=True, help="Its role (repeat for several).")
def add_validator(home: Path, slug: str, name: str, roles: tuple[str, ...]) -> None:
    """Take a further organisation in: enrolled by a registrar, then made a validator by the governors' votes.

    \b
    Example:
      transire network add-validator chamber --name "Border Chamber" --role chamber
    """
    from transire.network.growing import add_organisation
    from transire.network.plan import Place

    _warn_once()
    place = Place(home)
    add_organisation(place, place.read(), slug=slug, name=name, roles=roles, say=_telling())


@network.command()
@HOME
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where the proofs go; by itself into the network's folder."
)
def demo(home: Path, out: Path | None) -> None:
    """Tell the seven steps of the demo on the running network, each organisation on its own node.

    \b
    Example:
      transire network demo
    """
    from transire.network.plan import Place
    from transire.network.story import tell_on

    place = Place(home)
    tell_on(place, place.read(), out or place.home / "demo")


def _warn_once() -> None:
    """Each cheap key store warns of itself; here it is said once."""
    import logging

    logging.getLogger("transire.crypto.keystore").setLevel(logging.ERROR)
    click.echo("A network for trying out: all keys lie in one folder, in key stores without protection.")


def _provide_cometbft(say: Callable[[str], None]) -> None:
    """Find CometBFT, or have Go build it."""
    from transire.engines.cometbft.binary import VERSION, find_cometbft, install_cometbft
    from transire.engines.cometbft.errors import CometBftMissing

    try:
        program = find_cometbft()
    except CometBftMissing:
        say(f"building CometBFT {VERSION} with Go; this takes some minutes, once")
        program = install_cometbft()
    say(f"CometBFT {VERSION} at {program}")


def _telling() -> Callable[[str], None]:
    """Says what was done, with the seconds since the command began."""
    begun = time.monotonic()
    return lambda fact: click.echo(f"{time.monotonic() - begun:6.1f} s  {fact}")


COLUMNS = (
    ("node", 10, "<"),
    ("state", 11, "<"),
    ("height", 8, ">"),
    ("lag", 4, ">"),
    ("peers", 5, ">"),
    ("pending", 7, ">"),
    ("restarts", 8, ">"),
    ("app_hash", 12, "<"),
)


def _show(found: NetworkStatus) -> None:
    click.echo(f"{found.network}, {found.validators or 'no'} validators")
    click.echo("  ".join(f"{name:{side}{width}}" for name, width, side in COLUMNS))
    for line in found.nodes:
        cells = (line.slug, line.state, line.height, line.lag, line.peers, line.pending, line.restarts, line.app_hash)
        texts = ["-" if cell is None else str(cell)[:width] for cell, (_, width, _) in zip(cells, COLUMNS, strict=True)]
        click.echo("  ".join(f"{text:{side}{width}}" for text, (_, width, side) in zip(texts, COLUMNS, strict=True)))
        if line.failure:
            click.echo(f"            {line.failure}")
    if found.agree is None:
        click.echo("Fewer than two nodes could be compared.")
    elif found.agree:
        click.echo(f"All that answer have the same state at height {found.compared_at}.")
    else:
        click.echo(click.style(f"THE STATES DIFFER at height {found.compared_at}.", fg="red"))
