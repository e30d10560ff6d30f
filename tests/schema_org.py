"""Whether JSON-LD uses terms of schema.org where they may stand."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

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


def find_faults(graph: list[dict]) -> list[str]:
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
