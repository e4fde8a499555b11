// The list of scans: shows the progress of active ones and the results of finished ones.

import { Live, showConnection } from "./live.js";
import { refresh } from "./parts.js";

const live = new Live(hear, showConnection);
let due = null;

function card(jobId) {
  return document.getElementById(`scan-${jobId}`);
}

function hear(event) {
  if (event.type === "progress") tick(event);
  else if (event.type !== "candidate") refreshSoon();
}

function tick({ jobId, progress, message }) {
  const words = card(jobId)?.querySelector("[data-message]");
  if (!words) return refreshSoon();
  words.textContent = message;
  card(jobId).querySelector("[data-progress]").value = progress;
}

function refreshSoon() {
  clearTimeout(due);
  due = setTimeout(() => refresh(location.href).catch(() => setTimeout(refreshSoon, 3000)), 200);
}

function followAll() {
  for (const { dataset } of document.querySelectorAll(".scan-card")) {
    if (dataset.active === "yes") live.follow(dataset.job, Number(dataset.seq), dataset.events);
    else live.unfollow(dataset.job);
  }
}

followAll();
document.addEventListener("parts", followAll);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && document.getElementById("scans") && refreshSoon());
