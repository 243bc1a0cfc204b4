"""`transire doctor`: examine a node that is not running."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)
@click.option("--deep", is_flag=True, help="Compute everything again: roots, commitments, records.")
@click.option("--json", "as_json_", is_flag=True, help="One JSON document for a monitor.")
def doctor(home: Path, deep: bool, as_json_: bool) -> int:
    """Examine a node and say what is wrong with it. Stop the node first.

    \b
    Exit status 0: healthy. 1: something is wrong, and it is named.

    \b
    Example:
      transire doctor --home ./node --deep
    """
    from transire.node.doctor import as_json, examine

    found = []
    for examination in examine(home, deep=deep):
        found.append(examination)
        if not as_json_:
            click.echo(f"{'well' if examination.healthy else 'ILL ':<6}{examination.name}")
            for complaint in examination.complaints:
                click.echo(f"      {complaint}")
    if as_json_:
        click.echo(as_json(found))
    return 0 if all(one.healthy for one in found) else 1
