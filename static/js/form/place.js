// A place in a box, for what comes later: it stays where it was meant while somebody goes on typing.
export class Place {
  #follow = ({ transaction, appendedTransactions = [] }) => {
    for (const { mapping } of [transaction, ...appendedTransactions]) mapping.maps.forEach(this.#map);
  };

  // What is put there comes after it, unless it `isBehind` that.
  #map = (map) => {
    const side = this.isBehind(this) ? 1 : -1;
    map.forEach((start, end) => {
      if (start < this.to && end > this.from) this.changed = true;
    });
    const empty = this.from === this.to;
    this.to = map.map(this.to, side);
    this.from = empty ? this.to : Math.min(map.map(this.from, 1), this.to);
  };

  constructor(editor, selection, isBehind = () => false) {
    const { doc } = editor.state;
    Object.assign(this, { editor, selection, isBehind, doc, changed: false, kind: selection.toJSON().type });
    const ends = selection.constructor;
    this.from = this.kind === "all" ? ends.atStart(doc).from : selection.from;
    this.to = this.kind === "all" ? ends.atEnd(doc).to : selection.to;
    editor.on("transaction", this.#follow);
  }

  /** Nothing of it is marked any more, and what is typed now comes after it. */
  leave() {
    if (this.from < this.to && ["text", "all"].includes(this.kind)) this.editor.commands.setTextSelection(this.to);
  }

  /** Whether somebody is still where they were when this place was left. */
  get isHere() {
    const { selection } = this.editor.state;
    return selection.eq(this.selection) || (selection.empty && selection.from === this.to);
  }

  /** Marks it. Where somebody wrote within it meanwhile, that stays, and nothing after it is marked. */
  select() {
    const { state, view, commands } = this.editor;
    if (state.doc === this.doc) view.dispatch(state.tr.setSelection(this.selection));
    else commands.setTextSelection(this.changed ? this.to : { from: this.from, to: this.to });
  }

  close() {
    this.editor.off("transaction", this.#follow);
  }
}
