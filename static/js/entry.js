// For a scanner that types like a keyboard: every Enter is a book. Entries wait in a queue in the browser's storage, so that neither
// a reload nor a lost connection loses any. Every entry has a key, so that sending it twice adds it once.

import { element, json, rowOf, tellPage, watch } from "./entries.js";

const page = document.getElementById("entry-page");
const form = document.getElementById("entry-form");
const field = form.elements.isbn;
const list = document.getElementById("entries");
const look = document.getElementById("entries-look");
const statusLine = document.getElementById("entry-status");
const offline = document.getElementById("entry-offline");
const PREFIX = `entry:${page.dataset.person}:`;
const AT_ONCE = 20;
const LONGEST_PAUSE = 15000;
const SETTINGS = ["shelf", "status", "tags", "on_duplicate"];

// ── The queue ──
// One storage item per entry, so that two tabs never overwrite each other. Names sort in the order of scanning.
let counter = 0;
const unsaved = new Map(); // used if the storage is full or not allowed

function put(name, item) {
  try {
    localStorage.setItem(name, JSON.stringify(item));
    unsaved.delete(name);
  } catch {
    unsaved.set(name, item);
  }
}

function drop(name) {
  unsaved.delete(name);
  localStorage.removeItem(name);
}

function queue() {
  const stored = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
  const items = stored.map((name) => [name, read(name)]).filter(([, item]) => item);
  return [...items, ...unsaved].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, item]) => ({ name, ...item }));
}

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null;
  }
}

function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
}

function settings() {
  return Object.fromEntries(SETTINGS.map((name) => [name, form.elements[name].value]));
}

function add(text, changed = {}) {
  const place = `${String(Date.now()).padStart(15, "0")}${String(counter++ % 100000).padStart(5, "0")}`;
  const item = { key: newKey(), text, batch: { ...settings(), ...changed } };
  put(PREFIX + place, item);
  showWaiting({ name: PREFIX + place, ...item });
  count();
  send();
}

// ── Sending ──
let sending = false;
let pause = 0;
let next = 0; // the timer of the next attempt, at most one
let stopped = ""; // why nothing can be sent until the person acts

function nextOnes() {
  const open = queue().filter((item) => !item.problem);
  const batch = JSON.stringify(open[0]?.batch);
  const end = open.findIndex((item) => JSON.stringify(item.batch) !== batch);
  return open.slice(0, Math.min(AT_ONCE, end < 0 ? open.length : end));
}

async function send() {
  if (sending || stopped) return;
  const items = nextOnes();
  if (!items.length) return tellOffline("");
  clearTimeout(next);
  sending = true;
  try {
    await post(items);
    pause = 0;
    tellOffline("");
  } catch {
    pause = Math.min(pause * 2 || 1000, LONGEST_PAUSE);
    tellOffline("There is no connection. What you scan is kept here and sent when the connection is back.");
  }
  sending = false;
  if (!pause) return send();
  next = setTimeout(send, pause);
}

async function post(items) {
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  for (const [name, value] of Object.entries(items[0].batch)) body.append(name, value);
  for (const item of items) {
    body.append("isbn", item.text);
    body.append("key", item.key);
  }
  const answer = await fetch(form.action, { method: "POST", body, headers: json });
  if (answer.redirected || answer.status === 403) return stop("You have been signed out, or the page is out of date. Sign in and reload the page: what you scanned is kept.");
  if (answer.status === 422) return refused(items, (await answer.json()).detail);
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const { entries } = await answer.json();
  const byKey = new Map(items.map((item) => [item.key, item]));
  for (const entry of entries) understand(byKey.get(entry.key), entry);
  count();
  tellPage();
  watch(true);
}

function stop(sentence) {
  stopped = sentence;
  tellOffline(sentence);
}

// The settings they were scanned with are no longer valid, for example a deleted shelf: tries the page's current ones.
function refused(items, sentence) {
  const now = settings();
  if (JSON.stringify(now) === JSON.stringify(items[0].batch)) return stop(`${sentence} Reload the page: what you scanned is kept.`);
  for (const { name, ...item } of items) put(name, { ...item, batch: now });
}

function understand(item, entry) {
  if (!item) return;
  const waiting = document.getElementById(rowId(item));
  if (entry.outcome === "refused") {
    const { name, ...rest } = item;
    put(name, { ...rest, problem: entry.sentence });
    waiting?.remove();
    showProblem({ ...item, problem: entry.sentence });
    return tell(entry.sentence, "bad");
  }
  drop(item.name);
  const row = rowOf(entry.html);
  if (entry.outcome === "owned") row.id = `owned-${item.key}`; // the existing copy may have a row of its own
  const there = document.getElementById(row.id);
  if (there && there !== waiting) there.remove();
  waiting ? waiting.replaceWith(row) : list.prepend(row);
  if (entry.outcome === "owned") {
    tell(`You already have “${entry.title}”.`, "bad");
    tone("owned");
  } else tell(entry.title, "good");
}

// ── Display ──
const rowId = (item) => `waiting-${item.key}`;

function blankRow(item, icon, sentence, className = "") {
  const row = element("li", "entry fresh");
  row.id = rowId(item);
  const cover = element("div", "entry-cover");
  cover.append(element("span", "entry-blank", icon));
  const words = element("div", "entry-words");
  words.append(element("span", "number", item.text), element("span", `entry-state ${className}`, sentence));
  row.append(cover, words);
  return row;
}

function showWaiting(item) {
  if (document.getElementById(rowId(item))) return;
  list.prepend(blankRow(item, "…", "Waiting to be sent"));
}

function showProblem(item) {
  const row = blankRow(item, "?", item.problem, "entry-bad");
  const actions = element("div", "entry-actions cluster");
  const hand = element("a", "button button-quiet button-small", "Type the title");
  hand.href = page.dataset.hand;
  const away = element("button", "button button-quiet button-small", "Dismiss");
  away.type = "button";
  away.onclick = () => {
    drop(item.name);
    row.remove();
    count();
    field.focus();
  };
  actions.append(hand, away);
  row.append(actions);
  look.prepend(row);
}

function tell(sentence, kind) {
  statusLine.textContent = sentence;
  statusLine.dataset.kind = kind;
}

function tellOffline(sentence) {
  offline.hidden = !sentence;
  offline.querySelector("span").textContent = sentence;
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
  const waiting = queue().filter((item) => !item.problem).length;
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
  const chosen = ["shelf", "status"].map((name) => form.elements[name].selectedOptions[0].textContent);
  const tags = form.elements.tags.value.trim();
  document.getElementById("batch-summary").textContent = [...chosen, ...(tags ? [tags] : [])].join(" · ");
}

// ── Sound and vibration ──
const sound = document.getElementById("entry-sound");
sound.checked = localStorage.getItem("entry-sound") !== "off";
sound.onchange = () => localStorage.setItem("entry-sound", sound.checked ? "on" : "off");
const TONES = { good: [[880, 0, 0.07]], owned: [[660, 0, 0.07], [660, 0.11, 0.07]], bad: [[220, 0, 0.22]] };
const BUZZ = { good: 25, owned: [25, 60, 25], bad: 160 };
let audio = null;

function tone(kind) {
  if (!sound.checked) return;
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
  tone(looksRight(text) ? "good" : "bad");
  add(text.slice(0, 200));
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  field.value = "";
  field.focus();
  if (text) take(text);
});

// Numbers from the camera (static/js/camera.js).
document.addEventListener("isbn", ({ detail }) => take(detail.number));

// A pasted list adds all its books.
field.addEventListener("paste", (event) => {
  const pieces = event.clipboardData.getData("text").split(/[\n\r\t,;]+/).map((piece) => piece.trim()).filter(Boolean);
  if (pieces.length < 2) return;
  event.preventDefault();
  pieces.forEach(take);
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

form.addEventListener("change", tellBatch);
document.addEventListener("entries", count);
addEventListener("online", () => {
  pause = 0;
  send();
});

for (const item of queue()) item.problem ? showProblem(item) : showWaiting(item);
tellBatch();
count();
send();
if (matchMedia("(min-width: 60rem)").matches) field.focus();
