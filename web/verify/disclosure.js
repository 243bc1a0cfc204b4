// A disclosure: chosen parts of a document beside the receipt that it was issued (spec/documents.md 10).
//
// The parts travel as SD-JWT (RFC 9901): the issuer signed digests, and the holder shows what some of them stand for.

import { b64url, sha256, unb64url, utf8 } from "./bytes.js";
import { credentialKeysOf } from "./checks.js";
import { verifyOpened } from "./commitment.js";
import { refuse } from "./contexts.js";
import { issuerOf, keyOf } from "./credential.js";
import { verifyStrict } from "./ed25519.js";
import { Refused, refusing } from "./errors.js";
import { MAX_RECEIPT_BYTES, isDigest } from "./forms.js";
import { canonical, parseCanonical, parseJson } from "./json.js";
import { anyObject, isObject, list, object, requireShape, text } from "./shapes.js";
import { tell } from "./words.js";

const VERSION = "disclosure/1";
const CONCEALED = "application/vc+sd-jwt";
const TYPES = ["vc+sd-jwt", CONCEALED];
const ISSUED = "document.issued/1";
const MAX_TEXT = 1_500_000;
const MAX_HEADER = 8192;
const MAX_DISCLOSURES = 1024;
const MAX_LEVELS = 32;
const BEGINNING = '{"disclosure":';

const FORM = object({
  disclosure: text(),
  opening: object({ leaves: list(text(), { least: 1, most: 8 }), media_type: text(), salt: text() }),
  presentation: text(),
  receipt: anyObject,
});

/** The name and the title of the check that a disclosure has besides those of its receipt. */
export const DISCLOSED = ["disclosed", "what is disclosed was signed by the issuer and committed to"];

/** Whether a file claims to be one: canonical JSON begins with the first of its names. */
export const isDisclosure = (raw) => new TextDecoder().decode(raw.slice(0, BEGINNING.length)) === BEGINNING;

/** The file: its receipt as bytes, the opening, the presentation. Nothing of it is proven. */
export async function readDisclosure(raw) {
  return refusing("ledger.not-a-receipt", () => {
    const found = parseCanonical(raw, MAX_RECEIPT_BYTES);
    requireShape("ledger.not-a-receipt", FORM, found);
    const { disclosure, opening, presentation, receipt } = found;
    if (disclosure !== VERSION || opening.media_type !== CONCEALED || !isDigest(opening.salt)) {
      throw new Refused("ledger.not-a-receipt", { got: `${disclosure} ${opening.media_type}`, expected: `${VERSION} ${CONCEALED}` });
    }
    const leaves = opening.leaves.map((one) => unb64url(one));
    return { receipt: canonical(receipt), opening: { salt: unb64url(opening.salt), leaves }, presentation };
  });
}

/** What is shown of the document, and the sentence that says so; refused unless all of it is the issuer's. */
export async function checkDisclosed({ opening, presentation }, { checks, facts }) {
  const failing = checks.find((check) => check.outcome === "fails");
  if (failing !== undefined) {
    throw new Refused("ledger.not-judged", { got: failing.title, expected: tell("that every check of the receipt holds") });
  }
  const { statement } = facts.receipt;
  if (statement?.kind !== ISSUED) {
    throw new Refused("ledger.document-differs", { got: tell("another receipt"), expected: ISSUED });
  }
  const [issued, ...shown] = partsOf(presentation);
  const token = await readToken(issued);
  await verifyOpened(statement.body.commitment, CONCEALED, opening, utf8(issued));
  const did = await signedBy(token, credentialKeysOf(facts));
  const claims = await refusing("ledger.credential-invalid", () =>
    new Revelation(shown).reveal(parseJson(token.payload, MAX_TEXT)),
  );
  if (did !== issuerOf(claims) || did !== statement.by) {
    refuse("/issuer", statement.by, did);
  }
  const subject = isObject(claims.credentialSubject) ? claims.credentialSubject : {};
  const names = Object.keys(subject).filter((name) => name !== "type");
  const type = [claims.type].flat().at(-1);
  return { claims, found: tell("{parts} of {type}", { parts: names.join(", ") || tell("nothing"), type }) };
}

/** The issuer's signature and the disclosures. A binding to a holder's key is none of this form's. */
function partsOf(presentation) {
  const parts = presentation.split("~");
  const binding = parts.length > 1 ? parts.pop() : null;
  if (binding !== "" || presentation.length > MAX_TEXT || parts.length - 1 > MAX_DISCLOSURES) {
    refuse("/presentation", "a signature and disclosures with ~ between them", presentation.slice(0, 60));
  }
  return parts;
}

/** The token taken apart (RFC 7515); nothing of it is believed yet. */
async function readToken(issued) {
  const parts = issued.split(".");
  if (parts.length !== 3) {
    refuse("/presentation", "three parts with full stops between them", issued.slice(0, 60));
  }
  const [head, payload, signature] = await refusing("ledger.credential-invalid", () => parts.map((one) => unb64url(one)));
  const header = await refusing("ledger.credential-invalid", () => parseJson(head, MAX_HEADER));
  if (!isObject(header) || "crit" in header || header.b64 === false) {
    refuse("/crit", "no critical extension");
  }
  return { header, payload, signature, signed: utf8(`${parts[0]}.${parts[1]}`) };
}

/** Whose key signed the token (RFC 8037). */
async function signedBy({ header, signature, signed }, keysOf) {
  if (!TYPES.includes(header.typ) || !["EdDSA", "Ed25519"].includes(header.alg)) {
    refuse("/typ", "vc+sd-jwt EdDSA", `${header.typ} ${header.alg}`);
  }
  const { did, key } = await keyOf(typeof header.kid === "string" ? header.kid : "", keysOf, "/kid");
  await refusing("ledger.credential-invalid", () => verifyStrict(key, signed, signature));
  return did;
}

/** Puts disclosed parts back in the place of their digests (RFC 9901 7.1), each once. */
class Revelation {
  constructor(disclosures) {
    this.disclosures = disclosures;
    this.seen = new Set();
    this.used = new Set();
  }

  async reveal(claims) {
    if (!isObject(claims) || (claims._sd_alg ?? "sha-256") !== "sha-256") {
      refuse("/_sd_alg", "sha-256", claims._sd_alg);
    }
    const digests = await Promise.all(this.disclosures.map((one) => sha256(utf8(one))));
    this.byDigest = new Map(digests.map((digest, place) => [b64url(digest), this.disclosures[place]]));
    if (this.byDigest.size !== this.disclosures.length) {
      refuse("/presentation", "each disclosure once");
    }
    const { _sd_alg: _, ...rest } = claims;
    const shown = this.value(rest, 0);
    if (this.used.size !== this.byDigest.size) {
      refuse("/presentation", "disclosures of what the issuer signed", this.byDigest.size - this.used.size);
    }
    return shown;
  }

  value(value, level) {
    if (level > MAX_LEVELS) {
      refuse("/presentation", `at most ${MAX_LEVELS} levels`);
    }
    if (Array.isArray(value)) {
      return value.flatMap((item) => this.element(item, level));
    }
    if (!isObject(value)) {
      return value;
    }
    if ("..." in value) {
      refuse("/presentation", "a digest in an array", "one in an object");
    }
    const found = Object.create(null);
    for (const [name, member] of Object.entries(value)) {
      if (name !== "_sd") {
        found[name] = this.value(member, level + 1);
      }
    }
    for (const digest of this.digests(value._sd ?? [])) {
      this.member(digest, found, level);
    }
    return found;
  }

  member(digest, found, level) {
    const parts = this.take(digest, 3);
    if (parts === null) {
      return;
    }
    const [, name, inner] = parts;
    if (typeof name !== "string" || name === "_sd" || name === "..." || name in found) {
      refuse("/presentation", "a name that is not there", name);
    }
    found[name] = this.value(inner, level + 1);
  }

  element(item, level) {
    if (!isObject(item) || !("..." in item)) {
      return [this.value(item, level + 1)];
    }
    if (Object.keys(item).length !== 1) {
      refuse("/presentation", "a digest alone", Object.keys(item).join(", "));
    }
    const parts = this.take(this.digests([item["..."]])[0], 2);
    return parts === null ? [] : [this.value(parts[1], level + 1)];
  }

  digests(listed) {
    if (!Array.isArray(listed) || !listed.every((one) => typeof one === "string")) {
      refuse("/presentation", "digests as text");
    }
    for (const digest of listed) {
      if (this.seen.has(digest)) {
        refuse("/presentation", "each digest once", digest);
      }
      this.seen.add(digest);
    }
    return listed;
  }

  /** What a digest stands for: salt, name and value, or salt and value; null where it is not shown. */
  take(digest, count) {
    const shown = this.byDigest.get(digest);
    if (shown === undefined) {
      return null;
    }
    this.used.add(digest);
    const parts = parseJson(unb64url(shown), MAX_TEXT);
    if (!Array.isArray(parts) || parts.length !== count || typeof parts[0] !== "string") {
      refuse("/presentation", `an array of ${count} that begins with a salt`);
    }
    return parts;
  }
}
