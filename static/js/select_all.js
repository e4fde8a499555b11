// The box in a table's head checks all boxes below it. Without scripts it stays hidden.
const all = document.getElementById("action-toggle");
all.hidden = false;
all.addEventListener("change", () => {
  for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
});
