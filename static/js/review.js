// The review: one book at a time by touch or keyboard, linked with its box on the photo, and filters.
// Decisions are forms that parts.js sends; this script submits them and brings up the next book.

import { refresh } from "./parts.js";

const narrow = matchMedia("(max-width: 43.99rem), (max-width: 59.99rem) and (min-height: 30.01rem)"); // as in scanning.css

export class Review {
  #viewer;
  #number = null;
  #after = null; // the book to show after the current one is decided
  #scrolling = 0; // until then, scrolling is ours and does not select a book

  #address; // where rows come from
  #brief = new Set(); // numbers of rows of one line that have come near
  #near = new IntersectionObserver((entries) => this.#fill(entries.filter(({ isIntersecting }) => isIntersecting)), { rootMargin: "600px" });

  constructor(viewer, address) {
    this.#viewer = viewer;
    this.#address = address;
    this.#link("#rows", ".book");
    this.#link(".viewer-stage", ".box");
    document.addEventListener("click", (event) => this.#click(event));
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("submit", (event) => this.#decide(event), true);
    document.addEventListener("toggle", (event) => event.target.open && event.target.matches(".book details") && event.target.scrollIntoView({ block: "nearest" }), true);
    document.addEventListener("focusin", (event) => this.#focus(event));
    document.addEventListener("parts", () => this.#settle());
    addEventListener("scroll", () => this.#scroll(), { passive: true });
    this.#settle();
    const target = location.hash.match(/^#book-(\d+)$/);
    if (target) this.choose(target[1], true);
  }

  get #shown() {
    return [...document.querySelectorAll("#rows > .book")].filter((row) => row.offsetParent);
  }

  get #current() {
    return document.getElementById(`book-${this.#number}`);
  }

  choose(number, scroll, fromPhoto = false) {
    this.#number = String(number);
    for (const item of document.querySelectorAll(".book[aria-current], .box[aria-current]")) item.removeAttribute("aria-current");
    const row = this.#current;
    if (!row) return;
    row.ariaCurrent = "true";
    if (scroll) {
      this.#scrolling = performance.now() + 600;
      row.scrollIntoView({ block: narrow.matches ? "start" : "nearest", behavior: "smooth" });
      row.focus({ preventScroll: true });
    }
    const box = document.getElementById(`box-${this.#number}`);
    if (!box) return;
    box.ariaCurrent = "true";
    box.parentNode.append(box); // draws the current one over its neighbours
    this.#viewer.show(bounds(box), !fromPhoto || narrow.matches, narrow.matches ? 1 : 2);
  }

  #fill(entries) {
    if (!entries.length) return;
    if (!this.#brief.size) setTimeout(() => this.#load(), 60);
    for (const { target } of entries) this.#brief.add(target.dataset.number);
  }

  #load() {
    const rows = [...this.#brief].join(",");
    this.#brief.clear();
    refresh(`${this.#address}?rows=${rows}`).catch(() => {}); // they stay as links
  }

  // The next visible book, or the nearest before it; determined before the current one may disappear.
  #next(step, openOnly) {
    const rows = this.#shown;
    const here = rows.indexOf(this.#current);
    const wanted = (row) => !openOnly || isOpen(row);
    if (here < 0) return rows.find(wanted);
    const after = step > 0 ? rows.slice(here + 1) : rows.slice(0, here).reverse();
    return after.find(wanted);
  }

  #go(step, openOnly) {
    const row = this.#next(step, openOnly);
    if (row) this.choose(row.dataset.number, true);
  }

  // Presses the button for `what` on the current book.
  #do(what) {
    const last = document.querySelector("[data-undo]");
    if (what === "u" && last) return last.click();
    const button = this.#current?.querySelector(`[data-do="${what}"]`);
    if (!button) return;
    what === "e" ? this.#edit(button) : button.form.requestSubmit(button);
  }

  #decide(event) {
    const row = event.target.closest(".book");
    if (!row || !["a", "x"].includes(event.submitter?.dataset.do)) return;
    this.choose(row.dataset.number, false);
    this.#after = { row: row.id, next: this.#next(1, true)?.dataset.number };
  }

  #goOn() {
    const { row, next } = this.#after;
    if (isOpen(document.getElementById(row))) return; // the request failed
    this.#after = null;
    if (next && document.getElementById(`book-${next}`)) this.choose(next, true);
  }

  #edit(summary) {
    summary.parentNode.open = true;
    const field = summary.parentNode.querySelector("input[name=title]");
    field.focus();
    field.select();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open], [popover]:popover-open")) return;
    if (event.target.matches("input, select, textarea")) return event.key === "Escape" ? this.#leave(event.target) : undefined;
    const keys = { j: () => this.#go(1), k: () => this.#go(-1), "?": () => document.getElementById("keys").showModal() };
    for (const what of "axeu") keys[what] = () => this.#do(what);
    if (!keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }

  #leave(field) {
    const details = field.closest("details");
    if (details) details.open = false;
    field.blur();
    this.#current?.focus({ preventScroll: true });
  }

  #click(event) {
    const box = event.target.closest(".box");
    const chip = event.target.closest(".chip[data-show]");
    const row = event.target.closest(".book");
    if (event.target.closest("[data-keys-open]")) document.getElementById("keys").showModal();
    if (box) {
      event.preventDefault();
      this.choose(box.dataset.number, true, true);
    } else if (event.target.closest("[data-open]") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      refresh(`${this.#address}?rows=${row.dataset.number}&open=${event.target.closest("[data-open]").dataset.open}`).catch(() => {});
    } else if (event.target.closest(".book-brief")) {
      event.preventDefault();
      this.choose(row.dataset.number, true);
    } else if (chip && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      this.#filter(chip.dataset.show);
    } else if (event.target.closest("[data-skip]")) {
      this.#go(1, true);
    } else if (row && !event.target.closest("button, a, summary, input")) {
      this.choose(row.dataset.number, false);
    }
  }

  #focus(event) {
    const row = event.target.closest?.(".book");
    if (row && row.dataset.number !== this.#number) this.choose(row.dataset.number, false);
  }

  #filter(show) {
    const address = new URL(location.href);
    show ? address.searchParams.set("show", show) : address.searchParams.delete("show");
    history.replaceState(null, "", address);
    this.#settle();
  }

  #watch() {
    this.#near.disconnect();
    for (const row of document.querySelectorAll("#rows > [data-brief]")) this.#near.observe(row);
  }

  // Applies the filter in the address to what the server has just sent.
  #settle() {
    this.#watch();
    const show = new URL(location.href).searchParams.get("show") ?? "";
    const rows = document.getElementById("rows");
    rows.dataset.show = show;
    for (const chip of document.querySelectorAll(".chip[data-show]")) {
      chip.dataset.show === show ? (chip.ariaCurrent = "true") : chip.removeAttribute("aria-current");
    }
    document.getElementById("boxes").classList.toggle("filtered", Boolean(show));
    for (const box of document.querySelectorAll(".box")) box.classList.toggle("shown", box.dataset.group === show);
    if (show && rows.children.length && !this.#shown.length) return this.#filter("");
    if (this.#after) this.#goOn();
    const missed = document.getElementById("missed");
    if (missed?.dataset.fresh) {
      this.choose(missed.dataset.fresh, true);
      missed.dataset.fresh = "";
    }
  }

  // On a phone, the book directly under the photo is the current one.
  #scroll() {
    if (!narrow.matches || performance.now() < this.#scrolling || this.#waiting) return;
    this.#waiting = true;
    requestAnimationFrame(() => {
      this.#waiting = false;
      const edge = document.querySelector(".scan-photo").getBoundingClientRect().bottom;
      const row = this.#shown.find((candidate) => middle(candidate) > edge);
      if (row && row.getBoundingClientRect().top < innerHeight * 0.7 && row.dataset.number !== this.#number) this.choose(row.dataset.number, false);
    });
  }
  #waiting = false;

  #link(container, selector) {
    for (const [name, on] of [["pointerover", true], ["pointerout", false]]) {
      document.querySelector(container).addEventListener(name, (event) => {
        const number = event.target.closest(selector)?.dataset.number;
        if (!number) return;
        for (const id of [`book-${number}`, `box-${number}`]) document.getElementById(id)?.classList.toggle("hover", on);
      });
    }
  }
}

function isOpen(row) {
  return ["sure", "check", "unread"].includes(row?.dataset.group);
}

function middle(row) {
  const { top, bottom } = row.getBoundingClientRect();
  return (top + bottom) / 2;
}

function bounds(box) {
  const points = [...box.querySelector("polygon").points];
  const [xs, ys] = [points.map((point) => point.x), points.map((point) => point.y)];
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
