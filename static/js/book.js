// A book's page. A second tap on a star chooses its half, and a third one no rating. A chosen cover is uploaded at once.

document.addEventListener("click", (event) => {
  const star = event.target.closest(".star:not(.star-half)");
  const radio = star?.querySelector("input");
  if (!radio || event.target === radio) return; // the label's own click on its radio button
  const half = star.previousElementSibling.querySelector("input");
  const next = radio.checked ? half : half.checked ? star.closest("fieldset").querySelector("input[value='']") : radio;
  event.preventDefault();
  next.checked = true;
  next.focus({ preventScroll: true });
  next.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", ({ target }) => target.closest("[data-upload]") && target.files.length && target.form.submit());
