"""Settings of a node: one TOML file, overridden by environment variables, all documented here and printed by
`transire config show`.

`TRANSIRE_PORT=9000` overrides `port`; `TRANSIRE_LEDGER_BEAT_MS=20` overrides `beat_ms` of the table `[ledger]`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from transire.node.errors import SettingsInvalid, SettingsMissing

FILE_NAME = "transire.toml"
ENVIRONMENT_PREFIX = "TRANSIRE_"
PEER = re.compile(r"[0-9A-Fa-f]{40}@[^\s,@]+:[0-9]{1,5}\Z")
SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


class LedgerSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How this node takes part in the ledger."""

    engine: Literal["embedded", "cometbft"] = "embedded"
    """Which engine orders the ledger: `embedded` (this node alone) or `cometbft` (a network of organisations)."""
    beat_ms: int = 50
    """Statements of a member are pooled for at most this long before one action anchors them (LEDGER 3)."""
    validator_key: str = "validator-1"
    """Which key of the node's key store signs blocks; a restored node has a new one."""
    action_lifetime_s: int = 600
    """How long a signed action stays valid; at most 900 seconds are allowed by LEDGER 4."""
    cometbft: str = ""
    """The CometBFT program; empty: TRANSIRE_COMETBFT, else the one that was installed, else the one on the PATH."""
    p2p_host: str = "127.0.0.1"
    """Address on which CometBFT listens for the other nodes of the network."""
    p2p_port: int = 26656
    """Port for the other nodes of the network."""
    external_address: str = ""
    """host:port under which the others reach this node, where that differs from what it listens on."""
    peers: tuple[str, ...] = ()
    """The other nodes of the network, each as id@host:port; in the environment separated by commas."""
    commit_ms: int = 250
    """How long CometBFT waits for late votes after a block: 200 to 500 ms. Blocks are about this far apart."""
    rpc_listen: str = ""
    """host:port where nodes that join may ask CometBFT for light blocks; never public. Empty: a unix socket only."""
    state_sync: tuple[str, ...] = ()
    """To join from a snapshot: two rpc addresses (http://host:port), a height, and the hash of its header in hex."""
    snapshot_every: int = 1000
    """Blocks between two snapshots that nodes can join from; 0 makes none."""
    keep_blocks: int = 0
    """Blocks that stay with CometBFT, for nodes that join; older ones this node keeps for itself in less room, and
    makes receipts of them as before. 0: all stay. Where every node prunes, a new one can join from a snapshot only."""
    metrics_listen: str = ""
    """host:port for CometBFT's own Prometheus figures; empty: none."""
    witnesses: tuple[str, ...] = ()
    """Verifier keys (name+id+key) of outside witnesses: their countersignatures are published, and go on receipts."""


class RecordsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where records and desk live."""

    url: str = "sqlite"
    """`sqlite` (one file a member under the node's folder) or a `postgresql://` address (one schema a member)."""


class VaultSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where sealed documents live."""

    url: str = "file"
    """`file` (a folder a member under the node's folder) or an `s3://bucket/prefix` address."""


class DeliverySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How envelopes are brought to the nodes of other organisations."""

    private_addresses: bool = False
    """Deliver to nodes at private addresses too, as over a VPN; the demo and development profiles always do."""
    ca_file: str = ""
    """File with the certificate authorities of the other nodes; empty: those of the operating system."""
    timeout_s: int = 20
    """Seconds that another node has to answer."""
    at_once: int = 8
    """Deliveries under way at the same time, to one recipient never more than one from each member."""
    post_quantum: Literal["offer", "require", "off"] = "offer"
    """Seal with ML-KEM-768 beside X25519 where the recipient stated such a key; never without it; or not at all."""


class MailSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Notices by e-mail to persons who asked for them: how many items wait, and nothing of their content."""

    host: str = ""
    """The mail server (submission, RFC 6409); empty: no e-mail is sent."""
    port: int = 587
    """Port of the mail server."""
    starttls: bool = True
    """Go on under TLS (STARTTLS, RFC 3207) or not at all; may be turned off outside production only."""
    ca_file: str = ""
    """File with the certificate authorities of the mail server; empty: those of the operating system."""
    sender: str = ""
    """The address that notices come from."""
    username: str = ""
    """With whom the node signs in at the mail server; empty: without signing in."""
    password_file: str = ""
    """File with the password for it."""
    timeout_s: int = 20
    """Seconds that the mail server has to answer."""


class WebhookSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Notices to a member's own programs over HTTP, signed as Standard Webhooks says."""

    enabled: bool = False
    """Whether members may name an address that is told of new items of their inbox."""
    private_addresses: bool = False
    """Tell addresses inside of the node's own network too; the demo and development profiles always do."""
    ca_file: str = ""
    """File with the certificate authorities of the receivers; empty: those of the operating system."""
    timeout_s: int = 10
    """Seconds that a receiver has to answer."""


class MemberSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member that this node hosts."""

    slug: str
    """The member's name in addresses: lower-case letters, digits and hyphens."""
    did: str
    """The member's identifier on the ledger."""


class NodeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    profile: Literal["production", "development", "demo"] = "production"
    """`production` refuses every part that is for development only."""
    host: str = "127.0.0.1"
    """Address to listen on. Put a TLS proxy in front before it is anything but this machine."""
    port: int = 8400
    """Port of the portal and the API."""
    public_url: str = ""
    """The origin that people type; empty: http://host:port."""
    secret_file: str = ""
    """File with the secret that unlocks the key stores. Keep it out of backups: who has both has the keys."""
    online: bool = True
    """Whether persons who check a credential may have DID documents and status lists of its issuer fetched."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """Structured logs go to standard error; they never hold document content or secrets."""
    ledger: LedgerSettings = LedgerSettings()
    records: RecordsSettings = RecordsSettings()
    vault: VaultSettings = VaultSettings()
    delivery: DeliverySettings = DeliverySettings()
    mail: MailSettings = MailSettings()
    webhooks: WebhookSettings = WebhookSettings()
    member: tuple[MemberSettings, ...] = ()

    @property
    def origin(self) -> str:
        """The address under which this node is reached, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


LIMITS = (
    ("ledger", "action_lifetime_s", 1, 900),
    ("ledger", "beat_ms", 1, 5000),
    ("ledger", "commit_ms", 1, 5000),
    ("ledger", "p2p_port", 1, 65535),
    ("ledger", "keep_blocks", 0, 1_000_000_000),
    ("delivery", "timeout_s", 1, 120),
    ("delivery", "at_once", 1, 64),
    ("mail", "port", 1, 65535),
    ("mail", "timeout_s", 1, 120),
    ("webhooks", "timeout_s", 1, 60),
)
"""Table, setting, least and most."""


def read_settings(home: Path, environment: Mapping[str, str] | None = None) -> NodeSettings:
    """The settings of the node in `home`: file first, environment over it."""
    path = home / FILE_NAME
    if not path.is_file():
        raise SettingsMissing(where=str(home))
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsInvalid(got=error, where=str(path)) from error
    overlay_environment(values, os.environ if environment is None else environment)
    return settings_from(values, where=str(path))


def settings_from(values: Mapping[str, Any], *, where: str) -> NodeSettings:
    """Checked settings from plain values."""
    try:
        settings = msgspec.convert(values, NodeSettings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsInvalid(got=error, where=where) from error
    for member in settings.member:
        check_slug(member.slug)
    for table, name, least, most in LIMITS:
        value = getattr(getattr(settings, table), name)
        if not least <= value <= most:
            raise SettingsInvalid(got=value, expected=f"{least} to {most}", where=f"{table}.{name}")
    _check_mail(settings)
    for peer in settings.ledger.peers:
        # CometBFT would end over it at each start, and not say which.
        if not PEER.match(peer):
            raise SettingsInvalid(
                got=peer[:200], expected="id@host:port, or an offer that is there", where="ledger.peers"
            )
    if settings.ledger.state_sync and not _is_state_sync(settings.ledger.state_sync):
        expected = "two addresses, a height and a hash of 64 hex digits"
        raise SettingsInvalid(got=", ".join(settings.ledger.state_sync), expected=expected, where="ledger.state_sync")
    return settings


def _check_mail(settings: NodeSettings) -> None:
    """A password never crosses a network in clear, and every mail says who sends it."""
    mail = settings.mail
    if mail.host and "@" not in mail.sender:
        raise SettingsInvalid(got=mail.sender, expected="an e-mail address", where="mail.sender")
    if mail.host and not mail.starttls and settings.profile == "production":
        raise SettingsInvalid(got=False, expected=True, where="mail.starttls")


def _is_state_sync(values: tuple[str, ...]) -> bool:
    return len(values) == 4 and values[2].isdigit() and re.fullmatch(r"[0-9A-Fa-f]{64}", values[3]) is not None


def check_slug(slug: str) -> None:
    """Refuse a name that could not stand in an address and be the name of a folder."""
    if not SLUG.match(slug):
        raise SettingsInvalid(got=slug[:80], expected="lower-case letters, digits and hyphens", where="member.slug")


def overlay_environment(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    """Put TRANSIRE_* variables over the values of the file, in place."""
    tables = {
        "ledger": LedgerSettings,
        "records": RecordsSettings,
        "vault": VaultSettings,
        "delivery": DeliverySettings,
        "mail": MailSettings,
        "webhooks": WebhookSettings,
    }
    for name, value in environment.items():
        if not name.startswith(ENVIRONMENT_PREFIX):
            continue
        key = name.removeprefix(ENVIRONMENT_PREFIX).lower()
        table, _, field = key.partition("_")
        if table in tables and field in tables[table].__struct_fields__:
            parts = [part.strip() for part in value.split(",") if part.strip()]
            is_list = isinstance(getattr(tables[table](), field), tuple)
            values.setdefault(table, {})[field] = parts if is_list else value
        elif key in NodeSettings.__struct_fields__ and key not in {*tables, "member"}:
            values[key] = value


def write_settings(home: Path, settings: NodeSettings) -> None:
    """Write the file that `read_settings` reads, whole or not at all. Only what differs from the defaults is in it."""
    beside = home / f".{FILE_NAME}.new"
    with beside.open("w", encoding="utf-8") as file:
        file.write(settings_text(settings))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(home / FILE_NAME)


def amend_settings(home: Path, change: Callable[[NodeSettings], NodeSettings]) -> None:
    """Change the file; what the environment says today does not get into it."""
    write_settings(home, change(read_settings(home, {})))


def settings_text(settings: NodeSettings, *, everything: bool = False) -> str:
    """The settings as TOML; with `everything` the defaults too.

    >>> print(settings_text(NodeSettings(profile="demo", port=9000)))
    profile = "demo"
    port = 9000
    <BLANKLINE>
    """
    values = msgspec.to_builtins(settings)
    defaults = {} if everything else msgspec.to_builtins(NodeSettings())
    lines = [
        f"{name} = {_toml(value)}"
        for name, value in values.items()
        if not _is_table(value) and (everything or value != defaults.get(name))
    ]
    for name, table in values.items():
        if isinstance(table, dict):
            kept = {key: value for key, value in table.items() if everything or value != defaults[name][key]}
            if kept:
                lines += ["", f"[{name}]", *(f"{key} = {_toml(value)}" for key, value in kept.items())]
    for member in values["member"]:
        lines += ["", "[[member]]", *(f"{key} = {_toml(value)}" for key, value in member.items())]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict | list | tuple)


def _toml(value: object) -> str:
    """A scalar as TOML; a JSON string without control characters is a TOML basic string."""
    return msgspec.json.encode(value).decode()
