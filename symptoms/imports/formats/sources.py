"""Where a text comes from, as references and addresses."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

MAX_URL_LENGTH = 500
MAX_TITLE_LENGTH = 300
MAX_PUBLISHER_LENGTH = 200
CURIE = re.compile(r"([A-Za-z][A-Za-z0-9_]*):([A-Za-z0-9_]+)")
validate_url = URLValidator(schemes=["http", "https"])


def clean_url(url: str | None) -> str:
    """The address if a link may lead to it, else empty."""
    url = (url or "").strip()
    try:
        validate_url(url)
    except ValidationError:
        return ""
    return url if len(url) <= MAX_URL_LENGTH else ""


def build_term_url(curie: str) -> str:
    """The address that an ontology gives its term: ``SYMP:0000001`` in the OBO library."""
    found = CURIE.fullmatch(curie)
    if not found:
        return ""
    return f"http://purl.obolibrary.org/obo/{found[1]}_{found[2]}"


def build_reference(title: str, publisher: str = "", url: str = "") -> dict:
    values = {
        "title": title[:MAX_TITLE_LENGTH],
        "publisher": publisher[:MAX_PUBLISHER_LENGTH],
        "url": clean_url(url),
    }
    return {name: value for name, value in values.items() if value}


def build_url_references(urls: Iterable[str]) -> list[dict]:
    """References to web addresses, named by their hosts; what is no address is left out."""
    references: list[dict] = []
    for url in urls:
        address = clean_url(url.removeprefix("url:").strip())
        if address:
            host = address.split("/")[2].removeprefix("www.")
            references.append(build_reference(host, url=address))
    return references
