// What every page needs: toasts that close, drawn covers for missing pictures, the browser's time zone, and changes waiting to be sent.

// ── Toasts close when tapped; those without a button also disappear by themselves ──
const READING_TIME = 6000;

function leave(toast) {
  toast.classList.add("leaving");
  setTimeout(() => toast.remove(), 200);
}

// A toast stays while it has the pointer or the focus, so that nobody has to hurry to reach Undo.
function leaveInTime(toast) {
  const wait = toast.querySelector("form") ? READING_TIME * 3 : READING_TIME;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveInTime(toast) : leave(toast)), wait);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) leave(button.closest(".toast"));
});

const toasts = document.getElementById("toasts");
toasts.querySelectorAll(".toast").forEach(leaveInTime);
new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach((node) => node.matches?.(".toast") && leaveInTime(node));
}).observe(toasts, { childList: true });

// ── The drawn cover shows if a picture fails to load or is the one-pixel blank that some catalogues send ──
const BLANK = 10; // pixels: no real cover is narrower

function check(picture) {
  if (picture.complete && picture.naturalWidth < BLANK) picture.remove();
}

for (const event of ["error", "load"]) {
  document.addEventListener(event, ({ target }) => target.matches?.(".cover-picture") && check(target), true);
}
document.querySelectorAll(".cover-picture").forEach(check);

// ── The server learns the browser's time zone where it differs from what the account has ──
const { timeZone, timeZoneUrl } = document.body.dataset;
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (timeZoneUrl && here && here !== timeZone) {
  const body = new FormData();
  body.append("name", here);
  fetch(timeZoneUrl, { method: "POST", body, headers: JSON.parse(document.body.getAttribute("hx-headers")) });
}

// ── Changes that could not be sent wait in the browser (changes.js) ──
const waiting = () => Object.keys(localStorage).some((name) => name.startsWith("change:"));
if (timeZoneUrl && (document.querySelector("form[data-live]") || waiting())) import("./changes.js");
