"""`transire vc-api`: serve the VC API, for partners' programs and for test suites."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from transire.cli.online import online_options, web_reader

if TYPE_CHECKING:
    from transire.vc_api.issuers import Issuers

STATUS_FILE = "status.json"


@click.command(
    name="vc-api",
    epilog="""\b
Examples:
  transire vc-api --port 8040
  transire vc-api --port 8040 --keys issuers.json --secret-file secret --public-url https://credentials.producer.example
  transire vc-api --port 8040 --online
""",
)
@click.option("--port", type=click.IntRange(1, 65535), required=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--keys", type=click.Path(path_type=Path), help="Key store of the issuers; made if absent.")
@click.option("--secret-file", type=click.Path(path_type=Path), help="File with the unlock secret of the key store.")
@click.option("--public-url", help="Origin under which others reach this service, such as https://vc.producer.example.")
@click.option("--trusted-proxy", "proxies", multiple=True, help="Address whose X-Forwarded-Host counts (repeat).")
@online_options
def vc_api(
    port: int,
    host: str,
    keys: Path | None,
    secret_file: Path | None,
    public_url: str | None,
    proxies: tuple[str, ...],
    online: bool,
    plain_hosts: tuple[str, ...],
    private_hosts: tuple[str, ...],
) -> None:
    """Issue, verify, derive and present credentials over HTTP.

    Without --keys every key is made for this run and speaks for nobody. Whoever can reach the port can sign with its
    keys: put a proxy before it that asks who is there.
    """
    import uvicorn

    from transire.vc_api.app import LOOPBACK, build_app
    from transire.vc_api.issuers import STATUS, Issuers, new_key
    from transire.vc_api.lists import StatusBook
    from transire.vc_api.service import Service

    if keys is None:
        click.echo("KEYS ARE MADE FOR THIS RUN: what they sign proves nothing. Use --keys to keep them.", err=True)
        issuers, file = Issuers.made(new_key), None
    else:
        issuers, file = kept_issuers(keys, secret_file), keys.with_name(f"{keys.stem}.{STATUS_FILE}")
    web = web_reader(online, plain_hosts, private_hosts)
    service = Service(issuers, StatusBook(issuers.named(STATUS), file), throwaway=keys is None, web=web)
    for issuer in issuers:
        click.echo(f"{issuer.plan.name:<22} {issuer.did}")
    trusted = LOOPBACK | frozenset(proxies)
    click.echo(f"Listening on http://{host}:{port}; addresses: GET /")
    app = build_app(service, public_url=public_url, proxies=trusted)
    uvicorn.run(app, host=host, port=port, log_level="warning", proxy_headers=False, server_header=False)


def kept_issuers(keys: Path, secret_file: Path | None) -> Issuers:
    """The issuers whose keys lie in a key store; keys that are not there yet are made and kept."""
    from transire.crypto.ecdsa import CURVES
    from transire.crypto.keystore import KeyStore
    from transire.crypto.multikey import Signer
    from transire.vc_api.issuers import Issuers, Plan

    if secret_file is None:
        raise click.UsageError("--keys needs --secret-file, the file with the unlock secret.")
    secret = secret_file.read_bytes().strip()
    store = KeyStore.open(keys, secret) if keys.exists() else KeyStore.create(keys, secret)

    def key_of(plan: Plan) -> Signer:
        name = f"vc-api {plan.name}"
        if plan.kind in CURVES:
            return store.ecdsa_key(name) if name in store.names() else store.new_ecdsa_key(name, CURVES[plan.kind])
        return store.signing_key(name) if name in store.names() else store.new_signing_key(name)

    return Issuers.made(key_of)
