// What is pasted or dropped into a box comes from the server, cleaned. Until it is there one can go on typing, and what
// could not be cleaned does not get in: the box says why, and offers to try again.
import { prepare } from "./cleaning.js";
import { Note } from "./notes.js";
import { Place } from "./place.js";
import { announce } from "./announce.js";

const WAITING = "Cleaning the paste… Press Escape to cancel.";
const CANCELLED = "The paste was cancelled. Nothing was pasted.";
const NO_TEXT = "There is no text in what was copied. Nothing was pasted.";
const UNSAVED = "The page is not saved yet.";
const unsettled = new Set(); // of all boxes

const readTransfer = (data) => ({
  html: data.getData("text/html"),
  plain: data.getData("text/plain") || data.getData("text/uri-list"),
});

// Around the HTML that a program copies some systems put these.
const WRAPPING = /^(?:<meta [^>]*>|<html>|<body>|<!--StartFragment-->|\s)*|(?:<!--EndFragment-->|<\/body>|<\/html>|\s)*$/g;
const unwrap = (html) => html.replace(WRAPPING, "");
let ownCopy = null; // the HTML that was copied last from a box of this form

class Box {
  constructor(editor, frame) {
    Object.assign(this, { editor, frame, waiting: new Set(), failed: new Set(), landing: null, pastes: 0, note: null });
  }

  /** Takes a clipboard to a selection: at once where nobody need be asked and no other paste waits. */
  take(clipboard, selection = this.editor.state.selection) {
    const place = new Place(this.editor, selection, ({ number }) => this.landing?.number < number);
    place.number = this.pastes += 1; // what is pasted first comes first
    const own = clipboard.html && !clipboard.asPlain && unwrap(clipboard.html) === ownCopy;
    this.forget(clipboard, place);
    if (own || !(clipboard.html || clipboard.unseen)) {
      const found = own ? { html: clipboard.html, leftOut: [] } : { text: clipboard.plain, leftOut: [] };
      if (this.waiting.size) this.start({ place, found });
      else this.land(place, found);
    } else this.start({ clipboard, place });
  }

  // A paste of the same to the same place takes the place of one that failed; other failures are past.
  forget({ html, plain }, place) {
    this.note?.remove();
    for (const paste of this.failed) {
      const { clipboard = {} } = paste;
      const same = clipboard.html === html && clipboard.plain === plain && paste.place.to === place.to;
      if (!same && paste.again) continue;
      this.failed.delete(paste);
      paste.note.remove();
      paste.place.close();
    }
  }

  start(paste) {
    const earlier = [...this.waiting].at(-1)?.settled;
    paste.stop = new AbortController();
    paste.place.leave();
    this.waiting.add(paste);
    paste.note = new Note(this.frame, "waiting", WAITING, { Cancel: () => this.cancel() });
    paste.settled = this.settle(paste, earlier);
    unsettled.add(paste);
  }

  /** Whether it was pasted in the end. */
  async settle(paste, earlier) {
    try {
      paste.found ??= await prepare(paste.clipboard, paste.stop);
      await earlier;
      await this.rested();
      if (this.editor.isDestroyed) return true; // with its row
      if (paste.stop.signal.aborted) throw new Error(CANCELLED);
      paste.note.remove();
      this.land(paste.place, paste.found);
      if (!paste.found.leftOut.length) announce("Pasted.");
      return true;
    } catch (problem) {
      paste.note.remove();
      if (paste.place.isHere) paste.place.select();
      if (paste.stop.signal.reason === CANCELLED) {
        paste.place.close();
        announce(CANCELLED);
      } else this.fail(paste, problem);
      return false;
    } finally {
      this.waiting.delete(paste);
      unsettled.delete(paste);
    }
  }

  // A word that is being composed would be broken by what comes between.
  rested() {
    const { dom, composing } = this.editor.view;
    return composing && new Promise((go) => dom.addEventListener("compositionend", () => setTimeout(go), { once: true }));
  }

  fail(paste, { message, again, answer }) {
    const back = (act) => () => {
      this.failed.delete(paste);
      paste.note.remove();
      this.editor.view.focus();
      act();
    };
    const buttons = {};
    if (again) buttons["Try again"] = back(() => this.start(paste));
    if (answer) buttons["Paste with formatting"] = back(() => this.land(paste.place, answer));
    buttons[again ? "Discard" : "Close"] = back(() => paste.place.close());
    paste.again = again;
    this.failed.add(paste);
    paste.note = new Note(this.frame, "refused", `Nothing was pasted. ${message}`, buttons);
  }

  cancel() {
    for (const { stop } of this.waiting) stop.abort(CANCELLED);
    this.editor.view.focus();
  }

  /** Puts in what was found, as one step of the history, and says what was left out. */
  land(place, { html, text, leftOut }) {
    const { editor } = this;
    const { view } = editor;
    const mine = !place.isHere && new Place(editor, editor.state.selection, () => true);
    const nothing = !html && !text;
    this.landing = place;
    try {
      this.endStep();
      if (!nothing || place.isHere) place.select();
      if (html) view.pasteHTML(html);
      else if (text) view.pasteText(text);
      this.endStep();
      if (mine) mine.select();
    } finally {
      this.landing = null;
      for (const done of [place, mine]) if (done) done.close();
    }
    if (leftOut.length) this.show(`Left out of what was pasted: ${leftOut.join(", ")}.${nothing ? " Nothing is left." : ""}`);
    else if (nothing) this.show(NO_TEXT);
  }

  /** Below the box until the next paste. */
  show(words) {
    this.note?.remove();
    this.note = new Note(this.frame, "left-out", words);
  }

  endStep() {
    const { state, view } = this.editor;
    view.dispatch(state.tr.setMeta("closeHistory$", true));
  }
}

// As ProseMirror does it, but nothing becomes a link that the server gave as none ("mg.It" might be an address).
const insert = (view, event, slice) => {
  if (!slice.size) return true;
  if (view.state.plugins.some(({ props }) => props.handlePaste?.(view, event, slice))) return true;
  const { openStart, openEnd, content } = slice;
  const single = !openStart && !openEnd && content.childCount === 1 && content.firstChild;
  const tr = view.state.tr.setMeta("preventAutolink", true);
  view.dispatch(single ? tr.replaceSelectionWith(single, false) : tr.replaceSelection(slice));
  return true;
};

const stopHere = (event) => {
  event.preventDefault();
  event.stopPropagation();
};

export const takePastes = (editor, frame) => {
  const box = new Box(editor, frame);
  const { dom } = editor.view;
  const here = (event) => dom.contains(event.target);
  let key = ""; // how a paste was asked for: "plain", "all" or by a menu
  editor.setOptions({ editorProps: { ...editor.options.editorProps, handlePaste: insert } });

  frame.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && here(event) && box.waiting.size) {
        stopHere(event);
        box.cancel();
      }
      const pastes = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "v";
      if (pastes) key = event.shiftKey ? "plain" : "all";
      else key = event.key === "Insert" ? "all" : "";
    },
    true,
  );
  frame.addEventListener("keyup", () => (key = ""), true);

  frame.addEventListener(
    "paste",
    (event) => {
      if (!here(event)) return;
      stopHere(event);
      const { html, plain } = readTransfer(event.clipboardData);
      if (!html && !plain) return box.show(NO_TEXT);
      editor.view.domObserver.flush(); // the caret as it is, however fast the keys came
      const asPlain = Boolean(plain) && (key === "plain" || !html);
      box.take({ html, plain, asPlain, unseen: !html && key !== "all" });
    },
    true,
  );

  frame.addEventListener(
    "drop",
    (event) => {
      // What is moved within a box never was anything else than what the box shows.
      if (!here(event) || editor.view.dragging) return;
      stopHere(event);
      const { html, plain } = readTransfer(event.dataTransfer);
      const at = editor.view.posAtCoords({ left: event.clientX, top: event.clientY });
      if (!at || (!html && !plain)) return;
      const { doc, selection } = editor.state;
      box.take({ html, plain, asPlain: !html }, selection.constructor.near(doc.resolve(at.pos)));
    },
    true,
  );

  for (const kind of ["copy", "cut"]) {
    frame.addEventListener(kind, (event) => {
      if (here(event)) ownCopy = unwrap(event.clipboardData.getData("text/html"));
    });
  }
};

// A page is saved with what was pasted into it, or not at all.
document.querySelector("form.page").addEventListener(
  "submit",
  async (event) => {
    if (!unsettled.size) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { target: form, submitter } = event;
    const pastes = [...unsettled];
    const pasted = await Promise.all(pastes.map(({ settled }) => settled));
    if (pasted.every(Boolean)) return form.requestSubmit(submitter);
    for (const { note } of pastes) if (note.element.isConnected) note.add(UNSAVED);
  },
  true,
);
