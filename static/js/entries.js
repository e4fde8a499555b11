// A list of recent entries. Polls for rows that are still being looked up, and sends the small forms in a row (undo, restore, type
// the title, look up again) without leaving the page. Without this script they are plain posts.

const page = document.getElementById("entry-page");
const WAIT = 1200;
const LONGEST = 6000;
const AT_ONCE = 60;
let timer = 0;
let wait = WAIT;

export const json = { Accept: "application/json" };

export function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

// Turns an entry from the server into a row.
export function rowOf(html) {
  const part = document.createElement("template");
  part.innerHTML = html.trim();
  return part.content.querySelector("li");
}

export function tellPage() {
  document.dispatchEvent(new CustomEvent("entries"));
}

function replaceRow(entry) {
  const old = document.getElementById(`entry-${entry.id}`);
  if (!old) return;
  const busy = old.contains(document.activeElement) && document.activeElement.matches("input") && document.activeElement.value;
  if (!busy) old.replaceWith(rowOf(entry.html));
}

const pendingRows = () => [...document.querySelectorAll('.entry[data-sync="pending"]')];

async function ask() {
  timer = 0;
  const rows = pendingRows().slice(-AT_ONCE); // the oldest are last, and are looked up next
  if (!rows.length) return;
  try {
    const query = rows.map((row) => `id=${row.dataset.pk}`).join("&");
    const answer = await fetch(`${page.dataset.states}?${query}`, { headers: json });
    if (answer.redirected || !answer.ok) throw new Error("not now");
    const { entries } = await answer.json();
    const done = entries.filter((entry) => entry.sync !== "pending");
    done.forEach(replaceRow);
    wait = done.length ? WAIT : Math.min(wait * 1.5, LONGEST);
    if (done.length) tellPage();
  } catch {
    wait = LONGEST;
  }
  watch();
}

export function watch(soon = false) {
  if (soon) wait = WAIT;
  if (soon && timer && wait > WAIT) clearTimeout(timer), (timer = 0);
  if (!timer && pendingRows().length) timer = setTimeout(ask, document.hidden ? LONGEST : wait);
}

function complain(sentence) {
  const toast = element("div", "toast toast-error");
  toast.append(element("p", "", sentence));
  document.getElementById("toasts").append(toast);
}

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-entry]");
  if (!form) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: json });
    if (answer.redirected) return location.reload();
    const reply = await answer.json();
    if (!answer.ok) return complain(reply.detail);
    document.activeElement?.blur();
    reply.entries.forEach(replaceRow);
    tellPage();
    watch(true);
  } catch {
    complain("That could not be saved because there is no connection. Try again in a moment.");
  }
});

document.addEventListener("visibilitychange", () => document.hidden || watch(true));
watch();
