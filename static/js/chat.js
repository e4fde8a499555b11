// A conversation: over the socket steps are seen as they happen; without it the form posts, and a turn that is at work is asked for.

const form = document.getElementById("ask");
const turns = document.getElementById("turns");
const question = document.getElementById("question");
const chat = form.elements.chat;
let socket = null;

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}${document.documentElement.dataset.root}ws/chat/`);
  socket.addEventListener("message", ({ data }) => heard(JSON.parse(data)));
  socket.addEventListener("close", () => {
    socket = null;
    document.querySelectorAll('.turn[data-state="working"]').forEach(poll);
  });
}

function show(html, pk) {
  const place = document.createElement("template");
  place.innerHTML = html.trim();
  const turn = place.content.firstElementChild;
  const old = document.getElementById(`turn-${pk}`);
  if (old) old.replaceWith(turn);
  else turns.append(turn);
  window.htmx?.process(turn);
  turn.scrollIntoView({ block: "nearest", behavior: "smooth" });
}

function heard(message) {
  if (message.type === "begun") {
    document.getElementById("examples")?.remove();
    chat.value = message.chat;
    history.replaceState(null, "", message.url);
    show(message.html, message.turn);
  } else if (message.type === "step") {
    const step = document.createElement("li");
    step.textContent = `Looked up ${message.query}: ${message.found}.`;
    document.querySelector(`#turn-${message.turn} [data-steps]`)?.append(step);
  } else if (message.type === "text") {
    written(document.getElementById(`turn-${message.turn}`), message);
  } else if (message.type === "done") {
    show(message.html, message.turn);
    form.querySelector("button").removeAttribute("aria-busy");
    question.focus();
  } else if (message.type === "error") {
    form.querySelector("button").removeAttribute("aria-busy");
    if (message.code !== "busy") form.submit();
  }
}

// The answer as it is written; what was written before a look-up is no part of it.
function written(turn, message) {
  const place = turn?.querySelector("[data-text]");
  if (!place) return;
  place.textContent = message.begin ? "" : place.textContent + message.text;
  turn.querySelector("[data-step]").textContent = message.begin ? "Thinking" : "Writing";
}

async function poll(turn) {
  while (turn.dataset.state === "working" && turn.isConnected) {
    await new Promise((later) => setTimeout(later, 1500));
    const answer = await fetch(turn.dataset.url).catch(() => null);
    if (!answer?.ok) continue;
    show(await answer.text(), turn.dataset.turn);
    turn = document.getElementById(turn.id);
  }
}

form.addEventListener("submit", (event) => {
  if (socket?.readyState !== WebSocket.OPEN || !question.value.trim()) return;
  event.preventDefault();
  socket.send(JSON.stringify({ action: "ask", chat: chat.value, question: question.value }));
  form.querySelector("button").setAttribute("aria-busy", "true");
  question.value = "";
});

document.addEventListener("click", (event) => {
  const example = event.target.closest("[data-example]");
  if (example) {
    question.value = example.dataset.example;
    question.focus();
    const gap = question.value.indexOf("…");
    if (gap >= 0) question.setSelectionRange(gap, gap + 1);
    else form.requestSubmit();
  }
  const stop = event.target.closest("[data-stop]");
  if (stop && socket?.readyState === WebSocket.OPEN) {
    event.preventDefault();
    socket.send(JSON.stringify({ action: "stop", turn: Number(stop.dataset.stop) }));
    stop.disabled = true;
  }
});

connect();
if (question.value && !turns.childElementCount) question.select();
document.querySelectorAll('.turn[data-state="working"]').forEach(poll);
