// JSON of the ledger's profile (spec/canonical-json.md), with a reader of its own: the browser's lets a key stand twice
// (the last one wins), rounds integers, and takes fractions.

import { concat, same, utf8 } from "./bytes.js";
import { Refused } from "./errors.js";
import { tell } from "./words.js";

export const MAX_DEPTH = 16;
export const DEFAULT_LIMIT = 65536;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const SPACE = /[ \t\n\r]*/y;
// Everything that a string may hold without an escape: JSON refuses what lies below U+0020.
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const SHORT = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const LITERALS = { true: true, false: false, null: null };

/** The value of JSON text in any formatting. Objects have no prototype, so that no member's name means something. */
export function parseJson(raw, limit = DEFAULT_LIMIT) {
  if (raw.length > limit) {
    throw new Refused("crypto.json-too-large", {
      got: tell("{count} bytes", { count: raw.length }),
      expected: tell("at most {count} bytes", { count: limit }),
    });
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw new Refused("crypto.json-refused", { expected: "UTF-8" });
  }
  return new Reader(text).whole();
}

/** The value of canonical text; text that is written again with another byte is refused. */
export function parseCanonical(raw, limit = DEFAULT_LIMIT) {
  const value = parseJson(raw, limit);
  if (!same(canonical(value), raw)) {
    throw new Refused("crypto.not-canonical");
  }
  return value;
}

class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  whole() {
    const value = this.value(0);
    this.skip();
    if (this.at !== this.text.length) {
      this.refuse("the end of the text");
    }
    return value;
  }

  refuse(expected, got = this.text.slice(this.at, this.at + 20)) {
    throw new Refused("crypto.json-refused", { got, expected, where: `character ${this.at}` });
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found === null) {
      return null;
    }
    this.at += found[0].length;
    return found[0];
  }

  skip() {
    this.take(SPACE);
  }

  next(sign) {
    this.skip();
    if (this.text[this.at] !== sign) {
      return false;
    }
    this.at += 1;
    return true;
  }

  value(depth) {
    this.skip();
    const first = this.text[this.at];
    if (first === "{" || first === "[") {
      if (depth >= MAX_DEPTH) {
        this.refuse(`at most ${MAX_DEPTH} levels`);
      }
      this.at += 1;
      return first === "{" ? this.object(depth + 1) : this.array(depth + 1);
    }
    return first === '"' ? this.string() : this.scalar();
  }

  scalar() {
    for (const [word, value] of Object.entries(LITERALS)) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    const written = this.take(NUMBER);
    if (written === null) {
      this.refuse("a value");
    }
    if (!/^-?[0-9]+$/.test(written)) {
      this.refuse("decimals as strings", written.slice(0, 40));
    }
    const number = Number(written);
    if (!Number.isSafeInteger(number)) {
      this.refuse("integers within 2^53-1", written.slice(0, 40));
    }
    return number === 0 ? 0 : number; // -0 is the integer 0
  }

  array(depth) {
    const elements = [];
    if (this.next("]")) {
      return elements;
    }
    do {
      elements.push(this.value(depth));
    } while (this.next(","));
    if (!this.next("]")) {
      this.refuse("] or ,");
    }
    return elements;
  }

  object(depth) {
    const members = Object.create(null);
    if (this.next("}")) {
      return members;
    }
    do {
      this.member(members, depth);
    } while (this.next(","));
    if (!this.next("}")) {
      this.refuse("} or ,");
    }
    return members;
  }

  member(members, depth) {
    this.skip();
    if (this.text[this.at] !== '"') {
      this.refuse("the name of a member");
    }
    const name = this.string();
    if (name in members) {
      throw new Refused("crypto.duplicate-key", { got: name.slice(0, 80) });
    }
    if (/[\ud800-\udfff]/.test(name)) {
      this.refuse("keys in the Basic Multilingual Plane", name.slice(0, 60));
    }
    if (!this.next(":")) {
      this.refuse(":");
    }
    members[name] = this.value(depth);
  }

  string() {
    this.at += 1;
    let text = this.take(PLAIN);
    while (this.text[this.at] === "\\") {
      text += this.escape() + this.take(PLAIN);
    }
    if (this.text[this.at] !== '"') {
      this.refuse('"');
    }
    this.at += 1;
    if (!text.isWellFormed()) {
      this.refuse("Unicode text", "a lone surrogate");
    }
    return text;
  }

  escape() {
    const sign = this.text[this.at + 1];
    if (sign === "u") {
      const code = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(code)) {
        this.refuse("four hexadecimal digits");
      }
      this.at += 6;
      return String.fromCharCode(Number.parseInt(code, 16));
    }
    if (!Object.hasOwn(SHORT, sign ?? "")) {
      this.refuse("an escape of JSON");
    }
    this.at += 2;
    return SHORT[sign];
  }
}

/** The one canonical text of a value of the profile (RFC 8785), as bytes. */
export function canonical(value) {
  return utf8(write(value));
}

function write(value) {
  if (Array.isArray(value)) {
    return `[${value.map(write).join(",")}]`;
  }
  if (value !== null && typeof value === "object") {
    // Within the Basic Multilingual Plane JavaScript's order, that of UTF-16 units, is the order of code points.
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${JSON.stringify(name)}:${write(value[name])}`).join(",")}}`;
  }
  // For strings and whole numbers JSON.stringify is what RFC 8785 refers to (ECMA-262 QuoteJSONString).
  return JSON.stringify(value);
}

/** SHA-256's input under a domain: the domain's text and the canonical text of the value. */
export function under(domain, value) {
  return concat(utf8(domain), canonical(value));
}
