// The page of one scan: live progress first, then the review.

import { Live, showConnection } from "./live.js";
import { refresh } from "./parts.js";
import { Review } from "./review.js";
import { Viewer } from "./viewer.js";

const AFTER = 200; // books arrive in bursts: one request for all of them
const AGAIN = 3000;
const SPEAK = 4000;

const page = document.getElementById("scan");
const { job, events, review } = page.dataset;
let seq = Number(page.dataset.seq);
let due = null;

const live = new Live(hear, showConnection);
const viewer = document.getElementById("viewer"); // a file that was not a photo has none
if (viewer) new Review(new Viewer(viewer), review);

function active() {
  return document.getElementById("status").dataset.active === "yes";
}

function hear(event) {
  seq = event.seq;
  if (event.type === "progress") tick(event);
  else refreshSoon(event.type === "candidate" ? AFTER : 0);
}

// Updates the numbers between two responses of the server.
let latest = null;
function tick(event) {
  latest = event;
  const { progress, left, message } = event;
  const status = document.getElementById("status");
  const words = status.querySelector("[data-message]");
  if (!words) return refreshSoon(0); // it was stopped or finished when the page was loaded, and is active again
  words.textContent = message;
  status.querySelector("[data-progress]").value = progress;
  status.querySelector("[data-left]").textContent = `${Math.round(progress * 100)} %${left == null ? "" : ` · ${timeLeft(left)}`}`;
}

function timeLeft(seconds) {
  if (seconds < 8) return "a few seconds left";
  if (seconds < 55) return `about ${Math.ceil(seconds / 5) * 5} seconds left`;
  const minutes = Math.ceil(seconds / 60);
  return minutes === 1 ? "about a minute left" : `about ${minutes} minutes left`;
}

// Tells screen readers what was found, at most every few seconds while books arrive.
let speaking = null;
function speak() {
  speaking ??= setTimeout(() => {
    speaking = null;
    const spoken = document.getElementById("spoken");
    const words = document.getElementById("review-head").dataset.spoken;
    if (spoken.textContent !== words) spoken.textContent = words;
  }, active() ? SPEAK : 100);
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
document.addEventListener("parts", () => {
  speak();
  if (latest && active()) tick(latest);
});
// Shows decisions made in another tab or on another device when this page becomes visible again.
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refreshSoon(0));
addEventListener("pageshow", (event) => event.persisted && refreshSoon(0));
