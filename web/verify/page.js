// The page: two files in, a report out. Nothing leaves the browser; the page's policy allows no connection at all.

import { Refused } from "./errors.js";
import { make } from "./dom.js";
import { MAX_NETWORK_BYTES } from "./forms.js";
import { readWitness } from "./note.js";
import { MAX_POUCH_BYTES } from "./pouch.js";
import { refusal, report } from "./report.js";
import { verifyFile } from "./verify.js";
import { printable, say, tell } from "./words.js";
import { SPANISH } from "./words.es.js";

const LANGUAGES = {
  en: { name: "English", translations: {}, locale: "en-US" },
  es: { name: "Español", translations: SPANISH, locale: "es-419" },
};
const ROLES = ["receipt", "network"];
const LIMITS = { receipt: MAX_POUCH_BYTES, network: MAX_NETWORK_BYTES };
const given = { receipt: null, network: null, witnesses: "" };
let language = "en";
let turn = 0;

/** Words in the reader's language, fit to be shown. */
function speak(what) {
  return printable(say(typeof what === "string" ? tell(what) : what, LANGUAGES[language].translations));
}

function start() {
  const root = document.getElementById("verify");
  const wanted = root.dataset.choose === "yes" ? navigator.language : document.documentElement.lang;
  language = wanted.slice(0, 2) in LANGUAGES ? wanted.slice(0, 2) : "en";
  show();
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    take(event.dataTransfer?.files ?? []);
  });
}

/** The whole page anew, in the language chosen; the files already given stay. */
function show() {
  const root = document.getElementById("verify");
  document.documentElement.lang = language;
  document.title = `${speak("Verify a receipt")} · transire`;
  root.replaceChildren(head(), chooser(), make("div", { id: "result", "aria-live": "polite" }));
  if (root.dataset.choose === "yes") {
    tongues();
  }
  return judge(false);
}

function head() {
  return make(
    "div",
    { class: "tr-head" },
    make(
      "div",
      { class: "tr-head__words" },
      make("h1", {}, speak("Verify a receipt")),
      make("p", {}, speak("Choose a receipt and the network file. Both are checked here, in this browser, and go nowhere: no account, no upload, no connection.")),
    ),
  );
}

function chooser() {
  const fields = [
    field("receipt", "Receipt", "The file that a node exported: a receipt (.receipt.json), parts disclosed of a document, or the pouch of an entry."),
    field("network", "Network file", "network.json, from somebody you trust: everything is proved from it."),
  ];
  return make(
    "section",
    { class: "tr-sheet tr-verify__files tr-noprint", id: "files" },
    make("h2", { class: "tr-hidden" }, speak("Files")),
    make("div", { class: "tr-verify__fields" }, fields),
    make("p", { class: "tr-small tr-muted" }, speak("Or drop both files anywhere on this page.")),
    witnessField(),
  );
}

function field(role, label, hint) {
  const input = make("input", { type: "file", id: `field-${role}`, accept: ".json,application/json", "aria-describedby": `hint-${role} name-${role}` });
  input.addEventListener("change", () => take(input.files, role));
  return make(
    "div",
    {},
    make("label", { for: `field-${role}` }, speak(label)),
    make("p", { class: "tr-small tr-muted", id: `hint-${role}` }, speak(hint)),
    input,
    make("p", { class: "tr-small", id: `name-${role}` }, given[role]?.name ?? ""),
  );
}

function witnessField() {
  const area = make("textarea", { id: "field-witnesses", rows: "2", spellcheck: "false", "aria-describedby": "hint-witnesses" });
  area.value = given.witnesses;
  area.addEventListener("change", () => {
    given.witnesses = area.value;
    judge(true);
  });
  return make(
    "details",
    { open: given.witnesses !== "" },
    make("summary", {}, speak("Outside witnesses that you trust")),
    make("label", { for: "field-witnesses" }, speak("Their verifier keys")),
    make("p", { class: "tr-small tr-muted", id: "hint-witnesses" }, speak("One a line, as the witness publishes it: name+id+key.")),
    area,
  );
}

/** Take files: into the place chosen, or each where its content says that it belongs. */
async function take(files, role = null) {
  for (const file of files) {
    const limit = Math.max(...Object.values(LIMITS)) + 1;
    const bytes = new Uint8Array(await file.slice(0, limit).arrayBuffer());
    const place = role ?? (looksLikeNetwork(bytes) ? "network" : "receipt");
    given[place] = { name: file.name, bytes };
    // The browser's own field names a file that was chosen in it, not one that was dropped.
    document.getElementById(`name-${place}`).textContent = role === null ? file.name : "";
  }
  await judge(true);
}

/** Whether a dropped file goes to the second place; what it really is, the checks decide. */
function looksLikeNetwork(bytes) {
  return bytes.length <= LIMITS.network && new TextDecoder().decode(bytes).includes('"transire/network/1"');
}

async function judge(byHand) {
  const result = document.getElementById("result");
  if (ROLES.some((role) => given[role] === null)) {
    result.replaceChildren(...missing());
    return;
  }
  turn += 1;
  const mine = turn;
  const shown = await outcome();
  if (mine !== turn) {
    return; // another file was chosen meanwhile
  }
  result.replaceChildren(...[shown].flat(), printButton());
  if (byHand) {
    document.getElementById("verdict").focus();
  }
}

/** What is still to be given, once something is. */
function missing() {
  if (given.receipt !== null) {
    return [make("p", {}, speak("Now the network file: without it nothing can be checked."))];
  }
  return given.network === null ? [] : [make("p", {}, speak("Now the file that is to be checked."))];
}

async function outcome() {
  if (globalThis.crypto?.subtle === undefined) {
    return notice(speak("This browser lends its cryptography only to pages opened over HTTPS or from a file. Download the page as one file and open that."));
  }
  try {
    const lines = given.witnesses.split("\n").map((line) => line.trim()).filter(Boolean);
    const witnesses = await Promise.all(lines.map(readWitness));
    const verification = await verifyFile(given.receipt.bytes, given.network.bytes, { witnesses });
    return report(verification, speak, LANGUAGES[language].locale);
  } catch (error) {
    if (error instanceof Refused) {
      return refusal(error, speak);
    }
    // A fault of the page itself: what was said of an earlier file must not stand beside the name of this one.
    console.error(error);
    return notice(speak("This page could not check the file, so nothing is known of it. Check it with the command: transire verify FILE --network network.json"));
  }
}

function notice(text) {
  return make("section", { class: "tr-notice tr-notice--bad" }, make("h2", { id: "verdict", tabindex: "-1" }, text));
}

function printButton() {
  const button = make("button", { type: "button", class: "tr-verify__button tr-noprint" }, speak("Print this report"));
  button.addEventListener("click", () => print());
  return make("p", {}, button);
}

/** The choice of language, in the letterhead of the page that is one file. */
function tongues() {
  const buttons = Object.entries(LANGUAGES).map(([code, { name }]) => {
    const current = code === language;
    const button = make("button", { type: "button", class: "tr-linkbutton", lang: code, "aria-pressed": String(current) }, name);
    button.addEventListener("click", () => {
      language = code;
      show();
    });
    return button;
  });
  document.getElementById("tongues").replaceChildren(...buttons);
}

start();
