// Asks the server what of a clipboard may stand in a box. Nothing is cleaned here: the server alone reads foreign HTML.
import { renewToken } from "./token.js";

const PATIENCE = 20_000; // milliseconds
const LARGEST = 4_000_000; // bytes, as on the server
const TOO_LONG = "This is more than a page can carry. Paste only the part that you need.";
const NO_SERVER = "There is no connection to the server.";
const LATE = "The server did not answer in time.";
const BROKEN = "The server could not do it just now.";
const SIGNED_OUT = "You are signed out. Sign in again in another tab, then try again here.";
const UNSEEN =
  "The browser does not show what was copied with this plain text. It may have deleted or hidden words in it, or " +
  "figures that were raised. Press Ctrl+V instead (⌘V on a Mac).";
const DIFFERS =
  "The plain text is not what the copied text says: it has deleted or hidden words in it, or figures that were raised " +
  "or lowered.";

/** Why nothing was pasted. `again` where it may work the next time, `answer` where it would with its formatting. */
export class CannotPaste extends Error {
  constructor(words, { again = false, answer } = {}) {
    super(words);
    Object.assign(this, { again, answer });
  }
}

const ask = async (clipboard, stop) => {
  const body = JSON.stringify(clipboard);
  if (new Blob([body]).size > LARGEST) throw new CannotPaste(TOO_LONG);
  renewToken();
  const late = setTimeout(() => stop.abort(LATE), PATIENCE);
  try {
    const headers = {
      "Content-Type": "application/json",
      "X-CSRFToken": document.getElementsByName("csrfmiddlewaretoken")[0].value,
    };
    const answer = await fetch(document.querySelector("form.page").dataset.paste, {
      method: "POST",
      headers,
      body,
      signal: stop.signal,
      redirect: "manual",
    });
    return { answer, found: await answer.json().catch(() => null) };
  } catch {
    throw new CannotPaste(stop.signal.aborted ? stop.signal.reason : NO_SERVER, { again: true });
  } finally {
    clearTimeout(late);
  }
};

/** The clipboard's HTML as a page may carry it: html, left_out and, for a plain paste, plain_differs. */
const clean = async (clipboard, stop) => {
  const { answer, found } = await ask(clipboard, stop);
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new CannotPaste(SIGNED_OUT, { again: true });
  if (found?.refused) throw new CannotPaste(found.refused);
  if (!answer.ok || typeof found?.html !== "string") throw new CannotPaste(BROKEN, { again: true });
  return found;
};

const textOf = async (item, type) => (item?.types.includes(type) ? (await item.getType(type)).text() : "");
const lines = (text) => text.replace(/\r\n?/g, "\n").trim();

// A browser gives a plain paste the plain text alone, and shows the rest only to who asks for it.
const readBeside = async (plain) => {
  try {
    const [item] = await navigator.clipboard.read({ unsanitized: ["text/html"] });
    if (lines(await textOf(item, "text/plain")) === lines(plain)) return await textOf(item, "text/html");
  } catch {
    // Refused by somebody or by the browser: nobody knows.
  }
  throw new CannotPaste(UNSEEN);
};

/** What to put into the box, as { html } or { text }, and what was left out of it. Raises CannotPaste. */
export const prepare = async ({ html, plain, asPlain, unseen }, stop) => {
  const beside = unseen ? await readBeside(plain) : html;
  if (!beside) return { text: plain, leftOut: [] };
  const answer = await clean(asPlain ? { html: beside, plain } : { html: beside }, stop);
  const cleaned = { html: answer.html, leftOut: answer.left_out };
  if (answer.plain_differs) throw new CannotPaste(DIFFERS, { answer: cleaned });
  return asPlain ? { text: plain, leftOut: [] } : cleaned;
};
