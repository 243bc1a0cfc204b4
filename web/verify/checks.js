// The named checks of a receipt (spec/receipt.md 3), each a function of the case: what it finds, or a refusal.
//
// A check reads what earlier ones proved through `proved`, never the receipt's own claim.

import { b64url, compareText, hex, same, sha256, uint64, unb64url, utf8 } from "./bytes.js";
import { contentsOf, verifyDocument } from "./commitment.js";
import { issuerOf, isJson, readCredential, verifyCredential } from "./credential.js";
import { verifyStrict } from "./ed25519.js";
import { Refused, refusing, sideBySide } from "./errors.js";
import { MAX_NAMED, isDid, isDigest, readAction, readRow, readStatement } from "./forms.js";
import { canonical, under } from "./json.js";
import { leafHash, verifyInclusion, verifyInMap } from "./merkle.js";
import { cosignedAt, readCheckpoint, readNote } from "./note.js";
import { isObject } from "./shapes.js";
import { nanosecondsOf, timeText } from "./time.js";
import { Schedule, concentration, together } from "./trust.js";
import { listed, tell } from "./words.js";

const CLOCK_TOLERANCE = 300_000_000_000n;
const UNKNOWN_NAME = "an operator that the receipt does not show";
const UNKNOWN = tell(UNKNOWN_NAME);

/** What a check found; `shown` is false where the receipt does not show what the check is about. */
export function finding(found, { expected = "", detail = "", shown = true } = {}) {
  return { found, expected, detail, shown };
}

function proved(fact, check) {
  if (fact === undefined) {
    throw new Refused("ledger.not-judged", { got: tell("not judged"), expected: tell("that the check “{check}” holds", { check }) });
  }
  return fact;
}

function fail(code, got, expected = "", where = "") {
  throw new Refused(code, { got, expected, where });
}

const atHeight = (height) => tell("height {height}", { height });

// The chain.

export function checkNetwork({ receipt, trust }) {
  if (receipt.network !== trust.network) {
    fail("ledger.receipt-of-another-network", receipt.network, trust.network);
  }
  return finding(trust.network, {
    detail: tell("Compare its fingerprint by telephone: {fingerprint}", { fingerprint: trust.fingerprint }),
  });
}

export async function checkValidators(facts) {
  const schedule = await Schedule.of(facts.trust);
  await schedule.extend(facts.receipt.changes);
  facts.schedule = schedule;
  const changes = schedule.reigns.length - 1;
  if (changes === 0) {
    return finding(tell("the validators of the network file, unchanged as far as the receipt shows"));
  }
  const height = schedule.reigns.at(-1).start - 1;
  return finding(
    changes === 1
      ? tell("1 change since the network file, the last after height {height}", { height })
      : tell("{changes} changes since the network file, the last after height {height}", { changes, height }),
  );
}

export async function checkSigned(facts) {
  const schedule = proved(facts.schedule, "validators");
  const accepted = await schedule.verify(facts.receipt.accepted);
  const proven = await schedule.verify(facts.receipt.proven);
  const after = facts.height + 1;
  if (accepted.header.height !== after) {
    fail("ledger.headers-disagree", atHeight(accepted.header.height), atHeight(after));
  }
  const earlier = nanosecondsOf(proven.header.time) < nanosecondsOf(accepted.header.time);
  if (proven.header.height < after || earlier) {
    const got = tell("state of height {height}", { height: proven.header.height });
    fail("ledger.headers-disagree", got, tell("height {height} or later", { height: after }));
  }
  Object.assign(facts, { accepted, proven });
  const names = proven.signed.map((one) => operatorName(facts.trust.operators, one));
  return finding(
    tell("{power} of {total} of the validators' power: {operators}", {
      power: proven.power,
      total: proven.total,
      operators: listed([...new Set(names)].sort(compareText)),
    }),
    {
      expected: tell("more than two thirds"),
      detail: tell("Header {height}; header {after} by {power} of {total}.", {
        height: proven.header.height,
        after,
        power: accepted.power,
        total: accepted.total,
      }),
    },
  );
}

const operatorName = (operators, one) => operators.get(b64url(one.address)) ?? `validator ${b64url(one.address)}`;

export function checkTime(facts) {
  const { header } = proved(facts.accepted, "signed");
  return finding(timeText(header.time), {
    detail: tell("The time of header {height}, the one after its block.", { height: header.height }),
  });
}

export function checkOperators(facts) {
  const proven = proved(facts.proven, "signed");
  const operators = operatorsOf(facts, proven.validators);
  const smallest = concentration(proven.validators, (one) => operators.get(b64url(one.address)) ?? UNKNOWN_NAME);
  if (smallest.twoThirds.length === 1) {
    return finding(tell("{operator} alone; proves nothing against it", { operator: named(smallest.twoThirds[0]) }), {
      expected: tell("two operators or more"),
      shown: false,
    });
  }
  return finding(
    tell("above two thirds {most}, above one third {some}", {
      most: together(smallest.twoThirds.map(named)),
      some: together(smallest.third.map(named)),
    }),
    { detail: tell("Those above two thirds could write another past together, those above one third stop the network.") },
  );
}

const named = (operator) => (operator === UNKNOWN_NAME ? UNKNOWN : operator);

/** Who operates a validator: what the ledger's state proves, else what the network file says. */
export function operatorsOf(facts, validators) {
  const known = new Map(facts.trust.operators);
  for (const one of validators) {
    const row = facts.rows?.get(`validator/${b64url(one.address)}`) ?? null;
    if (row !== null) {
      known.set(b64url(one.address), row.operator);
    }
  }
  return known;
}

// The state.

export async function checkState(facts) {
  const { header } = proved(facts.proven, "signed");
  const { log, map } = facts.receipt;
  const roots = [unb64url(log.root), unb64url(map.root)];
  const found = await sha256(utf8("transire/app/v1\n"), uint64(log.size), ...roots);
  if (!same(found, unb64url(header.app_hash))) {
    fail("ledger.state-not-proved", hex(found), hex(unb64url(header.app_hash)), `header ${header.height}`);
  }
  facts.mapRoot = roots[1];
  return finding(tell("the state after height {height}, with {size} actions in the log", { height: header.height - 1, size: log.size }));
}

export async function checkLog(facts) {
  proved(facts.mapRoot, "state");
  const { log, action } = facts.receipt;
  const id = b64url(await sha256(canonical(action)));
  const events = b64url(await sha256(canonical(log.events)));
  const leaf = await leafHash(canonical({ action: id, events, height: log.height, index: log.index }));
  const place = { index: log.entry, size: log.size, path: log.path.map((one) => unb64url(one)), root: unb64url(log.root) };
  await refusing("ledger.not-in-log", () => verifyInclusion(leaf, place), {
    expected: tell("entry {entry} of {size}", log),
  });
  return finding(tell("entry {entry} of the log, from block {height}", log), { detail: tell("Action {id}", { id }) });
}

export async function checkMembers(facts) {
  const root = proved(facts.mapRoot, "state");
  const { receipt } = facts;
  const shown = receipt.members.map((member) => member.did);
  const expected = membersNamed(receipt);
  if (shown.join() !== expected.join()) {
    fail("ledger.names-differ", shown.join(", ") || "none", expected.join(", ") || "none");
  }
  const proofs = receipt.members.map(({ did, record, proof }) => provedRow(root, `member/${did}`, record, proof));
  const proven = await sideBySide(proofs);
  const records = new Map(shown.map((did, place) => [did, proven[place]]));
  facts.records = records;
  const titles = [...records.values()].filter((record) => record !== null).map((record) => titleOf(record, facts.height));
  const absent = [...records].filter(([, record]) => record === null).map(([did]) => did);
  return finding(titles.length > 0 ? listed(titles, "; ") : tell("the receipt names no member"), {
    detail: absent.length > 0 ? tell("Not a member: {members}", { members: listed(absent) }) : "",
  });
}

/** Exactly the members that a receipt must show, sorted: whoever acted, ended, issued, stated, or is named. */
function membersNamed(receipt) {
  const found = [receipt.action.by];
  found.push(...receipt.keys.filter(({ key }) => key.startsWith("ended/")).map(({ key }) => key.split("/")[1]));
  for (const content of receipt.documents.flatMap(contentsOf)) {
    const credential = readCredential(content);
    found.push(credential === null ? null : issuerOf(credential));
  }
  if ("statement" in receipt) {
    found.push(receipt.statement.by, ...stringsIn(receipt.statement.body));
  }
  const dids = new Set(found.filter((text) => typeof text === "string" && isDid(text)));
  return [...dids].slice(0, MAX_NAMED).sort(compareText);
}

/** All strings of a value, members of an object in the order of their names. */
function stringsIn(value) {
  if (typeof value === "string") {
    return [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap(stringsIn);
  }
  return isObject(value) ? Object.keys(value).sort().flatMap((name) => stringsIn(value[name])) : [];
}

export async function checkKeys(facts) {
  const root = proved(facts.mapRoot, "state");
  const { keys } = facts.receipt;
  const misplaced = keys.find(({ key }) => key.startsWith("member/"));
  if (misplaced !== undefined) {
    fail("ledger.key-not-proved", misplaced.key, tell("members among the members"), "/keys");
  }
  const proven = await sideBySide(keys.map(({ key, value, proof }) => provedRow(root, key, value, proof)));
  const rows = new Map(keys.map(({ key }, place) => [key, proven[place]]));
  facts.rows = rows;
  const present = [...rows.values()].filter((row) => row !== null).length;
  return finding(tell("{present} present, {absent} absent", { present, absent: rows.size - present }), {
    detail: listed([...rows.keys()]),
    shown: rows.size > 0,
  });
}

async function provedRow(root, key, value, { siblings, leaf }) {
  const proof = {
    siblings: siblings.map((one) => unb64url(one)),
    leaf: leaf === null ? null : leaf.map((one) => unb64url(one)),
  };
  return refusing(
    "ledger.key-not-proved",
    async () => {
      const valueHash = value === null ? null : await sha256(canonical(value));
      await verifyInMap(root, await sha256(utf8(key)), valueHash, proof);
      return value === null ? null : readRow(key, value);
    },
    { where: key },
  );
}

/** What ruled at that height, or null before the first value. */
const ruledAt = (history, height) => history.findLast((since) => since.from <= height)?.value ?? null;

function titleOf(record, height) {
  const roles = ruledAt(record.roles, height) ?? [];
  return tell("{name} ({did}; {roles})", {
    name: ruledAt(record.name, height) ?? tell("not yet a member"),
    did: record.did,
    roles: roles.length > 0 ? listed(roles.map((role) => tell(role))) : tell("no role"),
  });
}

export const nameAt = (record, height) => ruledAt(record.name, height) ?? record.did;

// Who said it.

function isInForce(key, height) {
  const ends = [key.retired_from ?? null, key.distrusted_from ?? null];
  return height >= key.valid_from && ends.every((end) => end === null || height < end);
}

export async function checkStatedBy(facts) {
  const records = proved(facts.records, "members");
  const action = await refusing("ledger.signer-not-entitled", () => readAction(facts.receipt.action));
  if (action.network !== facts.trust.network) {
    fail("ledger.receipt-of-another-network", action.network, facts.trust.network, "/action/network");
  }
  const found = action.by.startsWith("key:")
    ? await checkDrawingKey(facts, action)
    : await checkMemberKey(facts, action, records.get(action.by) ?? null);
  facts.action = action;
  return found;
}

async function checkMemberKey({ height }, action, record) {
  const purpose = purposeOf(action);
  if (record === null || ruledAt(record.status, height) !== "active") {
    fail("ledger.signer-not-entitled", action.by, tell("an active member at height {height}", { height }));
  }
  const key = record.keys.find((one) => one.name === action.key);
  if (key === undefined || key.purpose !== purpose || !isInForce(key, height)) {
    fail("ledger.signer-not-entitled", whyNot(key, purpose, height), tell("a key in force: {key}", { key: action.key }));
  }
  await verifyActionSignature(action, key.public);
  const keeper = key.custodian === record.did ? tell("itself") : key.custodian;
  return finding(tell("{did} with its key {key}, kept by {keeper}", { did: record.did, key: key.name, keeper }), {
    detail: tell("Entered by {registrar}", { registrar: key.entered_by }),
  });
}

/** An act key neither governs nor changes its own member's keys. */
function purposeOf(action) {
  if (action.action.startsWith("govern.")) {
    return "govern";
  }
  return action.action === "member.rotate_key/1" && action.body.did === action.by ? "recover" : "act";
}

function whyNot(key, purpose, height) {
  if (key === undefined) {
    return tell("no key of that name");
  }
  if (key.purpose !== purpose) {
    return tell("a key for {purpose}, not for {wanted}", { purpose: key.purpose, wanted: purpose });
  }
  const distrusted = key.distrusted_from ?? null;
  return distrusted !== null && height >= distrusted
    ? tell("a key distrusted from height {height}", { height: distrusted })
    : tell("a key not in force at height {height}", { height });
}

/** A draw names no member: the allowance, present in the state, names the keys that may draw. */
async function checkDrawingKey(facts, action) {
  const rows = proved(facts.rows, "keys");
  const key = action.by.slice("key:".length);
  const id = action.body.allowance;
  const allowance = rows.get(`allowance/${id}`) ?? null;
  if (allowance === null || !allowance.keys.includes(key)) {
    fail("ledger.signer-not-entitled", tell("key {key}", { key }), tell("a key of allowance {id}", { id }));
  }
  await verifyActionSignature(action, key);
  return finding(tell("key {key} of the allowance {id}", { key, id }), {
    detail: tell("Opened by {opener}", { opener: allowance.opener }),
  });
}

async function verifyActionSignature(action, key) {
  const { signature, ...unsigned } = action;
  await refusing(
    "ledger.signer-not-entitled",
    () => verifyStrict(unb64url(key, 32), under("transire/action/v1\n", unsigned), unb64url(signature, 64)),
    { got: tell("another signature"), expected: tell("a signature by key {key}", { key }) },
  );
}

export function checkCustody(facts) {
  const records = proved(facts.records, "members");
  proved(facts.action, "stated-by");
  const keepers = new Map();
  for (const [did, record] of records) {
    for (const key of record?.keys ?? []) {
      if (key.purpose === "act" && isInForce(key, facts.height)) {
        keepers.set(key.custodian, (keepers.get(key.custodian) ?? new Set()).add(did));
      }
    }
  }
  const members = new Set([...keepers.values()].flatMap((kept) => [...kept]));
  const told = [...keepers]
    .filter(([, kept]) => kept.size > 1 || members.size === 1)
    .sort(([left], [right]) => compareText(left, right))
    .map(([keeper, kept]) => tell("{keeper} keeps the keys of {members}", { keeper, members: listed([...kept].sort(compareText)) }));
  if (members.size < 2) {
    const found = told.length > 0 ? listed(told, "; ") : tell("the receipt names no member with keys");
    return finding(found, { expected: tell("a second member, to compare who keeps the keys"), shown: false });
  }
  if (told.length > 0) {
    return finding(listed(told, "; "), { expected: tell("a custodian of its own for each member"), shown: false });
  }
  return finding(tell("no custodian keeps the keys of two of the members named"));
}

export async function checkStatement(facts) {
  const { receipt } = facts;
  if (!("statement" in receipt)) {
    const action = proved(facts.action, "stated-by");
    const body = Object.entries(action.body).filter(([, value]) => typeof value === "string" || typeof value === "number");
    const pairs = listed(body.map(([name, value]) => `${name} ${value}`));
    return finding(tell("{action}: {body}", { action: action.action, body: pairs }), {
      detail: tell("This receipt is of the action alone."),
    });
  }
  const action = proved(facts.action, "stated-by");
  if (action.action !== "witness/1") {
    fail("ledger.not-in-pool", action.action, "witness/1");
  }
  const { statement, pool, place } = receipt;
  const raw = await refusing("ledger.not-in-pool", () => readStatement(statement));
  await requireOpening(pool, action, facts.trust.network);
  if (statement.by !== pool.by) {
    fail("ledger.not-in-pool", statement.by, pool.by);
  }
  const leaf = await leafHash(raw);
  const path = place.path.map((one) => unb64url(one));
  await refusing("ledger.not-in-pool", () =>
    verifyInclusion(leaf, { index: place.index, size: pool.count, path, root: unb64url(pool.root) }),
  );
  facts.statementId = b64url(leaf);
  return finding(tell("{kind} by {by}", { kind: statement.kind, by: statement.by }), {
    detail: tell("Statement {id}, {place} of {count} of its pool", {
      id: facts.statementId,
      place: place.index + 1,
      count: pool.count,
    }),
  });
}

async function requireOpening(pool, action, network) {
  const commitment = b64url(await sha256(under("transire/pool/v1\n", pool)));
  const expected = { commitment: action.body.pool, network, by: action.by };
  const found = { commitment, network: pool.network, by: pool.by };
  for (const [name, value] of Object.entries(expected)) {
    if (found[name] !== value) {
      fail("ledger.not-in-pool", found[name], value, `/pool/${name}`);
    }
  }
}

// What the holder opens.

export async function checkDocument(facts) {
  const { receipt } = facts;
  if (receipt.documents.length === 0) {
    return finding(tell("no document opened"), { expected: tell("the document and its salt"), shown: false });
  }
  proved(facts.action, "stated-by");
  const { statement } = receipt;
  const said = statement === undefined ? receipt.action.body : [statement.about, statement.body];
  const commitments = new Set(stringsIn(said));
  for (const document of receipt.documents) {
    if (!commitments.has(document.commitment)) {
      fail("ledger.document-differs", document.commitment, tell("a commitment that the statement names"), "/documents");
    }
    await verifyDocument(document);
  }
  return finding(listed(receipt.documents.map(documentInWords), "; "));
}

/** A rendering is what was committed to; that it says what the JSON says is not checked, and said so. */
function documentInWords(document) {
  const parts = contentsOf(document).map(({ media_type: type, content }) =>
    isJson(type)
      ? tell("{type} ({size} bytes)", { type, size: content.length })
      : tell("{type} ({size} bytes, a rendering, not compared)", { type, size: content.length }),
  );
  return tell("{commitment}: {parts}", { commitment: document.commitment, parts: listed(parts) });
}

export async function checkCredential(facts) {
  if (facts.receipt.documents.length === 0) {
    return finding(tell("no credential opened"), { expected: tell("the document of the statement"), shown: false });
  }
  const credentials = facts.receipt.documents.flatMap(contentsOf).map(readCredential).filter((one) => one !== null);
  if (credentials.length === 0) {
    return finding(tell("no credential opened"), { expected: tell("the document of the statement"), shown: false });
  }
  proved(facts.records, "members");
  proved(facts.action, "stated-by");
  const keysOf = credentialKeysOf(facts);
  const found = [];
  for (const credential of credentials) {
    found.push(await verifyCredential(credential, keysOf));
  }
  return finding(listed(found, "; "));
}

/** The keys with which a member signs credentials, in force where the receipt says that it spoke. */
export function credentialKeysOf({ records, height }) {
  return (did) =>
    (records.get(did)?.keys ?? [])
      .filter((key) => key.purpose === "credential" && isInForce(key, height))
      .map((key) => key.public);
}

// How things stand.

export function checkStatus(facts) {
  const rows = [...proved(facts.rows, "keys")].filter(([key]) => key.startsWith("ended/"));
  const asOf = timeText(proved(facts.proven, "signed").header.time);
  const own = ownKey(facts);
  for (const [key, row] of rows) {
    if (key !== own && row !== null) {
      const got = tell("{version}: {ending}", { version: versionOf(key), ending: endingOf(row) });
      fail("ledger.withdrawn", got, tell("not withdrawn as of {moment}", { moment: asOf }));
    }
  }
  const others = rows.filter(([key]) => key !== own);
  const detail = listed(
    others.map(([key]) => tell("{version} not withdrawn as of {moment}", { version: versionOf(key), moment: asOf })),
    "; ",
  );
  const ended = rows.find(([key]) => key === own);
  if (ended === undefined) {
    return finding(tell("NOT SHOWN"), { expected: tell("a proof of its status"), detail, shown: false });
  }
  const action = proved(facts.action, "stated-by");
  if (action.action === "document.end/1") {
    return ownEnding(facts, ended, detail);
  }
  if (ended[1] !== null) {
    fail("ledger.withdrawn", endingOf(ended[1]), tell("not withdrawn as of {moment}", { moment: asOf }));
  }
  const issuer = own.split("/")[1];
  const found =
    issuer === action.by
      ? tell("not withdrawn as of {moment}", { moment: asOf })
      : tell("not withdrawn by {issuer} as of {moment}", { issuer, moment: asOf });
  return finding(found, { detail });
}

/** The receipt of a withdrawal proves its own row. */
function ownEnding(facts, [key, row], detail) {
  if (row === null || row.height !== facts.height) {
    const got = row === null ? tell("not ended") : endingOf(row);
    fail("ledger.key-not-proved", got, tell("ended at height {height}", { height: facts.height }), key);
  }
  return finding(endingOf(row), { detail });
}

/** The key whose absence means that the version this receipt is about is current; null if it names none. */
function ownKey(facts) {
  const { statement } = facts.receipt;
  if (statement === undefined) {
    const action = proved(facts.action, "stated-by");
    return action.action === "document.end/1" ? `ended/${action.by}/${action.body.version}` : null;
  }
  const issuer = statement.kind === "document.issued/1" ? statement.by : statement.body.issuer;
  const version = statement.body.commitment;
  return typeof issuer === "string" && isDigest(version) ? `ended/${issuer}/${version}` : null;
}

function endingOf(row) {
  const { height } = row;
  return row.successor
    ? tell("withdrawn at height {height}, replaced by {successor}", { height, successor: row.successor })
    : tell("withdrawn at height {height}", { height });
}

function versionOf(key) {
  const [, issuer, ...version] = key.split("/");
  return tell("version {version} of {issuer}", { version: version.join("/"), issuer });
}

export async function checkWitnesses(facts) {
  proved(facts.mapRoot, "state");
  const { checkpoint, log } = facts.receipt;
  if (checkpoint === "") {
    return finding(tell("none"), { expected: tell("an outside witness"), shown: false });
  }
  const times = new Map();
  const note = await refusing("ledger.witness-disagrees", async () => {
    const read = readNote(checkpoint);
    const seen = readCheckpoint(read.text);
    const same = seen.origin === facts.trust.network && seen.size === log.size && seen.root === log.root;
    if (!same || seen.extensions.length > 0) {
      const got = [seen.origin, seen.size, seen.root, ...seen.extensions];
      fail("ledger.witness-disagrees", listed(got), listed([facts.trust.network, log.size, log.root]), "/checkpoint");
    }
    for (const witness of facts.witnesses) {
      const time = await cosignedAt(read, witness);
      if (time !== null) {
        times.set(witness.name, time);
      }
    }
    return read;
  });
  const unknown = [...new Set(note.signatures.map((one) => one.name))].filter((name) => !times.has(name)).sort(compareText);
  const detail = unknown.length > 0 ? tell("Not checked, since you did not name their keys: {names}", { names: listed(unknown) }) : "";
  if (times.size === 0) {
    return finding(tell("none that you named"), { expected: tell("an outside witness"), detail, shown: false });
  }
  const signed = [...times].sort(([left], [right]) => compareText(left, right));
  return finding(listed(signed.map(([name, time]) => tell("{name} at {time}", { name, time }))), { detail });
}

export function checkAge(facts) {
  const { header } = proved(facts.proven, "signed");
  // The verifier's clock has milliseconds; finer parts of the header's time do not matter to an age in seconds.
  const age = BigInt(facts.now.getTime()) * 1_000_000n - nanosecondsOf(header.time);
  const time = timeText(header.time);
  const inFuture = age < -CLOCK_TOLERANCE;
  const found = inFuture
    ? tell("state of {time}, in the future of this computer's clock", { time })
    : tell("state of {time}, {seconds} s old", { time, seconds: age / 1_000_000_000n });
  if (facts.maxAge === null) {
    return finding(found, { shown: !inFuture });
  }
  if (inFuture || age > BigInt(facts.maxAge) * 1_000_000_000n) {
    fail("ledger.proof-too-old", found, tell("at most {seconds} s old", { seconds: facts.maxAge }));
  }
  return finding(found);
}
