// A box that looks for something is called as its label says: Select2 leaves it without a name.
// Asked of the same list as the admin, so that it comes after what the admin does itself.
django.jQuery(() => {
  for (const select of document.querySelectorAll("select.admin-autocomplete[id]")) {
    const box = select.parentElement.querySelector(".select2-selection[role=combobox]");
    const label = document.querySelector(`label[for="${select.id}"]`);
    if (!box || !label) continue;
    label.id = `${select.id}_label`;
    const shown = box.querySelector(".select2-selection__rendered");
    shown?.setAttribute("aria-labelledby", label.id);
    box.setAttribute("aria-labelledby", shown ? `${label.id} ${shown.id}` : label.id);
  }
});
