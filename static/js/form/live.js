// While somebody types: the measure, what is to mend, and the page as it would be. The server composes; this shows.
import { follow } from "./follow.js";
import { renewToken } from "./token.js";

const PAUSE = 700; // milliseconds without a key
const CALM = 2500; // before anything is said aloud
const form = document.querySelector("form.page[data-draft]");
const kept = (name, value) => {
  try {
    if (value === undefined) return localStorage.getItem(name);
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing shows the same page, and forgets the choice.
  }
  return null;
};

const start = () => {
  const measure = document.getElementById("measure");
  const beside = document.getElementById("beside");
  const frame = beside.querySelector("iframe");
  const word = beside.querySelector(".beside-word");
  const show = measure.querySelector(".show-preview");
  const screen = beside.querySelector(".screen");
  const followAgain = follow(form, frame);
  let timer, calm, asking, last, told;

  const count = ({ problems }) => {
    const stopping = problems.filter((problem) => problem.blocking).length;
    if (!problems.length) return "No issues found.";
    return `${problems.length} to fix${stopping ? `, ${stopping} before a review` : ""}`;
  };
  const size = ({ words, grade, minutes }) =>
    words ? `${words.toLocaleString("en")} words · ${minutes} min · reads at school grade ${grade}` : "No words yet";

  const line = ({ message, fix, blocking }) => {
    const item = document.createElement("li");
    const strong = document.createElement("strong");
    strong.className = "blocking";
    strong.textContent = "Before a review: ";
    const how = document.createElement("span");
    how.className = "fix";
    how.textContent = ` ${fix}`;
    item.append(...(blocking ? [strong] : []), message, how);
    return item;
  };

  const showMeasure = (found) => {
    measure.querySelector(".size").textContent = size(found);
    measure.querySelector(".count").textContent = count(found);
    measure.classList.toggle("stops", found.problems.some((problem) => problem.blocking));
    measure.querySelector(".problems").replaceChildren(...found.problems.map(line));
    clearTimeout(calm);
    // Said once typing has rested, and only if it is another sentence than before.
    calm = setTimeout(() => {
      if (told !== undefined && told !== count(found)) document.getElementById("said").textContent = count(found);
      told = count(found);
    }, CALM);
  };

  // Links lead to a tab of their own; those within the page stay within it.
  const tameLinks = () => {
    for (const link of frame.contentDocument.querySelectorAll("a[href]")) {
      const to = link.getAttribute("href");
      if (to.startsWith("#")) link.setAttribute("href", `about:srcdoc${to}`);
      else Object.assign(link, { target: "_blank", rel: "noopener" });
    }
  };

  const showPage = (html) => {
    if (html === last) return;
    last = html;
    const at = frame.contentWindow?.scrollY || 0;
    const began = performance.now();
    frame.addEventListener(
      "load",
      () => {
        tameLinks();
        frame.contentWindow.scrollTo({ top: at, behavior: "instant" });
        followAgain(began); // the focus may have moved while the page was loaded
      },
      { once: true },
    );
    frame.srcdoc = html;
  };

  const tell = (words) => {
    word.textContent = words;
    word.hidden = !words;
  };

  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    renewToken();
    const typed = [...new FormData(form)].filter(([, value]) => !(value instanceof File));
    const body = new URLSearchParams(typed);
    if (beside.hidden) body.set("measure_only", "1");
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, signal: asking.signal, redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403) {
        return tell("You are signed out. What you typed is still here: save, and sign in when asked.");
      }
      if (!answer.ok) return tell("The preview cannot be shown just now. What you typed is still here.");
      const found = await answer.json();
      tell(found.message || "");
      if (found.problems) showMeasure(found);
      if (found.html) showPage(found.html);
    } catch (error) {
      if (error.name !== "AbortError") tell("The server does not answer. What you typed is still here.");
    }
  };

  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  const setWidth = (width) => {
    screen.className = `screen ${width}`;
    for (const button of beside.querySelectorAll("[data-width]")) {
      button.setAttribute("aria-pressed", String(button.dataset.width === width));
    }
    kept("preview-width", width);
    fit();
  };

  // A desktop page in a narrow column is shown smaller, not squeezed.
  const fit = () => {
    const wide = screen.classList.contains("desktop");
    const scale = wide ? Math.min(1, screen.clientWidth / 1100) : 1;
    frame.style.width = wide ? `${screen.clientWidth / scale}px` : "";
    frame.style.height = `${100 / scale}%`;
    frame.style.transform = scale < 1 ? `scale(${scale})` : "";
  };

  const open = (shown) => {
    beside.hidden = !shown;
    form.classList.toggle("with-preview", shown);
    show.setAttribute("aria-expanded", String(shown));
    show.textContent = shown ? "Hide preview" : "Preview";
    fit();
  };
  const choose = (shown) => {
    kept("preview", shown ? "shown" : "hidden");
    open(shown);
    if (shown) ask();
  };

  show.addEventListener("click", () => choose(beside.hidden));
  beside.querySelector(".hide-preview").addEventListener("click", () => {
    choose(false);
    show.focus();
  });
  for (const button of beside.querySelectorAll("[data-width]")) {
    button.addEventListener("click", () => setWidth(button.dataset.width));
  }
  measure.hidden = false;
  setWidth(kept("preview-width") || "phone");
  const roomy = matchMedia("(min-width: 1400px)").matches;
  open((kept("preview") ?? (roomy ? "shown" : "hidden")) === "shown" && matchMedia("(min-width: 1000px)").matches);
  addEventListener("resize", fit);
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  window.django?.jQuery(form).on("change", "select", soon); // Select2 speaks jQuery only
  ask();
};

if (form) start();
