"""`transire ledger`: a network of several organisations, each on a machine of its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from transire.node.settings import NodeSettings

HOME = click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)
SLUG = click.option("--slug", required=True, help="The name in addresses of the member that runs the node.")
SECRET = click.option(
    "--secret-file", type=click.Path(path_type=Path), required=True, help="File with the unlock secret; made if absent."
)
PROFILE = click.option("--profile", type=click.Choice(["production", "development"]), default="production")
LISTEN = click.option(
    "--listen", default="127.0.0.1:26656", show_default=True, help="host:port for the other nodes of the network."
)


def _in_a_folder(_: click.Context, __: click.Parameter, path: Path) -> Path:
    """Keys are made before the file is written: a slip in its name must not leave keys without it."""
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no folder {path.parent}")
    return path


CHANGE_OUT = click.option(
    "--out", type=click.Path(path_type=Path), required=True, callback=_in_a_folder, help="Where the change is written."
)
EXTERNAL = click.option("--external", default="", help="host:port under which they reach it, where that differs.")


@click.group()
def ledger() -> None:
    """Take part in a network of several organisations.

    Each organisation makes an offer; one of them puts the offers together; each joins with what came of it.

    \b
    Example:
      transire ledger install
      transire ledger offer --home ./node --slug us-customs --name "US Customs" --role customs \\
        --secret-file /etc/transire/secret --out us-customs.offer.json
    """


DID = click.option("--did", default="", help="The member's did:web, if it has one; the same at offer and join.")


@ledger.command()
@click.option("--version", default="", help="Another release of CometBFT that Transire knows.")
def install(version: str) -> None:
    """Build CometBFT with Go, and check what it was built from.

    \b
    Example:
      transire ledger install
    """
    from transire.engines.cometbft.binary import VERSION, built_from, install_cometbft

    program = install_cometbft(version=version or VERSION)
    release, checksum = built_from(program)
    click.echo(f"program   {program}\nrelease   {release}\nchecksum  {checksum}")


@ledger.command()
@HOME
@SLUG
@click.option("--name", required=True, help="The member's name on the ledger.")
@click.option("--role", "roles", multiple=True, required=True, help="Its role: customs, broker, chamber ... (repeat).")
@SECRET
@PROFILE
@LISTEN
@EXTERNAL
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, callback=_in_a_folder, help="Where the offer is written."
)
@DID
def offer(
    home: Path,
    slug: str,
    name: str,
    roles: tuple[str, ...],
    secret_file: Path,
    profile: str,
    listen: str,
    external: str,
    out: Path,
    did: str,
) -> None:
    """Make the keys of a node in a new folder, and the offer by which it can be in a network. Nothing in it is secret.

    \b
    Example:
      transire ledger offer --home ./node --slug us-customs --name "US Customs" --role customs \\
        --secret-file /etc/transire/secret --listen 0.0.0.0:26656 --external node.customs.example:26656 \\
        --out us-customs.offer.json
    """
    from transire.node.home import write_new_secret
    from transire.node.joining import prepare_node

    if not secret_file.exists():
        write_new_secret(secret_file)
    settings = _settings(profile, secret_file, listen, external)
    made = prepare_node(home, settings, slug=slug, name=name, roles=roles, did=did)
    out.write_bytes(made.raw)
    click.echo(f"member    {slug}  {made.did}\nnode      {made.peer}\noffer     {out}")


@ledger.command()
@click.argument("name")
@click.argument("offers", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--registrar", "registrars", multiple=True, required=True, help="Offer file of a registrar (repeat).")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the genesis is written.")
def found(name: str, offers: tuple[Path, ...], registrars: tuple[str, ...], out: Path) -> None:
    """Put offers together: the genesis of a network in which each governs and validates. Four can lose one.

    \b
    Example:
      transire ledger found pacific-trade a.offer.json b.offer.json c.offer.json d.offer.json \\
        --registrar a.offer.json --out genesis.json
    """
    from datetime import UTC, datetime

    from transire.ledger.genesis import fingerprint
    from transire.node.anchor import write_time
    from transire.node.joining import Candidate, found_together

    candidates = [Candidate.read(path) for path in offers]
    enrolling = [Candidate.read(Path(path)).did for path in registrars]
    genesis = found_together(name, candidates, time=write_time(datetime.now(UTC)), registrars=enrolling, parameters={})
    out.write_bytes(genesis.raw)
    click.echo(f"network   {genesis.network}\ngenesis   {out}")
    click.echo(f"Compare by telephone: {fingerprint(genesis.digest)}")


@ledger.command()
@HOME
@SLUG
@SECRET
@PROFILE
@LISTEN
@EXTERNAL
@click.option("--genesis", "genesis_file", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--peer", "peers", multiple=True, required=True, help="Offer file of another node, or id@host:port.")
@click.option("--port", default=8400, show_default=True, help="Port of the portal and the API.")
@click.option("--state-sync", default="", help="SERVER,SERVER,HEIGHT,HASH: begin with a snapshot, not with block 1.")
@DID
def join(
    home: Path,
    slug: str,
    secret_file: Path,
    profile: str,
    listen: str,
    external: str,
    genesis_file: Path,
    peers: tuple[str, ...],
    port: int,
    state_sync: str,
    did: str,
) -> None:
    """Begin with a network's genesis in a folder that `offer` made. Then run the node.

    \b
    Example:
      transire ledger join --home ./node --slug us-customs --secret-file /etc/transire/secret \\
        --genesis genesis.json --peer b.offer.json --peer c.offer.json --peer d.offer.json
    """
    from transire.ledger.genesis import Genesis, fingerprint
    from transire.node.joining import Candidate, join_network

    genesis = Genesis.parse(genesis_file.read_bytes())
    named = tuple(Candidate.read(Path(peer)).peer if Path(peer).is_file() else peer for peer in peers)
    settings = _settings(profile, secret_file, listen, external, port=port, state_sync=state_sync, peers=named)
    join_network(home, settings, genesis, slug=slug, did=did)
    click.echo(f"network   {genesis.network}")
    click.echo(f"Compare by telephone: {fingerprint(genesis.digest)}")
    click.echo(f"Next: transire node add-administrator --home {home} --slug {slug} --login ...")
    click.echo(f"Then: transire node run --home {home}")


@ledger.command()
@HOME
@click.option("--json", "as_json", is_flag=True, help="One JSON document for a monitor.")
def status(home: Path, as_json: bool) -> None:
    """Ask the CometBFT of a running node: height, peers, and what a node that joins from a snapshot needs to know.

    \b
    Example:
      transire ledger status --home ./node
    """
    import orjson

    from transire.engines.cometbft.asking import ask_pair
    from transire.node.home import Home

    told = ask_pair(Home(home).ledger)
    if as_json:
        click.echo(orjson.dumps(told))
        return
    for name, value in told.items():
        click.echo(f"{name.replace('_', ' '):<12} {', '.join(value) if isinstance(value, list) else value}")


@ledger.command()
@HOME
@SLUG
@click.option("--power", default=10, show_default=True, type=click.IntRange(1), help="Weight of its vote.")
@CHANGE_OUT
def new_validator_key(home: Path, slug: str, power: int, out: Path) -> None:
    """Make a further validator key, and the change by which the governors vote it in. The node may be running.

    \b
    Example:
      transire ledger new-validator-key --home ./node --slug us-customs --out change.json
    """
    from transire.crypto.canonical import canonical_bytes
    from transire.node.joining import offer_validator_key

    name, change = offer_validator_key(home, slug=slug, power=power)
    out.write_bytes(canonical_bytes(change) + b"\n")
    click.echo(f"key       {name}\nchange    {out}")
    click.echo(
        f"When it is voted in: stop the node, set ledger.validator_key to {name}, start it, vote the old one out."
    )


@ledger.command()
@HOME
@SLUG
@click.option("--key", "name", required=True, help="The key's name in the node's key store, such as validator-2.")
@click.option("--power", default=10, show_default=True, type=click.IntRange(0), help="Weight of its vote; 0: out.")
@CHANGE_OUT
def validator_change(home: Path, slug: str, name: str, power: int, out: Path) -> None:
    """Write the change by which the governors vote a validator key in or out that the node has already.

    The old one after a rotation, or the new one that a restore made. The node may be running.

    \b
    Example:
      transire ledger validator-change --home ./node --slug us-customs --key validator-1 --power 0 --out out.json
    """
    from transire.crypto.canonical import canonical_bytes
    from transire.node.joining import offer_validator_key

    _, change = offer_validator_key(home, slug=slug, power=power, name=name)
    out.write_bytes(canonical_bytes(change) + b"\n")
    click.echo(f"key       {name}\nchange    {out}")
    click.echo(f"Next: a governor runs transire govern propose --change {out} --as its-credentials.json")


def _settings(
    profile: str,
    secret_file: Path,
    listen: str,
    external: str,
    *,
    port: int = 8400,
    state_sync: str = "",
    peers: tuple[str, ...] = (),
) -> NodeSettings:
    from transire.node.settings import settings_from

    host, _, number = listen.rpartition(":")
    ledger_settings: dict[str, object] = {
        "engine": "cometbft",
        "p2p_host": host,
        "p2p_port": number,
        "external_address": external,
        "peers": list(peers),
        "state_sync": [part.strip() for part in state_sync.split(",") if part.strip()],
    }
    values = {"profile": profile, "port": port, "secret_file": str(secret_file.resolve()), "ledger": ledger_settings}
    return settings_from(values, where="options")
