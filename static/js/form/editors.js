// The rich-text editors: named by their labels, described by help and errors, entered and left by keyboard.
import { takeKeys } from "./keys.js";
import { takePastes } from "./pasting.js";
import { mount, waitForSight } from "./mounting.js";

const labelOf = (field) => document.querySelector(`label[for="${field.id}"]`);

const nameOf = (field) =>
  field.getAttribute("aria-label") || (labelOf(field)?.textContent || field.name).trim().replace(/:$/, "");

// What the text box says of itself. The editor writes its attributes anew at will, so it has to ask here.
const attributesOf = (field) => {
  const there = (id) => document.getElementById(id);
  const [help, error] = [`${field.id}_helptext`, `${field.id}_error`].map(there);
  const described = [help, error].filter(Boolean).map((element) => element.id);
  return {
    role: "textbox",
    tabindex: "0",
    spellcheck: "true",
    "aria-label": nameOf(field),
    "aria-multiline": "true",
    ...(described.length ? { "aria-describedby": described.join(" ") } : {}),
    ...(error ? { "aria-invalid": "true" } : {}),
  };
};

export const nameEditor = (field) => field.editor?.view.updateState(field.editor.state);

// Signs drawn by a font are no names, and colour alone does not say what is on.
const nameButtons = (frame) => {
  for (const button of frame.querySelectorAll(".prose-menubar button[title]")) {
    button.setAttribute("aria-label", button.title);
    const opens = button.closest(".prose-menubar__selected");
    if (opens) button.setAttribute("aria-haspopup", "true");
    else button.setAttribute("aria-pressed", String(button.classList.contains("active")));
    button.setAttribute("aria-disabled", String(button.classList.contains("disabled")));
  }
};

// A key that opens the menu of headings goes on into it.
const enterMenus = (frame) => {
  frame.querySelector(".prose-menubar")?.setAttribute("role", "toolbar");
  frame.querySelector(".prose-menubar")?.setAttribute("aria-label", "Formatting");
  for (const opener of frame.querySelectorAll(".prose-menubar__selected")) {
    opener.addEventListener("click", (event) => {
      if (event.detail) return; // by mouse
      opener.parentElement.querySelector(".prose-menubar__option:not(.hidden)")?.focus();
    });
  }
};

document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const frame = textarea.closest(".prose-editor");
  textarea.opened = textarea.value;
  textarea.loaded = editor.getHTML().replace(/^<p><\/p>$/, "");
  textarea.editor = editor;
  const attributes = () => attributesOf(textarea);
  editor.setOptions({ editorProps: { ...editor.options.editorProps, attributes } });
  takeKeys(editor, frame);
  takePastes(editor, frame);
  enterMenus(frame);
  nameButtons(frame);
  editor.on("transaction", () => nameButtons(frame));
});

// An editor writes its own HTML for the same words. A box that says what it said is sent as it came.
document.querySelector("form.page").addEventListener("formdata", ({ target, formData }) => {
  for (const { name, value, loaded, opened } of target.querySelectorAll(".prose-editor > textarea")) {
    if (value === loaded) formData.set(name, opened);
  }
});

// A label leads into its editor, as it leads into any field.
document.addEventListener("click", (event) => {
  const label = event.target.closest?.("label[for]");
  const field = label && document.getElementById(label.htmlFor);
  if (field?.matches("[data-rich-text]")) mount(field).view.focus();
});

const enter = (place) => {
  const inside = "[contenteditable], .select2-selection, input:not([type=hidden]), select, textarea";
  const editor = place.matches("[data-rich-text]") ? mount(place).view.dom : null;
  const chooser = place.matches("select.admin-autocomplete") && place.parentElement.querySelector(".select2-selection");
  const first = place.matches("input, select, textarea") ? null : place.querySelector(inside);
  const target = editor || chooser || first || place;
  target.scrollIntoView({ block: "center" });
  target.focus();
};

// Boxes that are out of sight show their text; a new row's boxes are used at once.
for (const field of document.querySelectorAll("[data-rich-text]")) waitForSight(field, attributesOf);
document.addEventListener("formset:added", ({ target }) => {
  for (const field of target.querySelectorAll("[data-rich-text]")) mount(field);
});

// What is to mend: read first, and each line leads to its field.
const mistakes = document.getElementById("mistakes");
mistakes?.focus();
mistakes?.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  const place = link && document.getElementById(link.hash.slice(1));
  if (!place) return;
  event.preventDefault();
  enter(place);
});
