// Shelves can be dragged by their grip. The buttons beside it do the same without this script, and with the keyboard.

let dragged = null;

document.addEventListener("dragstart", (event) => {
  const grip = event.target.closest?.(".grip");
  if (!grip) return;
  dragged = grip.closest("[data-shelf]");
  dragged.classList.add("dragged");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.dataset.shelf);
  event.dataTransfer.setDragImage(dragged, 20, 20);
});

function below(row, event) {
  const { top, height } = row.getBoundingClientRect();
  return event.clientY > top + height / 2;
}

document.addEventListener("dragover", (event) => {
  const row = event.target.closest?.("[data-shelf]");
  if (!dragged || !row || row === dragged) return;
  event.preventDefault();
  mark(row, below(row, event));
});

function mark(row, after) {
  for (const other of document.querySelectorAll(".drop-before, .drop-after")) other.classList.remove("drop-before", "drop-after");
  row?.classList.add(after ? "drop-after" : "drop-before");
}

document.addEventListener("drop", async (event) => {
  const row = event.target.closest?.("[data-shelf]");
  if (!dragged || !row || row === dragged) return;
  event.preventDefault();
  const { move, token } = dragged.dataset;
  const body = new URLSearchParams({ csrfmiddlewaretoken: token, beside: row.dataset.shelf });
  if (below(row, event)) body.set("after", "on");
  try {
    await fetch(move, { method: "POST", body, headers: { "X-Drag": "1" } });
  } finally {
    location.reload(); // with the error message, if it could not be moved there
  }
});

document.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  mark(null);
});
