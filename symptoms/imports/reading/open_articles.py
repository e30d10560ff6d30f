"""Articles in open data: title, summary, HTML, topics, other names, source and licence."""

from collections.abc import Iterator

from articles.fields import LONGEST, fold
from articles.imports import wild
from articles.imports.reading import Found, Noted, Refused
from articles.imports.reading.cells import TOO_LONG
from articles.imports.reading.tally import Tally
from symptoms.imports.reading import names, sources

LONGEST_SUMMARY, LONGEST_TAG = 300, 100


def article(line: int, values: dict, tally: Tally) -> Iterator[Found | Refused | Noted]:
    key, title = names.one_line(values["id"]), names.one_line(values["title"])
    if trouble := names.trouble(title) or ("" if key else "The record has no id."):
        yield Refused(line, key, "title" if key else "id", trouble)
        return
    if (language := values.get("language") or "en") != "en":
        yield Refused(line, key, "language", f"The article is in “{language}”, and pages are in English for now.")
        return
    if len(values["body_html"] or "") > LONGEST:
        yield Refused(line, key, "body_html", TOO_LONG)
        return
    url = sources.web(values.get("source_url"))
    cleaned = wild.clean(values["body_html"] or "", url)
    yield from (Noted(line, key, f"Dropped: {what}.") for what in cleaned.dropped)
    said = {"type": "article", "id": key, "title": title, "language": "en", "body": cleaned.html}
    said |= {"url": url} if url else {}
    said |= {"slug": values["slug"]} if values.get("slug") else {}
    said |= _summary(line, values.get("summary"), tally)
    said["topics"] = [names.one_line(topic) for topic in values.get("topics") or []]
    said["tags"] = _tags(line, values.get("also_called") or [], title, tally)
    publisher = "; ".join(filter(None, (values.get("source"), values.get("licence"))))
    said["references"] = [sources.reference(title, publisher, url)]
    tally.add(line, "Codes of articles left out, as only symptoms have codes", len(values.get("codes") or []))
    tally.add(line, "Related titles left out, as articles have none", len(values.get("related_titles") or []))
    yield Found(line, said)


def _summary(line: int, text: str | None, tally: Tally) -> dict:
    summary = names.one_line(text)
    if len(summary) > LONGEST_SUMMARY:
        tally.add(line, f"Summaries of more than {LONGEST_SUMMARY} characters left out")
        return {}
    return {"summary": summary} if summary else {}


def _tags(line: int, also_called: list[str], title: str, tally: Tally) -> list[str]:
    """Other names as tags: articles have no other names, and a search finds tags."""
    found = names.others(line, also_called, title, tally)
    kept = [name for name in found if len(name) <= LONGEST_TAG and fold(name)]
    tally.add(line, "“Also called” names that became tags, as articles have no other names", len(kept))
    tally.add(line, f"“Also called” names of more than {LONGEST_TAG} characters left out", len(found) - len(kept))
    return kept
