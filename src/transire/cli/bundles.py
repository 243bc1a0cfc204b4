"""A document in a folder in all its forms, as a node issues it: the credential, its tokens, and what commits to all."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from transire.cli.text import read_up_to

if TYPE_CHECKING:
    from transire.credentials.resolve import KeyResolver
    from transire.vc_api.issuers import Issuers

BUNDLE: Final = "bundle"
SUMMARY: Final = "commitment.json"
_SUBJECT: Final = "/credentialSubject/"
_FILES: Final = {
    "application/vc": "credential.json",
    "application/vc+jwt": "credential.jwt",
    "application/vc+sd-jwt": "credential.sd-jwt",
}


def write_bundle(document: Mapping[str, Any], issuers: Issuers, did: str | None, folder: Path) -> None:
    """Issue a document in every form under one commitment.

    `vc+jwt` by ES384 is for readers who find the key in the issuer's did:web document: a did:key tells of no other key.
    """
    from transire.credentials.issue import secure_credential
    from transire.documents.commitment import SALT_SIZE
    from transire.vault.representations import represent

    signer, outside = issuers.named("eddsa-jcs-2022"), issuers.named("vc-jwt-es384")
    issuer = did or signer.did
    signed = secure_credential({**document, "issuer": issuer}, key=signer.key, cryptosuite=signer.plan.way)
    salt = secrets.token_bytes(SALT_SIZE)
    exchanged_by = outside.key if issuer.startswith("did:web:") else None
    made = represent(signed, salt=salt, concealed_by=signer.key, exchanged_by=exchanged_by)
    folder.mkdir(parents=True, exist_ok=True)
    for media_type, data in made.items():
        (folder / _FILES[media_type]).write_bytes(data)
        click.echo(f"{_FILES[media_type]:<18} {media_type}")
    (folder / SUMMARY).write_bytes(_summary(made, salt))
    click.echo(f"{SUMMARY:<18} what commits to all of them; its salt opens them, so keep it as they are kept")


def read_bundle(folder: Path) -> tuple[Mapping[str, Any], dict[str, bytes], bytes, bytes]:
    """The credential, all forms by media type, the salt, and the commitment as it stands in the folder."""
    from transire.credentials.canonical import DEFAULT_LIMIT, read_object
    from transire.crypto.encoding import unb64url

    if not (folder / SUMMARY).is_file():
        raise click.UsageError(f"There is no {SUMMARY} in {folder}: it is not what --as bundle writes.")
    summary = read_object(read_up_to(folder / SUMMARY, DEFAULT_LIMIT))
    known = {name: media_type for media_type, name in _FILES.items()}
    found = {
        media_type: read_up_to(folder / name, DEFAULT_LIMIT)
        for name, media_type in known.items()
        if (folder / name).is_file()
    }
    credential = read_object(found.get("application/vc", b""))
    return credential, found, unb64url(str(summary.get("salt"))), unb64url(str(summary.get("commitment")))


def compare_bundle(folder: Path, resolve: KeyResolver) -> None:
    """Refuse a folder whose forms are not those committed to, or do not say the same; else say what was compared."""
    from transire.credentials.verify import verify_credential
    from transire.documents.commitment import verify_commitment
    from transire.vault.representations import compare_representations

    credential, found, salt, commitment = read_bundle(folder)
    verify_commitment(commitment, found, salt)
    issuer = verify_credential(credential, resolve=resolve).issuer
    compare_representations(credential, found, salt=salt, resolve=resolve)
    for media_type in sorted(found):
        click.echo(f"  {click.style('holds', fg='green')}  {_FILES[media_type]:<18} {media_type}")
    click.echo(f"\nAll say the same, under one commitment, by {issuer}. Status and dates: transire credential verify.")


def present_from(folder: Path, shown: Sequence[str]) -> str:
    """A presentation from a bundle that shows these parts of the subject and no other."""
    from transire.credentials.concealed import CONCEALED, disclose
    from transire.credentials.errors import PointerUnmatched

    credential, found, salt, _ = read_bundle(folder)
    if CONCEALED not in found:
        raise click.UsageError(f"There is no {_FILES[CONCEALED]} in {folder}: the document was too long for it.")
    for pointer in shown:
        if not pointer.startswith(_SUBJECT):
            raise PointerUnmatched(expected=f"a pointer that begins with {_SUBJECT}", got=pointer)
    inside = [pointer[len(_SUBJECT) - 1 :] for pointer in shown]
    return disclose(credential, found[CONCEALED], salt=salt, pointers=inside)


def _summary(made: Mapping[str, bytes], salt: bytes) -> bytes:
    from transire.crypto.canonical import canonical_bytes
    from transire.crypto.encoding import b64url
    from transire.documents.commitment import commitment_of

    return canonical_bytes({"commitment": b64url(commitment_of(made, salt)), "salt": b64url(salt)})
