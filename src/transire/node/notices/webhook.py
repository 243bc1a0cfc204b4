"""Tells a member's program of one item over HTTP, signed as Standard Webhooks says (specification 1.0).

The signature is HMAC-SHA-256 under the webhook's secret over id, time and body. The id is that of the item, so that a
receiver that was told twice knows it. No redirect is followed, nothing of the environment is used, and the address is
checked like that of another node: it may name no service inside of the node's own network unless the settings allow it.
"""

from __future__ import annotations

import hmac
import ssl
from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from transire.node.addresses import read_endpoint, resolve
from transire.node.errors import EndpointUnfit, NoticeUntold, RecipientUnreachable, WebhookGone

if TYPE_CHECKING:
    import httpx2

    from transire.node.settings import NodeSettings

VERSION: Final = "v1"
GONE: Final = 410
"""The answer by which a receiver says that it is to be told no more."""
CONNECT_WITHIN_S: Final = 5.0


def sign(secret: bytes, notice_id: str, at: int, body: bytes) -> str:
    """The header `webhook-signature`; the example is the published one of the specification.

    >>> from base64 import b64decode
    >>> secret = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    >>> sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{notice_id}.{at}.".encode() + body
    return f"{VERSION},{b64encode(hmac.digest(secret, signed, 'sha256')).decode()}"


class Hooks:
    """One client for all webhooks of a node."""

    def __init__(self, settings: NodeSettings) -> None:
        self._settings = settings.webhooks
        of_production = settings.profile == "production"
        self._plain_http = not of_production
        self._private = settings.webhooks.private_addresses or not of_production

    @property
    def is_on(self) -> bool:
        """Whether members may name an address."""
        return self._settings.enabled

    def check(self, url: str) -> None:
        """Refuse an address that nothing may be sent to; its name is looked up when something is sent."""
        read_endpoint(url, plain_http=self._plain_http)

    def tell(self, url: str, secret: bytes, notice_id: str, payload: dict[str, Any], *, now: datetime) -> None:
        """Post one notice; raises `NoticeUntold` unless it was taken, `WebhookGone` where it never will be."""
        body, at = msgspec.json.encode(payload), int(now.timestamp())
        headers = {
            "content-type": "application/json",
            "user-agent": "transire",
            "webhook-id": notice_id,
            "webhook-timestamp": str(at),
            "webhook-signature": sign(secret, notice_id, at, body),
        }
        status = self._post(url, headers, body)
        if status == GONE:
            raise WebhookGone(got=url)
        if not 200 <= status < 300:
            raise NoticeUntold(got=f"status {status}", where=url)

    def _post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        import httpx2

        try:
            endpoint = read_endpoint(url, plain_http=self._plain_http)
            address = resolve(endpoint, private=self._private)
            with (
                self._client() as client,
                client.stream(
                    "POST",
                    endpoint.at(address, ""),
                    headers=headers | {"host": endpoint.authority},
                    content=body,
                    extensions={"sni_hostname": endpoint.host},
                ) as response,
            ):
                return response.status_code  # what else it answers is not read
        except (EndpointUnfit, RecipientUnreachable) as error:
            raise NoticeUntold(got=error.code, where=url) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise NoticeUntold(got=type(error).__name__, where=url) from error

    def _client(self) -> httpx2.Client:
        import httpx2

        ca_file = self._settings.ca_file
        return httpx2.Client(
            verify=ssl.create_default_context(cafile=ca_file) if ca_file else True,
            timeout=httpx2.Timeout(self._settings.timeout_s, connect=CONNECT_WITHIN_S),
            follow_redirects=False,
            trust_env=False,
        )
