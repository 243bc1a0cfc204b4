// A small language for the form of JSON values: each shape refuses what it does not describe and says where.

import { Refused } from "./errors.js";
import { tell } from "./words.js";

const MAX_INTEGER = Number.MAX_SAFE_INTEGER;

/** Refuse with this code unless the value has the shape. */
export function requireShape(code, shape, value) {
  shape(value, "", (where, expected, got) => {
    throw new Refused(code, { where, expected, got: shown(got) });
  });
}

function shown(value) {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

export const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Text that matches the pattern as a whole, of so many characters (code points). */
export function text(pattern = null, { least = 0, most = Infinity } = {}) {
  return (value, where, refuse) => {
    if (typeof value !== "string" || (pattern !== null && !pattern.test(value))) {
      refuse(where, pattern === null ? tell("text") : tell("text of the form {form}", { form: pattern.source }), value);
    }
    const length = value.length > most || least > 0 ? [...value].length : 0;
    if (length > most || length < least) {
      refuse(where, tell("{least} to {most} characters", { least, most }), value);
    }
  };
}

export function integer(least = 0, most = MAX_INTEGER) {
  return (value, where, refuse) => {
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      refuse(where, tell("a whole number from {least} to {most}", { least, most }), value);
    }
  };
}

export function oneOf(...words) {
  return (value, where, refuse) => {
    if (!words.includes(value)) {
      refuse(where, tell("one of {words}", { words: words.join(", ") }), value);
    }
  };
}

export function list(of, { least = 0, most = Infinity } = {}) {
  return (value, where, refuse) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      refuse(where, tell("a list of {least} to {most}", { least, most }), value);
    }
    value.forEach((element, place) => of(element, `${where}/${place}`, refuse));
  };
}

/** Exactly so many elements, each of its own shape. */
export function tuple(...shapes) {
  return (value, where, refuse) => {
    list(() => {}, { least: shapes.length, most: shapes.length })(value, where, refuse);
    shapes.forEach((shape, place) => shape(value[place], `${where}/${place}`, refuse));
  };
}

/** An object whose content has a reader of its own. */
export function anyObject(value, where, refuse) {
  if (!isObject(value)) {
    refuse(where, tell("an object"), value);
  }
}

export function nullOr(shape) {
  return (value, where, refuse) => value === null || shape(value, where, refuse);
}

/** All of these members and no other; those that `optional` names may be left out, which is not the same as null. */
export function object(members, optional = []) {
  return (value, where, refuse) => {
    anyObject(value, where, refuse);
    for (const name of Object.keys(value)) {
      if (!Object.hasOwn(members, name)) {
        refuse(`${where}/${name}`, tell("no such member"), value[name]);
      }
    }
    for (const [name, shape] of Object.entries(members)) {
      if (name in value) {
        shape(value[name], `${where}/${name}`, refuse);
      } else if (!optional.includes(name)) {
        refuse(`${where}/${name}`, tell("this member"), undefined);
      }
    }
  };
}

/** One of several objects, told apart by what a member says. */
export function tagged(name, shapes) {
  return (value, where, refuse) => {
    anyObject(value, where, refuse);
    const shape = Object.hasOwn(shapes, String(value[name])) ? shapes[value[name]] : null;
    if (shape === null || typeof value[name] !== "string") {
      refuse(`${where}/${name}`, tell("one of {words}", { words: Object.keys(shapes).join(", ") }), value[name]);
    }
    shape(value, where, refuse);
  };
}
