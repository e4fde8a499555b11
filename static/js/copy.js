// A button with `data-copy` copies that text to the clipboard and shows a short confirmation.

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
