"""The replicated state machine: the same blocks give the same state, on every machine and in every year.

    check(raw, now) -> Verdict      may this action enter a block? (cheap; from any thread)
    judge(raws, time) -> Verdicts   which of these may stand in the next block, in this order
    apply(block) -> results         what the block does; nothing is persisted
    commit()                        one atomic write of all of it
    root                            the app_hash, which stands in the header of the next block

`apply` is a function of state and block alone. It never looks at a clock, the environment, a random source, the order
of a set or the network; all that can influence it is under the root, the replay memory included. It knows no kind of
statement and no procedure.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import structs

from transire.crypto.digests import sha256
from transire.crypto.encoding import b64url, unb64url
from transire.ledger import allowances, endings, governance, members
from transire.ledger.action import Action
from transire.ledger.admission import Admission, Verdict, VerifiedActions
from transire.ledger.block import DecidedBlock, Misbehaviour, Result, Roots, ValidatorUpdate, log_leaf_data
from transire.ledger.chain import Time
from transire.ledger.errors import GenesisInvalid, LedgerError, Refused, RulesUnknown, StateDamaged
from transire.ledger.genesis import Genesis
from transire.ledger.governance import rules_to_come, rules_version
from transire.ledger.replay import Consumption, ReplayMemory
from transire.ledger.rules import Context, Rule
from transire.ledger.state import Changes, Committed, MisbehaviourRow, Row, Since, ValidatorRow, row_bytes
from transire.ledger.store import (
    ACTIONS,
    HEIGHTS,
    LOG,
    META,
    STATE,
    UNDO,
    Reader,
    Store,
    Writes,
    height_key,
)
from transire.ledger.tables import MapRows, Tip, action_place, height_bytes, log_node_key, undo_bytes
from transire.merkle.sparse import SparseMap
from transire.merkle.tree import CompactRange, leaf_hash

KEPT_VERSIONS: Final = 16
"""Heights behind the tip for which any key of the state can be proved: an evidence looks one back."""

RULES: Final[dict[int, dict[str, Rule]]] = {
    1: {
        "witness/1": endings.witness,
        "document.end/1": endings.end,
        "allowance.open/1": allowances.open_allowance,
        "allowance.draw/1": allowances.draw,
        "allowance.return/1": allowances.return_draw,
        "allowance.split/1": allowances.split,
        "allowance.close/1": allowances.close,
        "member.enrol/1": members.enrol,
        "member.update/1": members.update,
        "member.rotate_key/1": members.rotate_key,
        "member.suspend/1": members.suspend,
        "govern.propose/1": governance.propose,
        "govern.approve/1": governance.approve,
    },
}
"""Every version of the rules that this program can apply. A released version is never edited; a new one is added."""


class WrongHeight(LedgerError):
    code = "ledger.wrong-height"
    sentence = "The block does not follow the last one."
    fix = "Apply the blocks in their order; see transire doctor."
    status = 500


class ActionUnknownToRules(Refused):
    code = "ledger.action-unknown"
    sentence = "The rules in force do not know this action."
    fix = "Sign an action that the network's present rules know."


class Machine:
    """The state machine over a store."""

    def __init__(self, store: Store, genesis: Genesis, tip: Tip) -> None:
        self._store = store
        self._tip = tip
        self._view = Committed(lambda key: store.get(STATE, key))
        self._replay = ReplayMemory.load(store, self._view)
        self._verified = VerifiedActions()
        self._admission = Admission(genesis.network, self._view, self._replay, self._verified)
        self._judged: _Judged | None = None
        self._pending: _Pending | None = None
        self.genesis = genesis
        self.network = genesis.network

    @classmethod
    def create(cls, store: Store, genesis: Genesis) -> Machine:
        """Begin a network in an empty store: the state before block 1."""
        if store.get(META, Tip.KEY) is not None:
            raise GenesisInvalid(got="a store that holds a ledger", expected="an empty one")
        writes = Writes()
        rows = genesis.rows()
        map_root = _write_state(store, writes, rows, height=0)
        log = CompactRange()
        tip = Tip(height=0, time=genesis.start, log=log.to_bytes(), log_root=log.root(), map_root=map_root)
        writes.put(META, Tip.KEY, tip.to_bytes())
        writes.put(META, Tip.GENESIS_KEY, genesis.raw)
        writes.put(HEIGHTS, height_key(0), height_bytes(tip.time, tip.roots, ()))
        store.commit(writes)
        return cls(store, genesis, tip)

    @classmethod
    def carry_on(cls, store: Store, genesis: Genesis) -> Machine:
        """Begin a network that continues the one in the store: state, log and replay memory go on under its name.

        The genesis binds all of it through `previous.app_hash`. That the rows are those of that root is the caller's
        concern: nothing here computes them again (`engines.inspection` does).
        """
        before = cls.open(store)
        _check_continues(genesis, before)
        writes = Writes()
        map_root = _write_state(store, writes, genesis.rows_after(before.view), genesis.height)
        tip = structs.replace(before._tip, height=genesis.height, time=genesis.start, map_root=map_root)
        writes.put(META, Tip.KEY, tip.to_bytes())
        writes.put(META, Tip.GENESIS_KEY, genesis.raw)
        writes.put(HEIGHTS, height_key(genesis.height), height_bytes(tip.time, tip.roots, ()))
        store.commit(writes)
        return cls(store, genesis, tip)

    @classmethod
    def open(cls, store: Store) -> Machine:
        """Go on with the network in a store."""
        raw, genesis = store.get(META, Tip.KEY), store.get(META, Tip.GENESIS_KEY)
        if raw is None or genesis is None:
            raise StateDamaged(got="a store without a tip", expected="a ledger")
        return cls(store, Genesis.parse(genesis), Tip.from_bytes(raw))

    @property
    def height(self) -> int:
        """The last committed height."""
        return self._tip.height

    @property
    def time(self) -> Time:
        """The own time of the last committed block."""
        return self._tip.time

    @property
    def roots(self) -> Roots:
        """The commitments after the last committed block."""
        return self._tip.roots

    @property
    def root(self) -> bytes:
        """The app_hash after the last committed block."""
        return self._tip.roots.app_hash

    @property
    def view(self) -> Committed:
        """The state after the last committed block."""
        return self._view

    @property
    def missing_rules(self) -> Since[int] | None:
        """The first rules that decide at the next block or later and that this program does not have."""
        return next((since for since in rules_to_come(self._view, self.height + 1) if since.value not in RULES), None)

    def check(self, raw: bytes, now: int) -> Verdict:
        """Whether an action may enter a block whose own time is `now`, in whole seconds."""
        return self._admission.check(raw, time=now, height=self.height + 1)

    def knows(self, raw: bytes) -> bool:
        """Whether the signature of these bytes was verified not long ago, so that looking at them costs little."""
        return self._verified.knows(raw)

    def has_just_decided(self, raw: bytes) -> bool:
        """Whether these bytes stood in the last block, if this process committed it."""
        return self._verified.has_left(raw)

    def judge(self, raws: Iterable[bytes], time: Time) -> list[Verdict]:
        """Which of these actions may stand in the next block, if it bears this time.

        What was said of the same actions on the same state is said again: of a proposal to who made it, and of a block
        that was decided.
        """
        actions, height, judged = tuple(raws), self.height + 1, self._judged
        if judged is None or (judged.height, judged.time, judged.actions) != (height, time, actions):
            verdicts = list(self._admission.judge(actions, time=time.seconds, height=height))
            judged = self._judged = _Judged(height, time, actions, verdicts)
        return judged.verdicts

    def apply(self, block: DecidedBlock) -> tuple[Result, ...]:
        """What the block does. Nothing is kept until `commit`; applying again starts anew."""
        if block.height != self.height + 1:
            raise WrongHeight(got=block.height, expected=self.height + 1)
        self._pending = None
        rules = RULES.get(rules_version(self._view, block.height))
        if rules is None:
            raise rules_unknown(Since(block.height, rules_version(self._view, block.height)))
        pending = _Pending(self._view, CompactRange.from_bytes(self._tip.log), block, rules)
        for index, verdict in enumerate(self.judge(block.actions, block.time)):
            pending.act(index, verdict)
        for misbehaviour in block.misbehaviour:
            pending.note(misbehaviour)
        with self._store.reading() as reader:
            pending.finish(reader, self._replay, self._tip)
        self._pending = pending
        return tuple(pending.results)

    @property
    def validator_updates(self) -> tuple[ValidatorUpdate, ...]:
        """The validators whose power the applied block changed, by address.

        One that the block both let in and removed was never there: CometBFT would halt on its removal.
        """
        changed = self._applied().view.rows
        rows = [(key, row) for key, row in sorted(changed.items()) if isinstance(row, ValidatorRow)]
        return tuple(
            ValidatorUpdate(unb64url(row.public, length=32), power)
            for key, row in rows
            if (power := row.power[-1].value) or self._had_power(key)
        )

    def _had_power(self, key: str) -> bool:
        """Whether the validator was there, or on its way in, before the applied block."""
        before = self._view.find(key, ValidatorRow)
        return before is not None and before.power[-1].value > 0

    @property
    def applied_root(self) -> bytes:
        """The app_hash that the applied block will have made."""
        return self._applied().tip.roots.app_hash

    def commit(self) -> None:
        """Make the applied block durable with everything it changed, in one atomic write."""
        pending = self._applied()
        self._store.commit(pending.writes)
        # From here on it is durable; what follows only lets readers in this process see it.
        self._view.replace(pending.view.rows)
        self._replay.take_over(pending.consumption)
        self._verified.forget(pending.digests)
        self._tip = pending.tip
        self._judged = None
        self._pending = None

    def _applied(self) -> _Pending:
        if self._pending is None:
            raise WrongHeight(got="no applied block", expected=f"block {self.height + 1}")
        return self._pending


class _Judged(msgspec.Struct, frozen=True):
    """What was said of the actions of a block that may be decided."""

    height: int
    time: Time
    actions: tuple[bytes, ...]
    verdicts: list[Verdict]


class _Pending:
    """A block on its way through the machine."""

    def __init__(self, view: Committed, log: CompactRange, block: DecidedBlock, rules: dict[str, Rule]) -> None:
        self.view = Changes(view)
        self.writes = Writes()
        self.results: list[Result] = []
        self.digests: list[bytes] = []
        self.consumption = Consumption()
        self.tip: Tip
        self._log = log
        self._block = block
        self._rules = rules

    def act(self, index: int, verdict: Verdict) -> None:
        """One action of the block. One that should not be in it (a proposal that nobody checked) does nothing."""
        raw = self._block.actions[index]
        digest = verdict.action.digest if verdict.action is not None else sha256(raw)
        if verdict.action is None:
            self.results.append(Result(action_id=b64url(digest), code=verdict.code))
            return
        self.digests.append(digest)
        self.consumption.consume(verdict.action)
        self.writes.put(ACTIONS, digest, action_place(self._block.height, index))
        self.results.append(self._result(index, verdict.action))

    def _result(self, index: int, action: Action) -> Result:
        sheet = Changes(self.view)
        context = Context(sheet, action, self._block.height, self._block.time.seconds)
        rule = self._rules.get(action.action)
        try:
            if rule is None:
                raise ActionUnknownToRules(got=action.action)
            events = rule(context)
        except Refused as refusal:
            return Result(action_id=action.id, code=refusal.code)
        self.view.keep(sheet)
        action_id = action.id
        leaf = log_leaf_data(action_id, height=self._block.height, index=index, events=events)
        log_index = self._log.size
        for place, node in self._log.append(leaf_hash(leaf)):
            self.writes.put(LOG, log_node_key(*place), node)
        return Result(action_id=action_id, events=events, log_index=log_index)

    def note(self, misbehaviour: Misbehaviour) -> None:
        """Record that a validator signed two blocks of one height."""
        key = f"misbehaviour/{b64url(misbehaviour.address)}/{misbehaviour.height}"
        row = MisbehaviourRow(kind=misbehaviour.kind, reported=self._block.height, total_power=misbehaviour.total_power)
        self.view.put(key, row)

    def finish(self, reader: Reader, replay: ReplayMemory, before: Tip) -> None:
        """Close the block: replay memory, map, roots, and the rows that hold them."""
        height = self._block.height
        self.consumption.write(self.view, replay, time=self._block.time.seconds)
        self.consumption.store(self.writes, reader, height)
        map_root = _write_state(reader, self.writes, self.view.rows, height) if self.view.rows else before.map_root
        self.tip = Tip(
            height=height,
            time=self._block.time,
            log=self._log.to_bytes(),
            log_root=self._log.root(),
            map_root=map_root,
        )
        self.writes.put(HEIGHTS, height_key(height), height_bytes(self._block.time, self.tip.roots, self.results))
        self.writes.put(META, Tip.KEY, self.tip.to_bytes())


def rules_unknown(missing: Since[int]) -> RulesUnknown:
    """What is said of rules that this program does not have, and from which block on they decide."""
    return RulesUnknown(
        got=f"rules {missing.value} from block {missing.height} on", expected=f"at most rules {max(RULES)}"
    )


def _check_continues(genesis: Genesis, before: Machine) -> None:
    """Refuse a genesis that continues another network than this one, or this one from elsewhere than its end."""
    previous = genesis.previous
    if previous is None:
        raise GenesisInvalid(got="a genesis that continues no network", expected=before.network)
    for name, found, expected in (
        ("network", previous.network, before.network),
        ("height", previous.height, before.height),
        ("app_hash", previous.app_hash, b64url(before.root)),
    ):
        if found != expected:
            raise GenesisInvalid(got=found, expected=expected, where=f"/previous/{name}")
    if genesis.start.nanoseconds <= before.time.nanoseconds:
        raise GenesisInvalid(got=genesis.time, expected="a time after the last block", where="/time")


def _write_state(reader: Reader, writes: Writes, rows: dict[str, Row | None] | dict[str, Row], height: int) -> bytes:
    """Write the changed rows, what they were before, and the map over them; returns its root."""
    encoded = {key.encode(): None if row is None else row_bytes(row) for key, row in sorted(rows.items())}
    writes.update(STATE, encoded)
    writes.put(UNDO, height_key(height), undo_bytes({key: reader.get(STATE, key) for key in encoded}))
    changes = {sha256(key): None if value is None else sha256(value) for key, value in encoded.items()}
    state_map = SparseMap(MapRows(reader, writes))
    root = state_map.update_many(changes, height)
    _prune(reader, writes, state_map, height)
    return root


def _prune(reader: Reader, writes: Writes, state_map: SparseMap, height: int) -> None:
    """Let go of versions that no evidence will ask for."""
    keep_from = height - KEPT_VERSIONS
    if keep_from <= 0:
        return
    state_map.prune(keep_from)
    for key, _ in reader.range(UNDO, end=height_key(keep_from)):
        writes.delete(UNDO, key)
