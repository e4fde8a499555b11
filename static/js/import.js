// A file may be dropped anywhere on the form; while it is sent the button says so.

const form = document.querySelector("[data-import]");
const drop = form?.querySelector("[data-drop]");
const input = drop?.querySelector("input[type=file]");

function over(on) {
  drop.classList.toggle("over", on);
}

if (form) {
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    over(true);
  });
  form.addEventListener("dragleave", () => over(false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    button.ariaBusy = "true";
    // Coming back by the browser's button finds the form ready again.
    addEventListener("pagehide", () => (button.ariaBusy = null), { once: true });
  });
}
