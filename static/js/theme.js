// Switches the theme immediately. The server stores the choice in a cookie, so that the next page loads without a flash.

const form = document.querySelector("[data-theme-form]");

form?.addEventListener("change", () => {
  const choice = new FormData(form).get("theme");
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
});
