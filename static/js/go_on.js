/* Sends the next part of a long sheet by itself; without this there is a button. */
(() => {
  const form = document.querySelector("form[data-go-on]");
  if (!form) return;
  const button = form.querySelector("[type=submit]");
  addEventListener("unsaved", () => { button.disabled = false; });
  form.addEventListener("submit", () => { button.disabled = true; button.value = "Continuing …"; });
  setTimeout(() => form.requestSubmit(), 600);
})();
