// Says when the whole form can be used: the editors in sight are mounted and every row has its name. It changes nothing
// on the page; whoever drives the form from outside (a test, a tool of an assistive kind) waits for form[data-ready].
const form = document.querySelector("form.page");

const isSeen = (box) => {
  const { top, bottom } = box.getBoundingClientRect();
  return top < innerHeight && bottom > 0;
};
const look = () => {
  if ([...form.querySelectorAll(".prose-editor.waiting")].some(isSeen)) requestAnimationFrame(look);
  else form.dataset.ready = "";
};
const finish = () => setTimeout(look);

if (document.readyState === "complete") finish();
else addEventListener("load", finish);
