// A file can be dropped anywhere on the form; the button shows that it is being sent.

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
    // Makes the form usable again after the browser's back button.
    addEventListener("pagehide", () => (button.ariaBusy = null), { once: true });
  });
}
