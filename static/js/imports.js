// Imports: says at once that a file is too large, that something is going on, and lets nobody press twice.
const size = (bytes) => `${Math.ceil(bytes / 1024 / 1024)} MB`;

for (const input of document.querySelectorAll("input[data-largest]")) {
  input.addEventListener("change", () => {
    const file = input.files[0], largest = Number(input.dataset.largest);
    const tooLarge = file && file.size > largest;
    input.setCustomValidity(tooLarge ? `This file has ${size(file.size)}, and at most ${size(largest)} can be sent. Compress it (.gz), or divide it.` : "");
    input.reportValidity();
  });
}
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", (event) => {
    const wrong = form.querySelector("input[data-largest]:invalid");
    if (wrong) {
      event.preventDefault();
      wrong.reportValidity();
      return;
    }
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelector(".busy").textContent = form.dataset.busy;
  });
}
// Whoever comes back by the browser's Back may press again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelector(".busy").textContent = "";
  }
});
