// Follows the logs of scans by websocket, or by polling while there is none. Delivers every event once and in order; requests
// missed ones by the number of the last event received.

const POLL = 2000;
const PING = 25000;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 10000;

export class Live {
  #jobs = new Map(); // job id -> { seq, address of its log }
  #hear;
  #tell; // whether there is a connection, whenever that changes
  #connected = true;
  #socket = null;
  #delay = FIRST_DELAY;
  #reconnecting = null;
  #polling = null;
  #pinging = null;
  #answered = true;

  constructor(hear, tell = () => {}) {
    this.#hear = hear;
    this.#tell = tell;
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#wake());
    addEventListener("online", () => this.#wake());
    addEventListener("pageshow", (event) => event.persisted && this.#wake());
  }

  follow(jobId, seq, address) {
    if (this.#jobs.has(jobId)) return;
    this.#jobs.set(jobId, { seq, address });
    if (this.#open) this.#subscribe(jobId);
    else this.#connect();
  }

  unfollow(jobId) {
    if (!this.#jobs.delete(jobId)) return;
    if (this.#open) this.#socket.send(JSON.stringify({ action: "unsubscribe", jobId }));
    if (!this.#jobs.size) this.#socket?.close();
  }

  get #open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  #connect() {
    clearTimeout(this.#reconnecting);
    if (!this.#jobs.size || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}${document.documentElement.dataset.root}ws/scans/`);
    this.#socket = socket;
    this.#poll(); // until the socket is open
    socket.onopen = () => {
      this.#setConnected(true);
      this.#answered = true;
      clearInterval(this.#pinging);
      this.#pinging = setInterval(() => this.#ping(), PING);
      for (const jobId of this.#jobs.keys()) this.#subscribe(jobId);
    };
    socket.onmessage = (event) => {
      this.#delay = FIRST_DELAY; // some networks open a socket only to close it
      this.#answered = true;
      this.#receive(JSON.parse(event.data));
    };
    socket.onclose = () => this.#lost(socket);
  }

  #lost(socket) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearInterval(this.#pinging);
    if (!this.#jobs.size) return;
    this.#poll();
    this.#reconnecting = setTimeout(() => this.#connect(), this.#delay * (0.75 + Math.random() / 2));
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY);
  }

  #subscribe(jobId) {
    this.#socket.send(JSON.stringify({ action: "subscribe", jobId, after: this.#jobs.get(jobId).seq }));
  }

  // A socket may look open long after the network is gone: closes one that has not answered the last ping.
  #ping() {
    if (!this.#answered) return this.#giveUp();
    this.#answered = false;
    this.#socket.send(JSON.stringify({ action: "ping" }));
  }

  #giveUp() {
    const socket = this.#socket;
    this.#socket = null;
    socket.onclose = null;
    socket.close();
    this.#socket = socket;
    this.#lost(socket);
  }

  // After sleep or a lost network, does not trust an open socket.
  #wake() {
    if (!this.#jobs.size) return;
    this.#delay = FIRST_DELAY;
    if (this.#open) this.#giveUp();
    this.#connect();
  }

  // Polls at regular times, however often a socket is opened and lost in between.
  #poll() {
    this.#polling ??= setTimeout(async () => {
      this.#polling = null;
      if (this.#open) return;
      if (document.visibilityState === "visible") await Promise.allSettled([...this.#jobs.keys()].map((jobId) => this.#ask(jobId)));
      if (this.#jobs.size && !this.#open) this.#poll();
    }, POLL);
  }

  async #ask(jobId) {
    const { address, seq } = this.#jobs.get(jobId);
    if (!address) return; // subscribed before the upload: the socket will report it
    const answer = await fetch(`${address}?after=${seq}`).catch(() => null);
    this.#setConnected(Boolean(answer) && answer.status < 500);
    if (answer?.ok) for (const event of (await answer.json()).events) this.#receive(event);
  }

  #setConnected(on) {
    if (on !== this.#connected) this.#tell(on);
    this.#connected = on;
  }

  #receive(event) {
    const job = this.#jobs.get(event.jobId);
    if (!job || !event.seq || event.seq <= job.seq) return;
    if (event.seq > job.seq + 1) {
      if (this.#open) this.#subscribe(event.jobId); // an event is missing: request everything after the last one
      return;
    }
    job.seq = event.seq;
    this.#hear(event);
  }
}

export function showConnection(on) {
  document.getElementById("connection").textContent = on ? "" : "Connection lost. Trying again…";
}
