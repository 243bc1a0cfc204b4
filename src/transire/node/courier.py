"""The courier: brings envelopes to other nodes over HTTP. Thread-safe; used by the post.

No redirect is followed, nothing of the environment (proxies, credentials) is used, an answer is read up to a limit and
believed only if the recipient signed it. Whatever goes wrong, the recipient could not be reached and will be again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from transire.crypto.http_signatures import HttpRequest, sign_request, verify_answer
from transire.ledger.state import at
from transire.node.addresses import Endpoint, read_endpoint, resolve
from transire.node.deliveries import (
    LARGEST_ANSWER,
    MEDIA_TYPE,
    NETWORK_HEADER,
    TRANSPORT,
    again_path,
    key_id_of,
    loads,
    path_of,
    read_answers,
    read_promise,
    transport_key,
    write_delivery,
)
from transire.node.errors import AnswerUnfit, RecipientUnreachable
from transire.node.post import Reply

if TYPE_CHECKING:
    import httpx2

    from transire.node.settings import NodeSettings
    from transire.node.tenant import Tenant

CONNECT_WITHIN_S = 5.0
PROBLEM_SHOWN = 300
"""Characters of a refusal by another node that get into a log."""


class Courier:
    """One client for all deliveries of a node; its connections are kept open between them."""

    def __init__(self, settings: NodeSettings) -> None:
        import ssl

        import httpx2

        of_production = settings.profile == "production"
        self._plain_http = not of_production
        self._private = settings.delivery.private_addresses or not of_production
        ca_file = settings.delivery.ca_file
        self._http = httpx2.Client(
            verify=ssl.create_default_context(cafile=ca_file) if ca_file else True,
            timeout=httpx2.Timeout(settings.delivery.timeout_s, connect=CONNECT_WITHIN_S),
            limits=httpx2.Limits(max_connections=2 * settings.delivery.at_once),
            follow_redirects=False,
            trust_env=False,
            headers={"accept": "application/json", "accept-encoding": "identity", "user-agent": "transire"},
        )

    def bring(self, sender: Tenant, recipient: str, envelopes: Sequence[bytes]) -> list[Reply]:
        """Bring envelopes to the recipient's node, in order; raises when it cannot be reached or makes no sense."""
        endpoint = self._endpoint(sender, recipient)
        return [reply for load in loads(envelopes) for reply in self._deliver(sender, recipient, endpoint, load)]

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _endpoint(self, sender: Tenant, recipient: str) -> Endpoint:
        record = sender.engine.member(recipient)
        url = None if record is None else at(record.endpoint, sender.engine.height + 1)
        if not url:
            raise RecipientUnreachable(got=recipient, where="its record names no endpoint")
        return read_endpoint(url, plain_http=self._plain_http)

    def ask_again(self, asker: Tenant, partner: str) -> int:
        """Ask a member to bring again all that it ever brought; returns how many envelopes will come."""
        endpoint = self._endpoint(asker, partner)
        answer = self._exchange(asker, partner, endpoint, again_path(partner), b"", {})
        return read_promise(answer)

    def _deliver(self, sender: Tenant, recipient: str, endpoint: Endpoint, load: list[bytes]) -> list[Reply]:
        body = write_delivery(load)
        answer = self._exchange(sender, recipient, endpoint, path_of(recipient), body, {"content-type": MEDIA_TYPE})
        return read_answers(answer, len(load))

    def _exchange(
        self, sender: Tenant, recipient: str, endpoint: Endpoint, path: str, body: bytes, headers: dict[str, str]
    ) -> bytes:
        """One signed request to the recipient's node, and the body of its signed answer."""
        signer = sender.signer_for(TRANSPORT)
        asked = HttpRequest.of("PUT", endpoint.url + path, headers | {NETWORK_HEADER: sender.engine.network})
        key_id = key_id_of(sender.did, signer.key_name)
        sign_request(asked, body, key_id=key_id, key=signer.key, now=sender.now())
        status, lines, answer = self._send(endpoint, path, asked, body)
        if status != 200:
            raise RecipientUnreachable(got=f"status {status}: {_printable(answer)}", where=endpoint.url)
        verify_answer(
            asked,
            status,
            lines,
            answer,
            find_key=lambda key_id: transport_key(sender.engine, key_id, of=recipient),
            now=sender.now(),
        )
        return answer

    def _send(
        self, endpoint: Endpoint, path: str, asked: HttpRequest, body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Status, headers, body of the answer. The name is resolved here, and the connection goes to what was found."""
        import httpx2

        address = resolve(endpoint, private=self._private)
        headers = {**dict(asked.headers.items()), "host": endpoint.authority}
        try:
            with self._http.stream(
                "PUT",
                endpoint.at(address, path),
                headers=headers,
                content=body,
                extensions={"sni_hostname": endpoint.host},
            ) as response:
                return response.status_code, list(response.headers.multi_items()), _read(response)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise RecipientUnreachable(got=type(error).__name__, where=endpoint.url) from error


def _read(response: httpx2.Response) -> bytes:
    parts: list[bytes] = []
    size = 0
    for part in response.iter_raw():
        size += len(part)
        if size > LARGEST_ANSWER:
            raise AnswerUnfit(got=f"more than {LARGEST_ANSWER} bytes")
        parts.append(part)
    return b"".join(parts)


def _printable(answer: bytes) -> str:
    """What another node said, safe for a log."""
    text = answer[:PROBLEM_SHOWN].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else "?" for sign in text)
