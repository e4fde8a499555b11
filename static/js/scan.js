// The page of one scan: live progress first, then the review.

import { Live } from "./live.js";
import { refresh } from "./parts.js";
import { Review } from "./review.js";
import { Viewer } from "./viewer.js";

const AFTER = 200; // books arrive in bursts: one request for all of them
const AGAIN = 3000;

const page = document.getElementById("scan");
const { job, events, review } = page.dataset;
let seq = Number(page.dataset.seq);
let due = null;

const live = new Live(hear);
const viewer = document.getElementById("viewer"); // a file that was not a photo has none
if (viewer) new Review(new Viewer(viewer));

function active() {
  return document.getElementById("status").dataset.active === "yes";
}

function hear(event) {
  seq = event.seq;
  if (event.type === "progress") tick(event);
  else refreshSoon(event.type === "candidate" ? AFTER : 0);
}

// Updates the numbers between two responses of the server.
function tick({ stage, done, total, message }) {
  const status = document.getElementById("status");
  const words = status.querySelector("[data-message]");
  if (!words) return refreshSoon(0); // it was stopped or finished when the page was loaded, and is active again
  words.textContent = message;
  const bar = status.querySelector("[data-progress]");
  if (total) [bar.max, bar.value] = [total, done];
  else bar.removeAttribute("value");
  const here = status.querySelector(`[data-step="${stage === "finish" ? "validate" : stage}"]`);
  if (!here || here.classList.contains("step-now")) return;
  let state = "done";
  for (const step of status.querySelectorAll(".step")) {
    if (step === here) state = "now";
    step.className = `step step-${state}`;
    if (step === here) state = "ahead";
  }
}

function refreshSoon(wait) {
  if (due && wait) return; // a request is in progress
  clearTimeout(due);
  due = setTimeout(async () => {
    due = null;
    try {
      await refresh(review);
    } catch {
      refreshSoon(AGAIN);
    }
    followOrLeave();
  }, wait);
}

function followOrLeave() {
  if (active()) live.follow(job, seq, events);
  else live.unfollow(job);
}

followOrLeave();
// Shows decisions made in another tab or on another device when this page becomes visible again.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refreshSoon(0));
addEventListener("pageshow", (event) => event.persisted && refreshSoon(0));
