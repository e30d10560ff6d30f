// Rows of a page: moved by button or by mouse, numbered anew, and each called by its place.
import { nameEditor } from "./editors.js";
import { announce } from "./announce.js";

const rowsOf = (group) => [...group.querySelectorAll(".row:not(.empty-form)")];
const placeOf = (row) => row.querySelector("input[name$='-position']:not([type=hidden])");
// A page of a long list begins with some number; rows that were found by name do not follow one another, and have their own.
const firstOf = (group) => Number(group.dataset.first ?? 1);
const numberOf = (group, row, index) => (firstOf(group) ? firstOf(group) + index : placeOf(row)?.value || "new");
const groups = [...document.querySelectorAll(".rows")];

const nameRows = (group) => {
  const rows = rowsOf(group);
  rows.forEach((row, index) => {
    const name = row.querySelector(".row-name");
    name.textContent = `${group.dataset.row} ${numberOf(group, row, index)}`;
    name.id = `${row.id}-name`;
    row.setAttribute("aria-labelledby", name.id);
    const [up, down] = row.querySelectorAll(".row-tools button");
    up?.setAttribute("aria-disabled", String(index === 0));
    down?.setAttribute("aria-disabled", String(index === rows.length - 1));
    up?.setAttribute("aria-label", `Move ${name.textContent} up`);
    down?.setAttribute("aria-label", `Move ${name.textContent} down`);
    for (const field of row.querySelectorAll(".row-fields [aria-label], .delete [aria-label]")) {
      if (!field.name) continue;
      const whose = name.textContent[0].toLowerCase() + name.textContent.slice(1);
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/, [^,]*$/, `, ${whose}`));
    }
    for (const field of row.querySelectorAll(".prose-editor textarea")) nameEditor(field);
    nameChoosers(row);
  });
};

// Select2 calls its box by what is chosen; the label has to be said too.
const nameChoosers = (row) => {
  for (const box of row.querySelectorAll(".select2-selection[role=combobox]")) {
    const select = box.closest(".select2").parentElement.querySelector("select");
    const label = select && row.querySelector(`label[for="${select.id}"]`);
    const shown = box.querySelector(".select2-selection__rendered");
    if (!label || !shown) continue;
    label.id = `${select.id}_label`;
    shown.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", `${label.id} ${row.getAttribute("aria-labelledby")} ${shown.id}`);
  }
};

// New rows behind the last one that was moved keep no number: they go to the end of the whole list.
const number = (group, moved) => {
  const rows = rowsOf(group);
  const old = rows.findLastIndex((row) => row.classList.contains("has_original") || placeOf(row).value);
  const last = Math.max(old, moved);
  rows.slice(0, last + 1).forEach((row, index) => (placeOf(row).value = String(firstOf(group) + index)));
  nameRows(group);
  group.dispatchEvent(new Event("change", { bubbles: true }));
};

// The neighbour moves, not the row itself: focus and what is open in it stay.
const move = (row, up) => {
  const group = row.closest(".rows");
  const rows = rowsOf(group);
  const index = rows.indexOf(row);
  const other = rows[up ? index - 1 : index + 1];
  const what = row.querySelector(".row-is, .select2-selection__rendered")?.textContent.trim();
  const { total } = group.dataset;
  const where = total ? " of the rows shown here. Type a number to move it further" : " already";
  if (!other) return announce(`It is the ${up ? "first" : "last"}${where}.`);
  if (up) row.after(other);
  else row.before(other);
  number(group, up ? index : index + 1);
  announce(`${what && !what.startsWith("-") ? what : "It"} is now number ${firstOf(group) + index + (up ? -1 : 1)} of ${total || rows.length}.`);
};

const button = (words, label) => {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.title = label;
  return made;
};

const addTools = (row) => {
  const tools = row.querySelector(".row-tools");
  if (!tools || tools.childElementCount || !placeOf(row) || !firstOf(row.closest(".rows"))) return;
  const up = button("↑", "Move up");
  const down = button("↓", "Move down");
  up.addEventListener("click", () => move(row, true));
  down.addEventListener("click", () => move(row, false));
  const handle = document.createElement("span");
  handle.className = "handle";
  handle.textContent = "⠿";
  handle.title = "Drag to move";
  handle.setAttribute("aria-hidden", "true");
  handle.addEventListener("pointerdown", (event) => drag(event, row, handle));
  tools.append(up, down, handle);
  tools.hidden = false;
};

const drag = (event, row, handle) => {
  if (event.button !== 0) return;
  event.preventDefault();
  const group = row.closest(".rows");
  const before = rowsOf(group);
  handle.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  const follow = ({ clientY }) => {
    const rows = rowsOf(group);
    const over = rows.find((other) => {
      const { top, bottom } = other.getBoundingClientRect();
      return other !== row && clientY > top && clientY < bottom;
    });
    if (!over) return;
    const { top, height } = over.getBoundingClientRect();
    const [from, to] = [rows.indexOf(row), rows.indexOf(over)];
    // The others move: a row that is itself put elsewhere would let go of the mouse.
    if (to > from && clientY > top + height / 2) row.before(...rows.slice(from + 1, to + 1));
    if (to < from && clientY < top + height / 2) row.after(...rows.slice(to, from));
  };
  const end = () => {
    handle.removeEventListener("pointermove", follow);
    row.classList.remove("dragged");
    const moved = rowsOf(group).findLastIndex((other, index) => other !== before[index]);
    if (moved >= 0) number(group, moved);
  };
  handle.addEventListener("pointermove", follow);
  handle.addEventListener("lostpointercapture", end, { once: true });
};

for (const group of groups) {
  for (const row of rowsOf(group)) addTools(row);
  group.classList.toggle("ordered", Boolean(group.querySelector("[name$='-position']")));
  nameRows(group);
}
// The editors make the page longer while it loads: who was led to a section is led there again.
addEventListener("load", () =>
  setTimeout(() => {
    if (location.hash.startsWith("#section-")) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }),
);
// Select2 comes last of all.
if (document.readyState === "complete") groups.forEach(nameRows);
else addEventListener("load", () => setTimeout(() => groups.forEach(nameRows)));

document.addEventListener("formset:added", ({ target, detail }) => {
  const group = document.getElementById(`${detail.formsetName}-group`);
  addTools(target);
  requestAnimationFrame(() => {
    nameRows(group);
    target.querySelector(".select2-selection, .row-fields input:not([type=hidden]):not([name$='-position'])")?.focus();
  });
});
document.addEventListener("formset:removed", ({ detail }) => {
  const group = document.getElementById(`${detail.formsetName}-group`);
  requestAnimationFrame(() => {
    nameRows(group);
    group.dispatchEvent(new Event("change", { bubbles: true }));
    group.querySelector(".add-row a")?.focus();
    announce(`${group.dataset.row} removed. ${rowsOf(group).length} left.`);
  });
});
// Django's “Add another” and “Remove” are links that call themselves buttons: the space bar presses them too.
document.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches?.("a[role=button]")) return;
  event.preventDefault();
  event.target.click();
});
