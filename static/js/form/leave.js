// Asks before leaving what is not saved, and only then; and keeps the form sendable after signing in elsewhere.
import { renewToken } from "./token.js";

const form = document.querySelector("form.page");
let sending = false;

const lines = () =>
  [...new FormData(form)]
    .filter(([name]) => name !== "csrfmiddlewaretoken" && !name.includes("__prefix__"))
    .map(([name, value]) => `${name}=${value.name ?? value}`)
    .sort()
    .join("\n");

const opened = lines();
const differs = () => "unsaved" in form.dataset || lines() !== opened;

form.addEventListener("submit", () => {
  renewToken();
  sending = true;
});
addEventListener("pageshow", () => (sending = false));
addEventListener("unsaved", () => (sending = false));
addEventListener("beforeunload", (event) => {
  if (!sending && differs()) event.preventDefault();
});
