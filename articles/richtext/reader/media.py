"""What no page can carry: scripts, frames, forms, sounds, drawings and images. It is left out."""

from collections import Counter
from collections.abc import Iterator

from articles.richtext.reader.tree import Element, remove, walk

# Elements that are left out with their content, and what an editor calls each.
NAMES = {
    "script": "script",
    "iframe": "frame",
    "object": "embedded file",
    "embed": "embedded file",
    "audio": "sound",
    "video": "video",
    "canvas": "drawing",
    "svg": "drawing",
    "math": "formula",
    "button": "control of a form",
    "input": "control of a form",
    "label": "control of a form",
    "select": "control of a form",
    "textarea": "control of a form",
}
NAMES_WITH_SOURCE = {"iframe", "object"}
# Elements that no visitor saw, and styles, which were read: left out without a note.
INVISIBLE_TAGS = {"style", "title", "noembed", "noframes", "datalist", "xml"}
SIZES_OF_COUNTERS = ("0", "1")  # width or height of images that count visitors
MAX_LISTED_IMAGES = 5


def remove_media(root: Element, left_out: Counter[str]) -> None:
    """Leave everything but images out of a tree, and count it by kind."""
    removed: set[Element] = set()
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if element.tag in INVISIBLE_TAGS:
            removed.add(element)
        elif element.tag in NAMES:
            removed.add(element)
            left_out[_get_name(element)] += 1
        else:
            waiting += element.elements
    remove(root, removed)


def _get_name(element: Element) -> str:
    source = element.get("src") or element.get("data")
    if element.tag in NAMES_WITH_SOURCE and source:
        return f"{NAMES[element.tag]} ({source})"
    return NAMES[element.tag]


def remove_images(root: Element, left_out: Counter[str]) -> list[str]:
    """Leave images out of a tree. Returns what is known of each that a reader saw."""
    images = [element for element in walk(root) if element.tag == "img"]
    remove(root, set(images))
    descriptions = []
    for image in images:
        if image.get("width") in SIZES_OF_COUNTERS or image.get("height") in SIZES_OF_COUNTERS:
            left_out["image that counts visitors"] += 1
        else:
            descriptions.append(_describe_image(image))
    return descriptions


def _describe_image(image: Element) -> str:
    parts = []
    if alt := image.get("alt").strip():
        parts.append(f"“{alt}”")
    source = image.get("src")
    if source and not source.startswith("data:"):
        parts.append(f"({source})")
    return " ".join(parts)


def format_images(descriptions: list[str]) -> Iterator[str]:
    """A line for all images together; none if there are none."""
    if not descriptions:
        return
    text = f"{len(descriptions):,} {'image' if len(descriptions) == 1 else 'images'}"
    known = list(filter(None, descriptions))
    listed = known[:MAX_LISTED_IMAGES]
    if len(known) > MAX_LISTED_IMAGES:
        listed.append(f"and {len(known) - MAX_LISTED_IMAGES:,} more")
    if listed:
        text += f": {', '.join(listed)}"
    yield text
