// Uploads chosen or dropped photos one after the other, and shows the progress and the result of every one. A photo goes to its
// ticket's address; its scan is followed from before the upload. Without this script the form is a plain post.

import { Live } from "./live.js";
import { put, ticketFor } from "./tickets.js";

const form = document.getElementById("upload");
const list = document.getElementById("uploads");
const drop = document.getElementById("drop");
const queue = [];
let sending = false;
const taken = [];
const items = new Map(); // job id -> item
const live = new Live(hear);

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

// Created here instead of by the server, so that a repeated request is recognised.
function newJobId() {
  const random = crypto.getRandomValues(new Uint8Array(9));
  return `job-${Date.now()}-${[...random].map((n) => LETTERS[n % 36]).join("")}`;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function addRow(file) {
  const row = element("li", "upload-row");
  const picture = element("img", "upload-picture");
  picture.alt = "";
  picture.src = URL.createObjectURL(file);
  picture.onerror = () => picture.replaceWith(element("span", "upload-picture")); // HEIC, or not a photo
  const words = element("div", "upload-words");
  const bar = element("progress", "progress");
  [bar.max, bar.value, bar.ariaLabel] = [1, 0, `Upload of ${file.name}`];
  const status = element("p", "upload-status small", "Waiting…");
  status.role = "status";
  words.append(element("p", "upload-name", file.name), bar, status);
  row.append(picture, words);
  list.append(row);
  const item = { file, row, bar, status, jobId: newJobId(), books: 0, actions: null };
  items.set(item.jobId, item);
  return item;
}

function say(item, state, sentence, actions = []) {
  item.row.dataset.state = state;
  item.status.textContent = sentence;
  item.bar.hidden = state !== "sending";
  item.actions?.remove();
  item.actions = null;
  if (!actions.length) return;
  item.actions = element("div", "cluster");
  item.actions.append(...actions);
  item.row.append(item.actions);
}

function link(text, address) {
  const made = element("a", "button button-small", text);
  made.href = address;
  return made;
}

function button(text, act) {
  const made = element("button", "button button-small", text);
  made.type = "button";
  made.onclick = act;
  return made;
}

// Shows the progress of a scan while other photos are still being uploaded.
function hear(event) {
  const item = items.get(event.jobId);
  if (item?.row.dataset.state !== "taken") return;
  if (event.type === "candidate") item.books += 1;
  const found = `${item.books} ${item.books === 1 ? "book" : "books"}`;
  if (event.type === "processingFailed") item.status.textContent = event.error;
  else if (event.type === "processingComplete") item.status.textContent = `Done: ${found} found.`;
  else item.status.textContent = item.books ? `Reading… ${found} so far.` : "Uploaded. Reading has started.";
}

// The values of the form for the photo.
function wishes(item) {
  const body = new FormData();
  for (const name of ["csrfmiddlewaretoken", "kind", "shelf", "new_shelf"]) body.append(name, form.elements[name].value);
  body.append("job_id", item.jobId);
  return body;
}

// Starts the scan of an uploaded photo. After too many photos, waits as long as the server says.
async function begin(item) {
  const sent = { method: "POST", body: wishes(item), headers: { Accept: "application/json" }, keepalive: true };
  const answer = await fetch(form.action, sent);
  if (answer.status !== 429) return understood(answer);
  item.status.textContent = "Waiting, because you have sent many photos…";
  await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get("Retry-After") || 1) * 1000));
  return begin(item);
}

async function send(item) {
  const fields = wishes(item);
  const shelf = fields.get("shelf") === "new" ? fields.get("new_shelf") : fields.get("shelf");
  const wanted = { jobId: item.jobId, shelf, kind: fields.get("kind") };
  const ticket = await ticketFor(item.file, wanted, form.dataset.tickets, fields.get("csrfmiddlewaretoken"));
  if (!ticket.url) return ticket;
  const answer = await put(item.file, ticket, (share) => {
    item.bar.value = share;
    item.status.textContent = share < 1 ? `Uploading… ${Math.round(share * 100)} %` : "Checking the photo…";
  });
  return answer ?? begin(item);
}

async function understood(answer) {
  if (!answer.headers.get("Content-Type")?.startsWith("application/json")) return { status: 500 }; // signed out in another tab
  return { status: answer.status, ...(await answer.json()) };
}

async function upload(item) {
  const most = Number(form.dataset.maxMb);
  if (item.file.size > most * 1024 * 1024) return say(item, "refused", `This file is larger than ${most} MB. Choose a smaller photo, or save it as JPEG first.`);
  say(item, "sending", "Uploading…");
  live.follow(item.jobId, 0, "");
  try {
    // Tries again after a lost connection: perhaps only the response was lost.
    const before = item.tried ? await begin(item) : { status: 404 };
    item.tried = true;
    tell(item, before.status === 404 ? await send(item) : before);
  } catch {
    say(item, "refused", "There is no connection. The photo is still here:", [button("Try again", () => enqueue(item))]);
  }
}

function tell(item, answer) {
  if (answer.status === 201) {
    taken.push(answer.url);
    return say(item, "taken", "Uploaded. Reading has started.", [link("Watch", answer.url)]);
  }
  live.unfollow(item.jobId);
  if (answer.status === 409) {
    say(item, "seen", answer.detail, [link("See that scan", answer.url), button("Scan it again anyway", () => again(item, answer.again))]);
  } else if (answer.status === 422) {
    say(item, "refused", answer.detail);
  } else {
    const sentence = answer.detail ?? "Something went wrong on our side.";
    say(item, "refused", `${sentence} The photo is still here:`, [button("Try again", () => enqueue(item))]);
  }
}

function again(item, address) {
  const post = document.createElement("form");
  post.method = "post";
  post.action = address;
  post.hidden = true;
  post.append(form.elements.csrfmiddlewaretoken.cloneNode());
  document.body.append(post);
  post.submit();
}

// One after the other: on a phone connection, two uploads at once delay both.
async function work() {
  if (sending) return;
  sending = true;
  while (queue.length) await upload(queue.shift());
  sending = false;
  const rows = [...list.children];
  if (!rows.every((row) => row.dataset.state === "taken")) return;
  location.assign(taken.length === 1 ? taken[0] : form.dataset.scans);
}

function enqueue(item) {
  queue.push(item);
  work();
}

// A new shelf needs a name before anything is sent.
function start(files) {
  const name = form.elements.new_shelf;
  if (form.elements.shelf.value === "new" && !name.value.trim()) {
    name.setCustomValidity("Give the new shelf a name, then choose the photos.");
    name.reportValidity();
    return;
  }
  for (const row of [...list.children]) if (["refused", "seen"].includes(row.dataset.state)) row.remove();
  [...files].map(addRow).forEach(enqueue);
}

form.elements.new_shelf.addEventListener("input", (event) => event.target.setCustomValidity(""));
for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    start(input.files);
    input.value = "";
  });
}
form.addEventListener("submit", (event) => event.preventDefault());

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  });
}
document.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  drop.classList.remove("over");
  start(event.dataTransfer.files);
});
addEventListener("beforeunload", (event) => sending && event.preventDefault());
