// The verdict as a person reads it: a sentence, a picture of what was proved, every check, and the digits to compare.

import { b64url, hex } from "./bytes.js";
import { nameAt, operatorsOf } from "./checks.js";
import { make, mark, picture, sign } from "./dom.js";
import { KINDS, documentOf } from "./kinds.js";
import { printable, tell } from "./words.js";

/** The report of a verification. `speak` says words in the reader's language, `locale` is that of dates. */
export function report(verification, speak, locale) {
  const said = (what, places = {}) => speak(typeof what === "string" ? tell(what, places) : what);
  if (verification.documents) {
    return pouchReport(verification, said);
  }
  return [
    verdict(verification, said),
    verification.holds && verification.claims ? shownParts(verification.claims, said) : null,
    verification.holds ? summary(verification, said, locale) : null,
    make("div", { class: "tr-columns" }, checkList(verification, said), make("div", {}, network(verification, said), limits(said))),
  ].filter((part) => part !== null);
}

/** A pouch: the verdict on all of it, its own checks, and each document with its checks to unfold. */
function pouchReport(verification, said) {
  const everything = [...verification.checks, ...verification.documents.flatMap((one) => one.checks)];
  const documents = verification.documents.map((one) =>
    make(
      "details",
      { class: "tr-sheet tr-fold", open: !one.holds },
      make("summary", {}, make("span", { class: "tr-fold__title" }, said(one.title)), sign(one.holds ? "holds" : "fails", said(one.holds ? "holds" : "fails"))),
      make("p", { class: "tr-small" }, said(one.receipt)),
      checkList(one, said),
    ),
  );
  return [
    verdict({ ...verification, checks: everything }, said),
    make("div", { class: "tr-columns" }, make("div", {}, checkList(verification, said), documents), make("div", {}, network(verification, said), limits(said))),
  ];
}

/** Why a file could not be verified at all. */
export function refusal(error, speak) {
  const said = (what) => speak(typeof what === "string" ? tell(what) : what);
  return make(
    "section",
    { class: "tr-notice tr-notice--bad" },
    make("h2", { id: "verdict", tabindex: "-1" }, said(error.sentence)),
    gotAndExpected(error.got, error.expected, said),
    make("p", {}, said(error.fix)),
    make("p", { class: "tr-small" }, make("code", {}, error.code), error.where ? ` ${error.where}` : ""),
  );
}

const isJudged = (check) => check.code !== "ledger.not-judged";
// Each once: of a pouch every document has the same checks.
const titles = (checks, said) => [...new Set(checks.map((check) => said(check.title)))].join("; ");

function verdict({ holds, checks, receipt }, said) {
  const heading = said(holds ? "Every check that could be made holds" : "Do not rely on this copy: it does not prove what it says");
  return make(
    "section",
    { class: `tr-notice tr-notice--${holds ? "good" : "bad"} tr-verify__verdict` },
    sign(holds ? "holds" : "fails", said(holds ? "holds" : "fails")),
    make(
      "div",
      {},
      make("h2", { id: "verdict", tabindex: "-1" }, heading),
      make("p", { class: "tr-small" }, said(receipt)),
      holds ? notShown(checks, said) : reasons(checks, said),
    ),
  );
}

function notShown(checks, said) {
  const open = checks.filter((check) => check.outcome === "not shown");
  return open.length > 0 ? make("p", {}, said("Not shown by this receipt: "), titles(open, said), ".") : null;
}

/** What fails by itself, with what was expected and found; what rests on it is only named. */
function reasons(checks, said) {
  const failing = checks.filter((check) => check.outcome === "fails");
  const [judged, resting] = [failing.filter(isJudged), failing.filter((check) => !isJudged(check))];
  return [
    judged.map((check) => [
      make("h3", {}, said(check.title)),
      make("p", {}, said(check.detail)),
      gotAndExpected(check.found, check.expected, said),
    ]),
    make("p", {}, said(judged[0].fix)),
    resting.length > 0 ? make("p", { class: "tr-small" }, said("Not judged, since they rest on it: "), titles(resting, said), ".") : null,
  ];
}

// What a disclosure shows of the document, as the issuer wrote it.

function shownParts(claims, said) {
  const { type: _, ...parts } = claims.credentialSubject;
  return make(
    "section",
    { class: "tr-sheet", id: "disclosed" },
    make("h2", {}, said("Shown of the document: {type}", { type: documentOf(claims) })),
    make("dl", { class: "tr-facts" }, pairsOf(parts)),
  );
}

function pairsOf(value) {
  return Object.entries(value).map(([name, member]) =>
    make("div", {}, make("dt", {}, printable(name)), make("dd", {}, isNested(member) ? nested(member) : printable(String(member)))),
  );
}

const isNested = (value) => value !== null && typeof value === "object";

function nested(value) {
  if (!Array.isArray(value)) {
    return make("dl", { class: "tr-facts" }, pairsOf(value));
  }
  return make("ul", {}, value.map((one) => make("li", {}, isNested(one) ? nested(one) : printable(String(one)))));
}

// The picture: who stated what, when it was accepted, who vouches for that, and how it stands.

function summary(verification, plainly, locale) {
  const { facts } = verification;
  const said = (...words) => withNames(plainly(...words), facts);
  const stations = [who(verification, said), what(verification, said), vouched(facts, said, locale), standing(verification, said)];
  return make(
    "section",
    { class: "tr-sheet" },
    make("h2", {}, said("What this receipt proves")),
    make("ol", { class: "tr-verify__stations" }, stations),
  );
}

/** Members by the names that the ledger has for them, instead of their DIDs; the list of checks keeps the DIDs. */
function withNames(text, { records, height }) {
  const members = [...records].filter(([, record]) => record !== null);
  // A DID may begin with another one: the longest first.
  members.sort(([left], [right]) => right.length - left.length);
  return members.reduce((told, [did, record]) => told.replaceAll(did, nameOf(record, height)), text);
}

const nameOf = (record, height) => printable(nameAt(record, height));

function station(name, label, ...parts) {
  return make("li", {}, picture(name), make("h3", {}, label), parts);
}

const checkOf = ({ checks }, name) => checks.find((check) => check.name === name);
const line = (...parts) => make("p", {}, parts);
const small = (...parts) => make("p", { class: "tr-small tr-muted" }, parts);
const id = (text) => make("code", { class: "tr-id" }, printable(text));

function who(verification, said) {
  const { facts } = verification;
  const record = facts.records.get(facts.action.by) ?? null;
  const name = record === null ? said("the holder of a key of the allowance") : nameOf(record, facts.height);
  const custody = checkOf(verification, "custody");
  return station(
    "person",
    said("Who"),
    line(make("strong", {}, name)),
    small(id(facts.action.by)),
    small(said(checkOf(verification, "stated-by").found)),
    custody.outcome === "not shown" ? small(said(custody.found)) : null,
  );
}

function what(verification, said) {
  const { receipt, action, statementId } = verification.facts;
  const kind = receipt.statement?.kind ?? action.action;
  const opened = checkOf(verification, "document").outcome === "holds";
  const credential = checkOf(verification, "credential");
  return station(
    "document",
    said("What"),
    line(make("strong", {}, said(KINDS[kind] ?? kind))),
    small(id(kind)),
    statementId ? small(said("Statement"), " ", id(statementId)) : null,
    credential.outcome === "holds" ? small(said(credential.found)) : null,
    opened ? small(said("The document is opened here and is the one committed to.")) : small(said("The document is not shown here.")),
  );
}

function vouched(facts, said, locale) {
  const { accepted, proven } = facts;
  const operators = operatorsOf(facts, proven.validators);
  const signed = new Set(proven.signed.map((one) => hex(one.address)));
  const row = proven.validators.map((one) => {
    const present = signed.has(hex(one.address));
    const operator = operators.get(b64url(one.address)) ?? said("an operator that the receipt does not show");
    return make("li", {}, mark(present), make("span", {}, withNames(operator, facts), present ? "" : ` (${said("did not sign")})`));
  });
  return station(
    "ledger",
    said("When, and who vouches"),
    line(make("strong", {}, make("time", { datetime: isoOf(accepted.header.time) }, moment(accepted.header.time, locale)))),
    small(said("{power} of {total} of the validators' power signed:", { power: proven.power, total: proven.total })),
    make("ul", { class: "tr-verify__marks" }, row),
  );
}

function standing(verification, said) {
  const parts = ["status", "operators", "witnesses"].map((name) => {
    const check = checkOf(verification, name);
    const outcome = said(check.outcome);
    return make("li", {}, sign(check.outcome, outcome), make("span", {}, said(check.title), ": ", said(check.found)));
  });
  return station("seal", said("How it stands"), make("ul", { class: "tr-verify__marks" }, parts));
}

const isoOf = ({ seconds }) => new Date(seconds * 1000).toISOString();

function moment({ seconds }, locale) {
  const format = { dateStyle: "long", timeStyle: "medium", timeZone: "UTC" };
  return `${new Intl.DateTimeFormat(locale, format).format(new Date(seconds * 1000))} UTC`;
}

// Every check, with what was found and what was expected.

function checkList({ checks }, said) {
  return make(
    "section",
    { class: "tr-sheet" },
    make("h2", {}, said("All checks")),
    make("ul", { class: "tr-checks" }, checks.map((check) => checkItem(check, said))),
  );
}

function checkItem(check, said) {
  const bad = check.outcome === "fails" && isJudged(check);
  return make(
    "li",
    { "data-check": check.name, "data-outcome": check.outcome },
    isJudged(check) ? sign(check.outcome, said(check.outcome)) : sign("not shown", said("not judged")),
    make(
      "div",
      {},
      make("h3", {}, said(check.title), " ", make("span", { class: "tr-small tr-muted" }, `${said(isJudged(check) ? check.outcome : "not judged")} · `, make("code", {}, check.name))),
      bad ? gotAndExpected(check.found, check.expected, said) : null,
      check.outcome === "fails" ? null : make("p", { class: "tr-verify__found" }, said(check.found)),
      check.expected && check.outcome === "not shown" ? small(said("Expected"), ": ", said(check.expected)) : null,
      check.detail ? small(said(check.detail)) : null,
      bad ? make("p", { class: "tr-small" }, make("code", {}, check.code)) : null,
    ),
  );
}

function gotAndExpected(got, expected, said) {
  const rows = [
    [said("Expected"), said(expected)],
    [said("Found"), said(got)],
  ].filter(([, text]) => text !== "");
  return make("dl", { class: "tr-gotwant" }, rows.flatMap(([name, text]) => [make("dt", {}, name), make("dd", {}, text)]));
}

function network(verification, said) {
  const groups = verification.fingerprint.split(" ").map((digits) => make("span", {}, digits));
  return make(
    "section",
    { class: "tr-sheet" },
    make("h2", {}, said("The network that you trust")),
    make("p", {}, id(verification.network)),
    make("p", {}, said("All of this rests on the network file. Read these digits over the telephone to a member that you know, and compare:")),
    make("p", { class: "tr-verify__digits" }, groups.flatMap((group) => [group, " "])),
  );
}

function limits(said) {
  const notes = [
    "What happened after the moment of the proof is not in it: ask for a new receipt when it matters.",
    "That nothing else was stated is not shown: whoever must see all asks for all statements of the pool.",
    "Former validators could sign another past with old keys; outside witnesses exclude that.",
  ];
  return make(
    "section",
    { class: "tr-sheet tr-sheet--quiet" },
    make("h2", {}, said("What a receipt cannot show")),
    make("ul", { class: "tr-small" }, notes.map((note) => make("li", {}, said(note)))),
  );
}
