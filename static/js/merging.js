// The box that looks for the other one is called as its label says: Select2 leaves it without a name.
// Asked of the same list as the admin, so that it comes after what the admin does itself.
django.jQuery(() => {
  const select = document.getElementById("id_other");
  const box = select?.parentElement.querySelector(".select2-selection[role=combobox]");
  const label = document.querySelector(`label[for="id_other"]`);
  if (!box || !label) return;
  label.id = "id_other_label";
  const shown = box.querySelector(".select2-selection__rendered");
  shown?.setAttribute("aria-labelledby", label.id);
  box.setAttribute("aria-labelledby", shown ? `${label.id} ${shown.id}` : label.id);
});
