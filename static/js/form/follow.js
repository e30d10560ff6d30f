// The preview goes along: what has the focus in the form is brought into sight beside it. It is a help for the eye only.

// Where a section, or a field of one, is found on the page: the first of these that is there.
const PLACES = {
  "section-name-and-summary": ["header"],
  "section-other-names": [".aka", "header"],
  "section-when-to-get-help": [".advice"],
  "section-overview": [".overview"],
  "section-text": [".overview"],
  "section-spotlight": [".spotlight"],
  "section-related-symptoms": ["#symptoms"],
  "section-introduction-to-the-causes": ["#causes"],
  "section-causes": ["#causes"],
  "section-images": ["figure"],
  "section-references": ["#references"],
  "section-codes": [".codes"],
  "section-page-settings": [".legal", ".imprint"],
};
const FIELDS = { diagnosis_questions: "#questions", treatment: "#treatment", complications: "#complications" };

const places = (part, at) => {
  const field = Object.keys(FIELDS).find((name) => at.closest(`.field-${name}`));
  return field ? [FIELDS[field]] : PLACES[part.id] || [];
};

const SCROLLING = 1000; // milliseconds that a smooth scroll may take

/**
 * Follow the focus of a form in the frame beside it.
 *
 * Gives a function that goes there again if that began after a moment, or was still under way then: for a page that was
 * loaded again meanwhile.
 */
export const follow = (form, frame) => {
  let last;
  let moved = -Infinity;

  const show = (there, behavior) => {
    const found = there.map((place) => frame.contentDocument?.querySelector(`article.doc ${place}`)).find(Boolean);
    if (!found) return;
    const top = found.getBoundingClientRect().top + frame.contentWindow.scrollY - 16;
    frame.contentWindow.scrollTo({ top, behavior });
  };

  form.addEventListener("focusin", ({ target }) => {
    const part = target.closest("section.part");
    if (!part || frame.closest("[hidden]")) return;
    const there = places(part, target);
    if (there.join() === last?.join()) return; // within a section the reader's own scrolling stands
    last = there;
    moved = performance.now();
    show(there, matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
  });

  return (moment) => {
    if (moved > moment - SCROLLING) show(last, "instant");
  };
};
