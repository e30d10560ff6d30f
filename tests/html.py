"""What a page shows to a reader: its headings and lists in reading order, without its markup."""

import re
from html.parser import HTMLParser

HEADINGS = {f"h{level}": level for level in range(1, 7)}
LISTS = {"ul", "ol", "dl"}
WHITESPACE = re.compile(r"[ \t\r\n\f]+")  # what browsers collapse
HIDDEN_TAGS = {"script", "style", "head", "title"}


class Outline(HTMLParser):
    """Reads a page into ``steps``: ("h2", text), ("text", text), and ("empty", tag) for a list
    without an item.
    """

    def __init__(self, html: str):
        super().__init__()
        self.steps: list[tuple[str, str]] = []
        self.links: list[str] = []
        self._heading, self._lists, self._hidden_depth = None, [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._hidden_depth += tag in HIDDEN_TAGS
        if tag in HEADINGS:
            self._heading = tag
            self.steps.append((tag, ""))
        if tag in LISTS:
            self._lists.append(0)
        if tag in {"li", "dt"} and self._lists:
            self._lists[-1] += 1
        if tag == "a":
            self.links.append(dict(attrs).get("href", ""))

    def handle_endtag(self, tag):
        self._hidden_depth -= tag in HIDDEN_TAGS
        if tag == self._heading:
            self._heading = None
        if tag in LISTS and not self._lists.pop():
            self.steps.append(("empty", tag))

    def handle_data(self, data):
        if self._hidden_depth or not data.strip():
            return
        data = WHITESPACE.sub(" ", data)  # as a browser shows it
        if self._heading:
            tag, text = self.steps[-1]
            self.steps[-1] = (tag, text + data)
        else:
            self.steps.append(("text", data.strip()))


def find_empty_sections(html: str) -> list[str]:
    """Headings that nothing follows before the next one of their own or a higher level, and empty
    lists.
    """
    steps = Outline(html).steps
    found = [f"an empty <{text}>" for kind, text in steps if kind == "empty"]
    for (kind, text), (after, _) in zip(steps, [*steps[1:], ("end", "")], strict=True):
        if kind in HEADINGS and (
            not text.strip() or after == "end" or HEADINGS.get(after, 7) <= HEADINGS[kind]
        ):
            found.append(f"<{kind}>{text}")
    return found


def get_text(html: str) -> str:
    return " ".join(text for kind, text in Outline(html).steps if kind != "empty")


def get_links(html: str) -> list[str]:
    return Outline(html).links
