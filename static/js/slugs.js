// Suggests the URL slug while a name is typed. That of a name with letters that are none of the alphabet (œ, ½, 頭) stays
// empty, and the server makes it.
"use strict";
window.URLify = (name, length) => {
  const plain = name.normalize("NFD").replace(/[\u0300-\u036f'’‘ʼ´`′]/g, "").replace(/[‐‑–—−]/g, "-").replace(/\s/g, " ");
  if (/[^\x00-\x7f]/.test(plain)) return "";
  const separated = plain.toLowerCase().replace(/(\d)[.,:^](?=\d)/g, "$1-").replace(/\//g, "-");
  return separated.replace(/[^-\w ]/g, "").trim().replace(/[- ]+/g, "-").slice(0, length).replace(/-+$/, "");
};
