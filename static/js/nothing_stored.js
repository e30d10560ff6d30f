// Nothing about a visitor's health is kept, on their own device neither: htmx would note the address of a page, and what
// is asked stands in it. Where storage refuses, htmx does without. Load this before htmx.
Storage.prototype.setItem = () => {
  throw new DOMException("This page stores nothing.", "QuotaExceededError");
};
