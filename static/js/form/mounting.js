// An editor is mounted when its box comes near to what is in sight, or gets the focus. Until then the box shows its
// text: it looks the same, it is found by the browser's search, and Tab leads into it.
import { createEditor } from "django-prose-editor/configurable";

const NEAR = "600px"; // above and below what is in sight
const form = document.querySelector("form.page");
const config = JSON.parse(form.dataset.editor);
const stands = new WeakMap(); // for each box without an editor, what stands for it

// What a page can carry. Anything else is shown as its words: no text acts before its editor has read it.
const TAGS = new Set("A B BLOCKQUOTE BR EM H2 H3 I LI OL P STRONG SUB SUP TABLE TBODY TD TH THEAD TR UL".split(" "));
const ATTRIBUTES = ["colspan", "rowspan", "start", "type"];

const BLOCKS = "p, ul, ol, h2, h3, blockquote, table";

// As the editor has it, words stand in paragraphs.
const wrapWords = (nodes) => {
  const wrapped = [];
  for (const node of nodes) {
    if (node.nodeType === Node.ELEMENT_NODE && node.matches(BLOCKS)) wrapped.push(node);
    else if (wrapped.at(-1)?.dataset?.words) wrapped.at(-1).append(node);
    else if (node.nodeType === Node.ELEMENT_NODE || node.data.trim()) {
      const paragraph = document.createElement("p");
      paragraph.dataset.words = "1";
      paragraph.append(node);
      wrapped.push(paragraph);
    }
  }
  return wrapped;
};

const copyNode = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return [node.cloneNode()];
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches("script, style, template")) return [];
  const inside = [...node.childNodes].flatMap(copyNode);
  if (!TAGS.has(node.tagName)) return inside;
  const copy = document.createElement(node.tagName);
  for (const name of ATTRIBUTES) if (node.hasAttribute(name)) copy.setAttribute(name, node.getAttribute(name));
  if (!inside.length && node.matches("p")) inside.push(document.createElement("br"));
  copy.append(...(node.matches("li, td, th, blockquote") ? wrapWords(inside) : inside));
  return [copy];
};

const showText = (html) => {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const nodes = [...body.childNodes].flatMap(copyNode);
  return nodes.length ? nodes : [document.createElement("p")];
};

// How high the buttons above a box are here, so that nothing moves when they come.
const rememberBar = (field) => {
  const bar = field.closest(".prose-editor")?.querySelector(".prose-menubar");
  if (bar?.offsetHeight) form.style.setProperty(`--bar-${bar.closest(".rows") ? "row" : "field"}`, `${bar.offsetHeight}px`);
};

/** The editor of a box; it is mounted now if it was not before. */
export const mount = (field) => {
  const stand = stands.get(field);
  stands.delete(field);
  if (stand) near.unobserve(stand);
  if (!field.closest(".prose-editor")) {
    field.hidden = false;
    createEditor(field, config); // mounts at once; only its announcement comes later
  }
  stand?.remove();
  requestAnimationFrame(() => rememberBar(field));
  return field.editor || field.closest(".prose-editor").querySelector(".tiptap").editor;
};

const near = new IntersectionObserver(
  (entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) mountStand(target);
  },
  { rootMargin: `${NEAR} 0px` },
);

// Who is in it already comes into its editor in a moment.
const mountStand = (stand) => {
  if (!stand.contains(document.activeElement)) mount(stand.field);
};

/** Show the text of a box until it comes near. `describe` gives the attributes of its text box. */
export const waitForSight = (field, describe) => {
  if (field.id.includes("__prefix__") || field.closest(".prose-editor")) return;
  const text = document.createElement("div");
  text.className = "tiptap ProseMirror";
  for (const [name, value] of Object.entries(describe(field))) text.setAttribute(name, value);
  text.contentEditable = "true";
  Object.defineProperty(text, "editor", { get: () => mount(field) }); // as the editor's own box has it
  text.append(...showText(field.value));
  const bar = document.createElement("div");
  bar.className = "prose-menubar";
  const stand = document.createElement("div");
  stand.className = "prose-editor waiting";
  stand.field = field;
  stand.append(bar, text);
  let at = null; // where somebody pressed
  stand.addEventListener("pointerdown", ({ clientX, clientY }) => (at = { left: clientX, top: clientY }));
  // Whoever has marked all of it has all of it marked in the editor, too: what is typed takes its place.
  const enter = () => {
    if (!stand.isConnected) return;
    const marked = getSelection().toString().trim();
    const isAll = Boolean(marked) && marked === text.innerText.trim();
    const editor = mount(field);
    const found = at && editor.view.posAtCoords(at);
    editor.view.focus();
    if (isAll) editor.commands.selectAll();
    else if (found) editor.commands.setTextSelection(found.pos);
  };
  stand.addEventListener("focusin", () => setTimeout(enter));
  stand.addEventListener("beforeinput", (event) => {
    event.preventDefault();
    enter();
    const { view, state } = mount(field);
    if (event.data) view.dispatch(state.tr.insertText(event.data));
  });
  field.before(stand);
  field.hidden = true;
  stands.set(field, stand);
  near.observe(stand);
};
