"""A running node: its engine, its tenants, and the beat that moves their statements and documents."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING

import structlog
from msgspec.structs import replace

from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.encoding import b64url
from transire.crypto.keystore import KeyStore
from transire.engines.base import Engine
from transire.engines.embedded import EmbeddedEngine
from transire.ledger.kinds import KindRegistry
from transire.node.anchor import Signer
from transire.node.beat import Beat
from transire.node.checkpoints import Checkpoints
from transire.node.destroying import replay_tombstones
from transire.node.enrolment import (
    AGREE,
    CREDENTIAL,
    CUSTODIAN_KEY,
    VALIDATOR_KEY,
    did_of,
    enrolment,
    found_network,
    make_member_keys,
)
from transire.node.errors import HomeExists, ProductionRefused, SettingsInvalid, UnknownTenant
from transire.node.home import Home, read_secret
from transire.node.hybrid import hybrid_names
from transire.node.ledger import open_ledger
from transire.node.notices.telling import Teller
from transire.node.post import Post
from transire.node.projection import is_ending
from transire.node.reception import Reception
from transire.node.rooms import database_branches, open_blobs, open_database
from transire.node.settings import (
    FILE_NAME,
    MemberSettings,
    NodeSettings,
    amend_settings,
    check_slug,
    read_settings,
    write_settings,
)
from transire.node.tenant import Tenant
from transire.node.turn import TenantTurn
from transire.node.workers import Workers
from transire.procedures.catalogue import kinds
from transire.storage.blobs import BlobStore
from transire.storage.database import Database
from transire.storage.migrations import upgrade
from transire.tariff.schedule import use_folder
from transire.vault.statements import KINDS as DOCUMENT_KINDS
from transire.vault.vault import Vault

if TYPE_CHECKING:
    from transire.credentials.did_web import WebReader
    from transire.node.courier import Courier

TURNS_END_WITHIN_S = 5.0
"""How long a node that closes lets the ledger answer what turns wait for; and how long these may take to end then."""
DELIVERIES_END_WITHIN_S = 3.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to be hosted: its name in addresses, its name on the ledger, its roles there, its did:web if any."""

    slug: str
    name: str
    roles: tuple[str, ...]
    did: str = ""


class Node:
    """Open with `Node.open`, then `start`; use as a context manager."""

    def __init__(self, home: Home, settings: NodeSettings, *, secret: bytes, keys: KeyStore, engine: Engine) -> None:
        self.home = home
        self.settings = settings
        self.keys = keys
        self.engine = engine
        self._courier: Courier | None = None
        self._web: WebReader | None = None
        self._courier_lock = Lock()
        self._carriers = Workers(settings.delivery.at_once, "courier")
        self.post = Post(self.courier)
        self.beat = Beat()
        self.checkpoints = Checkpoints(home.checkpoints, engine, settings.ledger.witnesses)
        self.kinds = KindRegistry([*DOCUMENT_KINDS, *kinds()])
        self.tenants: dict[str, Tenant] = {}
        self._secret = secret
        use_folder(home.tariff)
        self._unsubscribe = engine.subscribe(self._on_block)
        for member in settings.member:
            self._host(member)

    # Creating and opening.

    @classmethod
    def create(cls, path: Path, settings: NodeSettings, *, network: str, founder: NewMember, keys_cost: str) -> Node:
        """Found a network of one node: the founder governs, registers and validates alone."""
        home = Home(path)
        if (path / FILE_NAME).exists():
            raise HomeExists(where=str(path))
        if settings.profile == "production" and keys_cost == "test":
            raise ProductionRefused(got="key stores with the test cost", where="keys")
        check_slug(founder.slug)
        secret = read_secret(settings)
        with _all_or_nothing(path):
            cls._found(home, settings, secret, network=network, founder=founder, keys_cost=keys_cost)
        return cls.open(path)

    @staticmethod
    def _found(
        home: Home, settings: NodeSettings, secret: bytes, *, network: str, founder: NewMember, keys_cost: str
    ) -> None:
        home.make(founder.slug)
        keys = KeyStore.create(home.keys, secret, profile=keys_cost)
        custodian, validator = keys.new_signing_key(CUSTODIAN_KEY), keys.new_signing_key(VALIDATOR_KEY)
        member_keys = KeyStore.create(home.member(founder.slug) / "keys.json", secret, profile=keys_cost)
        did = make_member_keys(member_keys, governs=True, did=founder.did)
        body = enrolment(member_keys, did=did, name=founder.name, roles=founder.roles, custodian=custodian)
        genesis = found_network(network, founder=body, validator=validator, now=datetime.now(UTC))
        home.network.write_bytes(canonical_bytes(genesis.trust_root()))
        home.genesis.write_bytes(genesis.raw)
        EmbeddedEngine.create(home.ledger, genesis, validator).close()
        settings = replace(settings, member=(MemberSettings(founder.slug, did),))
        write_settings(home.path, settings)  # last: what has settings is a whole node

    @classmethod
    def open(cls, path: Path) -> Node:
        """Open the node of a folder; nothing runs before `start`."""
        home, settings = Home(path), read_settings(path)
        secret = read_secret(settings)
        keys = KeyStore.open(home.keys, secret)
        refuse_cheap_keys(settings, keys)
        engine = open_ledger(home, settings.ledger, keys)
        try:
            return cls(home, settings, secret=secret, keys=keys, engine=engine)
        except BaseException:
            engine.close()
            raise

    def start(self) -> Node:
        """Begin to make blocks and to take turns."""
        self.engine.start()
        self.beat.start()
        self.beat.wake_all()
        return self

    def close(self) -> None:
        """Finish what is under way and let go. What is pooled or in an outbox goes on after the next start.

        Each step has a bound: turns that wait for a ledger which does not answer are told to stop waiting, and a
        delivery to a node that never answers is left to end with the process. Both can be done again.
        """
        self._unsubscribe()
        is_quiet = self.beat.stop(TURNS_END_WITHIN_S)
        if not is_quiet:
            self.engine.interrupt()
            is_quiet = self.beat.stop(TURNS_END_WITHIN_S)
        is_home = self._carriers.close(DELIVERIES_END_WITHIN_S)
        if not (is_quiet and is_home):
            log.warning("closing while something hangs; it is done again after the next start")
        if self._courier is not None and is_home:
            self._courier.close()
        self.engine.close()
        for tenant in self.tenants.values():
            tenant.database.close()

    def __enter__(self) -> Node:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    # Members.

    def tenant(self, slug: str) -> Tenant:
        """The hosted member of that name."""
        try:
            return self.tenants[slug]
        except KeyError:
            raise UnknownTenant(got=slug, expected=", ".join(self.tenants)) from None

    def add_member(self, member: NewMember, *, registrar: Tenant) -> Tenant:
        """Host a further member: make its keys, have the registrar enrol it, open its rooms."""
        if member.slug in self.tenants:
            raise HomeExists(got=member.slug)
        check_slug(member.slug)
        self.home.make(member.slug)
        keys, did = self._keys_of_new(member)
        if not self._is_enrolled(keys, did):
            registrar.act("member.enrol/1", self._enrolment(keys, did, member))
        return self._enter(member.slug, did)

    def prepare_member(self, member: NewMember) -> dict[str, Json]:
        """Make the keys of a member that this node will host; its registrar, elsewhere, enters what is returned.

        From now on the member is hosted here, and can act as soon as it is enrolled.
        """
        if member.slug in self.tenants:
            raise HomeExists(got=member.slug)
        check_slug(member.slug)
        self.home.make(member.slug)
        keys, did = self._keys_of_new(member)
        self._enter(member.slug, did)
        return self._enrolment(keys, did, member)

    def _enrolment(self, keys: KeyStore, did: str, member: NewMember) -> dict[str, Json]:
        custodian = self.keys.signing_key(CUSTODIAN_KEY)
        endpoint = self.settings.public_url.rstrip("/")
        return enrolment(keys, did=did, name=member.name, roles=member.roles, custodian=custodian, endpoint=endpoint)

    def _enter(self, slug: str, did: str) -> Tenant:
        entry = MemberSettings(slug, did)
        self.settings = replace(self.settings, member=(*self.settings.member, entry))
        amend_settings(self.home.path, lambda written: replace(written, member=(*written.member, entry)))
        return self._host(entry)

    def _keys_of_new(self, member: NewMember) -> tuple[KeyStore, str]:
        """The keys of a member to be hosted: new ones, or those that are enrolled since a crash cut this off."""
        store = self.home.member(member.slug) / "keys.json"
        if store.exists():
            keys = KeyStore.open(store, self._secret)
            if CREDENTIAL in keys.names():
                did = did_of(keys, member.did)
                if self._is_enrolled(keys, did):
                    return keys, did
            store.unlink()  # the ledger knows none of them
        self._check_free(member.did)
        keys = KeyStore.create(store, self._secret, profile=self.keys.profile)
        return keys, make_member_keys(keys, did=member.did)

    def _check_free(self, did: str) -> None:
        """Refuse a did:web that another member has, on the ledger or here."""
        if did and (self.engine.member(did) is not None or any(each.did == did for each in self.tenants.values())):
            raise SettingsInvalid(expected="a did:web that no member has", got=did[:200], where="did")

    def _is_enrolled(self, keys: KeyStore, did: str) -> bool:
        """Whether the ledger knows a member of this DID and with these keys."""
        record = self.engine.member(did)
        public = b64url(keys.signing_key(CREDENTIAL).public)
        return record is not None and any(key.public == public for key in record.keys)

    def settle(self, timeout: float = 30.0, *, but: Collection[str] = ()) -> None:
        """Wait until nothing is pooled and no envelope waits, at any tenant. For the demo, tests and orderly stops."""
        from transire.node.settling import settle

        settle([tenant for slug, tenant in self.tenants.items() if slug not in but], self.beat, timeout)

    def _host(self, member: MemberSettings) -> Tenant:
        keys = self._open_keys(member)
        tenant = Tenant(
            slug=member.slug,
            did=member.did,
            database=self._open_database(member),
            vault=Vault(
                self._open_blobs(member),
                keys,
                agree_names=lambda: self._agree_names(tenant),
                hybrid_names=lambda: hybrid_names(keys),
            ),
            keys=keys,
            engine=self.engine,
            kinds=self.kinds,
            wake=lambda: self.beat.wake(member.slug),
            action_lifetime=timedelta(seconds=self.settings.ledger.action_lifetime_s),
            countersigned=self.checkpoints.countersigned,
            tombstones=self.home.tombstones,
            origin_rules=self.home.origin_rules,
            post_quantum=self.settings.delivery.post_quantum,
        )
        replay_tombstones(tenant)  # before anything is shown or delivered: an older backup may have brought it back
        self.tenants[member.slug] = tenant
        self.post.host(member.did, Reception(tenant))
        pause = timedelta(milliseconds=self.settings.ledger.beat_ms)
        teller = Teller(tenant, self.settings, self._carriers)
        self.beat.add(member.slug, TenantTurn(tenant, self.post, pause=pause, executor=self._carriers, teller=teller))
        return tenant

    def courier(self) -> Courier:
        """Who brings envelopes to other nodes; made when there is something to bring."""
        from transire.node.courier import Courier

        with self._courier_lock:
            if self._courier is None:
                self._courier = Courier(self.settings)
            return self._courier

    def web_reader(self) -> WebReader | None:
        """Who fetches DID documents and status lists of outside issuers; None where the settings forbid it."""
        from transire.credentials.did_web import WebReader

        with self._courier_lock:
            if self._web is None and self.settings.online:
                self._web = WebReader()
            return self._web

    @property
    def speaker(self) -> Signer:
        """The key by which this node speaks to other nodes: the transport key of the first member that it hosts."""
        return next(iter(self.tenants.values())).signer_for("transport")

    def tenant_of(self, did: str) -> Tenant:
        """The hosted member with that DID."""
        for tenant in list(self.tenants.values()):
            if tenant.did == did:
                return tenant
        raise UnknownTenant(got=did[:200])

    def _agree_names(self, tenant: Tenant) -> tuple[str, ...]:
        """The member's agree keys that lie here, the present one last: what was sealed for an old one still opens.

        Those that the ledger does not know, or not yet, come first: a node that has begun anew and is still behind
        must open what others seal for its newest key.
        """
        kept = sorted((name for name in tenant.keys.names() if name.startswith("agree-")), key=lambda n: (len(n), n))
        record = tenant.record
        entered = [key.name for key in record.keys if key.purpose == "agree" and key.name in kept] if record else []
        return (*(name for name in kept if name not in entered), *entered) or (AGREE,)

    def _open_keys(self, member: MemberSettings) -> KeyStore:
        keys = KeyStore.open(self.home.member(member.slug) / "keys.json", self._secret)
        refuse_cheap_keys(self.settings, keys)
        return keys

    def _open_database(self, member: MemberSettings) -> Database:
        database = open_database(self.home, self.settings, member)
        upgrade(database, database_branches())
        return database

    def _open_blobs(self, member: MemberSettings) -> BlobStore:
        blobs = open_blobs(self.home, self.settings, member)
        if self.settings.profile == "production" and not blobs.durable:
            raise ProductionRefused(got="a vault that forgets with the process", where="vault.url")
        return blobs

    def _on_block(self, height: int) -> None:
        """A block was committed. Only what ends a version concerns anybody who did not submit the action.

        The block before is looked at too: the time of its actions is known only now (LEDGER 6).
        """
        for block in self.engine.events(max(height - 1, 1)):
            if any(is_ending(outcome) for outcome in block.outcomes):
                self.beat.wake_all()
                return


@contextmanager
def _all_or_nothing(path: Path) -> Iterator[None]:
    """Leave a folder as empty as it was when founding a node in it fails."""
    was_empty = not path.exists() or not any(path.iterdir())
    try:
        yield
    except BaseException:
        if was_empty:
            shutil.rmtree(path, ignore_errors=True)
        raise


def refuse_cheap_keys(settings: NodeSettings, keys: KeyStore) -> None:
    """Refuse, under the production profile, a key store that anybody could open by trying."""
    if settings.profile == "production" and keys.profile == "test":
        raise ProductionRefused(got="a key store with the test cost", where=str(keys.path))
