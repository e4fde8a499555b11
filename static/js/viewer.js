// The photo viewer: pinch, wheel, drag and double tap, and moving to a box on the photo.

const NEAREST = 12;
const STEP = 1.6;

export class Viewer {
  #frame;
  #stage;
  #at = { scale: 1, x: 0, y: 0 }; // the stage's transform, relative to its layout position
  #fingers = new Map();
  #moved = false;
  #lastTap = { time: 0, x: 0, y: 0 };

  constructor(frame) {
    this.#frame = frame;
    this.#stage = frame.querySelector(".viewer-stage");
    frame.classList.add("live");
    frame.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.#down(event));
    frame.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel"]) frame.addEventListener(name, (event) => this.#up(event));
    frame.addEventListener("click", (event) => this.#click(event), true);
    frame.addEventListener("dragstart", (event) => event.preventDefault());
    frame.querySelector(".viewer-tools").addEventListener("click", (event) => this.#tool(event));
    new ResizeObserver(() => this.#set(this.#at)).observe(frame);
  }

  // Brings a box (in pixels of the photo) into view; `near` zooms in as far as it fits, and at least `least` times.
  show(box, near, least = 1) {
    const { clientWidth: width, clientHeight: height } = this.#frame;
    const unit = this.#stage.offsetWidth / Number(this.#stage.querySelector(".viewer-photo").getAttribute("width"));
    if (!unit) return;
    const fits = Math.min((width * 0.8) / ((box.right - box.left) * unit), (height * 0.92) / ((box.bottom - box.top) * unit));
    const scale = near ? Math.min(Math.max(fits, least), 5) : this.#at.scale;
    if (!near && scale === 1) return;
    const middle = { x: ((box.left + box.right) / 2) * unit, y: ((box.top + box.bottom) / 2) * unit };
    this.#frame.classList.add("smooth");
    this.#set({ scale, x: width / 2 - this.#left - middle.x * scale, y: height / 2 - this.#top - middle.y * scale });
  }

  get #left() {
    return this.#stage.offsetLeft;
  }

  get #top() {
    return this.#stage.offsetTop;
  }

  // A photo smaller than the frame is centred; a larger one leaves no gap.
  #set({ scale, x, y }) {
    scale = Math.min(Math.max(scale, 1), NEAREST);
    x = this.#within(x, this.#left, this.#stage.offsetWidth * scale, this.#frame.clientWidth);
    y = this.#within(y, this.#top, this.#stage.offsetHeight * scale, this.#frame.clientHeight);
    this.#at = { scale, x, y };
    this.#stage.style.transform = scale === 1 ? "" : `translate(${x}px, ${y}px) scale(${scale})`;
    this.#stage.style.setProperty("--zoom", scale);
    this.#frame.classList.toggle("zoomed", scale > 1);
  }

  #within(offset, start, size, room) {
    if (size <= room) return (room - size) / 2 - start;
    return Math.min(-start, Math.max(room - size - start, offset));
  }

  #zoom(factor, clientX, clientY) {
    const frame = this.#frame.getBoundingClientRect();
    const [x, y] = [clientX - frame.left - this.#left, clientY - frame.top - this.#top];
    const scale = Math.min(Math.max(this.#at.scale * factor, 1), NEAREST);
    const real = scale / this.#at.scale;
    this.#set({ scale, x: x - (x - this.#at.x) * real, y: y - (y - this.#at.y) * real });
  }

  #zoomMiddle(factor) {
    const frame = this.#frame.getBoundingClientRect();
    this.#frame.classList.add("smooth");
    this.#zoom(factor, frame.left + frame.width / 2, frame.top + frame.height / 2);
  }

  #wheel(event) {
    if (event.deltaY > 0 && this.#at.scale === 1) return; // nothing to zoom out of: lets the page scroll
    event.preventDefault();
    this.#frame.classList.remove("smooth");
    this.#zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.002)), event.clientX, event.clientY);
  }

  #down(event) {
    if (event.target.closest(".viewer-tools")) return;
    this.#fingers.set(event.pointerId, event);
    this.#moved = this.#fingers.size > 1;
    this.#frame.classList.remove("smooth");
  }

  #move(event) {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    if (this.#fingers.size === 2) this.#pinch(event);
    else if (this.#at.scale > 1) this.#drag(before, event);
  }

  #drag(before, event) {
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    if (!this.#moved && Math.hypot(dx, dy) < 6) return; // ignores the tremble of a tap
    if (!this.#moved) this.#frame.setPointerCapture(event.pointerId);
    this.#moved = true;
    this.#frame.classList.add("dragged");
    this.#set({ ...this.#at, x: this.#at.x + dx, y: this.#at.y + dy });
    this.#fingers.set(event.pointerId, event);
  }

  #pinch(event) {
    const span = () => {
      const [a, b] = [...this.#fingers.values()];
      return { size: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), x: (a.clientX + b.clientX) / 2, y: (a.clientY + b.clientY) / 2 };
    };
    const before = span();
    this.#fingers.set(event.pointerId, event);
    const after = span();
    this.#moved = true;
    this.#set({ ...this.#at, x: this.#at.x + after.x - before.x, y: this.#at.y + after.y - before.y });
    if (before.size > 0) this.#zoom(after.size / before.size, after.x, after.y);
  }

  #up(event) {
    if (!this.#fingers.delete(event.pointerId)) return;
    this.#frame.classList.remove("dragged");
    if (event.type === "pointerup" && !this.#moved) this.#tap(event);
  }

  #tap(event) {
    const last = this.#lastTap;
    const twice = event.timeStamp - last.time < 320 && Math.hypot(event.clientX - last.x, event.clientY - last.y) < 30;
    this.#lastTap = { time: twice ? 0 : event.timeStamp, x: event.clientX, y: event.clientY };
    if (!twice) return;
    this.#frame.classList.add("smooth");
    this.#zoom(this.#at.scale > 1.05 ? 1 / NEAREST : 2.5, event.clientX, event.clientY);
  }

  // A drag that ends on a box does not count as a tap on it.
  #click(event) {
    if (this.#moved && !event.target.closest(".viewer-tools")) event.stopPropagation();
    if (this.#moved) event.preventDefault();
    this.#moved = false;
  }

  #tool(event) {
    const kind = event.target.closest("[data-zoom]")?.dataset.zoom;
    if (kind) this.#zoomMiddle({ in: STEP, out: 1 / STEP, fit: 1 / NEAREST }[kind]);
  }
}
