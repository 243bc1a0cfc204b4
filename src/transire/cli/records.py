"""`transire records`: the projection can be dropped and built again at any time."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def records() -> None:
    """Rebuild the records of a node.

    \b
    Example:
      transire records rebuild --home ./node
    """


@records.command()
@click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)
@click.option("--member", help="Only this member (its slug); otherwise all.")
def rebuild(home: Path, member: str | None) -> None:
    """Drop and rebuild the records from the journal, the vault and the ledger. Stop the node first.

    \b
    Example:
      transire records rebuild --home ./node --member us-customs
    """
    from transire.crypto.encoding import b64url
    from transire.node.node import Node
    from transire.node.rebuilding import rebuild_records, records_digest

    node = Node.open(home)
    try:
        for tenant in [node.tenant(member)] if member else node.tenants.values():
            before = records_digest(tenant)
            with click.progressbar(length=1, label=f"{tenant.slug:<24}", show_eta=True) as bar:

                def progress(done: int, of: int) -> None:
                    bar.length, bar.pos = of, done
                    bar.update(0)

                after = rebuild_records(tenant, progress)
            verdict = "same content" if before == after else "content differed and is now rebuilt"
            click.echo(f"{tenant.slug:<24} {verdict}, digest {b64url(after)}")
    finally:
        node.close()
