// Forms marked data-keep are sent without leaving the page, and those marked data-autosave whenever something in them changes. What does
// not reach the server stays in the browser and is sent when the connection is back, from whichever page is open then.
// Without this script they are plain posts.

import { Outbox } from "./outbox.js";
import { apply } from "./parts.js";

const WAIT = 800; // ms after the last keystroke
const NO_CONNECTION = "Not saved: there is no connection. Your change is kept here and sent when the connection is back.";
const SIGNED_OUT = "Not saved: you have been signed out. Your change is kept here; sign in and open the book again.";

const outbox = new Outbox(`change:${document.body.dataset.person}:`, { waits: (item) => !item.question, post, tell });

const nameOf = (action, id) => `${outbox.prefix}${action}#${id}`;
const liveForm = (item) => [...document.forms].find((form) => form.dataset.keep !== undefined && nameOf(form.getAttribute("action"), form.id) === item.name);
const isHere = (item) => Boolean(document.getElementById("saved")) && item.page === location.pathname;

function fieldsOf(form, submitter) {
  const all = [...new FormData(form)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string");
  return submitter?.name ? [...all, [submitter.name, submitter.value]] : all;
}

function keep(form, submitter) {
  const action = form.getAttribute("action");
  outbox.put(nameOf(action, form.id), { action, page: location.pathname, title: form.dataset.keep, fields: fieldsOf(form, submitter) });
}

// ── Sending ──
async function post([item]) {
  const form = liveForm(item);
  // The fields as they are now: their initial values have changed if an earlier change was saved in the meantime.
  const last = item.fields.filter(([name]) => ["done", "today", "delete"].includes(name));
  const fields = form ? [...fieldsOf(form), ...last] : item.fields;
  const before = JSON.stringify(outbox.get(item.name));
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers")), "X-Parts": form ? "open" : "closed" };
  const answer = await fetch(item.action, { method: "POST", body: new URLSearchParams(fields), headers });
  if (answer.redirected || answer.status === 403) return stop();
  if (answer.status >= 500 || answer.status === 429) throw new Error(`the server answered ${answer.status}`);
  const html = answer.ok ? await answer.text() : "";
  const { name, ...rest } = item;
  if (html.includes("data-clash") || (html.includes("field-error") && !isHere(item))) outbox.put(name, { ...rest, question: true });
  else if (JSON.stringify(outbox.get(name)) === before) outbox.drop(name);
  if (answer.headers.get("HX-Refresh")) return location.reload();
  show(item, answer, html);
}

function stop() {
  outbox.stop();
  say(SIGNED_OUT);
}

function show(item, answer, html) {
  document.getElementById("saved")?.removeAttribute("data-lost");
  if (isHere(item) && answer.ok) return apply(html);
  if (!answer.ok) return toast(`A change to “${item.title}” could not be saved: the book is no longer there.`);
  if (outbox.get(item.name)) return toast(`A change to “${item.title}” needs your decision. `, item.page);
  toast(`Saved what you changed on “${item.title}”.`);
  if (document.querySelector("form[data-live]") && !outbox.waiting().length) return location.reload();
  if (document.getElementById("results")) window.htmx.ajax("GET", location.href, { target: "#results", swap: "outerHTML" });
}

// ── Display ──
function tell(offline) {
  if (offline) say(NO_CONNECTION);
  else if (document.querySelector("#saved[data-lost]")) say("");
}

function say(sentence) {
  const saved = document.getElementById("saved");
  if (!saved) return;
  saved.toggleAttribute("data-lost", Boolean(sentence));
  if (saved.textContent !== sentence) saved.textContent = sentence;
}

function toast(sentence, address) {
  const made = document.createElement("div");
  made.className = "toast";
  const words = document.createElement("p");
  words.textContent = sentence;
  if (address) words.append(Object.assign(document.createElement("a"), { href: address, textContent: "Open the book" }));
  made.append(words);
  document.getElementById("toasts").append(made);
}

// ── What happens on the page ──
let due = 0;
function later(wait) {
  clearTimeout(due);
  due = setTimeout(() => outbox.send(true), wait);
}

// A form on a page of its own has no place for the response, and is a plain post.
const kept = ({ target }, forms = "form[data-keep]") => document.getElementById("saved") && target.closest?.(forms);
const autosaved = (event) => kept(event, "form[data-keep][data-autosave]");

document.addEventListener("input", (event) => {
  const form = autosaved(event);
  if (!form || !event.target.matches("textarea, input:not([type=radio], [type=checkbox])")) return;
  keep(form); // at once, so that even closing the page loses nothing
  later(WAIT);
});

document.addEventListener("change", (event) => {
  const form = autosaved(event);
  if (!form) return;
  keep(form);
  later(0);
});

document.addEventListener("submit", (event) => {
  const form = kept(event);
  if (!form) return;
  event.preventDefault();
  keep(form, event.submitter);
  later(0);
});

// A form that htmx could not send (data-later says what it changes) is sent when the connection is back, too.
document.addEventListener("htmx:sendError", ({ detail }) => {
  const form = detail.elt.closest("form[data-later]");
  const fields = [...(detail.requestConfig.formData ?? [])];
  if (!form || (form.dataset.bulk !== undefined && !fields.some(([name]) => name === "act"))) return form && toast("There is no connection. Your selection stays; try again in a moment.");
  keepForLater({ action: form.getAttribute("action"), title: form.dataset.later, fields });
  document.dispatchEvent(new CustomEvent("later"));
});

// Neither is a decision about a scan lost (parts.js).
document.addEventListener("unsent", ({ detail }) => keepForLater(detail));

function keepForLater({ action, title, fields }) {
  const sent = fields.filter(([name]) => name !== "csrfmiddlewaretoken");
  outbox.put(`${outbox.prefix}${Date.now()}:${action}`, { action, page: location.pathname, title, fields: sent });
  toast(`There is no connection. Your change of “${title}” is kept here and made when the connection is back.`);
  outbox.send();
}

document.addEventListener("parts", () => window.htmx?.process(document.body));
document.addEventListener("htmx:sendError", () => document.getElementById("saved") && say("This cannot be opened now: there is no connection. Try again in a moment."));

// A question that was left open on an earlier visit is asked again on the book's page.
for (const { name, ...item } of outbox.items()) if (item.question && isHere(item)) outbox.put(name, { ...item, question: false });
outbox.send();
