// What the verifier says: templates with named places, kept apart from what is put into them until somebody reads them
// in a language. English is the source; `words.es.js` has the Spanish of every template.

/** A sentence still to be said: `tell("height {height}", {height: 7})`. As text it is English. */
export class Told {
  constructor(template, places) {
    this.template = template;
    this.places = places;
  }

  toString() {
    return say(this, {});
  }
}

/** A template with what is to stand in its places: text, numbers, other sentences, or lists of those. */
export function tell(template, places = {}) {
  return new Told(template, places);
}

/** Several parts, one after the other, joined by fixed text: `listed(["a", "b"], "; ")`. */
export function listed(parts, between = ", ") {
  return { parts, between };
}

/** The words of a sentence (or of plain text, number, list) in the language whose translations are given. */
export function say(what, translations) {
  if (what instanceof Told) {
    const template = translations[what.template] ?? what.template;
    return template.replaceAll(/\{(\w+)\}/g, (_, name) => say(what.places[name], translations));
  }
  if (what !== null && typeof what === "object" && "parts" in what) {
    return what.parts.map((part) => say(part, translations)).join(what.between);
  }
  return what === null || what === undefined ? "" : String(what);
}

/** Text that somebody else chose, without characters that are not seen or that turn text around. */
export function printable(text) {
  return text.replaceAll(/\p{C}/gu, "\ufffd");
}
