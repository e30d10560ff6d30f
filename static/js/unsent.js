// Saves what is typed at the desk while it is typed, for the same person on any device. Without this the buttons save it.
const PAUSE = 1000; // milliseconds without a key before it is saved
const SECRETS = ["password", "code", "csrfmiddlewaretoken"];
let leaving = false; // a button was pressed: the page sends all of it itself

for (const line of document.querySelectorAll("[data-saved]")) watch(line, line.closest("form"));
document.addEventListener("submit", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; });
addEventListener("unsaved", () => { leaving = false; });

function watch(line, form) {
  const status = line.querySelector("[role=status]");
  let timer, busy = false, typed = false;

  const changed = (event) => {
    if (event.target.form !== form || SECRETS.includes(event.target.name)) return;
    typed = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  // On the document: some fields stand outside of their form.
  document.addEventListener("input", changed);
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
  addEventListener("pagehide", save);

  async function save() {
    clearTimeout(timer);
    if (!typed || busy || leaving) return;
    typed = false;
    busy = true;
    try {
      say(await send(form, line.dataset.saved));
    } catch {
      typed = true; // no connection: with the next key, or when the page is left
      status.textContent = "Not saved: no connection. Keep this page open.";
    }
    busy = false;
    if (typed) timer = setTimeout(save, PAUSE * 5);
  }

  async function say(answer) {
    if (answer.status === 409) {
      status.textContent = "Not saved: you have decided this review already.";
    } else if (!answer.ok) {
      status.textContent = "Not saved. Copy what you typed, and load this page again.";
    } else {
      const { saved_at: at, signed_in: signedIn } = await answer.json();
      status.textContent = at && `Not sent yet. Saved on ${at}.`;
      if (!signedIn) status.textContent += " You are signed out: sign in again to send it.";
    }
  }
}

function send(form, address) {
  const body = new URLSearchParams(new FormData(form));
  for (const name of SECRETS) body.delete(name);
  const keepalive = body.toString().length < 60_000; // browsers send no more once the page is gone
  return fetch(address, { method: "POST", body, keepalive, credentials: "same-origin" });
}
