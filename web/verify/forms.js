// The one form of receipts and their parts (spec/receipt.md, spec/action.md, spec/statement.md, spec/state.md).

import { compareText, isB64url } from "./bytes.js";
import { Refused } from "./errors.js";
import { canonical, parseCanonical, parseJson } from "./json.js";
import { anyObject, integer, isObject, list, nullOr, object, oneOf, requireShape, tagged, text, tuple } from "./shapes.js";
import { tell } from "./words.js";

export const MAX_RECEIPT_BYTES = 32 * 1024 * 1024;
export const MAX_NETWORK_BYTES = 1024 * 1024;
export const MAX_NAMED = 32;
const MAX_ACTION_BYTES = 65536;
const MAX_STATEMENT_BYTES = 65536;

const DID_TEXT =
  "did:(?:web:[a-z0-9.-]+(?:%3A[0-9]{1,5})?(?::[A-Za-z0-9._~-]+)*|key:z[1-9A-HJ-NP-Za-km-z]+)";
const B32 = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]";
const DID_PATTERN = new RegExp(`^${DID_TEXT}$`);
const DIGEST_PATTERN = new RegExp(`^${B32}$`);

const did = text(DID_PATTERN, { most: 200 });
const digest = text(DIGEST_PATTERN);
const signature = text(/^[A-Za-z0-9_-]{85}[AQgw]$/);
const name = text(/^[a-z][a-z0-9_-]{0,31}$/);
const moment = text(/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/);
const chainId = text(null, { least: 1, most: 50 });
const address = text(/^[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048]$/);
const height = integer(1);
const count = integer(0);

export const isDid = (value) => DID_PATTERN.test(value) && value.length <= 200;
export const isDigest = (value) => typeof value === "string" && DIGEST_PATTERN.test(value);

// The chain (spec/chain.md 5).
const time = object({ seconds: integer(-62135596800, 253402300799), nanos: integer(0, 999999999) });
const digestOrNone = text(new RegExp(`^(?:${B32})?$`));
const blockId = object({ hash: digestOrNone, parts: object({ total: integer(0, 2 ** 32 - 1), hash: digestOrNone }) });
const header = object({
  version: object({ block: count, app: count }),
  chain_id: chainId,
  height,
  time,
  last_block_id: blockId,
  last_commit_hash: digest,
  data_hash: digest,
  validators_hash: digest,
  next_validators_hash: digest,
  consensus_hash: digest,
  app_hash: digest,
  last_results_hash: digest,
  evidence_hash: digest,
  proposer_address: address,
});
const vote = object({
  flag: integer(1, 3),
  address: text(/^(?:[A-Za-z0-9_-]{26}[AEIMQUYcgkosw048])?$/),
  time,
  signature: text(/^(?:[A-Za-z0-9_-]{85}[AQgw])?$/),
});
const commit = object({
  height,
  round: integer(0, 2 ** 31 - 1),
  block_id: blockId,
  signatures: list(vote, { least: 1, most: 200 }),
});
const signedHeader = object({ header, commit });
const validator = object({ public_key: digest, power: integer(1) });

// The receipt (spec/receipt.md 1).
const proof = object({ siblings: list(digest, { most: 256 }), leaf: nullOr(tuple(digest, digest)) });
// Of any length, so by no pattern: patterns of groups use the stack for every group.
function someBytes(value, where, refuse) {
  if (typeof value !== "string" || !isB64url(value)) {
    refuse(where, tell("bytes in base64url"), value.slice?.(-8) ?? value);
  }
}
const path = list(digest, { most: 64 });
const representation = object({
  media_type: text(/^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/, { most: 130 }),
  content: someBytes,
});
const COMMON = {
  receipt: text(),
  network: chainId,
  action: anyObject,
  log: object({
    height,
    index: count,
    events: list(anyObject, { most: 1024 }),
    entry: count,
    size: integer(1),
    root: digest,
    path,
  }),
  map: object({ root: digest }),
  accepted: signedHeader,
  proven: signedHeader,
  changes: list(object({ header: signedHeader, validators: list(validator, { least: 1, most: 200 }) }), { most: 1024 }),
  members: list(object({ did, record: nullOr(anyObject), proof }), { most: MAX_NAMED }),
  keys: list(object({ key: text(null, { least: 1, most: 500 }), value: nullOr(anyObject), proof }), { most: 256 }),
  documents: list(
    object({ commitment: digest, salt: digest, representations: list(representation, { least: 1, most: 8 }) }),
    { most: 16 },
  ),
  checkpoint: text(null, { most: 16384 }),
};
const statement = object({
  about: list(digest, { most: 256 }),
  actor: text(null, { least: 1, most: 128 }),
  body: anyObject,
  by: did,
  kind: text(/^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+\/[1-9][0-9]{0,3}$/, { most: 64 }),
  salt: digest,
});
const opening = object({ by: did, count: integer(1, 1_000_000), network: chainId, root: digest, salt: digest });
const RECEIPTS = {
  "statement/1": object({ ...COMMON, statement, place: object({ index: count, path }), pool: opening }),
  "action/1": object(COMMON),
};

const NETWORK = object({
  format: oneOf("transire/network/1"),
  network: chainId,
  genesis: digest,
  time: moment,
  validators: list(object({ address, operator: did, power: integer(1, 2 ** 40), public: digest }), { least: 1, most: 200 }),
  fingerprint: text(),
});

// Actions (spec/action.md).
const quantity = text(/^(?:0|[1-9][0-9]{0,18})(?:\.[0-9]{0,8}[1-9])?$/);
const keys = list(digest, { least: 1, most: 64 });
const roles = list(
  oneOf(
    "producer",
    "exporter",
    "importer",
    "broker",
    "customs",
    "agency",
    "chamber",
    "association",
    "carrier",
    "rights_holder",
  ),
  { least: 1, most: 10 },
);
// Shown to people: no control characters, no line ends, nothing that turns the text around.
const title = text(/^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+$/u, { least: 1, most: 200 });
const endpoint = text(/^https?:\/\/[!-~]{1,190}$/);
const keyEntry = object(
  {
    name,
    purpose: oneOf("act", "credential", "agree", "transport", "govern", "recover"),
    public: digest,
    custodian: did,
    possession: signature,
    countersignature: object({ key: name, signature }),
  },
  ["countersignature"],
);
const office = { type: text(), office: oneOf("governor", "registrar"), member: did };
const change = tagged("type", {
  appoint: object(office),
  dismiss: object(office),
  validator: object({ type: text(), public: digest, power: integer(0, 2 ** 40), operator: did, possession: signature }),
  parameter: object({ type: text(), name, value: count }),
  rules: object({ type: text(), version: integer(1, 2 ** 31), height: count }),
});
const BODIES = {
  "witness/1": object({ pool: digest }),
  "document.end/1": object({ version: digest, successor: digest }, ["successor"]),
  "allowance.open/1": object({
    unit: text(/^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,31}$/),
    quantity,
    keys,
    releaser: did,
  }),
  "allowance.draw/1": object({ allowance: digest, quantity, for: digest }),
  "allowance.return/1": object({ allowance: digest, for: digest }),
  "allowance.split/1": object({ allowance: digest, quantity, keys, releaser: did }, ["releaser"]),
  "allowance.close/1": object({ allowance: digest }),
  "member.enrol/1": object({ did, name: title, roles, keys: list(keyEntry, { least: 1, most: 16 }), endpoint }, [
    "endpoint",
  ]),
  "member.update/1": object({ did, name: title, roles, endpoint, status: oneOf("active") }, [
    "name",
    "roles",
    "endpoint",
    "status",
  ]),
  "member.rotate_key/1": object(
    {
      did,
      add: list(keyEntry, { most: 16 }),
      retire: list(name, { most: 16 }),
      distrust: list(object({ key: name, height: count }), { most: 16 }),
    },
    ["add", "retire", "distrust"],
  ),
  "member.suspend/1": object({ did }),
  "govern.propose/1": object({ change }),
  "govern.approve/1": object({ proposal: digest }),
};
const ENVELOPE = object({
  action: text(),
  body: anyObject,
  by: text(new RegExp(`^(?:${DID_TEXT}|key:${B32})$`), { most: 200 }),
  expires: moment,
  key: name,
  network: text(),
  nonce: text(/^[A-Za-z0-9_-]{21}[AQgw]$/),
  signature,
});
const DRAWS = ["allowance.draw/1", "allowance.split/1"];

// Rows of the state (spec/state.md). What may be missing in a row is null there.
const whole = integer(-Number.MAX_SAFE_INTEGER);
const since = (value) => list(object({ from: whole, value }));
const ROWS = {
  member: object({
    did: text(),
    name: since(text()),
    roles: since(list(text())),
    status: since(text()),
    endpoint: since(text()),
    registrar: text(),
    keys: list(
      object({
        name,
        purpose: text(),
        public: text(),
        custodian: text(),
        entered_by: text(),
        valid_from: whole,
        retired_from: nullOr(whole),
        distrusted_from: nullOr(whole),
        distrust_stated: nullOr(whole),
      }, ["retired_from", "distrusted_from", "distrust_stated"]),
    ),
  }),
  ended: object({ height: whole, successor: nullOr(text()) }, ["successor"]),
  allowance: object(
    {
      opener: text(),
      unit: text(),
      quantity: text(),
      drawn: text(),
      given: text(),
      keys: list(text()),
      releaser: text(),
      parent: nullOr(text()),
      opened: whole,
      closed: nullOr(whole),
    },
    ["parent", "closed"],
  ),
  draw: object({ quantity: text(), key: text(), height: whole }),
  return: object({ height: whole }),
  seen: object({ chain: text(), count: whole }),
  parameter: object({ value: since(whole) }),
  office: object({ holders: since(list(text())) }),
  rules: object({ version: since(whole) }),
  proposal: object(
    {
      change: anyObject,
      proposer: text(),
      opened: whole,
      lapses: whole,
      approvals: list(text()),
      decided: nullOr(whole),
    },
    ["decided"],
  ),
  validator: object({ public: text(), operator: text(), power: since(whole) }),
  misbehaviour: object({ kind: text(), reported: whole, total_power: whole }),
};

/** The receipt in a file: `ledger.not-a-receipt` for anything else, `ledger.receipt-malformed` if it lacks its form. */
export function readReceipt(raw) {
  let value;
  try {
    value = parseJson(raw, MAX_RECEIPT_BYTES);
  } catch (error) {
    throw new Refused("ledger.not-a-receipt", { got: error.message, where: error.where });
  }
  const kind = isObject(value) ? value.receipt : null;
  if (typeof kind !== "string" || !Object.hasOwn(RECEIPTS, kind)) {
    throw new Refused("ledger.not-a-receipt", { expected: Object.keys(RECEIPTS).join(", ") });
  }
  requireShape("ledger.receipt-malformed", RECEIPTS[kind], value);
  requireOrder("members", value.members.map((member) => member.did));
  requireOrder("keys", value.keys.map((key) => key.key));
  requireOrder("documents", value.documents.map((document) => document.commitment));
  for (const document of value.documents) {
    requireOrder("representations", document.representations.map((one) => one.media_type));
  }
  requireHeights(value.changes.map((one) => one.header.header.height));
  return value;
}

/** The network file as it was written; whether it contradicts itself is judged in `trust.js`. */
export function readNetworkFile(raw) {
  const value = parseJson(raw, MAX_NETWORK_BYTES);
  requireShape("ledger.trust-root-invalid", NETWORK, value);
  return value;
}

/** Check an action that stands in a receipt; its bytes are the canonical text. */
export function readAction(value) {
  const raw = canonical(value);
  if (raw.length > MAX_ACTION_BYTES) {
    throw new Refused("ledger.action-malformed", { got: tell("{count} bytes", { count: raw.length }) });
  }
  const action = parseCanonical(raw, MAX_ACTION_BYTES);
  requireShape("ledger.action-malformed", ENVELOPE, action);
  requireMoment(action.expires);
  if (!Object.hasOwn(BODIES, action.action)) {
    throw new Refused("ledger.action-malformed", { got: action.action, where: "/action" });
  }
  requireShape("ledger.action-malformed", BODIES[action.action], action.body);
  if (action.by.startsWith("key:") && (action.key !== "own" || !DRAWS.includes(action.action))) {
    throw new Refused("ledger.action-malformed", { got: `${action.action} by an allowance's key`, where: "/by" });
  }
  return action;
}

/** The bytes of a statement, once they are known to be one. */
export function readStatement(value) {
  const raw = canonical(value);
  requireShape("ledger.statement-malformed", statement, parseCanonical(raw, MAX_STATEMENT_BYTES));
  return raw;
}

/** Check a row of the state by the first part of its key. */
export function readRow(key, value) {
  const kind = key.split("/")[0];
  if (!Object.hasOwn(ROWS, kind)) {
    throw new Refused("ledger.key-not-proved", { got: tell("a row of no known kind"), where: key });
  }
  requireShape("ledger.key-not-proved", ROWS[kind], value);
  return value;
}

function requireMoment(written) {
  const read = new Date(written);
  const again = Number.isNaN(read.getTime()) ? "" : read.toISOString().replace(".000Z", "Z");
  if (again !== written || written.startsWith("0000")) {
    throw new Refused("ledger.action-malformed", { got: written, where: "/expires" });
  }
}

function requireOrder(field, names) {
  for (let place = 1; place < names.length; place += 1) {
    if (compareText(names[place - 1], names[place]) >= 0) {
      throw new Refused("ledger.receipt-malformed", {
        got: tell("another order, or a name twice"),
        expected: tell("sorted, each once"),
        where: `/${field}`,
      });
    }
  }
}

function requireHeights(heights) {
  if (heights.some((one, place) => place > 0 && one <= heights[place - 1])) {
    throw new Refused("ledger.receipt-malformed", { got: heights.join(", "), expected: tell("rising heights"), where: "/changes" });
  }
}

