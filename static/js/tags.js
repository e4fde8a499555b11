// Turns a field with tags into chips, and suggests existing tags while typing. The original field is kept up to date, so that
// forms and other scripts work as they would without this one.

const WAIT = 120;
let fields = 0;

class TagField {
  constructor(home) {
    this.field = home.querySelector("[data-tags]");
    this.address = home.dataset.tagField;
    this.names = split(this.field.value);
    this.build();
    this.draw();
  }

  build() {
    const id = `tag-list-${++fields}`;
    this.box = element("div", "tag-box");
    this.chips = element("span", "tag-chips");
    this.input = element("input", "tag-input");
    this.list = element("ul", "tag-list");
    Object.assign(this.list, { id, hidden: true, role: "listbox" });
    Object.assign(this.input, { type: "text", autocomplete: "off", maxLength: 100, enterKeyHint: "done", placeholder: "Add a tag" });
    Object.assign(this.input, { role: "combobox", ariaExpanded: "false", ariaAutoComplete: "list" });
    this.input.setAttribute("aria-controls", id);
    const label = this.field.labels[0];
    this.input.setAttribute("aria-label", label ? label.firstChild.textContent.trim() : "Tags");
    this.field.hidden = true;
    this.box.append(this.chips, this.input);
    this.field.after(this.box, this.list);
    if (this.field.autofocus) this.input.focus();
    label?.addEventListener("click", (event) => { event.preventDefault(); this.input.focus(); });
    this.box.addEventListener("click", (event) => this.click(event));
    this.input.addEventListener("input", (event) => { event.stopPropagation(); this.typed(); });
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.typed());
    this.input.addEventListener("blur", () => { this.add(this.input.value); this.close(); });
    // Before the blur event, which would turn half a word into a tag.
    this.list.addEventListener("mousedown", (event) => { event.preventDefault(); this.pick(event.target.closest("[role=option]")); });
  }

  draw() {
    this.chips.replaceChildren(...this.names.map((name) => {
      const chip = element("span", "chip tag-chip");
      const button = element("button", "tag-drop");
      Object.assign(button, { type: "button", textContent: "×", ariaLabel: `Remove ${name}` });
      button.dataset.name = name;
      chip.append(name, button);
      return chip;
    }));
  }

  say() {
    this.field.value = this.names.map((name) => (/[,;\n]|^\s*"/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)).join(", ");
    this.draw();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  add(text) {
    this.input.value = "";
    const fresh = split(text).filter((name) => !this.names.some((known) => same(known, name)));
    if (!fresh.length) return;
    this.names.push(...fresh);
    this.say();
  }

  drop(name) {
    this.names = this.names.filter((known) => known !== name);
    this.say();
  }

  click({ target }) {
    const { name } = target.dataset;
    if (name !== undefined) this.drop(name);
    this.input.focus();
  }

  key(event) {
    const options = [...this.list.children];
    const here = options.findIndex((option) => option.ariaSelected === "true");
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && options.length) {
      event.preventDefault();
      this.select(options, (here + (event.key === "ArrowDown" ? 1 : -1) + options.length + (here < 0 && event.key === "ArrowUp" ? 1 : 0)) % options.length);
    } else if (event.key === "Enter" && (this.input.value || here >= 0)) {
      event.preventDefault();
      here >= 0 ? this.pick(options[here]) : this.add(this.input.value);
      this.typed();
    } else if ((event.key === "," || event.key === ";") && !/^\s*"[^"]*$/.test(this.input.value)) {
      event.preventDefault();
      this.add(this.input.value);
    } else if (event.key === "Backspace" && !this.input.value && this.names.length) {
      this.drop(this.names.at(-1));
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.stopPropagation();
      this.close();
    }
  }

  select(options, number) {
    for (const [place, option] of options.entries()) option.ariaSelected = String(place === number);
    this.input.setAttribute("aria-activedescendant", options[number].id);
  }

  pick(option) {
    if (!option) return;
    this.add(option.dataset.name);
    this.typed();
  }

  typed() {
    clearTimeout(this.due);
    this.due = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const typed = this.input.value.trim();
    try {
      const answer = await fetch(`${this.address}?q=${encodeURIComponent(typed)}`);
      const { tags } = await answer.json();
      if (typed === this.input.value.trim() && document.activeElement === this.input) this.offer(tags);
    } catch {
      this.close(); // suggestions are optional: without a connection, typing still works
    }
  }

  offer(tags) {
    const fresh = tags.filter(({ name }) => !this.names.some((known) => same(known, name)));
    this.list.replaceChildren(...fresh.map(({ name, count }, number) => {
      const option = element("li", "tag-option");
      Object.assign(option, { role: "option", ariaSelected: "false", id: `${this.list.id}-${number}` });
      option.dataset.name = name;
      const books = element("span", "soft small number");
      books.textContent = count;
      option.append(name, books);
      return option;
    }));
    this.list.hidden = !fresh.length;
    this.input.ariaExpanded = String(fresh.length > 0);
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    clearTimeout(this.due);
    this.list.hidden = true;
    this.input.ariaExpanded = "false";
  }
}

function element(name, classes) {
  const made = document.createElement(name);
  made.className = classes;
  return made;
}

function split(text) {
  const parts = [...text.matchAll(/\s*(?:"((?:[^"]|"")*)"\s*(?=[,;\n]|$)|([^,;\n]*))(?:[,;\n]|$)/g)];
  return parts.map(([, quoted, bare]) => (quoted?.replaceAll('""', '"') ?? bare).trim().replace(/\s+/g, " ")).filter(Boolean);
}

function same(one, other) {
  return one.localeCompare(other, undefined, { sensitivity: "base" }) === 0;
}

export function build(part) {
  for (const home of part.querySelectorAll("[data-tag-field]")) if (home.querySelector("[data-tags]:not([hidden])")) new TagField(home);
}

build(document);
document.addEventListener("htmx:load", ({ detail }) => build(detail.elt)); // a form that was opened later
