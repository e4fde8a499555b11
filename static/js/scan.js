// The page of one scan: live while it is at work, then the same page is its review.

import { Live } from "./live.js";
import { refresh } from "./parts.js";
import { Review } from "./review.js";
import { Viewer } from "./viewer.js";

const AFTER = 200; // books come in bursts: one question for all of them
const AGAIN = 3000;

const page = document.getElementById("scan");
const { job, events, review } = page.dataset;
let seq = Number(page.dataset.seq);
let due = null;

const live = new Live(hear);
const viewer = document.getElementById("viewer"); // what was no photo has none
if (viewer) new Review(new Viewer(viewer));

function active() {
  return document.getElementById("status").dataset.active === "yes";
}

function hear(event) {
  seq = event.seq;
  if (event.type === "progress") tick(event);
  else refreshSoon(event.type === "candidate" ? AFTER : 0);
}

// Between two answers of the server the numbers are ticked here.
function tick({ stage, done, total, message }) {
  const status = document.getElementById("status");
  const words = status.querySelector("[data-message]");
  if (!words) return refreshSoon(0); // it was stopped or finished when the page was made, and is at work again
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
  if (due && wait) return; // one is on its way
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
// Decisions made in another tab or on another device show when this one is looked at again.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refreshSoon(0));
addEventListener("pageshow", (event) => event.persisted && refreshSoon(0));
