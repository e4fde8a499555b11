// The camera as a barcode scanner, above the field. Every book it sees is reported once, as an event "isbn" on the document, until the
// person stops it. The camera never stops by itself; if something else stops it, the page says so and it can be started again.

import { isBook, reader } from "./barcodes.js";

const PAUSE = 90; // ms between frames
const WITNESSES = 2; // frames that must agree: one reading in a thousand is wrong despite its check digit
const MEMORY = 5; // recent frames that are compared
const SIDE = 1280; // px; more costs time and finds nothing new at arm's length
const OTHER_EVERY = 4000; // ms between two messages about barcodes that are not books

const box = document.getElementById("camera");
const video = box.querySelector("video");
const status = box.querySelector("[data-status]");
const startButton = box.querySelector("[data-start]");
const stopButton = box.querySelector("[data-stop]");
const torchButton = box.querySelector("[data-torch]");
const canvas = document.createElement("canvas");

let opener = null;
let stream = null;
let awake = null;
let last = ""; // the number reported last: the same book is not reported twice in a row
let looks = []; // the numbers seen in the latest frames
let warned = 0;

function say(sentence, state = "") {
  if (status.textContent !== sentence) status.textContent = sentence;
  box.dataset.state = state;
}

const REASONS = {
  NotAllowedError: "This page is not allowed to use the camera. Allow it in the browser’s settings for this site, then start again.",
  NotFoundError: "This device has no camera. Type the numbers, or choose a photo of the barcodes.",
  NotReadableError: "Another program is using the camera. Close it, then start again.",
};

async function open() {
  const camera = { facingMode: { ideal: "environment" }, width: { ideal: 1920 }, height: { ideal: 1080 } };
  return navigator.mediaDevices.getUserMedia({ video: camera, audio: false });
}

// Opens the viewfinder and starts it, unless the person has forbidden the camera to this page.
export function toggle(button) {
  opener = button;
  if (!box.hidden) return hide();
  box.hidden = false;
  opener.ariaPressed = "true";
  history.replaceState(null, "", "?camera");
  start();
}

function hide() {
  stop();
  box.hidden = true;
  opener.ariaPressed = "false";
  history.replaceState(null, "", location.pathname);
  opener.focus();
}

async function start() {
  if (stream || startButton.disabled) return;
  startButton.disabled = true;
  say("Starting the camera…", "starting");
  try {
    if (!navigator.mediaDevices) throw new DOMException("", "NotSecureError");
    const [opened, read] = await Promise.all([open(), reader()]);
    stream = opened;
    video.srcObject = stream;
    await video.play();
    for (const track of stream.getVideoTracks()) track.addEventListener("ended", () => stop("The camera was disconnected. Start it again."));
    showControls();
    say("Hold a barcode inside the frame.", "looking");
    keepAwake();
    look(read, stream);
  } catch (error) {
    release();
    say(REASONS[error.name] ?? (error.name === "NotSecureError" ? "The camera only works over HTTPS." : "The camera did not start. Try again."), "failed");
  } finally {
    startButton.disabled = false;
  }
}

function stop(sentence = "The camera is off.") {
  release();
  say(sentence, "off");
}

function release() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = video.srcObject = null;
  awake?.release().catch(() => {});
  awake = null;
  showControls();
}

function showControls() {
  const track = stream?.getVideoTracks()[0];
  startButton.hidden = Boolean(stream);
  torchButton.hidden = !track?.getCapabilities?.().torch;
  torchButton.ariaPressed = "false";
}

// Reads frame after frame, as fast as the device allows, while this stream is active.
async function look(read, mine) {
  while (stream === mine) {
    try {
      if (document.visibilityState === "visible" && video.videoWidth) hear(await read(frame()));
    } catch (error) {
      console.warn(error); // one bad frame; the next follows immediately
    }
    await new Promise((next) => setTimeout(next, PAUSE));
  }
}

function frame() {
  const scale = Math.min(1, SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function hear(numbers) {
  looks = [...looks, numbers].slice(-MEMORY);
  for (const number of numbers) {
    const witnesses = looks.filter((seen) => seen.includes(number)).length;
    if (witnesses < WITNESSES || number === last) continue;
    if (isBook(number)) tell(number);
    else if (Date.now() - warned > OTHER_EVERY) warn();
  }
}

function tell(number) {
  last = number;
  box.classList.remove("seen");
  void box.offsetWidth; // restarts the animation of the frame
  box.classList.add("seen");
  say(number, "looking");
  document.dispatchEvent(new CustomEvent("isbn", { detail: { number } }));
}

function warn() {
  warned = Date.now();
  say("That is not the barcode of a book, which begins with 978 or 979.", "looking");
}

async function keepAwake() {
  try {
    awake = (await navigator.wakeLock?.request("screen")) ?? null;
  } catch {
    // optional: without it, the screen may turn off
  }
}

async function torch() {
  const on = torchButton.ariaPressed !== "true";
  await stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
  torchButton.ariaPressed = String(on);
}

startButton.addEventListener("click", start);
stopButton.addEventListener("click", hide);
torchButton.addEventListener("click", torch);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stream && keepAwake());
// The result for the book: its title, or that it is already owned.
const outcome = document.getElementById("entry-status");
new MutationObserver(() => stream && outcome.textContent && say(outcome.textContent, "looking")).observe(outcome, { childList: true });

// After an undo, or to add another copy, the same book can be scanned again.
document.addEventListener("submit", ({ target }) => target.closest("#entries") && (last = ""));
