// A form that cannot be saved stays on the screen, with what was typed: the server or its database does not answer.
// While somebody types, and before a form is sent if that is a while ago, the server is asked whether it answers. It leaves the browser on the form (204) where the
// database is gone, and says so in a cookie. Without this script the page that comes then says what to do.
const ALIVE = "/healthz/live";
const PATIENCE = 5000; // milliseconds for the server to say that it lives
const LOOK = 200; // between two looks whether it was saved
const LONGEST = 60_000; // for how long is looked
const NO_ANSWER = "Not saved: the server does not answer. Everything you typed is still here.";
const NO_DATABASE = "Not saved: the site cannot reach its database. Everything you typed is still here.";
const FRESH = 30_000; // for how long it is believed that the server lives
const PAUSE = 3000; // between two questions while somebody types
let livedAt = performance.now(); // this page came from it
let askedAt = livedAt;
let sending = null; // the form that is let through
let waiting = false;

addEventListener("submit", guard, true); // before all who think that it is sent
addEventListener("input", () => {
  if (performance.now() - askedAt > PAUSE) askWhetherItLives();
});

async function guard(event) {
  const { target: form, submitter } = event;
  const to = submitter?.getAttribute("formtarget") || form.getAttribute("target");
  if (form.getAttribute("method")?.toLowerCase() !== "post" || form === sending || (to && to !== "_self")) return;
  if (!waiting && performance.now() - livedAt < FRESH) {
    prepare();
    look(form, submitter, Date.now() + LONGEST);
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  if (waiting) return;
  waiting = true;
  form.setAttribute("aria-busy", "true");
  const lives = await askWhetherItLives();
  waiting = false;
  form.removeAttribute("aria-busy");
  if (!lives) return say(form, submitter, NO_ANSWER);
  prepare();
  sending = form;
  form.requestSubmit(submitter?.isConnected ? submitter : null);
  sending = null;
  look(form, submitter, Date.now() + LONGEST);
}

function prepare() {
  remove();
  document.cookie = "unsaved=; path=/; max-age=0; samesite=lax";
  document.cookie = "watched=1; path=/; max-age=60; samesite=lax";
}

async function askWhetherItLives() {
  askedAt = performance.now();
  let lives = false;
  try {
    lives = (await fetch(ALIVE, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).ok;
  } catch {
    // Nothing answers.
  }
  livedAt = lives ? performance.now() : -Infinity;
  return lives;
}

// The page is still here. A browser that stays on it says nothing itself.
function look(form, submitter, until) {
  if (document.cookie.split("; ").includes("unsaved=1")) {
    document.cookie = "unsaved=; path=/; max-age=0; samesite=lax";
    dispatchEvent(new Event("unsaved"));
    say(form, submitter, NO_DATABASE);
  } else if (Date.now() < until) {
    setTimeout(() => look(form, submitter, until), LOOK);
  }
}

function say(form, submitter, words) {
  remove();
  const box = document.createElement("div");
  box.id = "not-saved";
  box.className = "not-saved";
  box.setAttribute("role", "alert");
  const text = document.createElement("p");
  const again = document.createElement("button");
  again.type = "button";
  again.textContent = "Try again";
  again.addEventListener("click", () => {
    text.textContent = "Trying again …";
    form.requestSubmit(submitter?.isConnected ? submitter : null);
  });
  box.append(text, again);
  document.body.append(box);
  text.textContent = `${words} Leave this page open.`;
  again.focus();
}

function remove() {
  document.getElementById("not-saved")?.remove();
}
