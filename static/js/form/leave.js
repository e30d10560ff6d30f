// Asks before leaving what is not saved, and only then; and keeps the form sendable after signing in elsewhere.
const form = document.querySelector("form.page");
let sending = false;

// Editors write their own HTML for the same words, so what they loaded counts as unchanged too.
const lines = () =>
  [...new FormData(form)]
    .filter(([name]) => name !== "csrfmiddlewaretoken" && !name.includes("__prefix__"))
    .map(([name, value]) => {
      const field = form.elements.namedItem(name);
      return `${name}=${field?.loaded !== undefined && value === field.loaded ? field.opened : (value.name ?? value)}`;
    })
    .sort()
    .join("\n");

for (const field of form.querySelectorAll("textarea")) field.opened = field.value;
const opened = lines();
const differs = () => "unsaved" in form.dataset || lines() !== opened;

export const renewToken = () => {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (cookie) for (const field of document.getElementsByName("csrfmiddlewaretoken")) field.value = cookie[1];
};

// An editor whose words are those it loaded sends the text as it is stored, not its own HTML for it.
const sendAsStored = () => {
  for (const field of form.querySelectorAll("textarea")) {
    if (field.opened !== undefined && field.value === field.loaded) field.value = field.opened;
  }
};

form.addEventListener("submit", () => {
  renewToken();
  sendAsStored();
  sending = true;
});
addEventListener("pageshow", () => (sending = false));
addEventListener("beforeunload", (event) => {
  if (!sending && differs()) event.preventDefault();
});
