// Says aloud what changed on the form, also if it is the same words again.
export const say = (words) => {
  const said = document.getElementById("said");
  said.textContent = "";
  requestAnimationFrame(() => (said.textContent = words));
};
