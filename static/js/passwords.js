// A button beside each password shows what was typed.

for (const field of document.querySelectorAll("input[type=password]")) {
  const row = document.createElement("span");
  row.className = "password";
  field.replaceWith(row);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-quiet";
  button.textContent = "Show";
  button.setAttribute("aria-label", "Show password");
  button.ariaPressed = "false";
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.textContent = shown ? "Hide" : "Show";
    button.ariaPressed = String(shown);
    field.focus();
  });
  field.form?.addEventListener("submit", () => (field.type = "password")); // so that browsers offer to save it
  row.append(field, button);
}
