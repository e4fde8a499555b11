// A button with `data-copy` puts that text on the clipboard and says so for a moment.

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const word = button.querySelector("[data-copy-word]");
  const before = word.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    word.textContent = "Copied";
  } catch {
    word.textContent = "Could not copy";
  }
  setTimeout(() => (word.textContent = before), 1600);
});
