"""Reading a page: its text, headings and links, its forms, its lists and its JSON-LD."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

# Text

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


# Forms, filled in as a browser does


class _FormParser(HTMLParser):
    """Name → value, or list of values, of the first form on the page that holds a given field."""

    def __init__(self):
        super().__init__()
        self.values, self.select, self.textarea = {}, None, None

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        ticked = attrs.get("type") in ("checkbox", "radio")
        if tag == "input" and name and attrs.get("type") not in ("submit", "button", "image"):
            if not ticked or "checked" in attrs:
                self.values.setdefault(name, []).append(attrs.get("value", "on" if ticked else ""))
        elif tag == "select" and name:
            self.select = name
            self.values.setdefault(name, [])
        elif tag == "option" and self.select and "selected" in attrs:
            self.values[self.select].append(attrs.get("value", ""))
        elif tag == "textarea" and name:
            self.textarea = name
            self.values[name] = [""]

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self.textarea:
            # A browser drops the line break that follows the opening tag.
            self.values[self.textarea][0] = (
                self.values[self.textarea][0].removeprefix("\r\n").removeprefix("\n")
            )
            self.textarea = None
        elif tag == "select":
            self.select = None


def read_form(response) -> dict:
    """The fields of a page's form as they would be sent unchanged."""
    parser = _FormParser()
    parser.feed(response.text)
    return {name: values for name, values in parser.values.items() if "__prefix__" not in name}


# Lists of the admin


def list_titles(response) -> list[str]:
    """The pages of a list, in its order."""
    return re.findall(r'<th class="field-titled"><a [^>]*>([^<]*)</a>', response.text)


def choose_action(client, address: str, action: str, keys, *, across: bool = False):
    """Tick rows of a list, choose a deed and go: what comes is the page that asks to confirm it."""
    values = {
        "action": action,
        "_selected_action": list(keys),
        "select_across": int(across),
        "index": 0,
    }
    return client.post(address, values)


def confirm_action(client, address: str, response, **fields):
    """Confirm what a page shows, with some fields filled in."""
    return client.post(address, read_form(response) | fields, follow=True)


# JSON-LD

TABLE = json.loads((Path(__file__).parent / "fixtures/schema-org-30.json").read_text())
TYPES, PROPERTIES, MEMBERS = TABLE["types"], TABLE["properties"], TABLE["members"]
TERMS = "https://schema.org/"
SCRIPT = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.S)
SHAPES = {
    "URL": r"https?://[^\s<>\"]+",
    "Date": r"\d{4}(-\d\d-\d\d)?",
    "DateTime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d",
    "Text": r"(?s).+",
}


def read_json_ld(html: str) -> list[dict]:
    """The graph that a page carries; the page carries one, and nothing in it ends the element
    early.
    """
    (text,) = SCRIPT.findall(html)
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return data["@graph"]


def find_node(graph: list[dict], name: str) -> dict:
    """The only node of a type at the top of a graph."""
    (found,) = [node for node in graph if node["@type"] == name]
    return found


def get_ancestors(name: str) -> set[str]:
    """A type and all that it is a kind of."""
    return {name}.union(*(get_ancestors(parent) for parent in TYPES[name]))


def find_schema_faults(graph: list[dict]) -> list[str]:
    """A sentence for each term that may not stand where it stands, and each pointer that leads
    nowhere.
    """
    types = {node["@id"]: _get_types(node) for node in graph}
    faults = []
    for node in graph:
        faults.extend(_iter_faults(node, types))
    return faults


def _get_types(node: dict) -> set[str]:
    named = node["@type"] if isinstance(node["@type"], list) else [node["@type"]]
    return set().union(*(get_ancestors(name) for name in named))


def _iter_faults(node: dict, known: dict[str, set[str]]) -> Iterator[str]:
    own = _get_types(node)
    if (
        set(node) == {"@type", "@id"}
        and "#" in node["@id"]
        and not own <= known.get(node["@id"], set())
    ):
        yield f"{node['@id']} is nowhere said to be a {node['@type']}"
    for name, values in node.items():
        if name.startswith("@"):
            continue
        if name not in PROPERTIES:
            yield f"{name} is no term of ours"
            continue
        if not own & set(PROPERTIES[name]["on"]):
            yield f"{name} does not stand on {node['@type']}"
        for value in values if isinstance(values, list) else [values]:
            if not _fits(value, PROPERTIES[name]["of"]):
                yield f"{name} cannot be {value!r}"
            if isinstance(value, dict):
                yield from _iter_faults(value, known)


def _fits(value, ranges: list[str]) -> bool:
    if isinstance(value, dict):
        return bool(_get_types(value) & set(ranges))
    if isinstance(value, int):
        return bool({"Number", "Integer"} & set(ranges))
    if any(_is_member(value, kind, ranges) for kind in MEMBERS):
        return True
    plain = {
        "Text" if "Text" in get_ancestors(name) and name != "URL" else name
        for name in ranges
        if name in TYPES
    }
    return any(re.fullmatch(SHAPES[name], value) for name in plain & set(SHAPES))


def _is_member(value: str, kind: str, ranges: list[str]) -> bool:
    return bool(get_ancestors(kind) & set(ranges)) and value in {
        f"{TERMS}{name}" for name in MEMBERS[kind]
    }


def list_errors(response) -> list[str]:
    return [f"{found.location}: {found.message}" for found in response.context["form_errors"]]


def list_cause_positions(response) -> list[int]:
    """The numbers that the rows of causes have on a form."""
    values = read_form(response)
    count = int(values["symptom_causes-TOTAL_FORMS"][0])
    return [int(values[f"symptom_causes-{row}-position"][0]) for row in range(count)]


def make_cause_row(number: int, **fields) -> dict:
    """The fields of one row of causes, as a form of a page posts them."""
    return {f"symptom_causes-{number}-{name}": value for name, value in fields.items()}
