// Shows the drawn cover if a picture fails to load or is the one-pixel blank that some catalogues send.

const BLANK = 10; // pixels: no real cover is narrower

function check(picture) {
  if (picture.complete && picture.naturalWidth < BLANK) picture.remove();
}

for (const event of ["error", "load"]) {
  document.addEventListener(event, ({ target }) => target.matches?.(".cover-picture") && check(target), true);
}
document.querySelectorAll(".cover-picture").forEach(check);
