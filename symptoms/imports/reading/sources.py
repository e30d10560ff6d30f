"""Where something comes from, as references and addresses."""

import re

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

LONGEST_URL, LONGEST_TITLE, LONGEST_PUBLISHER = 500, 300, 200
CURIE = re.compile(r"([A-Za-z][A-Za-z0-9_]*):([A-Za-z0-9_]+)")
is_web = URLValidator(schemes=["http", "https"])


def web(url: str | None) -> str:
    """The address, where a link may lead to it."""
    url = (url or "").strip()
    try:
        is_web(url)
    except ValidationError:
        return ""
    return url if len(url) <= LONGEST_URL else ""


def term(curie: str) -> str:
    """The address that an ontology gives its term: ``SYMP:0000001`` in the OBO library."""
    found = CURIE.fullmatch(curie)
    return f"http://purl.obolibrary.org/obo/{found[1]}_{found[2]}" if found else ""


def reference(title: str, publisher: str = "", url: str = "") -> dict:
    said = {"title": title[:LONGEST_TITLE], "publisher": publisher[:LONGEST_PUBLISHER], "url": web(url)}
    return {name: value for name, value in said.items() if value}


def cited(url: str) -> dict | None:
    """A web address alone, called by its host."""
    address = web(url.removeprefix("url:").strip())
    return reference(address.split("/")[2].removeprefix("www."), url=address) if address else None
