// What people and word processors mark in a text that is pasted: struck out, hidden and commented words are left out,
// raised and lowered figures become signs, so that 10⁹ is never read as 109. The server does the same: editing_marks.py.
const perhaps = /<(?:del|s|strike|sup|sub)(?![-\w:])|\b(?:style|class|hidden)\b|#(?:cmnt|_mso)/i;
const STRUCK = "passage that was struck out";
const HIDDEN = "passage that was hidden";
const COMMENT = "comment";
const [NUMBER, WORDS, LIST] = ["number of a comment", "words of a comment", "list of comments"];
const CELLS = "td, th, tr, table, thead, tbody, tfoot, colgroup";

const small = (plain, raised) => {
  const table = Object.fromEntries([...plain].map((letter, place) => [letter, [...raised][place]]));
  for (const sign of raised) table[sign] = sign;
  for (const sign of "−‐‑–") table[sign] = table["-"];
  return table;
};
const TABLES = {
  sup: small("0123456789+-=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"),
  sub: small("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
};

export const mayBeMarked = (html) => perhaps.test(html);

const styleOf = (element) => {
  const said = {};
  for (const part of (element.dataset.style || "").replace(/\/\*[\s\S]*?\*\//g, "").toLowerCase().split(";")) {
    const [name, ...value] = part.split(":");
    const important = (words) => (words || "").includes("!important");
    if (!important(said[name.trim()]) || important(value.join(":"))) said[name.trim()] = value.join(":").trim();
  }
  return said;
};

const partOfComment = (element, style) => {
  const classes = [...element.classList].map((name) => name.toLowerCase());
  const href = element.getAttribute("href") || "";
  const begins = (...starts) => classes.some((name) => starts.some((start) => name.startsWith(start)));
  if (style["mso-element"] === "comment-list") return LIST;
  if (style["mso-element"] === "comment" || /^#cmnt_ref\d/.test(href)) return WORDS;
  if (begins("msocommenttext", "msocommentsubject", "msocomtxt")) return WORDS;
  const points = begins("msocom") || style["mso-special-character"] === "comment";
  return points || /^#(?:_msocom|_msoanchor|cmnt\d)/.test(href) ? NUMBER : "";
};

const markOf = (element) => {
  const style = styleOf(element);
  const said = (name) => style[name] || "";
  const comment = partOfComment(element, style);
  if (comment) return comment;
  const lines = `${said("text-decoration")} ${said("text-decoration-line")}`;
  const doubled = !["", "none"].includes(said("text-line-through"));
  if (element.matches("s, del, strike, .msoDel") || lines.includes("line-through") || doubled) return STRUCK;
  const unseen = /^none/.test(said("display")) || /^(?:hidden|collapse)/.test(said("visibility"));
  return element.hasAttribute("hidden") || unseen || /^(?:all|screen)/.test(said("mso-hide")) ? HIDDEN : "";
};

const saysNothing = (element) => !element.textContent.trim() && !element.querySelector("img");

// Google puts the words of a comment beside the way back to its number.
const wholeComment = (element) => {
  if (!/^#cmnt_ref\d/.test(element.getAttribute("href") || "")) return element;
  const paragraph = element.closest("p, div") || element;
  const box = paragraph.parentElement;
  return box?.localName === "div" && box.firstElementChild === paragraph ? box : paragraph;
};

const takeOut = (element) => {
  const { previousSibling: before, nextSibling: after, parentElement: around } = element;
  element.remove();
  if (after?.nodeType === Node.TEXT_NODE && (!before || /\s$/.test(before.textContent))) {
    after.data = after.data.replace(/^[ \t\r\n\f]+/, ""); // the space before it is enough
  }
  if (around.localName !== "body" && !around.matches(CELLS) && saysNothing(around)) takeOut(around);
};

const commentsIn = (list) => {
  let [number, last] = [0, null];
  for (const element of list.querySelectorAll("*")) {
    if (last?.contains(element) || markOf(element) !== WORDS) continue;
    last = element;
    number += 1;
  }
  return number;
};

const leaveOut = (body) => {
  const counts = {};
  let found = false;
  for (const element of [...body.querySelectorAll("*")]) {
    const mark = body.contains(element) && markOf(element);
    if (!mark) continue;
    if (mark === LIST) counts[WORDS] = (counts[WORDS] || 0) + commentsIn(element);
    if (!saysNothing(element) || mark === NUMBER || mark === LIST) counts[mark] = (counts[mark] || 0) + 1;
    takeOut(wholeComment(element));
    found = true;
  }
  const comments = Math.max(...[NUMBER, WORDS, LIST].map((part) => counts[part] || 0));
  const kinds = { [COMMENT]: comments, [HIDDEN]: counts[HIDDEN], [STRUCK]: counts[STRUCK] };
  const told = Object.entries(kinds).filter(([, number]) => number);
  return { found, leftOut: told.map(([kind, number]) => (number > 1 ? `${number} × ${kind}` : `1 ${kind}`)) };
};

const smallTag = (element) => {
  if (element.localName in TABLES) return element.localName;
  const style = styleOf(element);
  const said = (style["vertical-align"] || style["font-variant-position"] || "").split(" ")[0];
  return element.matches(CELLS) ? "" : { super: "sup", sub: "sub" }[said] || "";
};

const between = (opening, texts, closing) => {
  const begun = [opening + texts[0].trimStart(), ...texts.slice(1)];
  return [...begun.slice(0, -1), begun.at(-1).trimEnd() + closing];
};

// What stood raised or lowered, piece by piece: small signs where there is one for each, else 1st, Tmax, [3] or (1,2).
const inSigns = (texts, tag, inner) => {
  const table = TABLES[tag];
  const said = texts.join("").trim();
  if (!said) return texts;
  if ([...said].every((letter) => letter in table)) {
    const signs = texts.map((text) => [...text].map((letter) => table[letter] || letter).join(""));
    return inner ? between(table["("], signs, table[")"]) : signs;
  }
  const bare = !/[\p{Nd}\p{No}]/u.test(said) || "([{".includes(said[0]);
  return bare ? texts : between("(", texts, ")");
};

const textsIn = (element, done) => {
  const walker = element.ownerDocument.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (!done.has(walker.currentNode)) nodes.push(walker.currentNode);
  return nodes;
};

const writeSigns = (body) => {
  const raised = [...body.querySelectorAll("*")].filter(smallTag);
  const done = new Set();
  for (const element of [...raised].reverse()) {
    const nodes = textsIn(element, done);
    const outer = raised.find((other) => other !== element && other.contains(element));
    const first = outer && textsIn(outer, done)[0];
    const inner = Boolean(first && nodes[0] && first !== nodes[0]);
    const signs = inSigns(nodes.map((node) => node.data), smallTag(element), inner);
    for (const [place, node] of nodes.entries()) {
      node.data = signs[place];
      done.add(node);
    }
  }
  for (const element of raised) if (element.localName in TABLES) element.replaceWith(...element.childNodes);
  return raised.length > 0;
};

// Carries the marks of a text out; its styles are in data-style. Says what was left out, and whether anything was marked.
export const settle = (body) => {
  const { found, leftOut } = leaveOut(body);
  return { found: writeSigns(body) || found, leftOut };
};
