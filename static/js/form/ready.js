// Says when the whole form can be used: every editor is mounted and every row has its name. It changes nothing on
// the page; whoever drives the form from outside (a test, a tool of an assistive kind) waits for form[data-ready].
const form = document.querySelector("form.page");
const EDITORS = "textarea[data-django-prose-editor-configurable]";
let loaded = false;

const mounted = (field) => field.editor || field.closest(".empty-form");
const look = () => {
  if (loaded && [...form.querySelectorAll(EDITORS)].every(mounted)) form.dataset.ready = "";
};
const finish = () =>
  setTimeout(() => {
    loaded = true;
    look();
  });

document.addEventListener("prose-editor:ready", look);
if (document.readyState === "complete") finish();
else addEventListener("load", finish);
