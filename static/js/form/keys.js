// Keys of a box that its editor does not have, or has otherwise: Tab in tables, levels of lists. The guide lists them.
import { announce } from "./announce.js";

const tableAround = ({ $from }) => {
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    if ($from.node(depth).type.name === "table") return $from.node(depth);
  }
  return null;
};

// From the last cell into a new row; from an empty last row out of the box, so that nobody is caught in a table.
const moveCell = (editor, back) => {
  const table = tableAround(editor.state.selection);
  if (!table) return false;
  if (back) return editor.commands.goToPreviousCell();
  if (editor.commands.goToNextCell()) return true;
  if (!table.lastChild.textContent.trim()) return false;
  return editor.chain().addRowAfter().goToNextCell().run();
};

const levelOf = ({ $from }) => {
  let level = 0;
  for (let depth = $from.depth; depth > 0; depth -= 1) if ($from.node(depth).type.name === "listItem") level += 1;
  return level;
};

const moveLevel = (editor, deeper) => {
  const moved = deeper ? editor.commands.sinkListItem("listItem") : editor.commands.liftListItem("listItem");
  const level = levelOf(editor.state.selection);
  if (moved) announce(level ? `Level ${level} of the list` : "Out of the list");
};

const BRACKETS = ["[", "]"];
// +1 for a level deeper in a list, -1 for one less, 0 for another key.
const levelKey = (event) => {
  const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
  if ((ctrlKey || metaKey) && !altKey && BRACKETS.includes(key)) return key === "]" ? 1 : -1;
  if (altKey && shiftKey && !ctrlKey && !metaKey) return { ArrowRight: 1, ArrowLeft: -1 }[key] || 0; // as in Word
  return 0;
};

const press = (editor, event) => {
  if (event.key === "Tab") {
    event.stopPropagation(); // in a list too Tab leaves the box
    const alone = !event.ctrlKey && !event.altKey && !event.metaKey;
    if (alone && moveCell(editor, event.shiftKey)) event.preventDefault();
    return;
  }
  const step = levelKey(event);
  const inList = editor.isActive("listItem");
  if (!step || !(inList || BRACKETS.includes(event.key))) return;
  event.preventDefault(); // or a browser goes back to another page
  event.stopPropagation();
  if (inList) moveLevel(editor, step > 0);
};

const isRaised = ({ type }) => ["superscript", "subscript"].includes(type.name);

// What is raised or lowered ends where the caret is moved out of it, and with its line: else all that follows goes with it.
const endRaised = (editor, transaction) => {
  const { storedMarks, selection, tr } = editor.state;
  const { $from, empty } = selection;
  const wasMoved = transaction.selectionSet && !transaction.docChanged && !transaction.storedMarksSet;
  const isNewLine = transaction.docChanged && !$from.parent.content.size;
  if (!empty || !(wasMoved || isNewLine) || $from.nodeAfter?.marks.some(isRaised)) return;
  const marks = storedMarks || $from.marks();
  if (marks.some(isRaised)) editor.view.dispatch(tr.setStoredMarks(marks.filter((mark) => !isRaised(mark))));
};

export const takeKeys = (editor, frame) => {
  editor.on("transaction", ({ transaction }) => endRaised(editor, transaction));
  frame.addEventListener(
    "keydown",
    (event) => {
      if (!event.isComposing && editor.view.dom.contains(event.target)) press(editor, event);
    },
    true,
  );
  // A table without headings is hard to listen to.
  frame.addEventListener("click", () => {
    const choice = frame.querySelector("dialog select[name=withHeaderRow]");
    if (choice && !choice.dataset.set) {
      choice.value = "Yes";
      choice.dataset.set = "";
    }
  });
};
