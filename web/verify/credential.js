// W3C Verifiable Credentials with eddsa-jcs-2022 (spec/credential.md): form, meaning, every proof, the issuer's own key.

import { base58, base64, b64url, concat, sha256, unhex, unmultibase } from "./bytes.js";
import { V2, digestOf, refuse } from "./contexts.js";
import { verifyStrict } from "./ed25519.js";
import { Refused, refusing } from "./errors.js";
import { canonical, parseJson } from "./json.js";
import { isObject } from "./shapes.js";
import { isUrl, requireTerms } from "./terms.js";
import { timeText } from "./time.js";
import { listed, tell } from "./words.js";

const CREDENTIAL_LIMIT = 4 * 1024 * 1024;
const MAX_PROOFS = 16;
const ED25519 = [0xed, 0x01];
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,18}))?(Z|([+-])(\d\d):(\d\d))$/;
const FIRST = -62135596800;
const AFTER = 253402300800;

export const isJson = (mediaType) => mediaType === "application/vc" || mediaType.endsWith("json");

/** The credential of a representation; null if it is something else (a PDF, a plain file). */
export function readCredential({ media_type: mediaType, content }) {
  if (!isJson(mediaType)) {
    return null;
  }
  try {
    const value = parseJson(content, CREDENTIAL_LIMIT);
    return isObject(value) && "proof" in value && "issuer" in value ? value : null;
  } catch (error) {
    if (error instanceof Refused) {
      return null;
    }
    throw error;
  }
}

/** Who says to have issued it, or null where that is no text. */
export function issuerOf(credential) {
  const issuer = isObject(credential.issuer) ? credential.issuer.id : credential.issuer;
  return typeof issuer === "string" ? issuer : null;
}

/** Refuse a credential unless everything that it can show by itself holds. `keysOf(did)`: Multikeys in force. */
export async function verifyCredential(credential, keysOf) {
  requireForm(credential);
  requireTerms(credential);
  const controllers = await verifyProofs(credential, keysOf);
  const issuer = issuerOf(credential);
  if (!controllers.includes(issuer)) {
    refuse("/issuer", `a proof by ${issuer}`, `proofs by ${controllers.join(", ")}`);
  }
  return inWords(credential, issuer);
}

/** Refuse a presentation whose own proof does not hold, or is not by its holder; its credentials have their form. */
export async function verifyPresentation(presentation, holder, keysOf) {
  requireOpening(presentation, "VerifiablePresentation");
  requireUrl(holder, "/holder");
  for (const [held, where] of objectsOf(presentation, "verifiableCredential")) {
    await refusing("ledger.credential-invalid", () => requireForm(held), { where });
  }
  requireTerms(presentation);
  const controllers = await verifyProofs(presentation, keysOf, "authentication");
  if (!controllers.includes(holder)) {
    refuse("/holder", `a proof by ${holder}`, `proofs by ${controllers.join(", ")}`);
  }
}

function inWords(credential, issuer) {
  const types = [credential.type].flat();
  const said = tell("{type} signed by {issuer}", { type: types.at(-1), issuer });
  const period = [
    ["from {moment}", "validFrom"],
    ["until {moment}", "validUntil"],
  ]
    .filter(([, name]) => name in credential)
    .map(([template, name]) => tell(template, { moment: timeText(stamp(credential[name], `/${name}`)) }));
  return period.length === 0 ? said : tell("{credential}, valid {period}", { credential: said, period: listed(period, " ") });
}

function requireForm(credential) {
  requireOpening(credential);
  requireIssuer(credential.issuer);
  requireSubjects(credential.credentialSubject);
  requirePeriod(credential);
  for (const name of ["name", "description"]) {
    requireLanguageValue(credential[name] ?? null, `/${name}`);
  }
  for (const name of ["credentialStatus", "termsOfUse", "evidence", "refreshService", "credentialSchema", "proof"]) {
    objectsOf(credential, name).forEach(([part, where]) => requireType(part, where));
  }
  for (const [schema, where] of objectsOf(credential, "credentialSchema")) {
    requireUrl(schema.id, `${where}/id`);
  }
  requireRelated(credential);
}

function requireOpening(credential, kind = "VerifiableCredential") {
  const contexts = credential["@context"];
  if (!Array.isArray(contexts) || contexts[0] !== V2) {
    refuse("/@context", `a list that begins with ${V2}`, contexts);
  }
  contexts.forEach((item, place) => {
    if (typeof item !== "string" && !isObject(item)) {
      refuse(`/@context/${place}`, "a URL or an object", item);
    }
  });
  if ("id" in credential) {
    requireUrl(credential.id, "/id");
  }
  requireType(credential, "");
  if (![credential.type].flat().includes(kind)) {
    refuse("/type", kind, credential.type);
  }
}

function requireType(part, where) {
  const types = typeof part.type === "string" ? [part.type] : part.type;
  if (!Array.isArray(types) || types.length === 0 || !types.every((one) => typeof one === "string" && one !== "")) {
    refuse(`${where}/type`, "types as text, at least one", part.type);
  }
}

function requireIssuer(issuer) {
  if (!isObject(issuer)) {
    requireUrl(issuer, "/issuer");
    return;
  }
  requireUrl(issuer.id, "/issuer/id");
  for (const name of ["name", "description"]) {
    requireLanguageValue(issuer[name] ?? null, `/issuer/${name}`);
  }
}

function requireSubjects(subjects) {
  const all = Array.isArray(subjects) ? subjects : [subjects];
  if (all.length === 0) {
    refuse("/credentialSubject", "an object with claims");
  }
  for (const subject of all) {
    if (!isObject(subject) || Object.keys(subject).length === 0) {
      refuse("/credentialSubject", "an object with claims", subject);
    }
    if ("id" in subject) {
      requireUrl(subject.id, "/credentialSubject/id");
    }
  }
}

function requirePeriod(credential) {
  const bounds = ["validFrom", "validUntil"]
    .filter((name) => name in credential)
    .map((name) => stamp(credential[name], `/${name}`));
  const microseconds = ({ seconds, nanos }) => seconds * 1e6 + nanos / 1000;
  if (bounds.length === 2 && microseconds(bounds[1]) < microseconds(bounds[0])) {
    refuse("/validUntil", `no earlier than ${credential.validFrom}`, credential.validUntil);
  }
}

/** A dateTimeStamp as seconds and nanoseconds in UTC, of the years 1 to 9999; digits beyond microseconds are cut. */
function stamp(value, where) {
  const match = typeof value === "string" ? STAMP.exec(value) : null;
  const written = match === null ? Number.NaN : Date.parse(`${match[1]}Z`);
  if (Number.isNaN(written) || new Date(written).toISOString().slice(0, 19) !== match[1] || match[1].startsWith("0000")) {
    refuse(where, "a date, time and time zone", value);
  }
  const [, , fraction, , sign, hours, minutes] = match;
  const ahead = Number(hours ?? 0) * 60 + Number(minutes ?? 0);
  // XML Schema 1.1 part 2, 3.3.7: a time zone lies within fourteen hours of UTC.
  if (Number(minutes ?? 0) > 59 || ahead > 14 * 60) {
    refuse(where, "a time zone", value);
  }
  const offset = ahead * (sign === "-" ? -60 : 60);
  const seconds = written / 1000 - offset;
  if (seconds < FIRST || seconds >= AFTER) {
    refuse(where, "a year from 1 to 9999", value);
  }
  return { seconds, nanos: Number((fraction ?? "").slice(0, 6).padEnd(6, "0")) * 1000 };
}

function requireLanguageValue(value, where) {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (item === null || typeof item === "string") {
      continue;
    }
    const members = isObject(item) ? Object.keys(item) : ["?"];
    if (!members.every((one) => ["@value", "@language", "@direction"].includes(one)) || typeof item["@value"] !== "string") {
      refuse(where, "text or a language value object", item);
    }
    const language = "@language" in item ? item["@language"] : "en";
    const direction = "@direction" in item ? item["@direction"] : "ltr";
    if (typeof language !== "string" || !/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(language)) {
      refuse(`${where}/@language`, "a BCP 47 language", language);
    }
    if (direction !== "ltr" && direction !== "rtl") {
      refuse(`${where}/@direction`, "ltr or rtl", direction);
    }
  }
}

function requireUrl(value, where) {
  if (!isUrl(value)) {
    refuse(where, "one absolute URL", value);
  }
}

/** The objects of a member that holds one or several, each with its pointer. */
function objectsOf(document, name) {
  if (!(name in document)) {
    return [];
  }
  const several = Array.isArray(document[name]);
  return (several ? document[name] : [document[name]]).map((part, place) => {
    const where = several ? `/${name}/${place}` : `/${name}`;
    if (!isObject(part)) {
      refuse(where, "an object", part);
    }
    if ("id" in part) {
      requireUrl(part.id, `${where}/id`);
    }
    return [part, where];
  });
}

/** Each resource once, with a digest; the digest of a pinned context must be the pinned one (VCDM 2.0 5.3). */
function requireRelated(credential) {
  const seen = new Set();
  for (const [resource, where] of objectsOf(credential, "relatedResource")) {
    requireUrl(resource.id, `${where}/id`);
    if (seen.has(resource.id)) {
      refuse(`${where}/id`, "one entry", resource.id);
    }
    seen.add(resource.id);
    const digests = ["digestSRI", "digestMultibase"].filter((name) => name in resource).map((name) => resource[name]);
    if (digests.length === 0 || !digests.every((one) => typeof one === "string" && one !== "")) {
      refuse(where, "digestSRI or digestMultibase");
    }
    if (digestOf(resource.id) !== null) {
      requirePinned(resource, unhex(digestOf(resource.id)), where);
    }
  }
}

function requirePinned(resource, pinned, where) {
  const multihash = concat([0x12, 0x20], pinned);
  const written = resource.digestMultibase ?? null;
  if (written !== null && written !== `u${b64url(multihash)}` && written !== `z${base58(multihash)}`) {
    refuse(`${where}/digestMultibase`, `u${b64url(multihash)}`, written);
  }
  const integrity = resource.digestSRI ?? null;
  if (integrity !== null && integrity.startsWith("sha256-") && integrity !== `sha256-${base64(pinned)}`) {
    refuse(`${where}/digestSRI`, `sha256-${base64(pinned)}`, integrity);
  }
}

/** Verify every proof; one that fails refuses the whole. The DIDs whose keys signed. */
async function verifyProofs(document, keysOf, purpose = "assertionMethod") {
  const proofs = [document.proof].flat();
  if (document.proof === null || proofs.length === 0 || proofs.length > MAX_PROOFS || !proofs.every(isObject)) {
    refuse("/proof", `1 to ${MAX_PROOFS} proofs`, proofs.length);
  }
  const controllers = [];
  for (const [place, proof] of proofs.entries()) {
    controllers.push(await verifyProof(document, { proof, proofs, purpose }, keysOf, Array.isArray(document.proof) ? `/proof/${place}` : "/proof"));
  }
  return controllers;
}

async function verifyProof(document, { proof, proofs, purpose }, keysOf, where) {
  requireSuite(proof, purpose, where);
  const signature = unmultibase(textOf(proof, "proofValue", where));
  if (signature === null || signature.length !== 64) {
    refuse(`${where}/proofValue`, "multibase base58btc of 64 bytes", proof.proofValue);
  }
  const options = without(proof, "proofValue");
  requireContexts(document, options, where);
  const { did, key, method } = await keyOf(textOf(proof, "verificationMethod", where), keysOf, where);
  const hash = concat(await sha256(canonical(options)), await sha256(canonical(unsecured(document, options, proofs, where))));
  try {
    await verifyStrict(key, hash, signature);
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    refuse(`${where}/proofValue`, `a signature by ${method}`);
  }
  return did;
}

function requireSuite(proof, purpose, where) {
  if (proof.type !== "DataIntegrityProof" || proof.cryptosuite !== "eddsa-jcs-2022") {
    refuse(where, "DataIntegrityProof eddsa-jcs-2022", `${proof.type} ${proof.cryptosuite}`);
  }
  if ("id" in proof && !isUrl(proof.id)) {
    refuse(`${where}/id`, "a URL", proof.id);
  }
  if (textOf(proof, "proofPurpose", where) !== purpose) {
    refuse(`${where}/proofPurpose`, purpose, proof.proofPurpose);
  }
  for (const name of ["created", "expires"]) {
    if (name in proof) {
      stamp(proof[name], `${where}/${name}`);
    }
  }
}

/** The document's contexts begin with those under which it was signed. */
function requireContexts(document, options, where) {
  if (!("@context" in options)) {
    return;
  }
  const signed = [options["@context"]].flat();
  const present = [document["@context"]].flat().slice(0, signed.length);
  if (new TextDecoder().decode(canonical(signed)) !== new TextDecoder().decode(canonical(present))) {
    refuse(`${where}/@context`, "the contexts of the document");
  }
}

/** The key that a verification method names, if it is one of its controller's. */
export async function keyOf(method, keysOf, where) {
  const [did, fragment, ...rest] = method.split("#");
  if (!did.startsWith("did:") || !fragment || rest.length > 0) {
    refuse(`${where}/verificationMethod`, "a DID, # and the name of a key", method);
  }
  const multikey = unmultibase(fragment);
  const known = keysOf(did);
  const isKey = multikey !== null && multikey.length === 34 && multikey[0] === ED25519[0] && multikey[1] === ED25519[1];
  if (!isKey || !known.includes(b64url(multikey.slice(2)))) {
    const names = known.map((one) => `key ${one}`).join(", ") || "no credential key";
    refuse(did, names, fragment);
  }
  return { did, key: multikey.slice(2), method };
}

/** The document as it was signed: without proofs, or in a chain with those that this one rests on. */
function unsecured(document, options, proofs, where) {
  const bare = without(document, "proof");
  if ("@context" in options) {
    bare["@context"] = options["@context"];
  }
  const earlier = options.previousProof ?? null;
  if (earlier === null) {
    return bare;
  }
  const names = [earlier].flat();
  if (names.length === 0 || names.length > MAX_PROOFS) {
    refuse(`${where}/previousProof`, "ids of earlier proofs", names.length);
  }
  bare.proof = names.map((name) => {
    const found = proofs.filter((one) => typeof name === "string" && one.id === name);
    if (found.length !== 1) {
      refuse(`${where}/previousProof`, `one proof with id ${name}`, found.length);
    }
    return found[0];
  });
  return bare;
}

function without(members, left) {
  const rest = Object.assign(Object.create(null), members);
  delete rest[left];
  return rest;
}

function textOf(proof, name, where) {
  if (typeof proof[name] !== "string" || proof[name] === "") {
    refuse(`${where}/${name}`, `text for ${name}`, proof[name]);
  }
  return proof[name];
}
