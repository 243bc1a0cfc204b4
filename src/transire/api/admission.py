"""Who is let in: by an API token, by a signature under a token that has a public key, or by a member's transport key.

Nothing is read of a body before that. What was signed is compared with the body once it is there, and the nonce is
noted, durably, before anything is done: a request that was overheard is refused, after a restart too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response

from transire.api.errors import MemberNotHosted, SignatureReplayed
from transire.api.operations import Operation
from transire.api.reading import bearer_of
from transire.api.tables import nonces
from transire.crypto.http_signatures import CLOCK_SKEW, HttpRequest, Signed, is_signed, sign_answer, verify_request
from transire.desk.api_tokens import authenticate_signer, authenticate_token, find_public_key
from transire.desk.permissions import require_some
from transire.desk.person import Person
from transire.ledger.state import at
from transire.node.deliveries import NETWORK_HEADER, TRANSPORT, key_id_of, transport_key
from transire.node.errors import NetworkDiffers

if TYPE_CHECKING:
    from transire.node.node import Node
    from transire.node.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks, at which member; `sender` is the member whose transport key signed."""

    tenant: Tenant | None = None
    caller: Person | None = None
    sender: str | None = None
    request: HttpRequest | None = None
    signed: Signed | None = None

    def check_sent(self, body: bytes, now: datetime) -> None:
        """Refuse a body that was not signed, and a signature that was seen."""
        if self.signed is None or self.tenant is None:
            return
        self.signed.check_body(body)
        gone = sa.delete(nonces).where(nonces.c.ends_at < now - CLOCK_SKEW)
        row = {"key_id": self.signed.key_id, "nonce": self.signed.nonce, "ends_at": self.signed.ends}
        try:
            with self.tenant.database.transaction() as tx:
                tx.execute(gone)
                tx.execute(sa.insert(nonces).values(row))
        except sa.exc.IntegrityError as error:
            raise SignatureReplayed(where=self.signed.key_id) from error


def admit(node: Node, operation: Operation, request: Request) -> Admitted:
    """The member and the caller, once it is known that it may do the operation under some relation."""
    if operation.transport:
        return _admit_member(node, request)
    tenant = _named_tenant(node, request)
    if operation.public or tenant is None:
        return Admitted(tenant)
    now = datetime.now(UTC)
    if "authorization" not in request.headers and is_signed(request.headers):
        asked = _as_signed(request, node.settings.origin)
        signed = verify_request(asked, find_key=lambda name: find_public_key(tenant.database, name, now=now), now=now)
        admitted = Admitted(tenant, authenticate_signer(tenant.database, signed.key_id, now=now), None, asked, signed)
    else:
        admitted = Admitted(tenant, authenticate_token(tenant.database, bearer_of(request), now=now))
    if operation.scope is not None:
        assert admitted.caller is not None
        require_some(admitted.caller, operation.scope)
    return admitted


def _admit_member(node: Node, request: Request) -> Admitted:
    """Another member's node. Its address is the one on the ledger, by which it found us."""
    tenant = node.tenant_of(request.path_params["did"])
    network = request.headers.get(NETWORK_HEADER, "")
    if network != node.engine.network:
        raise NetworkDiffers(got=network[:60], expected=node.engine.network)
    record = tenant.record
    endpoint = None if record is None else at(record.endpoint, node.engine.height + 1)
    asked = _as_signed(request, (endpoint or node.settings.origin).rstrip("/"))
    signed = verify_request(asked, find_key=lambda name: transport_key(node.engine, name), now=datetime.now(UTC))
    return Admitted(tenant, None, signed.key_id.partition("#")[0], asked, signed)


def signed_response(response: Response, admitted: Admitted) -> Response:
    """An answer that shows who gave it, and to which request."""
    assert admitted.tenant is not None
    assert admitted.request is not None
    tenant, signer = admitted.tenant, admitted.tenant.signer_for(TRANSPORT)
    key_id = key_id_of(tenant.did, signer.key_name)
    body = bytes(response.body)
    status = response.status_code
    response.headers.update(
        sign_answer(admitted.request, status, body, key_id=key_id, key=signer.key, now=tenant.now())
    )
    return response


def _named_tenant(node: Node, request: Request) -> Tenant | None:
    slug = request.path_params.get("slug")
    if slug is None:
        return None
    found = node.tenants.get(slug)
    if found is None:
        raise MemberNotHosted(got=slug)
    return found


def _as_signed(request: Request, base: str) -> HttpRequest:
    """The request under the address that its sender knows: what the header Host says is nobody's word."""
    raw_path = bytes(request.scope.get("raw_path") or request.url.path.encode()).partition(b"?")[0]
    query = bytes(request.scope["query_string"])
    target = raw_path + (b"?" + query if query else b"")
    lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.scope["headers"]]
    return HttpRequest.of(request.method, base + target.decode("latin-1"), lines)
