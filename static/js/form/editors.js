// The rich-text editors: named by their labels, described by help and errors, entered and left by keyboard, and
// cleaned of what word processors bring along.
import { cleanPasted, LARGEST } from "./pasted.js";

const say = (words) => {
  document.getElementById("said").textContent = words;
};

export const labelOf = (field) => document.querySelector(`label[for="${field.id}"]`);

const nameOf = (field) => {
  const label = labelOf(field);
  const name = (label ? label.textContent : field.name).trim().replace(/:$/, "");
  const row = field.closest(".row")?.querySelector(".row-name");
  return row ? `${name}, ${row.textContent.trim()}` : name;
};

export const nameEditor = (field) => {
  const box = field.closest(".prose-editor")?.querySelector("[contenteditable]");
  if (!box) return;
  box.setAttribute("aria-label", nameOf(field));
  box.setAttribute("aria-multiline", "true");
  const described = [`${field.id}_helptext`, `${field.id}_error`].filter((id) => document.getElementById(id));
  if (described.length) box.setAttribute("aria-describedby", described.join(" "));
  if (document.getElementById(`${field.id}_error`)) box.setAttribute("aria-invalid", "true");
};

// Tab leaves the editor, also from a list: nobody is caught in it.
const letTabLeave = (frame) =>
  frame.addEventListener("keydown", (event) => event.key === "Tab" && event.stopPropagation(), true);

// The menu of headings is a box that only a mouse opens, so it becomes a button.
const openByKeyboard = (frame) => {
  for (const opener of frame.querySelectorAll(".prose-menubar__selected")) {
    opener.tabIndex = 0;
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-haspopup", "true");
    opener.setAttribute("aria-label", "Paragraph or heading");
    opener.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      opener.click();
      opener.parentElement.querySelector(".prose-menubar__option:not(.hidden)")?.focus();
    });
  }
  const bar = frame.querySelector(".prose-menubar");
  if (bar) bar.setAttribute("aria-label", "Formatting");
  if (bar) bar.setAttribute("role", "toolbar");
};

const takePastesWell = (editor, frame) => {
  editor.setOptions({ editorProps: { ...editor.options.editorProps, transformPastedHTML: cleanPasted } });
  frame.addEventListener(
    "paste",
    (event) => {
      const data = event.clipboardData;
      const size = Math.max(data.getData("text/html").length / 4, data.getData("text/plain").length);
      if (size <= LARGEST) return;
      event.preventDefault();
      event.stopPropagation();
      say("That is more than a page can carry. Nothing was pasted. Paste only the part that you need.");
    },
    true,
  );
};

document.addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
  const frame = textarea.closest(".prose-editor");
  textarea.loaded = editor.getHTML().replace(/^<p><\/p>$/, "");
  nameEditor(textarea);
  letTabLeave(frame);
  openByKeyboard(frame);
  takePastesWell(editor, frame);
});

// Editors that were ready before this script.
for (const frame of document.querySelectorAll(".prose-editor")) {
  const field = frame.querySelector("textarea");
  const editor = frame.querySelector(".ProseMirror")?.editor;
  if (field && editor) {
    field.dispatchEvent(
      new CustomEvent("prose-editor:ready", { detail: { editor, textarea: field }, bubbles: true }),
    );
  }
}

// A label leads into its editor, as it leads into any field.
document.addEventListener("click", (event) => {
  const label = event.target.closest?.("label[for]");
  const field = label && document.getElementById(label.htmlFor);
  field?.closest(".prose-editor")?.querySelector("[contenteditable]")?.focus();
});

const enter = (place) => {
  const inside = "[contenteditable], .select2-selection, input:not([type=hidden]), select, textarea";
  const editor = place.closest(".prose-editor")?.querySelector("[contenteditable]");
  const chooser = place.matches("select.admin-autocomplete") && place.parentElement.querySelector(".select2-selection");
  const first = place.matches("input, select, textarea") ? null : place.querySelector(inside);
  const target = editor || chooser || first || place;
  target.scrollIntoView({ block: "center" });
  target.focus();
};

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
