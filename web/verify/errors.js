// How the verifier refuses: the codes of the other implementation, each with a sentence for a trader and the fix.

import { say } from "./words.js";

const ANEW = "Ask the node that issued the receipt for a new one, and do not rely on this copy.";
const CREDENTIAL_FIX = "Ask the issuer for a credential that it signed anew.";

/** code: [sentence, fix] */
export const REFUSALS = Object.freeze({
  "crypto.json-refused": ["The JSON uses something that the ledger's profile of JSON does not allow.", ANEW],
  "crypto.json-too-large": ["The JSON text is longer than is accepted here.", "Choose the right file."],
  "crypto.duplicate-key": ["A JSON object names the same member twice.", ANEW],
  "crypto.not-canonical": ["The JSON text is not in canonical form (RFC 8785), so its signature cannot be relied on.", ANEW],
  "crypto.encoding-invalid": ["A value is not written in the encoding that its field demands.", ANEW],
  "crypto.signature-invalid": ["The signature does not match the content and the key.", ANEW],
  "merkle.proof-invalid": ["A path does not lead to the root.", ANEW],
  "ledger.action-malformed": ["This is not an action of the ledger.", ANEW],
  "ledger.statement-malformed": ["This is not a statement.", ANEW],
  "ledger.header-malformed": ["A block header in the receipt has an impossible value.", ANEW],
  "ledger.validator-set-malformed": ["A list of validators is empty, doubled, out of order or without power.", ANEW],
  "ledger.validator-set-unknown": [
    "The block was made by other validators than those trusted at its height.",
    "Check that the network file is the one of this network and compare its fingerprint; if validators changed since, ask the node for a receipt with all changes.",
  ],
  "ledger.commit-for-another-block": ["The validators' votes are for another block than the one shown.", ANEW],
  "ledger.commit-malformed": ["A vote of the commit stands in the wrong place or has a wrong form.", ANEW],
  "ledger.commit-signature-invalid": ["A vote was not signed by the validator it names.", ANEW],
  "ledger.commit-too-weak": ["The block was not signed by more than two thirds of the validators' power.", ANEW],
  "ledger.not-a-receipt": [
    "This file is not a receipt.",
    "Choose the file that the node exported; its name usually ends in .receipt.json.",
  ],
  "ledger.trust-root-invalid": [
    "This is not a network file that proofs can be checked against.",
    "Get network.json from a member of the network and compare its fingerprint by telephone.",
  ],
  "ledger.note-malformed": [
    "This is not a signed checkpoint or verifier key in the form that transparency logs share.",
    "Copy it again, whole and unchanged.",
  ],
  "ledger.receipt-malformed": ["The receipt does not have the form of its type.", ANEW],
  "ledger.receipt-of-another-network": [
    "The receipt is of another network.",
    "Choose the network file of the receipt's own network, and make sure that you trust it.",
  ],
  "ledger.headers-disagree": ["The block headers in the receipt do not fit together.", ANEW],
  "ledger.state-not-proved": ["The validators did not sign the state that the receipt shows.", ANEW],
  "ledger.not-in-log": ["The action does not stand in the ledger's log where the receipt says.", ANEW],
  "ledger.names-differ": ["The members that the receipt shows are not those that it names.", ANEW],
  "ledger.key-not-proved": ["A record of the ledger's state is not as the receipt shows it.", ANEW],
  "ledger.signer-not-entitled": [
    "The action was not signed by a key that was the member's to sign it with.",
    ANEW,
  ],
  "ledger.not-in-pool": ["The statement does not belong to what the member anchored on the ledger.", ANEW],
  "ledger.document-differs": ["The document is not the one that the statement committed to.", ANEW],
  "ledger.credential-invalid": ["The credential is not one that its issuer validly signed.", CREDENTIAL_FIX],
  "ledger.withdrawn": [
    "The issuer has withdrawn or replaced this version.",
    "Ask the issuer for the version that is current.",
  ],
  "ledger.witness-disagrees": ["An outside witness did not countersign this log.", ANEW],
  "ledger.proof-too-old": ["The proof is not as recent as you asked for.", "Ask the node for a new receipt."],
  "ledger.not-shown": [
    "The receipt does not show what you required.",
    "Ask the node for a receipt that includes it.",
  ],
  "ledger.not-judged": ["This rests on a check that does not hold.", ANEW],
});

/** A refusal with its code, what was found (`got`), what was expected, and where. Both may be sentences (`Told`). */
export class Refused extends Error {
  constructor(code, { got = "", expected = "", where = "" } = {}) {
    const [sentence, fix] = REFUSALS[code];
    super(`${sentence} ${say(got, {})} ${say(expected, {})} ${where}`.trim());
    Object.assign(this, { code, sentence, fix, got, expected, where });
  }
}

/** The results of steps that run side by side; of several that fail, the first in their order is what fails. */
export async function sideBySide(steps) {
  const done = await Promise.allSettled(steps);
  for (const { reason, status } of done) {
    if (status === "rejected") {
      throw reason;
    }
  }
  return done.map(({ value }) => value);
}

/** Run a step (it may be asynchronous) whose refusal, of whatever kind, stands for a refusal of this code. */
export async function refusing(code, step, more = {}) {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    throw new Refused(code, { got: error.got || error.message, expected: error.expected, where: error.where, ...more });
  }
}
