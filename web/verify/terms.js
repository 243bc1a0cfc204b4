// Whether every member, type and identifier of a credential has a meaning under its contexts (spec/credential.md,
// "Meaning"): the suite signs JSON, not meaning, so a word that nothing maps is refused.

import { applied, plain, refuse, scoped } from "./contexts.js";
import { isObject } from "./shapes.js";

const MAX_DEPTH = 32;
const VALUE_MEMBERS = ["@value", "@language", "@direction", "@type"];
const MAPS = ["@language", "@index", "@id", "@type"];
const URL_PATTERN = /^[A-Za-z][A-Za-z0-9+.-]*:[^\p{White_Space}<>"{}|\\^`\u0000-\u0020]+$/u;
const HOSTLESS = /^(?:https?|wss?|ftp):(?!\/\/[^/?#])/i;

/** Whether a value is one absolute URL, as far as its syntax goes. */
export function isUrl(value) {
  return typeof value === "string" && URL_PATTERN.test(value) && !HOSTLESS.test(value);
}

/** Refuse a document in which something has no meaning. */
export function requireTerms(document) {
  node(document, applied([]), null, "", 0);
}

function node(members, around, term, where, depth) {
  if (depth > MAX_DEPTH) {
    refuse(where, `at most ${MAX_DEPTH} levels`);
  }
  const before = entered(members, around, term, where);
  const active = typed(members, before, where);
  for (const [name, value] of Object.entries(members)) {
    if (name !== "@context") {
      member(name, value, active, before, `${where}/${name}`, depth);
    }
  }
}

function entered(members, around, term, where) {
  const names = Object.keys(members);
  const reference = names.length === 1 && meaning(names[0], around) === "@id";
  let active = around.previous !== null && !("@value" in members) && !reference ? around.previous : around;
  if (term !== null && term.scope !== null) {
    active = scoped(active, term.scope, true, where);
  }
  return "@context" in members ? applied(members["@context"], active, `${where}/@context`) : active;
}

/** Type-scoped contexts, in the order of the types' names; they end where the next object begins. */
function typed(members, active, where) {
  const names = new Set();
  for (const [key, value] of Object.entries(members)) {
    if (meaning(key, active) === "@type") {
      for (const name of Array.isArray(value) ? value : [value]) {
        if (typeof name === "string" && (active.terms.get(name)?.scope ?? null) !== null) {
          names.add(name);
        }
      }
    }
  }
  if (names.size === 0) {
    return active;
  }
  const found = [...names].sort().reduce((now, name) => scoped(now, active.terms.get(name).scope, false, where), active);
  return { terms: found.terms, vocab: found.vocab, previous: active };
}

function member(name, value, active, before, where, depth) {
  const meant = meaning(name, active);
  if (meant === null) {
    refuse(where, "a word that the contexts map", name);
  } else if (meant === "@id") {
    requireId(value, where);
  } else if (meant === "@type") {
    requireTypes(value, before, where);
  } else if (meant === "@list" || meant === "@set") {
    any(value, active, plain("@list"), where, depth + 1);
  } else if (meant.startsWith("@")) {
    refuse(where, "a member that is no JSON-LD keyword", meant);
  } else {
    any(value, active, active.terms.get(name) ?? plain(meant), where, depth + 1);
  }
}

function any(value, active, term, where, depth) {
  if (term.kind === "@json") {
    return;
  }
  if (Array.isArray(value)) {
    if (depth > MAX_DEPTH) {
      refuse(where, `at most ${MAX_DEPTH} levels`);
    }
    value.forEach((element, place) => any(element, active, term, `${where}/${place}`, depth + 1));
  } else if (!isObject(value)) {
    scalar(value, active, term, where);
  } else if ("@value" in value) {
    requireValueObject(value, active, where);
  } else if (term.container.some((kind) => MAPS.includes(kind))) {
    // The keys of such a map are data, the values are not.
    for (const [key, element] of Object.entries(value)) {
      any(element, active, { ...term, container: [] }, `${where}/${key}`, depth + 1);
    }
  } else {
    node(value, active, term, where, depth);
  }
}

function scalar(value, active, term, where) {
  if (term.kind === "@id" && value !== null) {
    requireId(value, where);
  } else if (term.kind === "@vocab" && typeof value === "string") {
    const inside = term.scope === null ? active : scoped(active, term.scope, true, where);
    if (!isUrl(meaning(value, inside))) {
      refuse(where, "a word that the contexts map", value);
    }
  }
}

/** The IRI or keyword that a word stands for, or null when it stands for nothing. */
function meaning(name, active) {
  if (name.startsWith("@")) {
    return name;
  }
  const term = active.terms.get(name);
  if (term !== undefined) {
    return term.iri;
  }
  const colon = name.indexOf(":");
  if (colon >= 0) {
    const base = active.terms.get(name.slice(0, colon))?.iri ?? null;
    const rest = name.slice(colon + 1);
    if (base !== null && !rest.startsWith("//")) {
      return base + rest;
    }
    return isUrl(name) ? name : null;
  }
  return active.vocab === null ? null : active.vocab + name;
}

function requireTypes(value, active, where) {
  for (const name of Array.isArray(value) ? value : [value]) {
    if (typeof name !== "string" || !isUrl(meaning(name, active))) {
      refuse(where, "a type that maps to an absolute URL", name);
    }
  }
}

function requireId(value, where) {
  if (!isUrl(value)) {
    refuse(where, "one absolute URL", value);
  }
}

function requireValueObject(value, active, where) {
  const strange = Object.keys(value).filter((name) => !VALUE_MEMBERS.includes(name));
  if (strange.length > 0) {
    refuse(where, VALUE_MEMBERS.join(", "), strange.join(" "));
  }
  if ("@type" in value && value["@type"] !== "@json") {
    requireTypes(value["@type"], active, `${where}/@type`);
  }
}
