"""`transire backup`: copy a node into one sealed file, check such a file, make a node from it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from transire.node.backup import Manifest
    from transire.node.sealed_tar import Progress

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.group()
def backup() -> None:
    """Back up a node, and restore it.

    \b
    Example:
      transire backup create --home ./node --to /backups/node-2026-11-22.tar
    """


@backup.command()
@click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)
@click.option("--to", "file", type=click.Path(path_type=Path), required=True, help="The file to write.")
def create(home: Path, file: Path) -> None:
    """Copy a node into one sealed file, whether it runs or not.

    The file holds everything but the secret that unlocks the keys: keep that elsewhere, for without it the file is of
    no use, and whoever has both has the keys. What the node knows in clear is in clear in the file: guard it likewise.

    \b
    Example:
      transire backup create --home ./node --to /backups/node-2026-11-22.tar
    """
    from transire.node.backup import create_backup

    with _counting("copying") as progress:
        made = create_backup(home, file, progress)
    _show(made.manifest)
    click.echo(f"size      {_size(made.size)}")
    click.echo(f"seal      {made.digest}")
    click.echo(f"Next: transire backup check {file}")


@backup.command()
@FILE
def check(file: Path) -> None:
    """Read a backup through and say whether every byte of it is what it was.

    \b
    Example:
      transire backup check /backups/node-2026-11-22.tar
    """
    from transire.node.restore import check_backup

    with _counting("reading") as progress:
        manifest = check_backup(file, progress)
    _show(manifest)
    click.echo(
        "whole     every byte is as it was sealed; who sealed it is checked with the secret, when it is restored"
    )


@backup.command()
@FILE
@click.option("--to", "home", type=click.Path(path_type=Path), required=True, help="The folder to make.")
@click.option(
    "--secret-file",
    type=click.Path(path_type=Path),
    help="File with the node's unlock secret; else where the node's settings say it is.",
)
@click.option(
    "--destroyed",
    type=click.Path(path_type=Path),
    help="The old node's list destroyed.jsonl: what it names is destroyed again when the node starts.",
)
def restore(file: Path, home: Path, secret_file: Path | None, destroyed: Path | None) -> None:
    """Make a node from a backup, in a new folder.

    Its ledger goes on under a new name with a new validator key, which nobody can confuse with the old one: what was
    proved before stays proved under the old network.json, which is kept. What the ledger accepted after the backup was
    made is not in it. Never start the old node again.

    A node of a network of several organisations joins the same network again, with a new validator key that has no
    vote yet.

    \b
    Example:
      transire backup restore /backups/node-2026-11-22.tar --to ./node --secret-file /etc/transire/secret
    """
    from transire.ledger.genesis import fingerprint
    from transire.node.restore import restore_backup

    with _counting("restoring") as progress:
        restored = restore_backup(file, home, secret_file=secret_file, tombstones=destroyed, progress=progress)
    _show(restored.manifest)
    if destroyed is None:
        click.echo("destroyed no list was given: what was destroyed after the backup was made is back (--destroyed)")
    end, genesis = restored.manifest.end, restored.genesis
    if genesis.network == end.network:
        _show_joined(home, restored.manifest.members[0])
        return
    click.echo(f"now       {genesis.network}, from block {genesis.height + 1} on")
    click.echo(f"compare   {fingerprint(genesis.digest)}")
    click.echo(f"earlier   ledger/earlier/{end.network}/network.json verifies the receipts until block {end.height}")
    click.echo("missing   whatever the ledger accepted after that block: it must be stated again")
    click.echo(f"Give {home / 'network.json'} to all who verify receipts. Never start the old node again.")
    click.echo(f"Next: transire doctor --home {home} --deep")


def _show_joined(home: Path, slug: str) -> None:
    from transire.node.settings import read_settings

    key = read_settings(home).ledger.validator_key
    click.echo("ledger    none: the node gets it from the other nodes of the network when it runs")
    click.echo(f"validator {key}, a new key, which has no vote; the old one may have signed after the backup was made")
    click.echo(
        "Never start the old node again. Have the governors vote the new key in and the old one out; the change:"
    )
    click.echo(f"      transire ledger validator-change --home {home} --slug {slug} --key {key} --out change.json")
    click.echo(f"Next: transire node run --home {home}; when it has caught up, start it once more.")


def _show(manifest: Manifest) -> None:
    click.echo(f"network   {manifest.end.network}")
    click.echo(f"as of     block {manifest.end.height}, {manifest.last_block}; copied {manifest.made}")
    for slug in manifest.members:
        sizes = [entry.size for entry in manifest.files if entry.name.startswith(f"members/{slug}/")]
        click.echo(f"member    {slug:<24} {len(sizes):>6} files  {_size(sum(sizes)):>10}")
    ledger = sum(entry.size for entry in manifest.files if entry.name.startswith("ledger/"))
    click.echo(f"ledger    {_size(ledger)}")


@contextmanager
def _counting(doing: str) -> Iterator[Progress]:
    """Say on a terminal how far it is; what it was is said at the end."""
    on_terminal = sys.stderr.isatty()
    done, told = 0, 0

    def count(name: str, size: int) -> None:
        nonlocal done, told
        done += size
        if on_terminal and done - told >= 1 << 23:
            told = done
            click.echo(f"\r{doing} {_size(done):>10}  {name[:60]:<60}", nl=False, err=True)

    yield count
    if told:
        click.echo("\r" + " " * 90 + "\r", nl=False, err=True)


def _size(octets: int) -> str:
    """A size for a person.

    >>> _size(999), _size(123456)
    ('999 B', '120.5 KiB')
    """
    if octets < 1024:
        return f"{octets} B"
    units = ("KiB", "MiB", "GiB", "TiB")
    power = min((octets.bit_length() - 1) // 10, len(units))
    tenths = octets * 10 >> 10 * power
    return f"{tenths // 10}.{tenths % 10} {units[power - 1]}"
