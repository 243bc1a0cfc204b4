// The parts that the page is made of. No markup is ever read from text, so nothing in a receipt can become markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (null leaves one out) and children: elements, text, or lists of those. */
export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== ""));
  return element;
}

/** A drawing: shapes as [tag, attributes]. Without a label it is decoration, and hidden from who listens. */
export function draw(size, className, label, ...shapes) {
  const named = label === null ? { "aria-hidden": "true" } : { role: "img", "aria-label": label };
  const parts = shapes.map(([tag, attributes]) => fill(document.createElementNS(SVG, tag), attributes, []));
  const outer = document.createElementNS(SVG, "svg");
  return fill(outer, { viewBox: `0 0 ${size} ${size}`, class: className, focusable: "false", ...named }, parts);
}

const ROUND = { fill: "none", stroke: "currentColor", "stroke-width": "1.6" };
const LINE = { fill: "none", stroke: "currentColor", "stroke-width": "2", "stroke-linecap": "round", "stroke-linejoin": "round" };
const DISC = ["circle", { cx: "9", cy: "9", r: "8", fill: "currentColor" }];
const RING = { cx: "9", cy: "9", r: "8", ...ROUND };

/** The sign of an outcome; its label repeats the word. */
export function sign(outcome, label) {
  const shapes = {
    holds: [["circle", RING], ["path", { ...LINE, d: "M5.3 9.3 8 12l5-6" }]],
    fails: [DISC, ["path", { ...LINE, stroke: "#fff", d: "m6 6 6 6m0-6-6 6" }]],
    "not shown": [["circle", { ...RING, "stroke-dasharray": "2.6 2.4" }], ["path", { ...LINE, d: "M6 9h6" }]],
  };
  const kind = { holds: "good", fails: "bad", "not shown": "warn" }[outcome];
  return draw(18, `tr-sign tr-sign--${kind}`, label, ...shapes[outcome]);
}

const FINE = { ...LINE, "stroke-width": "1.7" };
const PICTURES = {
  person: [["circle", { ...FINE, cx: "16", cy: "10", r: "5" }], ["path", { ...FINE, d: "M6 27c1-7 5-9 10-9s9 2 10 9" }]],
  document: [["path", { ...FINE, d: "M8 4h11l6 6v18H8zM19 4v6h6" }], ["path", { ...FINE, d: "M12 16h9m-9 5h9" }]],
  ledger: [["path", { ...FINE, d: "M4 7h10v8H4zM18 7h10v8H18zM11 19h10v8H11z" }], ["path", { ...FINE, d: "M14 11h4m-9 4 4 4m10-4-4 4" }]],
  seal: [["circle", { ...FINE, cx: "16", cy: "14", r: "9" }], ["path", { ...FINE, d: "m12 14 3 3 6-6m-10 10-3 8 8-4 8 4-3-8" }]],
};

export const picture = (name) => draw(32, "tr-verify__picture", null, ...PICTURES[name]);

/** A validator's place: filled if it signed, empty if it was absent or voted for nothing. */
export function mark(signed) {
  return draw(18, `tr-verify__mark${signed ? " tr-verify__mark--signed" : ""}`, null, signed ? DISC : ["circle", { ...RING, "stroke-dasharray": "2.6 2.4" }]);
}
