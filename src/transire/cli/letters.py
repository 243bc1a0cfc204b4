"""`transire credential seal`, `open` and `new-key`: files that one party outside of the network alone can read."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from transire.cli import EXIT_CALLED_WRONGLY
from transire.cli.online import online_options, web_reader
from transire.cli.text import INPUT_FILE, read_up_to

if TYPE_CHECKING:
    from transire.credentials.did_web import WebReader
    from transire.credentials.jwe import Recipient
    from transire.crypto.ecdh import EcdhKey

_OUT = click.option("--out", type=click.Path(path_type=Path), help="Write here instead of to the screen.")


@click.command(
    epilog="""\b
Examples:
  transire credential seal certificate.json --to buyer.jwk --out certificate.jwe
  transire credential seal certificate.jwt --to did:web:bank.example --online --out certificate.jwe
"""
)
@click.argument("file", type=INPUT_FILE)
@click.option(
    "--to",
    "wanted",
    multiple=True,
    required=True,
    help="A file with a public JWK or a DID document, a did:key, or with --online a did:web (repeat).",
)
@click.option("--media-type", help="What the file is, such as application/vc; told to the recipient.")
@_OUT
@online_options
def seal(
    file: Path,
    wanted: tuple[str, ...],
    media_type: str | None,
    out: Path | None,
    online: bool,
    plain_hosts: tuple[str, ...],
    private_hosts: tuple[str, ...],
) -> None:
    """Seal FILE as JWE (ECDH-ES+A256KW, A256GCM), so that the recipients alone can read it.

    It hides what the file says, not how long it is. It does not say who sealed it: what is in it must prove itself.
    """
    from transire.credentials.jwe import MAX_PLAINTEXT
    from transire.credentials.jwe import seal as sealed

    web = web_reader(online, plain_hosts, private_hosts)
    content = read_up_to(file, MAX_PLAINTEXT)
    recipients = [_recipient(each, web) for each in wanted]
    _put(sealed(content, recipients, cty=media_type).encode(), out)


@click.command(
    name="open",
    epilog="""\b
Example:
  transire credential open certificate.jwe --key private.jwk --out certificate.json
""",
)
@click.argument("file", type=INPUT_FILE)
@click.option("--key", "keys", multiple=True, required=True, type=INPUT_FILE, help="File with a private JWK (repeat).")
@_OUT
def open_sealed(file: Path, keys: tuple[Path, ...], out: Path | None) -> None:
    """Open what somebody sealed for you. Verify what comes out of it: the seal does not say who made it."""
    from transire.credentials.jwe import MAX_TEXT, open_letter

    text = read_up_to(file, MAX_TEXT).decode("utf-8", "replace")
    letter = open_letter(text, [_private_key(path) for path in keys])
    _put(letter.plaintext, out)


@click.command(
    name="new-key",
    epilog="""\b
Example:
  transire credential new-key --out private.jwk > public.jwk
""",
)
@click.option("--kind", type=click.Choice(["X25519", "P-256", "P-384"]), default="X25519", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The private key; its owner alone reads it."
)
def new_key(kind: str, out: Path) -> None:
    """Make a key for which others can seal, and print its public half, to be handed out."""
    from transire.credentials.jwe import thumbprint
    from transire.crypto.ecdh import EcdhKey
    from transire.crypto.multikey import as_jwk

    made = EcdhKey.generate(kind)
    kid = {"kid": thumbprint(made.public_key), "use": "enc", "alg": "ECDH-ES+A256KW"}
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise click.UsageError(f"{out.name} is there already; a key is never written over.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(json.dumps(made.private_jwk() | kid).encode() + b"\n")
    click.echo(json.dumps(as_jwk(made.public_key) | kid))


def _recipient(wanted: str, web: WebReader | None) -> Recipient:
    """The public key that a file, a did:key or a did:web names."""
    from transire.credentials.did_key import resolve_did
    from transire.credentials.jwe import recipient_of

    if wanted.startswith("did:web:"):
        if web is None:
            raise click.UsageError(f"To fetch the document of {wanted}, add --online; or give it as a file.")
        return recipient_of(web.lookup().did_document(wanted))
    if wanted.startswith("did:key:"):
        return recipient_of(resolve_did(wanted).body["didDocument"])
    path = Path(wanted)
    if not path.is_file():
        raise click.UsageError(f"{wanted} is neither a file nor a DID.")
    return recipient_of(_object_in(path))


def _private_key(path: Path) -> EcdhKey:
    from transire.crypto.ecdh import EcdhKey

    return EcdhKey.of_jwk(_object_in(path))


def _object_in(path: Path) -> dict[str, Any]:
    from transire.credentials.canonical import DEFAULT_LIMIT, read_object

    return read_object(read_up_to(path, DEFAULT_LIMIT))


def _put(content: bytes, out: Path | None) -> None:
    if out is not None:
        out.write_bytes(content)
        return
    if b"\x00" in content:
        click.echo("This is no text; use --out to write it to a file.", err=True)
        raise click.exceptions.Exit(EXIT_CALLED_WRONGLY)
    click.echo(content.decode("utf-8", "replace"))
