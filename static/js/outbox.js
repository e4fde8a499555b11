// What a person did, kept in the browser's storage until the server has it, so that neither a reload nor a lost connection loses any.
// Every entry is a storage item of its own, so that two tabs never overwrite each other. Names sort in the order of sending.

const LONGEST_PAUSE = 15000;

export class Outbox {
  #unsaved = new Map(); // used if the storage is full or not allowed
  #sending = false;
  #pause = 0;
  #next = 0; // the timer of the next attempt, at most one
  #stopped = false;

  // `post` sends the first of the waiting items, and throws if they did not arrive. `tell` gets whether there is no connection.
  constructor(prefix, { waits = () => true, post, tell }) {
    Object.assign(this, { prefix, waits, post, tell });
    addEventListener("online", () => this.send(true));
  }

  put(name, item) {
    try {
      localStorage.setItem(name, JSON.stringify(item));
      this.#unsaved.delete(name);
    } catch {
      this.#unsaved.set(name, item);
    }
  }

  get(name) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? this.#unsaved.get(name);
    } catch {
      return this.#unsaved.get(name);
    }
  }

  drop(name) {
    this.#unsaved.delete(name);
    localStorage.removeItem(name);
  }

  items() {
    const names = [...Object.keys(localStorage).filter((name) => name.startsWith(this.prefix)), ...this.#unsaved.keys()];
    return names.sort().map((name) => ({ name, ...this.get(name) }));
  }

  waiting() {
    return this.items().filter(this.waits);
  }

  // Sends nothing more until the page is loaded again, because the person has to do something first.
  stop() {
    this.#stopped = true;
  }

  async send(atOnce = false) {
    if (atOnce) this.#pause = 0;
    if (this.#sending || this.#stopped) return;
    const items = this.waiting();
    if (!items.length) return this.tell(false);
    clearTimeout(this.#next);
    this.#sending = true;
    try {
      await this.post(items);
      this.#pause = 0;
      if (!this.#stopped) this.tell(false);
    } catch (error) {
      if (!(error instanceof TypeError)) console.warn(error); // a TypeError is fetch without a connection
      this.#pause = Math.min(this.#pause * 2 || 1000, LONGEST_PAUSE);
      this.tell(true);
    }
    this.#sending = false;
    if (!this.#pause) return this.send();
    this.#next = setTimeout(() => this.send(), this.#pause);
  }
}
