// A pouch: the documents of one entry as a presentation, each with the receipt that it was issued (spec/documents.md 9).
//
// That a document fits the schema of its type is not checked here; that it is the one that was committed to is.

import { unb64url } from "./bytes.js";
import { credentialKeysOf } from "./checks.js";
import { verifyOpened } from "./commitment.js";
import { refuse } from "./contexts.js";
import { issuerOf, verifyCredential, verifyPresentation } from "./credential.js";
import { Refused, refusing } from "./errors.js";
import { MAX_RECEIPT_BYTES, isDigest } from "./forms.js";
import { canonical, parseCanonical } from "./json.js";
import { documentOf } from "./kinds.js";
import { anyObject, isObject, list, object, requireShape, text } from "./shapes.js";
import { listed, tell } from "./words.js";

export const MAX_POUCH_BYTES = 8 * MAX_RECEIPT_BYTES;
const VERSION = "pouch/1";
const WHOLE = "application/vc";
const ISSUED = "document.issued/1";
const ENTRY = "entry-summary/1";
const SCHEMAS = "https://w3id.org/transire/schemas/";
const BEGINNING = '{"documents":';

const FORM = object({
  documents: list(object({ opening: object({ leaves: list(text(), { least: 1, most: 8 }), salt: text() }), receipt: anyObject }), {
    least: 1,
    most: 200,
  }),
  entry: text(null, { least: 1, most: 40 }),
  pouch: text(),
  presentation: anyObject,
});

/** The check that every document has besides those of its receipt, and the two of the bundle: name, title, check. */
export const BUNDLED = ["bundled", "the credential is what its issuer committed to"];
export const OF_BUNDLE = [
  ["presented", "the bundle was put together by its holder", checkPresented],
  ["entry", "the documents are those of the entry", checkEntry],
];

/** Whether a file claims to be one: canonical JSON begins with the first of its names. */
export const isPouch = (raw) => new TextDecoder().decode(raw.slice(0, BEGINNING.length)) === BEGINNING;

/** The file: the entry's number, the presentation, and each document's credential, opening and receipt as bytes. */
export async function readPouch(raw) {
  return refusing("ledger.not-a-receipt", () => {
    const found = parseCanonical(raw, MAX_POUCH_BYTES);
    requireShape("ledger.not-a-receipt", FORM, found);
    const { documents, entry, pouch, presentation } = found;
    const held = presentation.verifiableCredential;
    const whole = Array.isArray(held) && held.length === documents.length && held.every(isObject);
    if (pouch !== VERSION || !whole || !documents.every(({ opening }) => isDigest(opening.salt))) {
      throw new Refused("ledger.not-a-receipt", { got: pouch, expected: VERSION });
    }
    const packed = documents.map(({ opening, receipt }, place) => ({
      credential: held[place],
      opening: { salt: unb64url(opening.salt), leaves: opening.leaves.map((one) => unb64url(one)) },
      receipt: canonical(receipt),
    }));
    return { entry, presentation, documents: packed };
  });
}

const schemaOf = (credential) => {
  const id = isObject(credential.credentialSchema) ? credential.credentialSchema.id : null;
  return typeof id === "string" && id.startsWith(SCHEMAS) ? id.slice(SCHEMAS.length) : null;
};

/** The credential is the one that the statement committed to, its issuer signed it, and it is of the type stated. */
export async function checkBundled({ credential, opening }, { checks, facts }) {
  const failing = checks.find((check) => check.outcome === "fails");
  if (failing !== undefined) {
    throw new Refused("ledger.not-judged", { got: failing.title, expected: tell("that every check of the receipt holds") });
  }
  const statement = statementOf(facts);
  await verifyOpened(statement.body.commitment, WHOLE, opening, canonical(credential));
  await verifyCredential(credential, credentialKeysOf(facts));
  const issuer = issuerOf(credential);
  if (issuer !== statement.by) {
    refuse("/issuer", statement.by, issuer);
  }
  if (schemaOf(credential) !== statement.body.schema) {
    differ(String(schemaOf(credential)), String(statement.body.schema));
  }
  return { found: tell("{title} of {issuer}", { title: documentOf(credential), issuer }), expected: "", detail: "", shown: true };
}

/** The statement of a receipt: that a document was issued. */
function statementOf({ receipt }) {
  if (receipt.statement?.kind !== ISSUED) {
    differ(tell("another receipt"), ISSUED);
  }
  return receipt.statement;
}

function differ(got, expected) {
  throw new Refused("ledger.document-differs", { got, expected });
}

/** Who signed the presentation; not shown where no receipt proves that holder's keys. */
async function checkPresented({ presentation }, documents) {
  const proven = documents.every(({ holds }) => holds) ? documents.map(({ facts }) => facts) : [];
  const holder = String(isObject(presentation.holder) ? presentation.holder.id : presentation.holder);
  const recorded = ({ records }) => (records.get(holder) ?? null) !== null;
  if (!proven.some(recorded) && !holder.startsWith("did:key:")) {
    const found = tell("the holder is none of the members that are proven");
    return { found, expected: "", detail: "", shown: false };
  }
  const height = Math.max(1, ...proven.map((facts) => facts.proven.header.height));
  const keysOf = (did) => {
    const facts = proven.find(({ records }) => (records.get(did) ?? null) !== null);
    return facts === undefined ? [] : credentialKeysOf({ records: facts.records, height })(did);
  };
  await verifyPresentation(presentation, holder, keysOf);
  return { found: holder, expected: "", detail: "", shown: true };
}

/** The bundle holds one entry of that number, and beside it only what that entry names. */
function checkEntry({ entry: number, documents: packed }, documents) {
  if (!documents.every(({ holds }) => holds)) {
    const expected = tell("that every document is the one that was committed to");
    throw new Refused("ledger.not-judged", { got: tell("not judged"), expected });
  }
  const statements = documents.map(({ facts }) => statementOf(facts));
  const entries = packed.filter(({ credential }) => schemaOf(credential) === ENTRY).map(({ credential }) => credential);
  const subject = entries.length === 1 && isObject(entries[0].credentialSubject) ? entries[0].credentialSubject : {};
  if (entries.length !== 1 || subject.entryNumber !== number) {
    differ(String(subject.entryNumber ?? tell("no entry")), tell("the entry {number}", { number }));
  }
  const named = new Set(namedBy(subject));
  const ids = statements.map(({ body }) => body.id);
  packed.forEach(({ credential }, place) => {
    if (schemaOf(credential) !== ENTRY && !named.has(ids[place])) {
      differ(listed([documentOf(credential), ids[place]], " "), tell("a document that the entry names"));
    }
  });
  const absent = [...named].filter((id) => !ids.includes(id)).length;
  const others = { number, count: ids.length - 1, absent };
  const found = absent > 0
    ? tell("entry {number} and {count} documents that it names; {absent} more are not here", others)
    : tell("entry {number} and {count} documents that it names", others);
  return { found, expected: "", detail: "", shown: true };
}

/** The documents that an entry summary names: of its claims, its invoices, its authority, its sources. */
function namedBy(subject) {
  const { invoices, powerOfAttorney, lines, sources = [] } = subject;
  if (!Array.isArray(invoices) || !Array.isArray(lines) || !lines.every(isObject) || !Array.isArray(sources)) {
    differ(tell("another form"), ENTRY);
  }
  const claims = lines.map(({ claim }) => (isObject(claim) ? claim.certification : null));
  const of = sources.map((source) => (isObject(source) ? source.document : null));
  return [...invoices, powerOfAttorney, ...claims, ...of].filter((id) => typeof id === "string");
}
