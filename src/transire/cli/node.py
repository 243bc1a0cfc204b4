"""`transire node`: set up a node, host members on it, run it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from transire.node.node import Node

HOME = click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)


def _address(context: click.Context, option: click.Parameter, login: str) -> str:
    """Refused before anything is made: a node or member without its administrator could not be made again."""
    from transire.desk.persons import normal_login

    return normal_login(login)


ADMINISTRATOR = click.option(
    "--administrator", required=True, callback=_address, help="E-mail address of the member's first administrator."
)
DID = click.option("--did", default="", help="Its did:web, such as did:web:acme.example; else its key is its DID.")


@click.group()
def node() -> None:
    """Set up and run a node.

    \b
    Example:
      transire node run --home ./node
    """


@node.command()
@HOME
@click.option("--network", required=True, help="Name of the new network: 2 to 17 lower-case letters, digits, hyphens.")
@click.option("--slug", required=True, help="The founding member's name in addresses, such as us-customs.")
@click.option("--name", required=True, help="The founding member's name on the ledger.")
@click.option("--role", "roles", multiple=True, required=True, help="Its role: customs, broker, chamber ... (repeat).")
@click.option(
    "--secret-file", type=click.Path(path_type=Path), required=True, help="File with the unlock secret; made if absent."
)
@click.option("--profile", type=click.Choice(["production", "development"]), default="production", show_default=True)
@ADMINISTRATOR
@DID
def init(
    home: Path,
    network: str,
    slug: str,
    name: str,
    roles: tuple[str, ...],
    secret_file: Path,
    profile: str,
    administrator: str,
    did: str,
) -> None:
    """Found a network of one node on the embedded engine. It is never made over an existing one.

    \b
    Example:
      transire node init --home ./node --network pacific-trade --slug us-customs --name "US Customs" \\
        --role customs --secret-file /etc/transire/secret --administrator admin@customs.example
    """
    from transire.node.home import write_new_secret
    from transire.node.node import NewMember, Node
    from transire.node.settings import settings_from

    if not secret_file.exists():
        write_new_secret(secret_file)
    settings = settings_from({"profile": profile, "secret_file": str(secret_file.resolve())}, where="options")
    founder = NewMember(slug, name, roles, did)
    made = Node.create(home, settings, network=network, founder=founder, keys_cost="interactive")
    with made:
        password = _new_administrator(made, slug, administrator)
    click.echo(f"network   {made.engine.network}")
    click.echo(f"member    {slug}  {made.tenant(slug).did}")
    click.echo(f"sign in   {administrator} with the password {password} (shown once; change it at the first sign-in)")
    click.echo(f"Next: transire node run --home {home}")


@node.command()
@HOME
@click.option("--slug", required=True, help="The member's name in addresses.")
@click.option("--name", required=True, help="The member's name on the ledger.")
@click.option("--role", "roles", multiple=True, required=True, help="Its role (repeat for several).")
@click.option("--registrar", required=True, help="Slug of the hosted member that enrols it.")
@ADMINISTRATOR
@DID
def add_member(
    home: Path, slug: str, name: str, roles: tuple[str, ...], registrar: str, administrator: str, did: str
) -> None:
    """Host a further member. The node must not be running.

    \b
    Example:
      transire node add-member --home ./node --slug acme --name "Acme Imports" --role importer \\
        --registrar us-customs --administrator admin@acme.example
    """
    from transire.node.node import NewMember, Node

    with Node.open(home) as opened:
        tenant = opened.add_member(NewMember(slug, name, roles, did), registrar=opened.tenant(registrar))
        password = _new_administrator(opened, slug, administrator)
        click.echo(f"member    {slug}  {tenant.did}")
        click.echo(f"sign in   {administrator} with the password {password} (shown once)")


@node.command()
@HOME
@click.option("--slug", required=True, help="The hosted member whose key is exchanged.")
@click.option(
    "--purpose",
    type=click.Choice(["act", "credential", "agree", "transport", "recover", "exchange"]),
    required=True,
    help="What the key is for; exchange: vc+jwt by ES384 for readers outside.",
)
@click.option(
    "--distrusted-from",
    type=click.IntRange(min=1),
    metavar="HEIGHT",
    help="The old key is compromised: nothing that it signed from this block on is to be believed.",
)
def rotate_key(home: Path, slug: str, purpose: str, distrusted_from: int | None) -> None:
    """Exchange a key of a hosted member. The node must not be running.

    The old key signs nothing any more; what it signed before stays verifiable. The member's recover key signs the
    change, so that a stolen act key cannot make it. An exchange key is no key of the ledger: it is told in the
    member's did:web document, and a compromised one is told no more, whatever the height.

    \b
    Example:
      transire node rotate-key --home ./node --slug acme --purpose act
    """
    from transire.node.node import Node
    from transire.node.rotation import EXCHANGE, rotate_exchange_key
    from transire.node.rotation import rotate_key as rotate

    with Node.open(home) as opened:
        tenant = opened.tenant(slug)
        opened.settle()
        if purpose == EXCHANGE:
            made = rotate_exchange_key(tenant, compromised=distrusted_from is not None)
        else:
            made = rotate(opened, tenant, purpose, distrusted_from=distrusted_from)
    since = f"from block {made.height} on" if made.height else "from now on"
    click.echo(f"new       {made.name}, {since}")
    click.echo(f"retired   {', '.join(made.retired) or 'none'}")
    if purpose == "agree":
        click.echo(f"documents {made.rewrapped} wrapped for the new key")
    if made.hybrid:
        click.echo(f"hybrid    {made.hybrid}, told to the other members from the node's next start on")
    click.echo("Take a new backup: older ones do not hold the new key.")


@node.command()
@HOME
@click.option("--slug", required=True, help="The hosted member.")
@click.option("--again", "step", flag_value="again", help="Tell members that were enrolled since; make no key.")
@click.option("--end", "step", flag_value="end", help="From now on there is none: others seal for the agree key alone.")
def hybrid_key(home: Path, slug: str, step: str | None) -> None:
    """Make a key that withstands quantum computers (ML-KEM-768 beside X25519) and tell every other member.

    What others seal for this member from then on cannot be opened by whoever records it now and can break X25519
    later. It stands beside the agree key on the ledger and ends with it; rotate-key makes a new one along with that.
    Run it again for a new one. The node must not be running; it delivers at its next start.

    \b
    Example:
      transire node hybrid-key --home ./node --slug acme
    """
    from transire.node.hybrid import end_hybrid_key, make_hybrid_key, tell_again
    from transire.node.node import Node

    with Node.open(home) as opened:
        tenant = opened.tenant(slug)
        if step == "again":
            click.echo(f"told      {tell_again(opened, tenant)} members that had not been")
            return
        told = (end_hybrid_key if step == "end" else make_hybrid_key)(opened, tenant)
    click.echo(f"hybrid    {told.name or 'none any more'}, told to {told.recipients} members")
    if told.name:
        click.echo("Take a new backup: older ones do not hold the new key.")


@node.command()
@HOME
@click.option("--slug", required=True, help="The hosted member.")
@click.option("--login", required=True, help="The administrator's e-mail address.")
def add_administrator(home: Path, slug: str, login: str) -> None:
    """Give a hosted member an administrator, with a password that is shown once.

    The first one of an organisation that joined a network with `transire ledger join`; or a further one where nobody
    who can sign in is left. The node must not be running.

    \b
    Example:
      transire node add-administrator --home ./node --slug us-customs --login admin@customs.example
    """
    from transire.node.node import Node

    opened = Node.open(home)
    try:
        password = _new_administrator(opened, slug, login)
    finally:
        opened.close()
    click.echo(f"sign in   {login} with the password {password} (shown once; change it at the first sign-in)")


@node.command()
@HOME
def members(home: Path) -> None:
    """List the members that this node hosts.

    \b
    Example:
      transire node members --home ./node
    """
    from transire.node.node import Node

    opened = Node.open(home)
    try:
        for tenant in opened.tenants.values():
            click.echo(f"{tenant.slug:<24} {tenant.name:<40} {', '.join(tenant.roles):<20} {tenant.did}")
    finally:
        opened.close()


@node.command()
@HOME
@click.option("--slug", required=True, help="The member's name in addresses.")
@click.option("--name", required=True, help="The member's name on the ledger.")
@click.option("--role", "roles", multiple=True, required=True, help="Its role (repeat for several).")
@ADMINISTRATOR
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The enrolment, for a registrar.")
@DID
def prepare_member(
    home: Path, slug: str, name: str, roles: tuple[str, ...], administrator: str, out: Path, did: str
) -> None:
    """Make the keys of a member that this node will host, for a registrar elsewhere to enrol.

    The node must not be running. From its next start on it hosts the member, which can act once it is enrolled.

    \b
    Example:
      transire node prepare-member --home ./node --slug acme --name "Acme Imports" --role importer \\
        --administrator admin@acme.example --out acme.enrolment.json
    """
    from transire.crypto.canonical import canonical_bytes
    from transire.node.node import NewMember, Node

    opened = Node.open(home)
    try:
        out.write_bytes(canonical_bytes(opened.prepare_member(NewMember(slug, name, roles, did))))
        password = _new_administrator(opened, slug, administrator)
    finally:
        opened.close()
    click.echo(f"enrolment {out}")
    click.echo(f"sign in   {administrator} with the password {password} (shown once)")
    click.echo(f"Next: a registrar runs transire govern enrol {out} --as its-credentials.json")


@node.command()
@HOME
@click.option("--slug", required=True, help="The hosted member.")
@click.option("--login", required=True, help="E-mail address of the person for whom the program acts.")
@click.option("--scope", "scopes", multiple=True, required=True, help="What it may do (repeat); see the permissions.")
@click.option("--days", type=click.IntRange(1, 366), default=90, show_default=True, help="How long it is good.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file; only its owner can read it.")
def credentials(home: Path, slug: str, login: str, scopes: tuple[str, ...], days: int, out: Path) -> None:
    """Make a key with which a program signs its requests (RFC 9421), and the file that the program reads.

    The node must not be running. The key is in the file alone; the node knows its public half.

    \b
    Example:
      transire node credentials --home ./node --slug us-customs --login admin@customs.example \\
        --scope network.govern --scope network.read --out customs.json
    """
    from transire.node.credentials import make_credentials
    from transire.node.node import Node

    opened = Node.open(home)
    try:
        key_id = make_credentials(opened, slug=slug, login=login, scopes=scopes, days=days, out=out)
    finally:
        opened.close()
    click.echo(f"{out}: signs as {key_id} for {login} at {slug}, good for {days} days")


@node.command()
@HOME
@click.option("--slug", required=True, help="The hosted member that lost something.")
def ask_again(home: Path, slug: str) -> None:
    """Ask every other member to deliver again what it ever delivered to this one, as after a restore.

    What is here already changes nothing. The node must not be running; start it then, to receive.

    \b
    Example:
      transire node ask-again --home ./node --slug acme
    """
    from transire.node.node import Node
    from transire.node.recovery import ask_everybody

    opened = Node.open(home)
    try:
        for answer in ask_everybody(opened, opened.tenant(slug)):
            said = answer.refused if answer.envelopes is None else f"{answer.envelopes} envelopes come again"
            click.echo(f"{answer.name:<40} {said}")
    finally:
        opened.close()
    click.echo(f"Next: transire node run --home {home}")


@node.command()
@HOME
def announce(home: Path) -> None:
    """Enter this node's address in the records of its members, so that other nodes deliver to it.

    The address is the setting public_url, or what it listens on. The node must not be running.

    \b
    Example:
      transire node announce --home ./node
    """
    from transire.node.node import Node

    with Node.open(home) as opened:
        for tenant in opened.tenants.values():
            changed = tenant.announce(opened.settings.origin)
            said = opened.settings.origin if changed else f"{opened.settings.origin} as before"
            click.echo(f"{tenant.slug:<24} {said}")


@node.command()
@HOME
def run(home: Path) -> None:
    """Run the node: engine, beat, portal and API, until it is interrupted.

    \b
    Example:
      transire node run --home ./node
    """
    from transire.node.logs import configure_logs
    from transire.node.node import Node
    from transire.portal.server import serve

    opened = Node.open(home)
    configure_logs(opened.settings.log_level)
    with opened:
        told = f"{opened.engine.network} at {opened.settings.origin}  (Ctrl-C stops it)"
        serve(opened, when_open=lambda: click.echo(told))


def _new_administrator(opened: Node, slug: str, login: str) -> str:
    """Add a person who administers the member, with a password that is shown once."""
    import secrets

    from transire.desk.persons import add_person

    tenant = opened.tenant(slug)
    password = secrets.token_urlsafe(18)
    with tenant.transaction() as tx:
        person = add_person(tx, name="Administrator", login=login, roles=["administrator"], now=tenant.now())
    tenant.sign_in_desk.set_password(person.id, password, now=tenant.now())
    return password
