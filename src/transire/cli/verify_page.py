"""`transire verify-page`: the page that checks receipts in a browser, as one file to keep, to publish or to hand on."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(
    epilog="""\b
Example:
  transire verify-page transire-verify.html
"""
)
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def verify_page(file: Path) -> None:
    """Write the verify page into FILE, as one HTML file.

    It opens in any browser, from a disk or from any web server, and needs no node, no account and no connection.
    """
    from transire.portal.assets import Assets
    from transire.portal.verifying import SINGLE_PAGE

    page = Assets().content(SINGLE_PAGE)
    file.write_bytes(page)
    click.echo(f"Written: {file} ({len(page) // 1024} kB). Open it in a browser.")
