"""`transire credential`: issue, verify, show and present credentials in files, in whatever way they are secured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from transire.cli import EXIT_CALLED_WRONGLY, EXIT_REFUSED
from transire.cli.bundles import BUNDLE, compare_bundle, present_from, write_bundle
from transire.cli.letters import new_key, open_sealed, seal
from transire.cli.online import online_options, web_reader
from transire.cli.text import INPUT_FILE, printable, read_up_to
from transire.errors import TransireError

if TYPE_CHECKING:
    from transire.credentials.did_web import WebLookup
    from transire.credentials.examine import Finding
    from transire.credentials.resolve import KeyResolver
    from transire.vc_api.issuers import Issuers

WAYS: Final = (
    "eddsa-jcs-2022",
    "eddsa-rdfc-2022",
    "ecdsa-jcs-2019",
    "ecdsa-jcs-2019-p384",
    "ecdsa-rdfc-2019",
    "ecdsa-rdfc-2019-p384",
    "ecdsa-sd-2023",
    "vc-jwt-es256",
    "vc-jwt-es384",
    "vc-jwt-eddsa",
    "sd-jwt",
)
_MUST_HOLD: Final = ("form", "terms", "proof", "issuer", "validity", "holder", "credentials")
_COLOURS: Final = {"holds": "green", "fails": "red", "not shown": "yellow"}
_LONGEST: Final = 200

_KEYS = click.option("--keys", type=INPUT_FILE, required=True, help="Key store, as transire vc-api --keys makes it.")
_SECRET = click.option("--secret-file", type=INPUT_FILE, required=True, help="File with its unlock secret.")
_OUT = click.option("--out", type=click.Path(path_type=Path), help="Write here instead of to the screen.")


@click.group()
def credential() -> None:
    """Issue, verify, show and present credentials in files; seal files for parties outside.

    \b
    Example:
      transire credential verify certificate.json
    """


@credential.command(
    epilog="""\b
Examples:
  transire credential issue certificate.json --keys issuers.json --secret-file secret
  transire credential issue certificate.json --keys issuers.json --secret-file secret \\
    --as sd-jwt --withhold /credentialSubject/price
  transire credential issue certificate.json --keys issuers.json --secret-file secret \\
    --as bundle --issuer did:web:producer.example --out certificate
"""
)
@click.argument("file", type=INPUT_FILE)
@_KEYS
@_SECRET
@click.option("--as", "way", type=click.Choice((*WAYS, BUNDLE)), default=WAYS[0], show_default=True, help="How.")
@click.option("--issuer", help="The issuer's DID, if it is not the did:key of the key.")
@click.option("--mandatory", multiple=True, help="ecdsa-sd-2023: pointer to what is always shown (repeat).")
@click.option("--withhold", multiple=True, help="sd-jwt: pointer to what the holder may withhold (repeat).")
@_OUT
def issue(
    file: Path,
    keys: Path,
    secret_file: Path,
    way: str,
    issuer: str | None,
    mandatory: tuple[str, ...],
    withhold: tuple[str, ...],
    out: Path | None,
) -> None:
    """Secure the credential in FILE, which has everything but its issuer and its proof.

    As a bundle it is issued in every form that a node issues, into the folder --out, under one commitment.
    """
    from transire.credentials.issue import check_unsigned, secure_credential
    from transire.vc_api.issuers import ENVELOPE, SD_JWT

    if way == BUNDLE:
        if out is None:
            raise click.UsageError("--as bundle needs --out, the folder for its files.")
        write_bundle(_object_in(file), _issuers(keys, secret_file), issuer, out)
        return
    signer = _issuers(keys, secret_file).named(way)
    did = issuer or signer.did
    document = {**_object_in(file), "issuer": did}
    check_unsigned(document)
    if signer.plan.way == ENVELOPE:
        from transire.credentials.envelope import sign_envelope

        _put(sign_envelope(document, key=signer.key, kid=signer.method(did)), out)
    elif signer.plan.way == SD_JWT:
        from transire.credentials.sd_jwt import disclosable_of, issue_sd_jwt

        pointers = withhold or disclosable_of(document)
        _put(issue_sd_jwt(document, key=signer.key, kid=signer.method(did), pointers=pointers), out)
    else:
        signed = secure_credential(document, key=signer.key, cryptosuite=signer.plan.way, mandatory=mandatory or None)
        _put(_json(signed), out)


@credential.command(
    epilog="""\b
Examples:
  transire credential verify certificate.json
  transire credential verify certificate.jwt --did did.json --status-list list.json --require status
  transire credential verify certificate.jwt --online

Exit codes: 0 all checks hold, 1 one fails, 2 the file is no credential.
"""
)
@click.argument("file", type=INPUT_FILE)
@click.option("--did", "documents", multiple=True, type=INPUT_FILE, help="DID document of a did:web issuer (repeat).")
@click.option("--status-list", "lists", multiple=True, type=INPUT_FILE, help="Status list credential (repeat).")
@click.option(
    "--context",
    "contexts",
    type=(str, INPUT_FILE),
    multiple=True,
    metavar="URL FILE",
    help="A JSON-LD context that is not pinned here, from a source that you trust (repeat).",
)
@click.option("--require", multiple=True, metavar="CHECK", help="Fail unless this check is shown, such as status.")
@click.option("--domain", help="For whom a presentation must be made.")
@click.option("--challenge", help="The challenge that a presentation must answer.")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@online_options
def verify(
    file: Path,
    documents: tuple[Path, ...],
    lists: tuple[Path, ...],
    contexts: tuple[tuple[str, Path], ...],
    require: tuple[str, ...],
    domain: str | None,
    challenge: str | None,
    as_json: bool,
    online: bool,
    plain_hosts: tuple[str, ...],
    private_hosts: tuple[str, ...],
) -> None:
    """Check the credential or presentation in FILE, and say of each check what was found.

    DID documents and status lists are given as files, or fetched with --online; a file counts before its host.
    A check that cannot be made is "not shown".
    """
    from transire.credentials.canonical import DEFAULT_LIMIT
    from transire.credentials.contexts import pinned_contexts
    from transire.credentials.examine import Verifier
    from transire.credentials.files import is_presentation

    document = _document_in(file)
    given = {url: read_up_to(path, DEFAULT_LIMIT) for url, path in contexts}
    web = web_reader(online, plain_hosts, private_hosts)
    lookup = None if web is None else web.lookup()
    verifier = Verifier(
        resolve=_resolver([_object_in(path) for path in documents], lookup),
        contexts=pinned_contexts().extended(given) if given else pinned_contexts(),
        at=datetime.now(UTC),
        domain=domain,
        challenge=challenge,
        purpose="authentication" if is_presentation(document) else "assertionMethod",
        status_lists=_lists([_document_in(path) for path in lists], lookup),
    )
    findings = verifier.presentation(document) if is_presentation(document) else verifier.credential(document)
    failed = [
        finding
        for finding in findings
        if finding.outcome == "fails" or (finding.outcome == "not shown" and finding.name in (*_MUST_HOLD, *require))
    ]
    if as_json:
        click.echo(_json({"holds": not failed, "checks": [_as_json(finding) for finding in findings]}))
    else:
        _show_findings(findings, failed)
    if failed:
        raise click.exceptions.Exit(EXIT_REFUSED)


@credential.command(
    epilog="""\b
Example:
  transire credential show certificate.json
"""
)
@click.argument("file", type=INPUT_FILE)
def show(file: Path) -> None:
    """Say what FILE says. It proves nothing: for that, use transire credential verify."""
    from transire.credentials.files import said_in

    for line in _lines(said_in(_document_in(file)), ""):
        click.echo(line)
    click.echo("\nNothing was verified. Next: transire credential verify FILE")


@credential.command(
    epilog="""\b
Examples:
  transire credential present certificate.json --show /credentialSubject/goods
  transire credential present certificate.sd-jwt --show /credentialSubject/price --out for-the-buyer.sd-jwt
  transire credential present certificate --show /credentialSubject/goods
"""
)
@click.argument("file", type=click.Path(path_type=Path, exists=True))
@click.option("--show", "shown", multiple=True, required=True, help="Pointer to a part to show (repeat).")
@_OUT
def present(file: Path, shown: tuple[str, ...], out: Path | None) -> None:
    """Make from FILE a credential that shows chosen parts only.

    FILE is ecdsa-sd-2023, an SD-JWT, or the folder of a bundle.
    """
    from transire.credentials.contexts import pinned_contexts
    from transire.credentials.envelope import kind_of_envelope
    from transire.credentials.sd_jwt import show_sd_jwt
    from transire.credentials.selective import base_proof_of, derive

    if file.is_dir():
        _put(present_from(file, shown), out)
        return
    document = _document_in(file)
    if kind_of_envelope(document) is not None:
        text = str(document["id"]).partition(",")[2]
        _put(show_sd_jwt(text, shown), out)
        return
    _put(_json(derive(document, base_proof_of(document), shown, pinned_contexts())), out)


@credential.command(
    epilog="""\b
Example:
  transire credential compare certificate --did did.json

Exit codes: 0 all forms say the same, 1 one does not, 2 the folder holds no bundle.
"""
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--did", "documents", multiple=True, type=INPUT_FILE, help="DID document of a did:web issuer (repeat).")
def compare(folder: Path, documents: tuple[Path, ...]) -> None:
    """Check that all forms of the document in FOLDER say the same and stand under its one commitment."""
    compare_bundle(folder, _resolver([_object_in(path) for path in documents], None))


credential.add_command(seal)
credential.add_command(open_sealed)
credential.add_command(new_key)


def _issuers(keys: Path, secret_file: Path) -> Issuers:
    from transire.cli.vc_api import kept_issuers

    return kept_issuers(keys, secret_file)


def _object_in(file: Path) -> dict[str, Any]:
    from transire.credentials.canonical import DEFAULT_LIMIT, read_object

    return read_object(read_up_to(file, DEFAULT_LIMIT))


def _document_in(file: Path) -> dict[str, Any]:
    """The document in a file: JSON as it is, a compact signature in its envelope."""
    from transire.credentials.files import read_credential_file
    from transire.credentials.jose import MAX_TEXT

    try:
        return read_credential_file(read_up_to(file, MAX_TEXT))
    except TransireError as refusal:
        click.echo(f"{printable(str(refusal))}\n({refusal.code})", err=True)
        raise click.exceptions.Exit(EXIT_CALLED_WRONGLY) from refusal


def _resolver(documents: list[dict[str, Any]], lookup: WebLookup | None) -> KeyResolver:
    from transire.credentials.errors import KeyUnresolved
    from transire.credentials.resolve import DocumentResolver

    known = {document.get("id"): document for document in documents}

    def find(did: str) -> Mapping[str, Any]:
        if did in known:
            return known[did]
        if lookup is not None:
            return lookup.did_document(did)
        raise KeyUnresolved(expected="the DID document of the signer, given by --did or fetched by --online", got=did)

    return DocumentResolver(find)


def _lists(given: list[dict[str, Any]], lookup: WebLookup | None) -> Any:
    from transire.credentials.errors import StatusNotRetrieved
    from transire.credentials.files import said_in

    def find(url: str) -> Mapping[str, Any]:
        for document in given:
            if said_in(document).get("id") == url:
                return document
        if lookup is not None:
            return lookup.status_list(url)
        raise StatusNotRetrieved(got=url[:200])

    return find


def _lines(value: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, member in value.items():
        if isinstance(member, dict):
            yield f"{indent}{printable(name)}:"
            yield from _lines(member, f"{indent}  ")
        elif isinstance(member, list) and any(isinstance(item, dict) for item in member):
            for number, item in enumerate(member, 1):
                yield f"{indent}{printable(name)} {number}:"
                yield from _lines(item if isinstance(item, dict) else {"": item}, f"{indent}  ")
        else:
            text = ", ".join(map(str, member)) if isinstance(member, list) else str(member)
            yield f"{indent}{printable(name)}: {printable(text)[:_LONGEST]}"


def _show_findings(findings: list[Finding], failed: list[Finding]) -> None:
    for finding in findings:
        word = click.style(f"{finding.outcome:<9}", fg=_COLOURS[finding.outcome])
        click.echo(f"  {word}  {finding.name:<11}  {printable(finding.found)}")
        if finding.error is not None:
            click.echo(f"{'':24}  {printable(str(finding.error))} ({finding.error.code})")
    click.echo()
    names = ", ".join(finding.name for finding in findings if finding.outcome == "fails")
    missing = ", ".join(finding.name for finding in findings if finding.outcome == "not shown")
    told = f"Refused: {names or 'a check that must be shown is not'}" if failed else "All checks hold"
    click.echo(told + (f"; not shown: {missing}." if missing else "."))


def _as_json(finding: Finding) -> dict[str, Any]:
    about = {} if finding.error is None else {"error": finding.error.as_problem()}
    return {"name": finding.name, "outcome": finding.outcome, "found": finding.found, **about}


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _put(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
    else:
        out.write_text(text + "\n", encoding="utf-8")
