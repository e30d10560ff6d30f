// Rows come short: names, labels, values. What the boxes of a list have in common they take from its blank row here,
// before anything else looks at them: further choices, attributes, help, and the links beside a choice.
const form = document.querySelector("form.page");
const icons = JSON.parse(form.dataset.icons || "[]");
const KINDS = ["change", "add", "delete", "view"];
const BOXES = "input:not([type=hidden]), select, textarea";

const element = (tag, className, ...children) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
};

// The links beside a choice, as the admin's own script finds and follows them.
const addLinks = (wrapper, name) => {
  for (const [kind, address, title] of JSON.parse(wrapper.dataset.links)) {
    const link = element("a", `related-widget-wrapper-link ${kind}-related`);
    link.id = `${kind}_id_${name}`;
    link.title = title;
    if (kind === "add") link.href = address;
    else link.dataset.hrefTemplate = address;
    if (kind !== "view") link.dataset.popup = "yes";
    const icon = Object.assign(document.createElement("img"), { src: icons[KINDS.indexOf(kind)], alt: "", width: 24, height: 24 });
    link.append(icon);
    wrapper.append(link);
  }
  delete wrapper.dataset.links;
};

const copyChoices = (select, blank) => {
  const own = select.options[0];
  const copied = [...blank.options].map((option) => {
    const copy = option.cloneNode(true);
    copy.defaultSelected = copy.value === (own?.value ?? "");
    return copy;
  });
  if (!own || copied.some((option) => option.value === own.value)) select.replaceChildren(...copied);
  else select.append(...copied);
};

const copyAttributes = (box, blank) => {
  for (const { name, value } of blank.attributes) {
    if (name !== "id" && !name.startsWith("data-links") && !box.hasAttribute(name)) box.setAttribute(name, value);
  }
};

// A choice that suggests names while one types stands between its links.
const wrapChoice = (box, blank) => {
  const wrapper = element("div", "related-widget-wrapper");
  wrapper.dataset.modelRef = blank.dataset.modelRef;
  wrapper.dataset.links = blank.dataset.links;
  box.before(wrapper);
  wrapper.append(box);
  addLinks(wrapper, box.name);
};

const finishBox = (field, label, box, blank) => {
  if (blank !== box) {
    copyAttributes(box, blank);
    if (box.matches("select") && !blank.matches(".admin-autocomplete")) copyChoices(box, blank);
  }
  box.id = label.htmlFor = `id_${box.name}`;
  field.append(label);
  if (box.type === "checkbox") {
    const line = element("div", "checkbox-row", box, " ", label);
    field.append(line);
  } else field.append(box);
  label.textContent = label.textContent.trim();
  if (blank.dataset.links) wrapChoice(box, blank);
  else box.setAttribute("aria-label", `${label.textContent.replace(/:$/, "")}, row`); // rows.js says which
};

// The fields of a row, each label around its box, become fields as the admin has them, each with its help.
const finishFields = (row, blank) => {
  const labels = [...row.children[1].children].filter((child) => child.matches("label"));
  labels.forEach((label, index) => {
    const { name, help, box } = blank[index];
    const field = element("div", `field ${name}`);
    label.before(field);
    const own = label.querySelector(BOXES);
    if (label.nextElementSibling?.matches(".help")) label.nextElementSibling.remove();
    label.className = blank[index].required ? "required" : "";
    if (own) finishBox(field, label, own, box || own);
    else {
      const value = element("div", "readonly", ...label.querySelector(".readonly").childNodes);
      label.querySelector(".readonly").remove();
      field.append(label, value);
    }
    if (!help) return;
    const described = element("div", "help");
    described.innerHTML = help; // the server's own words, from the blank row
    if (own) {
      described.id = `${own.id}_helptext`;
      own.setAttribute("aria-describedby", described.id);
    }
    field.append(described);
  });
};

const finishHead = (row) => {
  const [head, fields] = row.children;
  const [heading, ...others] = head.children;
  head.className = "row-head";
  fields.className = "row-fields";
  heading.className = "row-name";
  const box = head.querySelector("input[type=checkbox]");
  const remove = box?.closest("label");
  const is = others.find((other) => other.matches("span")) || element("span");
  const tools = element("span", "row-tools");
  tools.hidden = true;
  is.className = "row-is";
  if (!row.matches(".empty-form")) {
    const chosen = fields.querySelector("select option:checked");
    if (!is.textContent && chosen) is.textContent = chosen.textContent;
    heading.after(" ", is);
  }
  if (!remove) return head.append(tools);
  box.id = `id_${box.name}`;
  box.setAttribute("aria-label", `${remove.textContent.trim()}, row`);
  const label = element("label", "", remove.textContent.trim());
  label.htmlFor = box.id;
  remove.replaceWith(tools, element("span", "delete", box, " ", label));
};

const finishRow = (row, blank) => {
  row.id ||= row.querySelector("[name]").name.replace(/-[^-]*$/, "");
  row.classList.add("inline-related");
  row.classList.toggle("has_original", !row.matches(".empty-form"));
  row.setAttribute("role", "group");
  row.tabIndex = -1;
  finishHead(row);
  finishFields(row, blank);
};

// What each field of a list has in common, read from its blank row before that is finished too.
const readBlank = (blank) =>
  [...blank.children[1].children]
    .filter((child) => child.matches("label"))
    .map((label) => ({
      name: [...label.classList].find((name) => name.startsWith("field-")),
      required: label.matches(".required"),
      box: label.querySelector(BOXES),
      help: label.nextElementSibling?.matches(".help") ? label.nextElementSibling.innerHTML : "",
    }));

const addCounts = (group) => {
  const { prefix } = JSON.parse(group.dataset.inlineFormset).options;
  for (const [name, value] of [["MIN_NUM", 0], ["MAX_NUM", group.dataset.max]]) {
    const box = Object.assign(document.createElement("input"), { type: "hidden", id: `id_${prefix}-${name}_FORMS`, value });
    group.append(box); // without a name: it is for the script that adds rows alone
  }
  for (const name of ["TOTAL", "INITIAL"]) group.querySelector(`[name="${prefix}-${name}_FORMS"]`).id = `id_${prefix}-${name}_FORMS`;
};

for (const group of document.querySelectorAll(".rows")) {
  addCounts(group);
  const blank = group.querySelector(".row.empty-form");
  if (!blank || blank.matches(".inline-related")) continue; // a form with errors, or without a script, is whole
  const common = readBlank(blank);
  for (const row of group.querySelectorAll(".row:not(.empty-form)")) finishRow(row, common);
  finishRow(blank, common);
}
for (const wrapper of document.querySelectorAll(".related-widget-wrapper[data-links]")) {
  addLinks(wrapper, wrapper.querySelector("[name]")?.name || "");
}
