// JSON-LD contexts as tables of terms (spec/credential.md, "Contexts"). Nothing is ever fetched; what the tables do not
// know is refused. The tables themselves are in `pinned.js`, written from the published contexts.

import { canonical } from "./json.js";
import { Refused } from "./errors.js";
import { PINNED } from "./pinned.js";
import { isObject } from "./shapes.js";

export const V2 = "https://www.w3.org/ns/credentials/v2";
const MAX_CONTEXTS = 16;
const MAX_SCOPES = 8;
const CONTEXT_MEMBERS = ["@version", "@protected", "@vocab", "@language", "@direction"];
const TERM_MEMBERS = [
  "@id",
  "@type",
  "@container",
  "@context",
  "@protected",
  "@prefix",
  "@language",
  "@direction",
  "@index",
];
const BARE = Object.freeze({ terms: new Map(), vocab: null, previous: null });

export function refuse(where, expected, got = "") {
  const shown = typeof got === "string" ? got : (JSON.stringify(got) ?? "nothing");
  throw new Refused("ledger.credential-invalid", { where, expected, got: shown.slice(0, 120) });
}

/** SHA-256 of the published file of each pinned context, in hexadecimal. */
export const digestOf = (url) => (Object.hasOwn(PINNED, url) ? PINNED[url].sha256 : null);

const OWN = new Map();

function tableOf(url, where) {
  if (!Object.hasOwn(PINNED, url)) {
    refuse(where, "a context that is known", url);
  }
  if (!OWN.has(url)) {
    const entry = PINNED[url];
    OWN.set(url, "context" in entry ? new Abridger({}, null, url).table(entry.context, 0) : entry);
  }
  return OWN.get(url);
}

/** The definitions in force after the value of an `@context` member was applied. */
export function applied(contexts, active = BARE, where = "/@context") {
  const items = Array.isArray(contexts) ? contexts : [contexts];
  if (items.length > MAX_CONTEXTS) {
    refuse(where, `at most ${MAX_CONTEXTS} contexts`, items.length);
  }
  return items.reduce((now, item) => step(now, readable(item, now, where), false, where), active);
}

/** The definitions after a context inside a term's definition; that of a property may override protected terms. */
export function scoped(active, scope, override, where) {
  return scope.reduce((now, item) => step(now, item, override, where), active);
}

function step(active, item, override, where) {
  if (item === null) {
    if (!override && [...active.terms.values()].some((term) => term.protected)) {
      refuse(where, "protected terms kept", "null");
    }
    return BARE;
  }
  return merged(active, typeof item === "string" ? tableOf(item, where) : item, override, where);
}

function merged(active, table, override, where) {
  const terms = new Map(active.terms);
  for (const [name, given] of Object.entries(table.terms)) {
    const fresh = definition(given, table.protected === true);
    const old = terms.get(name);
    if (old !== undefined && old.protected && !override) {
      // JSON-LD 1.1 API 4.2.2 step 27: the same meaning again is no redefinition.
      if (!sameMeaning(fresh, old)) {
        refuse(`${where}/${name}`, old.iri, fresh.iri ?? "another definition");
      }
      continue;
    }
    terms.set(name, fresh);
  }
  return { terms, vocab: "vocab" in table ? table.vocab : active.vocab, previous: active.previous };
}

function sameMeaning(left, right) {
  const text = ({ iri, kind, container, scope }) => new TextDecoder().decode(canonical([iri, kind, container, scope]));
  return text(left) === text(right);
}

/** What a context says of a term; `iri` is null for a term that is cut off on purpose. */
function definition(given, isProtected) {
  if (given === null || typeof given === "string") {
    return plain(given, isProtected);
  }
  return {
    iri: given.iri,
    kind: given.type ?? null,
    container: given.container ?? [],
    scope: given.scope ?? null,
    protected: given.protected ?? isProtected,
  };
}

export const plain = (iri, isProtected = false) => ({ iri, kind: null, container: [], scope: null, protected: isProtected });

function readable(item, active, where) {
  if (item === null || typeof item === "string") {
    return item;
  }
  const known = {};
  for (const [name, term] of active.terms) {
    if (term.iri !== null) {
      known[name] = term.iri;
    }
  }
  return new Abridger(known, active.vocab, where).table(item, 0);
}

/** Reduces the object form of a context to a table of terms with whole IRIs. */
class Abridger {
  constructor(known, vocab, where) {
    Object.assign(this, { known: new Map(Object.entries(known)), vocab, where });
  }

  table(context, depth) {
    if (!isObject(context) || depth > MAX_SCOPES) {
      refuse(this.where, "an object of term definitions", context);
    }
    const strange = Object.keys(context).filter((name) => name.startsWith("@") && !CONTEXT_MEMBERS.includes(name));
    if (strange.length > 0) {
      refuse(this.where, CONTEXT_MEMBERS.join(" "), strange.join(" "));
    }
    const vocab = "@vocab" in context ? context["@vocab"] : this.vocab;
    const inner = this.inside(new Map(), vocab === null ? null : this.text(vocab, "@vocab"));
    const local = new Map(Object.entries(context).filter(([name]) => !name.startsWith("@")));
    const result = { terms: {} };
    Object.setPrototypeOf(result.terms, null);
    if (this.flag(context, "@protected")) {
      result.protected = true;
    }
    if ("@vocab" in context) {
      result.vocab = inner.vocab;
    }
    for (const name of local.keys()) {
      result.terms[name] = inner.term(name, local, depth);
    }
    return result;
  }

  inside(known, vocab) {
    const inner = new Abridger({}, vocab, this.where);
    inner.known = new Map([...this.known, ...known]);
    return inner;
  }

  term(name, local, depth) {
    const given = local.get(name);
    if (given === null) {
      return null;
    }
    if (typeof given === "string") {
      return this.iri(given, local, []);
    }
    if (!isObject(given) || !Object.keys(given).every((member) => TERM_MEMBERS.includes(member))) {
      refuse(this.where, `a plain definition of ${name}`, given);
    }
    const written = "@id" in given ? given["@id"] : name;
    const iri = written === null ? null : this.iri(this.text(written, name), local, [name]);
    const manner = this.manner(given, local, depth);
    return Object.keys(manner).length === 0 ? iri : { iri, ...manner };
  }

  manner(given, local, depth) {
    const parts = {};
    if ("@type" in given) {
      parts.type = this.iri(this.text(given["@type"], "@type"), local, []);
    }
    if ("@container" in given) {
      const kinds = given["@container"];
      parts.container = (Array.isArray(kinds) ? kinds : [kinds]).map((kind) => this.text(kind, "@container")).sort();
    }
    if ("@context" in given) {
      parts.scope = this.scope(given["@context"], local, depth);
    }
    if ("@protected" in given) {
      parts.protected = this.flag(given, "@protected");
    }
    return parts;
  }

  scope(given, local, depth) {
    const known = new Map();
    for (const [name, text] of local) {
      if (typeof text === "string") {
        known.set(name, this.iri(text, local, [name]));
      }
    }
    const inner = this.inside(known, this.vocab);
    const items = Array.isArray(given) ? given : [given];
    return items.map((item) => (item === null || typeof item === "string" ? item : inner.table(item, depth + 1)));
  }

  /** Expand a term, a compact IRI or a word under `@vocab` (JSON-LD 1.1 API 5.2). */
  iri(text, local, seen) {
    if (/^@[A-Za-z]+$/.test(text)) {
      return text;
    }
    const colon = text.indexOf(":");
    if (colon >= 0) {
      const rest = text.slice(colon + 1);
      const base = rest.startsWith("//") ? null : this.named(text.slice(0, colon), local, seen);
      return base === null ? text : base + rest;
    }
    const found = this.named(text, local, seen);
    if (found !== null) {
      return found;
    }
    if (this.vocab === null) {
      refuse(this.where, "an IRI", text);
    }
    return this.vocab + text;
  }

  named(name, local, seen) {
    const given = local.get(name) ?? null;
    if (given === null || seen.includes(name)) {
      return this.known.get(name) ?? null;
    }
    const written = isObject(given) ? given["@id"] : given;
    if (typeof written !== "string" || seen.length > MAX_SCOPES) {
      return null;
    }
    return this.iri(written, local, [...seen, name]);
  }

  text(value, name) {
    if (typeof value !== "string") {
      refuse(this.where, `text for ${name}`, value);
    }
    return value;
  }

  flag(source, name) {
    const value = name in source ? source[name] : false;
    if (typeof value !== "boolean") {
      refuse(this.where, `true or false for ${name}`, value);
    }
    return value;
  }
}
