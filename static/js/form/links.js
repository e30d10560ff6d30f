// The dialog for a link: a page of the site by its title, a web address, e-mail, telephone. The server judges each
// address, here and on saving; what it answers is shown in words beside the field.
const form = document.querySelector("form.page");
const WAIT = 200; // milliseconds without a key before a search

const KINDS = [
  { name: "page", label: "Page of this site", field: "Address on this site", prefix: "", hint: "Found by its title above, or typed: /symptoms/headache/. A section of this page: #treatment." },
  { name: "web", label: "Web", field: "Web address", prefix: "", hint: "The whole address, with https:// at its beginning." },
  { name: "mail", label: "E-mail", field: "E-mail address", prefix: "mailto:", hint: "One address, such as ward@example.org." },
  { name: "phone", label: "Telephone", field: "Telephone number", prefix: "tel:", hint: "Its digits, with + and the code of the country, if readers may need it." },
];
let made = 0;

const element = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
};

const kindOf = (href) => {
  if (/^mailto:/i.test(href)) return KINDS[2];
  if (/^tel:/i.test(href)) return KINDS[3];
  return /^[a-z]+:/i.test(href) ? KINDS[1] : KINDS[0];
};

const ask = async (parameters) => {
  const response = await fetch(`${form.dataset.links}?${new URLSearchParams(parameters)}`, {
    headers: { Accept: "application/json" },
  });
  if (!response.ok || response.redirected) throw new Error(response.status);
  return response.json();
};

// What the dialog consists of, by name; every field has a label and its hint.
const build = (chosen, href) => {
  const id = (name) => `link-${made}-${name}`;
  made += 1;
  const part = { error: element("p", { id: id("error"), class: "link-error", role: "alert" }) };
  part.kinds = KINDS.map((kind) =>
    element("input", { type: "radio", name: "kind", value: kind.name, id: id(kind.name), checked: kind === chosen }),
  );
  part.search = element("input", {
    id: id("search"), type: "text", role: "combobox", autocomplete: "off",
    "aria-expanded": "false", "aria-controls": id("list"), "aria-autocomplete": "list",
  });
  part.list = element("ul", { id: id("list"), role: "listbox", "aria-label": "Pages found", hidden: true });
  part.found = element("p", { class: "link-found", role: "status" });
  part.searching = element("div", { class: "link-field" },
    element("label", { for: id("search") }, "Search by title"), part.search, part.list, part.found);
  part.label = element("label", { for: id("href") });
  part.href = element("input", {
    id: id("href"), type: "text", autocomplete: "off", spellcheck: "false",
    "aria-describedby": `${id("hint")} ${id("error")}`,
  });
  part.href.value = href.slice(chosen.prefix && href.toLowerCase().startsWith(chosen.prefix) ? chosen.prefix.length : 0);
  part.hint = element("p", { id: id("hint"), class: "help" });
  part.save = element("button", { type: "submit" }, "Set link");
  part.cancel = element("button", { type: "button", class: "link-cancel" }, "Cancel");
  const choices = KINDS.map((kind, place) =>
    element("span", {}, part.kinds[place], element("label", { for: part.kinds[place].id }, kind.label)));
  part.form = element("form", { novalidate: true },
    element("h2", { id: id("title") }, "Link"),
    element("fieldset", {}, element("legend", {}, "Leads to"), ...choices),
    part.searching,
    element("div", { class: "link-field" }, part.label, part.href, part.hint, part.error),
    element("div", { class: "link-buttons" }, part.save, part.cancel));
  part.dialog = element("dialog", { class: "link-dialog", "aria-labelledby": id("title") }, part.form);
  return part;
};

const showKind = (part) => {
  const kind = KINDS.find(({ name }) => part.kinds.some((radio) => radio.checked && radio.value === name));
  part.searching.hidden = kind.name !== "page";
  part.label.textContent = kind.field;
  part.hint.textContent = kind.hint;
  part.href.setAttribute("inputmode", { web: "url", mail: "email", phone: "tel" }[kind.name] || "text");
  fail(part, "");
  return kind;
};

const fail = (part, words) => {
  part.error.textContent = words;
  part.href.toggleAttribute("aria-invalid", Boolean(words));
  if (words) part.href.setAttribute("aria-invalid", "true");
};

// The list below the search: arrows move in it, Enter takes what is marked, Escape closes it first.
const searchPages = (part) => {
  let pages = [];
  let at = -1;
  let timer;
  let asked = 0;
  const mark = (place) => {
    at = place;
    [...part.list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const option = part.list.children[at];
    option?.scrollIntoView({ block: "nearest" });
    if (option) part.search.setAttribute("aria-activedescendant", option.id);
    else part.search.removeAttribute("aria-activedescendant");
  };
  const show = (found) => {
    pages = found;
    part.list.replaceChildren(...pages.map((page, place) => {
      const option = element("li", { id: `${part.list.id}-${place}`, role: "option", "aria-selected": "false" },
        element("strong", {}, page.title), " ", element("span", {}, `${page.kind}, ${page.state}`));
      option.addEventListener("mousedown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(place));
      return option;
    }));
    part.list.hidden = !pages.length;
    part.search.setAttribute("aria-expanded", String(Boolean(pages.length)));
    mark(-1);
  };
  const take = (place) => {
    const { href, title, state } = pages[place];
    part.href.value = href;
    part.search.value = title;
    show([]);
    part.found.textContent = state === "public" ? `“${title}” is chosen.` : `“${title}” is chosen. It is ${state}: visitors cannot read it now.`;
    fail(part, "");
    part.save.focus();
  };
  const look = async () => {
    const text = part.search.value.trim();
    asked += 1;
    const turn = asked;
    if (!text) {
      part.found.textContent = "";
      return show([]);
    }
    try {
      const { pages: found } = await ask({ q: text });
      if (turn !== asked) return;
      show(found);
      part.found.textContent = found.length ? `${found.length} found. Use the arrow keys.` : "No page has this in its title.";
    } catch {
      part.found.textContent = "The search did not answer. Type the address below, or try again.";
    }
  };
  part.search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  part.search.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && pages.length) {
      event.preventDefault();
      mark((at + steps[event.key] + pages.length) % pages.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (pages.length) take(Math.max(at, 0));
    } else if (event.key === "Escape" && pages.length) {
      event.preventDefault();
      event.stopPropagation();
      asked += 1;
      show([]);
    }
  });
};

const setLink = (editor, href, title) => {
  editor.view.focus(); // at once: the command of that name waits for the next frame
  const chain = editor.chain();
  if (editor.isActive("link")) chain.extendMarkRange("link").updateAttributes("link", { href }).run();
  else if (editor.state.selection.empty) {
    chain.insertContent({ type: "text", text: title || href.replace(/^(mailto|tel):/, ""), marks: [{ type: "link", attrs: { href } }] }).run();
  } else chain.setMark("link", { href }).run();
};

const openDialog = (editor) => {
  const before = editor.getAttributes("link").href || "";
  const part = build(kindOf(before), before);
  document.body.append(part.dialog);
  showKind(part);
  searchPages(part);
  for (const radio of part.kinds) radio.addEventListener("change", () => showKind(part));
  part.href.addEventListener("input", () => fail(part, ""));
  part.cancel.addEventListener("click", () => part.dialog.close());
  part.dialog.addEventListener("close", () => {
    part.dialog.remove();
    editor.view.focus();
  });
  part.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const typed = part.href.value.trim();
    const { prefix } = showKind(part);
    const written = prefix && !typed.toLowerCase().startsWith(prefix) ? prefix + typed : typed;
    let answer = { href: written };
    try {
      answer = await ask({ href: written });
    } catch {
      // Without a connection the form is judged when it is saved.
    }
    if (answer.fault || !answer.href) {
      fail(part, answer.fault || "Type an address.");
      part.href.focus();
      return;
    }
    part.dialog.close();
    setLink(editor, answer.href, answer.title || part.search.value.trim());
  });
  part.dialog.showModal();
  (part.searching.hidden || before ? part.href : part.search).focus();
};

// The button and Ctrl+K of the editor call this command; its own dialog asked for an address and a title.
const takeOver = (editor) => {
  const { rawCommands } = editor.commandManager;
  if (!form?.dataset.links || !rawCommands) return;
  rawCommands.addLink = () => () => {
    setTimeout(() => openDialog(editor)); // once the command is over
    return true;
  };
};

document.addEventListener("prose-editor:ready", ({ detail: { editor } }) => takeOver(editor));
