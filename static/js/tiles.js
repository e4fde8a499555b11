// Keys of the library: `/` focuses the search box, Escape leaves it and closes the filters; arrow keys move between the books of a page, in
// the grid and in the list, and Enter opens one.

const LINKS = "[data-tiles] :is(.book-tile, td > a)";
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last" };

function goal(links, here, step) {
  if (step === "first") return links[0];
  if (step === "last") return links.at(-1);
  if (typeof step === "number") return links[links.indexOf(here) + step];
  return nearest(links, here, step === "down");
}

// The book in the next row that is closest to directly below or above this one.
function nearest(links, here, down) {
  const from = here.getBoundingClientRect();
  const rows = links.map((link) => ({ link, box: link.getBoundingClientRect() })).filter(({ box }) => (down ? box.top > from.top + 5 : box.top < from.top - 5));
  if (!rows.length) return null;
  const next = down ? Math.min(...rows.map(({ box }) => box.top)) : Math.max(...rows.map(({ box }) => box.top));
  const row = rows.filter(({ box }) => Math.abs(box.top - next) < 5);
  return row.reduce((best, other) => (Math.abs(other.box.left - from.left) < Math.abs(best.box.left - from.left) ? other : best)).link;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const step = STEPS[event.key];
  const here = event.target.closest?.(LINKS);
  const fromSearch = event.target.id === "search" && event.key === "ArrowDown";
  if (step && (here || fromSearch)) {
    const links = [...document.querySelectorAll(LINKS)];
    const link = here ? goal(links, here, step) : links[0];
    if (!link) return;
    event.preventDefault();
    link.focus();
    link.scrollIntoView({ block: "nearest" });
  }
  const panel = document.getElementById("filter-panel");
  if (event.key === "Escape" && panel?.contains(event.target)) {
    panel.replaceChildren();
    document.getElementById("open-filters").focus();
  }
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-close-filters]")) return;
  event.preventDefault();
  document.getElementById("filter-panel").replaceChildren();
  document.getElementById("open-filters").focus();
});

const search = document.getElementById("search");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && search) {
    event.preventDefault();
    search.focus();
    search.select();
  }
  if (event.key === "Escape" && event.target === search) search.blur();
});

// A new sort order applies immediately.
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-submit]")) target.form.requestSubmit();
});
