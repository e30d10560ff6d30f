// The finder works without this. With htmx it stays in place; here is what that takes for keyboards and screen readers.
(() => {
  const box = () => document.getElementById("finder-typed");
  const choices = () => [...document.querySelectorAll("#finder-matches a")];

  // Arrow keys walk through what was found; Escape goes back to the text.
  document.addEventListener("keydown", (event) => {
    const found = choices();
    const at = found.indexOf(document.activeElement);
    if (event.target !== box() && at < 0) return;
    if (event.key === "ArrowDown" && found.length) {
      event.preventDefault();
      found[Math.min(at + 1, found.length - 1)].focus();
    } else if (event.key === "ArrowUp" && at >= 0) {
      event.preventDefault();
      (found[at - 1] || box()).focus();
    } else if (event.key === "Escape" && at >= 0) {
      event.preventDefault();
      box().focus();
    }
  });

  // What somebody pressed is gone once the page has changed. A keyboard goes on at the text; on a touch screen that would
  // cover half the page with keys, so the heading of when to get help takes the focus. It is brought into sight either way.
  let byKeyboard = false;
  document.addEventListener("keydown", () => { byKeyboard = true; }, true);
  document.addEventListener("pointerdown", () => { byKeyboard = false; }, true);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "finder") return;
    const start = document.getElementById("help-title") || document.getElementById("choose-title");
    const { top } = start.getBoundingClientRect();
    if (top < 0 || top > innerHeight) start.scrollIntoView({ block: "start" });
    if (document.activeElement && document.activeElement !== document.body) return;
    const next = (byKeyboard && box()) || start;
    next.focus({ preventScroll: true });
  });

  // An answer to something that has left the page meanwhile is dropped: what was typed is answered late where Enter was pressed
  // at once, and there is no place for its words any more. Only the one that asked hears of it, as it is in no document.
  const dropLate = (event) => { if (!event.target.isConnected) event.preventDefault(); };
  document.addEventListener("htmx:beforeRequest", (event) => {
    event.detail.elt.addEventListener("htmx:beforeOnLoad", dropLate);
  });

  // Where the answer did not come, ask as without JavaScript: the browser says what is wrong better than silence does.
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    document.addEventListener(failure, (event) => {
      if (event.detail.target.id === "finder") location.assign(event.detail.pathInfo.finalRequestPath);
    });
  }
})();
