// Says in a sentence that a passkey did not work; allauth's script alone would tell the console.

document.addEventListener("allauth.error", (event) => {
  const problem = document.querySelector("[data-passkey-problem]");
  if (!problem) return;
  event.preventDefault();
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
});
