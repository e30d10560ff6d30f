// What a word processor puts on the clipboard, as plain paragraphs, lists, headings and tables. The server does the same.
import { mayBeMarked, settle } from "./editing_marks.js";

export const LARGEST = 1_000_000; // characters

const fromWord = /class="?Mso|mso-|<o:p|urn:schemas-microsoft-com/i;
const marker = /^\s*(?:[·•o§▪–-]|\(?(?:\d+|[a-z])[.)])\s+/i;

const rename = (element, name) => {
  const renamed = element.ownerDocument.createElement(name);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
};

const listLines = (body) => {
  let list = null;
  for (const line of [...body.querySelectorAll("p")]) {
    const style = line.dataset.style || "";
    if (!/mso-list:\s*l\d/i.test(style) && !/MsoListParagraph/.test(line.className)) {
      list = null;
      continue;
    }
    const before = line.textContent.trimStart();
    for (const sign of line.querySelectorAll("[data-style*='mso-list']")) sign.remove();
    const name = /^\(?(?:\d+|[a-z])[.)]/i.test(before) ? "ol" : "ul";
    if (list?.localName !== name || list.nextElementSibling !== line) {
      list = body.ownerDocument.createElement(name);
      line.before(list);
    }
    const item = body.ownerDocument.createElement("li");
    item.append(line);
    if (line.firstChild?.nodeType === Node.TEXT_NODE) {
      line.firstChild.data = line.firstChild.data.replace(marker, "");
    }
    list.append(item);
  }
};

// A table of one row or one column is there for the look of it.
const openFrames = (body) => {
  for (const table of [...body.querySelectorAll("table")].reverse()) {
    const rows = [...table.rows].map((row) => [...row.cells]);
    const width = Math.max(0, ...rows.map((cells) => cells.reduce((sum, cell) => sum + cell.colSpan, 0)));
    if (rows.length > 1 && width > 1) continue;
    table.replaceWith(...rows.flat().flatMap((cell) => [...cell.childNodes]));
  }
};

const KEPT = ["href", "colspan", "rowspan"];

// The site's policy refuses styles, and says so for each: they are read under another name.
const parse = (html) => {
  const plain = html.replace(/<!--[\s\S]*?-->/g, "").replace(/<!\[[^>]*>/g, "");
  const renamed = plain.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/\sstyle=/gi, " data-style="));
  return new DOMParser().parseFromString(renamed, "text/html").body;
};

// What may be pasted, and what was left out of it, a line each.
export const cleanPasted = (html) => {
  if (fromWord.test(html)) return plainOfWord(html);
  if (!mayBeMarked(html)) return { html, leftOut: [] };
  const body = parse(html);
  const { found, leftOut } = settle(body);
  for (const element of body.querySelectorAll("[data-style]")) element.removeAttribute("data-style");
  return { html: found ? body.innerHTML : html, leftOut };
};

const plainOfWord = (html) => {
  // Only lines for other programs stand between these marks, the bullets of lists among them.
  const body = parse(html.replace(/<!\[if !support[\s\S]*?<!\[endif\]>/gi, ""));
  const { leftOut } = settle(body);
  for (const gone of body.querySelectorAll("style, script, meta, link, title, xml, o\\:p:empty")) gone.remove();
  openFrames(body);
  listLines(body);
  for (const title of body.querySelectorAll("h1, p.MsoTitle")) rename(title, "h2");
  for (const deep of body.querySelectorAll("h4, h5, h6")) rename(deep, "h3");
  for (const element of [...body.querySelectorAll("*")].reverse()) {
    const foreign = element.localName.includes(":") || ["span", "font", "div"].includes(element.localName);
    if (foreign) element.replaceWith(...element.childNodes);
    else for (const { name } of [...element.attributes]) if (!KEPT.includes(name)) element.removeAttribute(name);
  }
  for (const line of body.querySelectorAll("p")) if (!line.textContent.trim()) line.remove();
  return { html: body.innerHTML, leftOut };
};
