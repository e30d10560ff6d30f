// Gives each rich-text editor the name of its field: the editor itself leaves its text box nameless.
const nameEditors = () => {
  for (const box of document.querySelectorAll(".prose-editor [contenteditable]:not([aria-label])")) {
    const field = box.closest(".prose-editor").querySelector("textarea");
    const label = document.querySelector(`label[for="${field.id}"]`);
    box.setAttribute("aria-label", (label ? label.textContent : field.name).trim().replace(/:$/, ""));
    box.setAttribute("aria-multiline", "true");
  }
};
new MutationObserver(nameEditors).observe(document.body, { childList: true, subtree: true });
nameEditors();
