// Toasts close when tapped; those without a button also disappear by themselves.

const READING_TIME = 6000;

function leave(toast) {
  toast.classList.add("leaving");
  setTimeout(() => toast.remove(), 200);
}

// A toast stays while it has the pointer or the focus, so that nobody has to hurry to reach Undo.
function leaveInTime(toast) {
  const wait = toast.querySelector("form") ? READING_TIME * 3 : READING_TIME;
  setTimeout(() => (toast.matches(":hover, :focus-within") ? leaveInTime(toast) : leave(toast)), wait);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) leave(button.closest(".toast"));
});

const toasts = document.getElementById("toasts");
toasts.querySelectorAll(".toast").forEach(leaveInTime);
new MutationObserver((changes) => {
  for (const change of changes) change.addedNodes.forEach((node) => node.matches?.(".toast") && leaveInTime(node));
}).observe(toasts, { childList: true });
