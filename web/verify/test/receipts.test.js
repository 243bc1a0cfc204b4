// The receipts of the vectors: what must be said of each, and the altered ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../json.js";
import { readWitness } from "../note.js";
import { CHECKS, verifyReceipt } from "../verify.js";
import { say } from "../words.js";
import { bothWays, codeOf, readBytes, readVectors } from "./vectors.js";

const AGE = "age";

test("genuine receipts: the outcome and the words of every check", async () => {
  await bothWays(async (how) => {
    for (const one of readVectors("receipt/cases.json")) {
      const witnesses = await Promise.all(one.witnesses.map(readWitness));
      const [receipt, network] = [readBytes(`receipt/${one.receipt}`), readBytes(`receipt/${one.network}`)];
      const { holds, checks } = await verifyReceipt(receipt, network, { witnesses });
      assert.equal(holds, one.holds, `${how}: ${one.receipt}`);
      assert.deepEqual(checks.map((check) => check.name), CHECKS);
      const said = checks
        .filter((check) => check.name !== AGE)
        .map(({ name, outcome, found }) => [name, { outcome, found: say(found, {}) }]);
      assert.deepEqual(Object.fromEntries(said), one.checks, `${how}: ${one.receipt}`);
    }
  });
});

test("altered receipts: the checks that fail by themselves", async () => {
  for (const one of readVectors("receipt/altered.json")) {
    const receipt = altered(readVectors(`receipt/${one.of}.receipt.json`), one);
    const { checks } = await verifyReceipt(canonical(receipt), readBytes(`receipt/${one.of}.network.json`));
    const failing = checks.filter((check) => check.outcome === "fails" && check.code !== "ledger.not-judged");
    assert.deepEqual(failing.map((check) => check.name), one.fails, `${one.of} ${one.what}`);
  }
});

function altered(receipt, { put_at: put, remove, value }) {
  if (put === "") {
    return value;
  }
  const steps = (put ?? remove).split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = steps.pop();
  const parent = steps.reduce((at, step) => at[step], receipt);
  if (remove === undefined) {
    parent[last] = value;
  } else {
    delete parent[last];
  }
  return receipt;
}

const RECEIPT = readBytes("receipt/one-validator.receipt.json");
const NETWORK = readBytes("receipt/one-validator.network.json");

async function outcomeOf(name, options) {
  const { checks } = await verifyReceipt(RECEIPT, NETWORK, options);
  return checks.find((check) => check.name === name);
}

test("what is required must be shown, and what is too old is refused", async () => {
  assert.equal((await outcomeOf("witnesses", {})).outcome, "not shown");
  assert.equal((await outcomeOf("witnesses", { require: ["witnesses"] })).code, "ledger.not-shown");
  const now = new Date("2026-02-02T10:01:01Z");
  assert.equal(say((await outcomeOf(AGE, { now })).found, {}), "state of 2026-02-02T10:00:01Z, 60 s old");
  assert.equal((await outcomeOf(AGE, { now, maxAge: 60 })).outcome, "holds");
  assert.equal((await outcomeOf(AGE, { now, maxAge: 59 })).code, "ledger.proof-too-old");
  assert.equal((await outcomeOf(AGE, { now: new Date("2026-02-02T09:50:00Z") })).outcome, "not shown");
  assert.equal((await outcomeOf(AGE, { now: new Date("2026-02-02T09:50:00Z"), maxAge: 60 })).outcome, "fails");
});

test("what is no receipt, and what is no network file", async () => {
  const text = new TextEncoder();
  const broken = ["", "[]", "{}", '{"receipt":"statement/2"}', '{"receipt":["statement/1"]}', '{"receipt":1.5}', "{"];
  for (const one of broken) {
    assert.equal(await codeOf(() => verifyReceipt(text.encode(one), NETWORK)), "ledger.not-a-receipt", one);
    assert.equal(await codeOf(() => verifyReceipt(RECEIPT, text.encode(one))), "ledger.trust-root-invalid", one);
  }
  const file = readVectors("receipt/one-validator.network.json");
  const changes = [
    { network: `${file.network.slice(0, -1)}0` },
    { fingerprint: file.fingerprint.replace("7", "8") },
    { validators: [] },
    { validators: [file.validators[0], file.validators[0]] },
    { validators: [{ ...file.validators[0], power: 0 }] },
    { validators: [{ ...file.validators[0], address: "A".repeat(27) }] },
    { note: "x" },
  ];
  for (const change of changes) {
    const raw = text.encode(JSON.stringify({ ...file, ...change }));
    assert.equal(await codeOf(() => verifyReceipt(RECEIPT, raw)), "ledger.trust-root-invalid", JSON.stringify(change));
  }
});

test("a document of any size is read: its content is refused for its digest, not for its length", async () => {
  const receipt = readVectors("receipt/one-validator.receipt.json");
  receipt.documents[0].representations[0].content = "A".repeat(20_000_000);
  const { checks } = await verifyReceipt(canonical(receipt), NETWORK);
  const failing = checks.filter((check) => check.outcome === "fails").map((check) => check.code);
  assert.deepEqual(failing, ["ledger.document-differs"]);
});

test("witness keys have one spelling", async () => {
  const [{ witnesses }] = readVectors("receipt/cases.json");
  const [key] = witnesses;
  assert.equal((await readWitness(key)).text, key);
  const wrong = [key.replace("8b5ff827", "8b5ff828"), key.slice(0, -1), `x ${key}`, key.replace("+B", "+A"), "", "a+b"];
  for (const text of wrong) {
    assert.equal(await codeOf(() => readWitness(text)), "ledger.note-malformed", text);
  }
});
