// Verify a receipt: separately named checks, each with what was found and what was expected (spec/receipt.md).
//
//     const verification = await verifyReceipt(receiptBytes, networkBytes);
//
// Written from `spec/`, sharing no code with the Python program, and checked by the same vectors.

import {
  checkAge,
  checkCredential,
  checkCustody,
  checkDocument,
  checkKeys,
  checkLog,
  checkMembers,
  checkNetwork,
  checkOperators,
  checkSigned,
  checkState,
  checkStatedBy,
  checkStatement,
  checkStatus,
  checkTime,
  checkValidators,
  checkWitnesses,
} from "./checks.js";
import { DISCLOSED, checkDisclosed, isDisclosure, readDisclosure } from "./disclosure.js";
import { Refused } from "./errors.js";
import { readReceipt } from "./forms.js";
import { documentOf } from "./kinds.js";
import { BUNDLED, OF_BUNDLE, checkBundled, isPouch, readPouch } from "./pouch.js";
import { readTrustRoot } from "./trust.js";
import { tell } from "./words.js";

// In the order in which one rests on another: name, title, check.
const RULES = [
  ["network", "of the network that you trust", checkNetwork],
  ["validators", "validators follow from the network file", checkValidators],
  ["signed", "signed by more than two thirds of the validators", checkSigned],
  ["state", "the state shown is the one that was signed", checkState],
  ["log", "accepted by the ledger", checkLog],
  ["members", "members as they stand on the ledger", checkMembers],
  ["keys", "records of the ledger as shown", checkKeys],
  ["stated-by", "stated by", checkStatedBy],
  ["statement", "what was stated", checkStatement],
  ["custody", "keys kept by different custodians", checkCustody],
  ["time", "accepted at", checkTime],
  ["operators", "operators who could have written it together", checkOperators],
  ["witnesses", "countersigned by outside witnesses", checkWitnesses],
  ["document", "document matches its commitment", checkDocument],
  ["credential", "issuer's credential valid", checkCredential],
  ["status", "status", checkStatus],
  ["age", "recent enough", checkAge],
];

/** The names of all checks, in the order in which a person asks. */
export const CHECKS = [
  "form",
  "network",
  "statement",
  "stated-by",
  "custody",
  "members",
  "time",
  "log",
  "signed",
  "validators",
  "operators",
  "witnesses",
  "state",
  "keys",
  "document",
  "credential",
  "status",
  "age",
];
const FORM_TITLE = "has the form of a receipt";

/**
 * Check the bytes of a receipt against the bytes of a network file. Refuses (`Refused`) only what is no receipt, and a
 * bad network file. `require`: names of checks that must be shown; `maxAge`: seconds; `witnesses`: from `readWitness`.
 * `facts` are what the checks proved, for a picture of it; nothing in it was merely claimed.
 */
export async function verifyReceipt(
  receiptBytes,
  networkBytes,
  { require = [], maxAge = null, now = new Date(), witnesses = [] } = {},
) {
  const trust = await readTrustRoot(networkBytes);
  let receipt;
  try {
    receipt = readReceipt(receiptBytes);
  } catch (error) {
    if (error instanceof Refused && error.code === "ledger.receipt-malformed") {
      return verification(tell("receipt"), trust, [failed("form", FORM_TITLE, error)], {});
    }
    throw error;
  }
  const facts = { receipt, trust, now, maxAge, witnesses, height: receipt.log.height };
  const checks = { form: { name: "form", title: tell(FORM_TITLE), outcome: "holds", found: receipt.receipt, expected: "", detail: "", code: "", fix: "" } };
  for (const [name, title, check] of RULES) {
    checks[name] = await judge(name, title, check, facts, require.includes(name));
  }
  return verification(titleOf(receipt), trust, CHECKS.map((name) => checks[name]), facts);
}

/** Every document's receipt and credential, and the bundle: `documents` are verifications, each with its title. */
async function verifyPouch(pouch, networkBytes, options) {
  const documents = [];
  for (const packed of pouch.documents) {
    const verified = await verifyReceipt(packed.receipt, networkBytes, options);
    const check = await judge(...BUNDLED, () => checkBundled(packed, verified));
    const checks = [...verified.checks, check];
    const holds = verified.holds && check.outcome === "holds";
    documents.push({ ...verified, title: documentOf(packed.credential), checks, holds });
  }
  const checks = [];
  for (const [name, title, check] of OF_BUNDLE) {
    checks.push(await judge(name, title, () => check(pouch, documents)));
  }
  const { network, fingerprint } = documents[0];
  const holds = [...checks, ...documents.flatMap((one) => one.checks)].every((check) => check.outcome !== "fails");
  return { receipt: tell("pouch of the entry {entry}", pouch), network, fingerprint, holds, checks, documents, claims: null, facts: {} };
}

/**
 * Check the bytes of a file that is a receipt, a disclosure or a pouch. A disclosure has the checks of its receipt and one more,
 * `disclosed`; `claims` is what it shows of the document, or null.
 */
export async function verifyFile(fileBytes, networkBytes, options = {}) {
  if (isPouch(fileBytes)) {
    return verifyPouch(await readPouch(fileBytes), networkBytes, options);
  }
  if (!isDisclosure(fileBytes)) {
    return { ...(await verifyReceipt(fileBytes, networkBytes, options)), claims: null };
  }
  const disclosure = await readDisclosure(fileBytes);
  const verified = await verifyReceipt(disclosure.receipt, networkBytes, options);
  let claims = null;
  const check = await judge(...DISCLOSED, async () => {
    const disclosed = await checkDisclosed(disclosure, verified);
    claims = disclosed.claims;
    return { found: disclosed.found, expected: "", detail: "", shown: true };
  });
  return { ...verified, checks: [...verified.checks, check], holds: verified.holds && check.outcome === "holds", claims };
}

async function judge(name, title, check, facts = null, required = false) {
  try {
    const { found, expected, detail, shown } = await check(facts);
    if (required && !shown) {
      throw new Refused("ledger.not-shown", { got: found, expected });
    }
    return { name, title: tell(title), outcome: shown ? "holds" : "not shown", found, expected, detail, code: "", fix: "" };
  } catch (error) {
    if (error instanceof Refused) {
      return failed(name, title, error);
    }
    throw error;
  }
}

function failed(name, title, refusal) {
  const sentence = tell(refusal.sentence);
  return {
    name,
    title: tell(title),
    outcome: "fails",
    found: refusal.got || sentence,
    expected: refusal.expected,
    detail: refusal.where ? tell("{sentence} At {where}.", { sentence, where: refusal.where }) : sentence,
    code: refusal.code,
    fix: tell(refusal.fix),
  };
}

function verification(receipt, trust, checks, facts) {
  return {
    receipt,
    network: trust.network,
    fingerprint: trust.fingerprint,
    holds: checks.every((check) => check.outcome !== "fails"),
    checks,
    facts,
  };
}

function titleOf(receipt) {
  if ("statement" in receipt) {
    return tell("statement {kind} by {by}", receipt.statement);
  }
  const { action, by } = receipt.action;
  return tell("action {action} by {by}", { action, by });
}
