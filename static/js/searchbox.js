// The search box on every page: `/` focuses it, results appear while typing, arrow keys move through them, Enter opens, Escape leaves.

const form = document.querySelector(".searchbox");
const input = form?.querySelector("input");
const list = form?.querySelector(".searchbox-found");
let asking = null;
let timer = 0;

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function open(shown) {
  list.hidden = !shown;
  input.setAttribute("aria-expanded", String(shown));
  if (!shown) input.removeAttribute("aria-activedescendant");
}

async function look() {
  asking?.abort();
  const q = input.value.trim();
  if (!q) return open(false);
  asking = new AbortController();
  try {
    const answer = await fetch(`${form.dataset.suggest}?q=${encodeURIComponent(q)}`, { signal: asking.signal, headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) return;
    list.innerHTML = await answer.text();
    open(list.childElementCount > 0 && document.activeElement === input);
  } catch (error) {
    if (error.name !== "AbortError") open(false);
  }
}

function move(step) {
  const all = options();
  if (!all.length) return;
  const now = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = (now + step + all.length + (now < 0 && step < 0 ? 1 : 0)) % all.length;
  all.forEach((option, n) => option.setAttribute("aria-selected", String(n === next)));
  input.setAttribute("aria-activedescendant", all[next].id);
  all[next].scrollIntoView({ block: "nearest" });
}

if (form) {
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, 120);
  });
  input.addEventListener("focus", () => list.childElementCount && input.value.trim() && open(true));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) open(list.childElementCount > 0);
      move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      const chosen = list.hidden ? null : list.querySelector("[aria-selected=true]");
      if (chosen) {
        event.preventDefault();
        location.assign(chosen.href);
      }
    } else if (event.key === "Escape") {
      if (list.hidden) input.blur();
      open(false);
    }
  });
  document.addEventListener("click", (event) => form.contains(event.target) || open(false));
  form.addEventListener("focusout", (event) => form.contains(event.relatedTarget) || setTimeout(() => form.contains(document.activeElement) || open(false), 150));
}

// On a page with its own search field, `/` focuses that one.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const target = document.getElementById("search") ?? input;
  if (!target) return;
  if (!target.offsetParent) return location.assign(form.action);
  event.preventDefault();
  target.focus();
  target.select();
});
