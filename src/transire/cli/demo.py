"""`transire demo`: the main job on real input, on this machine alone."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), default=Path("out/demo"), show_default=True, help="Where the proofs go."
)
@click.option("--port", type=click.IntRange(1024, 65535), default=8400, show_default=True, help="Port of the portal.")
def demo(out: Path, port: int) -> None:
    """Run the main job on real input, from a signature to its proof.

    Five members on one node, from the producers' product masters to an offline proof. Afterwards, on a terminal,
    the portal stays open and the addresses are printed, one sign-in link for each member.

    \b
    Example:
      transire demo --out out/demo
    """
    from transire.demo.run import run

    run(out, port=port)
