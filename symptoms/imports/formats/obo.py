"""Ontologies in OBO format, such as the Symptom Ontology: a symptom a term."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

from articles.content.languages import SOURCE_LANGUAGE
from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord, UnreadableFile, files
from articles.imports.formats.counter import NoteCounter
from symptoms.imports.formats import codes, names, sources
from symptoms.imports.formats.obo_graph import OntologyGraph
from symptoms.imports.formats.obo_stanzas import (
    OboStanza,
    parse_sources,
    read_stanzas,
    split_quoted,
)
from symptoms.imports.formats.open_pages import NO_TEXT_NOTE, PUBLISHERS, read_obsolete_term

MAX_TERMS = 500_000  # their ids and parents are in memory, some hundred bytes each
ROOT_PROPERTY = "IAO:0000700"  # how an ontology says which term names the whole of it
USED_TAGS = {
    "id",
    "name",
    "def",
    "synonym",
    "xref",
    "alt_id",
    "is_a",
    "is_obsolete",
    "replaced_by",
    "consider",
}
EXACT_SCOPE = "EXACT"


def read(path: Path) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    """Reads the file twice: first the hierarchy, then term by term."""
    files.check_type(path, "obo", label="an ontology in OBO format")
    ontology = OboOntology(path)
    yield from ontology.find_problems()
    with files.open_unpacked(path) as source:
        for stanza in read_stanzas(source):
            if stanza.kind == "Term":
                yield from ontology.read_term(stanza)
    yield from ontology.counter.get_notes()


class OboOntology:
    """Reads the terms of one file as symptoms, each filed under the topics of its top terms."""

    def __init__(self, path: Path):
        self.counter = NoteCounter()
        self._names: dict[str, str] = {}
        self.graph = self._build_graph(path)
        self.topics = self._name_topics()
        self._names.clear()

    def _build_graph(self, path: Path) -> OntologyGraph:
        parents: dict[str, tuple[str, ...]] = {}
        roots: list[str] = []
        with files.open_unpacked(path) as source:
            for stanza in read_stanzas(source):
                key = stanza.get_value("id")
                if not stanza.kind:
                    roots = _read_roots(stanza)
                elif stanza.kind == "Term" and key and not stanza.is_true("is_obsolete"):
                    parents.setdefault(key, tuple(stanza.get_values("is_a")))
                    name = names.collapse_whitespace(stanza.get_value("name"))
                    self._names.setdefault(key, name)
                if len(parents) > MAX_TERMS:
                    raise UnreadableFile(
                        f"Line {stanza.line:,}: there are more than {MAX_TERMS:,} terms. "
                        "Split the file."
                    )
        return OntologyGraph(parents, roots)

    def _name_topics(self) -> dict[str, str]:
        """The names of topics by the ids of top terms."""
        topics: dict[str, str] = {}
        for top_terms in self.graph.top_terms.values():
            for top in top_terms:
                if top not in topics:
                    topics[top] = build_topic_name(self._names[top])
        return topics

    def find_problems(self) -> Iterator[ReaderNote]:
        for cycle in self.graph.find_cycles():
            end = "…" if len(cycle) > 10 else cycle[0]
            way = " → ".join([*cycle[:10], end])
            yield ReaderNote(
                1, cycle[0], f"Goes round in a circle ({way}), so nothing is filed by it."
            )
        self.counter.add(
            1, "Links to terms that are not in the file left out", self.graph.count_dangling()
        )

    def read_term(self, stanza: OboStanza) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
        line = stanza.line
        key = names.collapse_whitespace(stanza.get_value("id"))
        name = names.collapse_whitespace(stanza.get_value("name"))
        if stanza.trouble:
            yield RejectedRecord(line, key, "", stanza.trouble)
            return
        rejected = names.reject_unnamed(line, key, name, noun="term")
        if rejected:
            yield rejected
        elif stanza.is_true("is_obsolete"):
            yield from read_obsolete_term(
                line, key, name, stanza.get_values("replaced_by"), stanza.get_values("consider")
            )
        elif key in self.graph.roots:
            yield ReaderNote(line, key, f"“{name}” names the whole ontology and becomes no page.")
        elif stanza.is_true("is_anonymous"):
            yield ReaderNote(line, key, "The term is anonymous and becomes no page.")
        else:
            try:
                yield RawRecord(line, self._build_symptom(stanza, key, name))
            except ValueError as error:
                yield RejectedRecord(line, key, "", str(error))

    def _build_symptom(self, stanza: OboStanza, key: str, name: str) -> dict:
        line = stanza.line
        title = names.capitalize(name)
        text, cited = self._read_definition(stanza)
        url = sources.build_term_url(key)
        publisher = PUBLISHERS.get(key.partition(":")[0], "")
        own_reference = sources.build_reference(f"{key} {title}", publisher, url)
        record: dict[str, Any] = {"type": "symptom", "id": key, "title": title}
        record["language"] = SOURCE_LANGUAGE
        record |= names.build_phrase(name, capital_is_meant=True)
        if url:
            record["url"] = url
        if text:
            record["body"] = f"<p>{escape(text, quote=False)}</p>"
        record["other_names"] = self._read_other_names(stanza, title)
        xrefs = map(_parse_xref, stanza.get_values("xref"))
        record["codes"] = codes.keep_known(line, key, xrefs, self.counter)
        top_terms = self.graph.top_terms.get(key, ())
        record["topics"] = sorted({self.topics[top] for top in top_terms})
        record["references"] = [own_reference, *sources.build_url_references(cited)]
        record["also"] = [other for other in stanza.get_values("alt_id") if other != key]
        for tag in stanza.values.keys() - USED_TAGS:
            self.counter.add(line, f"Lines “{tag[:40]}” left out", len(stanza.get_values(tag)))
        return record

    def _read_definition(self, stanza: OboStanza) -> tuple[str, list[str]]:
        """The text of a term and the sources that it cites. Raises ValueError."""
        if not stanza.get_value("def"):
            self.counter.add(stanza.line, NO_TEXT_NOTE)
            return "", []
        text, rest = split_quoted(stanza.get_value("def"))
        return names.collapse_whitespace(text), parse_sources(rest)

    def _read_other_names(self, stanza: OboStanza, title: str) -> list[str]:
        """The exact synonyms; others are counted. Raises ValueError."""
        synonyms = stanza.get_values("synonym")
        exact: list[str] = []
        for synonym in synonyms:
            text, rest = split_quoted(synonym)
            scope = rest.split("[")[0].split()[:1]
            if scope == [EXACT_SCOPE]:
                exact.append(text)
        self.counter.add(
            stanza.line,
            "Names left out, as they are broader, narrower or related",
            len(synonyms) - len(exact),
        )
        return names.clean_other_names(stanza.line, exact, title, self.counter)


def _read_roots(header: OboStanza) -> list[str]:
    """The ids of the terms that name the whole ontology."""
    roots: list[str] = []
    for value in header.get_values("property_value"):
        if value.startswith(ROOT_PROPERTY):
            roots.append(value.split()[-1])
    return roots


def _parse_xref(value: str) -> tuple[str, str, str]:
    """System, code and display of a cross-reference."""
    curie, _, display = value.partition(" ")
    return codes.parse_curie(curie, display.strip().strip('"'))


def build_topic_name(name: str) -> str:
    """A top term as the name of a topic: “abdominal symptom” gives “Abdominal symptoms”."""
    topic = names.capitalize(name)
    if name.endswith(" symptom"):
        topic += "s"
    return topic
