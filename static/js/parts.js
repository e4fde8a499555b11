// Updates the page with the server's response: single parts, and lists whose unchanged items are kept, so that an open form
// keeps its text and the page does not jump. Forms marked data-live are sent this way; without scripts they are plain posts.

export function apply(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const list of answer.querySelectorAll("[data-list]")) mergeList(list);
  for (const part of answer.querySelectorAll("[data-part]")) mergePart(part);
  document.dispatchEvent(new CustomEvent("parts"));
}

function mergePart(part) {
  const old = document.getElementById(part.id);
  const same = old && part.dataset.version !== undefined && part.dataset.version === old.dataset.version;
  if (old === part) return; // within another part
  if (old?.matches("output")) old.replaceChildren(...part.childNodes); // so that screen readers say it
  else if (old && !same) {
    const focused = old.contains(document.activeElement);
    old.replaceWith(document.adoptNode(part));
    if (focused) part.querySelector("[data-focus]")?.focus({ preventScroll: true });
  }
  if (same) old.hidden = part.hidden;
}

function mergeList(list) {
  const old = document.getElementById(list.id);
  if (!old) return;
  const fresh = [...list.children].map((item) => ({ item, known: document.getElementById(item.id) }));
  if (list.dataset.list === "whole") {
    const ids = new Set(fresh.map(({ item }) => item.id));
    for (const item of [...old.children]) if (!ids.has(item.id)) item.remove();
  }
  let previous = null;
  for (const { item, known } of fresh) {
    const kept = known && !fillsIn(known, item) && isSame(known.dataset.version, item.dataset.version) ? known : document.adoptNode(item);
    if (known && known !== kept) replace(known, kept);
    else if (!known) previous ? previous.after(kept) : list.dataset.list === "whole" ? old.prepend(kept) : old.append(kept);
    previous = kept;
  }
}

function fillsIn(known, item) {
  return known.dataset.brief !== undefined && item.dataset.brief === undefined;
}

// "-open" marks the response to a submitted form: always shown, and kept until something else about the item changes.
function isSame(known, fresh) {
  return fresh.endsWith("-open") ? false : known === fresh || known === `${fresh}-open`;
}

// Moves the keyboard focus from the old item to the new one.
function replace(known, kept) {
  const focused = known.contains(document.activeElement);
  if (known.ariaCurrent) kept.ariaCurrent = known.ariaCurrent;
  known.replaceWith(kept);
  if (focused) kept.focus({ preventScroll: true });
}

let latest = 0; // requests are numbered, so that an older response never replaces a newer one
let shown = 0;

export async function send(form, submitter) {
  const turn = ++latest;
  const body = new FormData(form, submitter);
  const action = submitter?.getAttribute("formaction") || form.action;
  form.ariaBusy = "true";
  try {
    const answer = await fetch(action, { method: "POST", body, headers: { "X-Parts": "1" } });
    if (answer.redirected || !answer.ok) return location.reload(); // signed out, or deleted elsewhere: the reloaded page shows it
    shown = Math.max(shown, turn);
    apply(await answer.text());
  } catch {
    const name = form.closest("li")?.querySelector(".title-serif, .book-unread")?.textContent.trim() ?? "this photo";
    const fields = [...body].filter(([, value]) => typeof value === "string");
    document.dispatchEvent(new CustomEvent("unsent", { detail: { action: new URL(action, location).pathname, title: name, fields } }));
  } finally {
    form.ariaBusy = null;
  }
}

export async function refresh(address) {
  const turn = ++latest;
  const answer = await fetch(address, { headers: { "X-Parts": "1" } });
  if (answer.redirected || answer.status === 404) return location.reload();
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  const html = await answer.text();
  if (turn < shown) return refresh(address);
  shown = turn;
  apply(html);
}

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  event.preventDefault();
  if (form.ariaBusy !== "true") send(form, event.submitter);
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live][data-on-change]");
  if (form && event.target.matches("select") && event.target.value !== "new") form.requestSubmit();
});
