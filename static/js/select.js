// Selecting many books: a button starts it, a tap selects, shift and a tap select a range, Escape ends it. The change is made in a dialog,
// and only the list is replaced.

let last = null; // the previously clicked checkbox

const results = () => document.getElementById("results");
const boxes = () => [...results().querySelectorAll("input[name=ids]")];
const choosing = () => document.body.classList.contains("choosing");

function begin(on) {
  document.body.classList.toggle("choosing", on);
  if (on) import("./changes.js"); // for a change that cannot be sent
  if (!on) {
    for (const box of boxes()) box.checked = false;
    results().querySelector("[data-bulk-all]").checked = false;
    last = null;
  }
  show();
}

function show() {
  const all = results().querySelector("[data-bulk-all]").checked;
  const total = boxes().filter((box) => box.checked).length;
  results().querySelector("[data-select]").ariaPressed = String(choosing());
  results().querySelector("[data-bulk-count]").textContent = all ? "All" : total;
  results().querySelector("[data-bulk-word]").textContent = all ? "of them" : total === 1 ? "book" : "books";
  for (const button of results().querySelectorAll("[data-bulk-act]")) button.disabled = !all && !total;
  for (const box of boxes()) box.closest("li, tr").classList.toggle("picked", all || box.checked);
}

document.addEventListener("click", (event) => {
  const { target } = event;
  if (target.closest("[data-select]")) return begin(!choosing());
  if (target.closest("[data-bulk-none]")) return begin(false);
  // While selecting, a click anywhere on the book toggles its checkbox.
  const place = target.closest(choosing() ? "[data-tiles] li, [data-tiles] tbody tr" : ".pick");
  const box = place?.querySelector("input[name=ids]");
  if (!box || event.ctrlKey || event.metaKey) return;
  if (target !== box) {
    event.preventDefault(); // a label would click its checkbox again, without the shift key
    box.checked = !box.checked;
    box.focus({ preventScroll: true });
  }
  if (!choosing()) begin(true);
  if (event.shiftKey && last?.isConnected) range(last, box);
  last = box;
  show();
});

function range(from, to) {
  const row = boxes();
  const [first, end] = [row.indexOf(from), row.indexOf(to)].sort((one, other) => one - other);
  for (const box of row.slice(first, end + 1)) box.checked = to.checked;
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-bulk-all]")) show();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && choosing() && !event.target.closest("dialog, [popover]")) begin(false);
});

// Shift and a click would also select text.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest("[data-tiles]")) event.preventDefault();
});

// When coming back to the page, the browser restores the checkboxes.
addEventListener("pageshow", () => {
  if (!results()?.querySelector("[data-bulk]")) return;
  if (boxes().some((box) => box.checked)) document.body.classList.add("choosing");
  show();
});

const dialog = document.getElementById("bulk-dialog");

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (detail.target === dialog) {
    import("./tags.js").then(({ build }) => build(dialog));
    if (!dialog.open) dialog.showModal();
    return;
  }
  if (!results()?.querySelector("[data-bulk]")) return document.body.classList.remove("choosing");
  // A search or a filter shows other books, and a change ends the selection.
  if (detail.requestConfig?.verb !== "post") return show();
  begin(false);
  results().querySelector("[data-select]").focus({ preventScroll: true });
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => detail.target === results() && dialog?.close());
document.addEventListener("later", () => (dialog?.close(), begin(false)));

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close-dialog]") || !dialog) return;
  event.preventDefault();
  dialog.close();
});
