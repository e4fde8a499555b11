// Adding books by ISBN: typed, pasted as a list, from a scanner that types like a keyboard, or seen by the camera. Every Enter is a book.
// Entries wait in the browser's storage until the server has them. Every entry has a key, so that sending it twice adds it once.

import { element, json, rowOf, tellPage, watch } from "./entries.js";
import { Outbox } from "./outbox.js";

const page = document.getElementById("entry-page");
const form = document.getElementById("entry-form");
const field = form.elements.text;
const list = document.getElementById("entries");
const look = document.getElementById("entries-look");
const statusLine = document.getElementById("entry-status");
const offline = document.getElementById("entry-offline");
const AT_ONCE = 20;
const SETTINGS = ["shelf", "status", "tags", "on_duplicate"];
const NO_CONNECTION = "There is no connection. What you add is kept here and sent when the connection is back.";
const SIGNED_OUT = "You have been signed out, or the page is out of date. Sign in and reload the page: what you added is kept.";

const outbox = new Outbox(`entry:${document.body.dataset.person}:`, {
  waits: (item) => !item.problem,
  post,
  tell: (lost) => tellOffline(lost ? NO_CONNECTION : ""),
});
let counter = 0;

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

function settings() {
  return Object.fromEntries(SETTINGS.map((name) => [name, form.elements[name].value]));
}

function add(text, changed = {}) {
  const place = `${String(Date.now()).padStart(15, "0")}${String(counter++ % 100000).padStart(5, "0")}`;
  const name = outbox.prefix + place;
  const item = { key: newKey(), text, batch: { ...settings(), ...changed } };
  outbox.put(name, item);
  showWaiting({ name, ...item });
  count();
  outbox.send();
}

// ── Sending ──
// The first entries with the same settings; a list is sent alone.
function nextOnes(open) {
  if (isList(open[0].text)) return [open[0]];
  const batch = JSON.stringify(open[0].batch);
  const end = open.findIndex((item) => JSON.stringify(item.batch) !== batch || isList(item.text));
  return open.slice(0, Math.min(AT_ONCE, end < 0 ? open.length : end));
}

async function post(open) {
  const items = nextOnes(open);
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(items[0].batch)) body.append(name, value);
  for (const item of items) {
    body.append("isbn", item.text);
    body.append("key", item.key);
  }
  const answer = await fetch(page.dataset.send, { method: "POST", body, headers: json });
  if (answer.redirected || answer.status === 403) return stop(SIGNED_OUT);
  if (answer.status === 422) return refused(items, (await answer.json()).detail);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const { entries } = await answer.json();
  for (const item of items) understand(item, entries.filter(({ key }) => key.split("-")[0] === item.key));
  count();
  tellPage();
  watch(true);
}

function stop(sentence) {
  outbox.stop();
  tellOffline(sentence);
}

// The settings they were added with are no longer valid, for example a deleted shelf: tries the page's current ones.
function refused(items, sentence) {
  const now = settings();
  if (JSON.stringify(now) === JSON.stringify(items[0].batch)) return stop(`${sentence} Reload the page: what you added is kept.`);
  for (const { name, ...item } of items) outbox.put(name, { ...item, batch: now });
}

// What became of an item: one entry, or many if it is a list.
function understand(item, entries) {
  const waiting = document.getElementById(rowId(item));
  const place = document.createComment("");
  waiting ? waiting.replaceWith(place) : list.prepend(place);
  outbox.drop(item.name);
  entries.forEach((entry, number) => showEntry(number ? { ...item, key: entry.key, name: `${item.name}-${number}` } : item, entry, place));
  const added = entries.filter(({ outcome }) => outcome === "added");
  if (entries.length > 1) place.after(listHead(entries, added));
  place.remove();
  if (entries.length > 1) tell(`${added.length.toLocaleString()} of ${entries.length.toLocaleString()} books added.`, "good");
}

function showEntry(item, entry, place) {
  if (entry.outcome === "refused") {
    const { name, ...rest } = item;
    outbox.put(name, { ...rest, text: entry.text, problem: entry.sentence });
    showProblem({ ...item, text: entry.text, problem: entry.sentence });
    return tell(entry.sentence, "bad");
  }
  if (!entry.html) return; // only the latest of a long list are shown
  const row = rowOf(entry.html);
  if (entry.outcome === "owned") row.id = `owned-${item.key}`; // the existing copy may have a row of its own
  document.getElementById(row.id)?.remove();
  place.after(row);
  if (entry.outcome === "owned") {
    tell(`You already have “${entry.title}”.`, "bad");
    tone("owned");
  } else tell(entry.title, "good");
}

function listHead(entries, added) {
  const head = element("li", "entry-list-head");
  head.append(element("span", "", `A list with ${entries.length.toLocaleString()} numbers`));
  const undo = element("button", "button button-quiet", `Undo all ${added.length.toLocaleString()}`);
  undo.type = "button";
  undo.hidden = !added.length;
  undo.onclick = () => undoAll(head, undo, added);
  head.append(undo);
  return head;
}

async function undoAll(head, undo, added) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("ids", added.map(({ id }) => id).join(","));
  undo.disabled = true;
  try {
    const answer = await fetch(page.dataset.undo, { method: "POST", body, headers: json });
    if (!answer.ok || answer.redirected) throw new Error(`the server answered ${answer.status}`);
    for (const { id } of added) document.getElementById(`entry-${id}`)?.remove();
    head.replaceChildren(element("span", "", (await answer.json()).sentence));
    count();
  } catch {
    undo.disabled = false;
    tell("Not undone: there is no connection. Try again in a moment.", "bad");
  }
}

// ── Display ──
const rowId = (item) => `waiting-${item.key}`;
const isList = (text) => text.includes("\n") || text.length > 100;

function blankRow(item, icon, sentence, className = "") {
  const row = element("li", "entry fresh");
  row.id = rowId(item);
  const cover = element("div", "entry-cover");
  cover.append(element("span", "entry-blank", icon));
  const words = element("div", "entry-words");
  const text = isList(item.text) ? `A list: ${item.text.trim().slice(0, 40)}…` : item.text;
  words.append(element("span", "number", text), element("span", `entry-state ${className}`, sentence));
  row.append(cover, words);
  return row;
}

function showWaiting(item) {
  if (document.getElementById(rowId(item))) return;
  list.prepend(blankRow(item, "…", "Waiting to be sent"));
}

function link(words, address) {
  const made = element("a", "button button-quiet button-small", words);
  made.href = address;
  return made;
}

function showProblem(item) {
  const row = blankRow(item, "?", item.problem, "entry-bad");
  const actions = element("div", "entry-actions cluster");
  const away = element("button", "button button-quiet button-small", "Dismiss");
  away.type = "button";
  away.onclick = () => {
    outbox.drop(item.name);
    row.remove();
    count();
    field.focus();
  };
  const isWords = /\p{L}{3}/u.test(item.text);
  actions.append(isWords ? link("Search by title", `${page.dataset.search}?q=${encodeURIComponent(item.text)}`) : link("Type the title", page.dataset.hand), away);
  row.append(actions);
  look.prepend(row);
}

function tell(sentence, kind) {
  statusLine.textContent = sentence;
  statusLine.dataset.kind = kind;
}

function tellOffline(sentence) {
  offline.hidden = !sentence;
  const words = offline.querySelector("span");
  if (words.textContent !== sentence) words.textContent = sentence;
}

// At most once per frame: with hundreds of rows this is the slowest part.
let counting = false;
function count() {
  if (counting) return;
  counting = true;
  requestAnimationFrame(() => {
    counting = false;
    showCounts();
  });
}

function showCounts() {
  const waiting = outbox.waiting().length;
  const there = list.querySelectorAll(".entry[data-pk]:not(.entry-removed, [data-outcome=owned])").length;
  const unknown = list.querySelectorAll('.entry[data-sync="failed"]').length + look.children.length;
  const parts = [`${there.toLocaleString()} ${there === 1 ? "book" : "books"}`];
  if (waiting) parts.push(`${waiting.toLocaleString()} waiting to be sent`);
  if (unknown) parts.push(`${unknown.toLocaleString()} to check`);
  document.getElementById("entry-counts").textContent = parts.join(" · ");
  document.getElementById("entry-look").hidden = !look.children.length;
  document.getElementById("entries-none").hidden = Boolean(list.children.length || look.children.length);
}

function tellBatch() {
  const [shelf, status, duplicates] = ["shelf", "status", "on_duplicate"].map((name) => form.elements[name].selectedOptions[0].textContent);
  const tags = form.elements.tags.value.trim();
  document.getElementById("batch-summary").textContent = [shelf, status, ...(tags ? [tags] : []), `duplicates: ${duplicates.toLowerCase()}`].join(" · ");
}

// ── Sound and vibration ──
const sound = document.getElementById("entry-sound");
sound.checked = localStorage.getItem("entry-sound") !== "off";
sound.onchange = () => localStorage.setItem("entry-sound", sound.checked ? "on" : "off");
const TONES = { good: [[880, 0, 0.07]], owned: [[660, 0, 0.07], [660, 0.11, 0.07]], bad: [[220, 0, 0.22]] };
const BUZZ = { good: 25, owned: [25, 60, 25], bad: 160 };
let audio = null;

function tone(kind) {
  // Browsers allow neither before the page was touched, and complain.
  if (!sound.checked || navigator.userActivation?.hasBeenActive === false) return;
  navigator.vibrate?.(BUZZ[kind]);
  try {
    audio ??= new AudioContext();
    for (const [pitch, start, length] of TONES[kind]) beep(pitch, audio.currentTime + start, length);
  } catch {
    // no sound here
  }
}

function beep(pitch, start, length) {
  const [oscillator, volume] = [audio.createOscillator(), audio.createGain()];
  oscillator.frequency.value = pitch;
  volume.gain.setValueAtTime(0.12, start);
  volume.gain.exponentialRampToValueAtTime(0.001, start + length);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}

// Only for the sound; the server decides.
function looksRight(text) {
  const digits = text.replace(/[^0-9Xx]/g, "").toUpperCase();
  const sum = (weights) => [...digits.slice(0, weights.length)].reduce((all, digit, n) => all + weights[n] * (digit === "X" ? 10 : Number(digit)), 0);
  if (/^97[89]\d{10}(\d{2}|\d{5})?$/.test(digits)) return sum([1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 === 0;
  return /^\d{9}[\dX]$/.test(digits) && sum([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0;
}

// ── The field ──
function take(text) {
  tone(isList(text) || looksRight(text) ? "good" : "bad");
  add(text);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  field.value = "";
  field.focus();
  if (text) take(text);
});

field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});

// Numbers from the camera (static/js/camera.js).
document.addEventListener("isbn", ({ detail }) => take(detail.number));

// A pasted list adds all its books at once, and can be undone at once.
field.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text").trim();
  if (!isList(text)) return;
  event.preventDefault();
  take(text);
});

// Directs the scanner's keystrokes to this field, unless another field has the focus.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
  if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
  if (event.key === " " && event.target.closest?.("button, summary, a")) return;
  field.focus();
});

list.addEventListener("click", ({ target }) => {
  const again = target.closest("[data-copy-again]");
  if (!again) return;
  again.closest(".entry").remove();
  add(again.dataset.copyAgain, { on_duplicate: "copy" });
  field.focus();
});

// ── The camera ──
const openButton = document.getElementById("open-camera");

async function openCamera() {
  const { toggle } = await import("./camera.js");
  toggle(openButton);
}

openButton.addEventListener("click", openCamera);
form.addEventListener("change", tellBatch);
document.addEventListener("entries", count);

for (const item of outbox.items()) item.problem ? showProblem(item) : showWaiting(item);
count();
outbox.send();
if (page.dataset.camera !== undefined) openCamera();
else field.focus();
