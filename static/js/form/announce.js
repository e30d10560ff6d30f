// Says aloud what changed on the form, also if it is the same words again.
export const announce = (words) => {
  const region = document.getElementById("said");
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = words));
};
