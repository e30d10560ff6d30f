// Suggestions under a search box while somebody types: a combobox by the ARIA pattern. Without it the box searches as well.
// Nothing is kept: no history, no storage; what was asked for earlier is dropped when something else is typed.

const PAUSE = 150; // milliseconds without a key before we ask

for (const form of document.querySelectorAll("form[data-suggest]")) begin(form, form.querySelector("input[type=search]"));

function begin(form, input) {
  const list = document.createElement("ul");
  const told = document.createElement("span");
  const help = document.createElement("div"); // what to do, in the flow of the page: the list opens below it
  list.id = `${input.id}-suggestions`;
  list.className = "suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  list.hidden = true;
  told.className = "hidden";
  told.setAttribute("role", "status");
  help.className = "help";
  help.hidden = true;
  form.append(help, list, told);
  const state = { "role": "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(state)) input.setAttribute(name, value);

  let timer, asking, chosen = -1, printed = "";

  input.addEventListener("input", () => {
    drop();
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) { event.preventDefault(); drop(); close(); }
    if (list.hidden || !["ArrowDown", "ArrowUp", "Enter"].includes(event.key)) return;
    if (event.key === "Enter" && chosen < 0) return;
    event.preventDefault();
    if (event.key === "Enter") return void list.children[chosen].click();
    const count = list.children.length + 1; // one more: back in the box
    choose((chosen + 1 + (event.key === "ArrowDown" ? 1 : count - 1)) % count - 1);
  });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  form.addEventListener("submit", drop);

  // What was asked for and has not come yet is no longer wanted: it would open a list that was just closed.
  function drop() {
    clearTimeout(timer);
    asking?.abort();
  }

  async function ask() {
    const typed = input.value.trim();
    if (typed.length < 2) {
      show({ suggestions: [] });
      return close();
    }
    asking = new AbortController();
    try {
      const address = `${form.dataset.suggest}?q=${encodeURIComponent(typed)}`;
      const answer = await fetch(address, { signal: asking.signal, cache: "no-store", referrerPolicy: "no-referrer" });
      if (answer.ok) show(await answer.json());
    } catch { close(); } // gone on typing, or no line: the button still searches
  }

  function show({ suggestions, help: box = "", spoken = [] }) {
    if (printed !== box) help.innerHTML = printed = box; // as the server renders it on the search page
    help.hidden = !box;
    list.replaceChildren(...suggestions.map(option));
    list.hidden = !suggestions.length || !form.contains(document.activeElement);
    input.setAttribute("aria-expanded", String(!list.hidden));
    choose(-1);
    const number = suggestions.length === 1 ? "1 suggestion" : `${suggestions.length} suggestions`;
    told.textContent = [...spoken, number].join(". ");
  }

  function option({ name, title, url }, place) {
    const item = document.createElement("li");
    item.id = `${list.id}-${place}`;
    item.setAttribute("role", "option");
    item.append(name);
    if (name !== title) {
      const page = document.createElement("span");
      page.className = "soft";
      page.textContent = ` – ${title}`;
      item.append(page);
    }
    item.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus
    item.addEventListener("click", () => location.assign(url));
    return item;
  }

  function choose(place) {
    chosen = place;
    [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === place)));
    if (place < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[place].id);
      list.children[place].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
    told.textContent = "";
  }
}
