// The button that prints a page: without scripts nobody sees it, and the browser's own menu prints.
for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
