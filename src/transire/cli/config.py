"""`transire config`: every setting with its value, as the node would use it."""

from __future__ import annotations

from pathlib import Path

import click

from transire.node.settings import read_settings, settings_text


@click.group()
def config() -> None:
    """Show the settings of a node.

    \b
    Example:
      transire config show --home ./node
    """


@config.command()
@click.option(
    "--home", type=click.Path(path_type=Path), default=Path("."), show_default=True, help="The node's folder."
)
def show(home: Path) -> None:
    """Print all settings as TOML: the file's, the environment's over them, and the defaults.

    \b
    Example:
      transire config show --home ./node
    """
    click.echo(settings_text(read_settings(home), everything=True), nl=False)
