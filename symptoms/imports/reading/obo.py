"""Ontologies in OBO format, such as the Symptom Ontology: a symptom a term."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from articles.imports.reading import Found, Noted, Refused, Unreadable, files
from articles.imports.reading.tally import Tally
from symptoms.imports.reading import codes, names, sources
from symptoms.imports.reading.obo_graph import Graph
from symptoms.imports.reading.obo_stanzas import Stanza, cited, quoted, stanzas
from symptoms.imports.reading.open_pages import NO_TEXT, PUBLISHERS, retired

MOST_TERMS = 500_000  # their ids and what they are kinds of are held, some hundred bytes each
HAS_ROOT = "IAO:0000700"  # how an ontology says which term names the whole of it
USED = {"id", "name", "def", "synonym", "xref", "alt_id", "is_a", "is_obsolete", "replaced_by", "consider"}
SCOPE = "EXACT"


def read(path: Path) -> Iterator[Found | Refused | Noted]:
    """Twice through the file: what stands above what, then term by term."""
    files.expect(path, "obo", called="an ontology in OBO format")
    ontology = Ontology(path)
    yield from ontology.notes()
    with files.unpacked(path) as source:
        for stanza in stanzas(source):
            if stanza.kind == "Term":
                yield from ontology.record(stanza)
    yield from ontology.tally.told()


class Ontology:
    def __init__(self, path: Path):
        self.tally = Tally()
        self._names: dict[str, str] = {}
        self.graph = self._graph(path)
        topics = {top for tops in self.graph.tops.values() for top in tops}
        self.topics = {top: topic(self._names[top]) for top in topics}
        self._names.clear()

    def _graph(self, path: Path) -> Graph:
        parents: dict[str, tuple[str, ...]] = {}
        roots: list[str] = []
        with files.unpacked(path) as source:
            for stanza in stanzas(source):
                if not stanza.kind:
                    roots = [
                        value.split()[-1] for value in stanza.every("property_value") if value.startswith(HAS_ROOT)
                    ]
                elif stanza.kind == "Term" and stanza.one("id") and not stanza.says("is_obsolete"):
                    parents.setdefault(stanza.one("id"), tuple(stanza.every("is_a")))
                    self._names.setdefault(stanza.one("id"), names.one_line(stanza.one("name")))
                if len(parents) > MOST_TERMS:
                    raise Unreadable(f"Line {stanza.line:,}: there are more than {MOST_TERMS:,} terms. Split the file.")
        return Graph(parents, roots)

    def notes(self) -> Iterator[Noted]:
        for circle in self.graph.circles():
            way = " → ".join([*circle[:10], "…" if len(circle) > 10 else circle[0]])
            yield Noted(1, circle[0], f"Goes round in a circle ({way}), so nothing is filed by it.")
        self.tally.add(1, "Links to terms that are not in the file left out", self.graph.dangling())

    def record(self, stanza: Stanza) -> Iterator[Found | Refused | Noted]:
        line, key, name = stanza.line, names.one_line(stanza.one("id")), names.one_line(stanza.one("name"))
        trouble = stanza.trouble or names.trouble(name) or ("" if key else "The term has no id.")
        if trouble:
            yield Refused(line, key, "" if stanza.trouble else "title" if key else "id", trouble)
        elif stanza.says("is_obsolete"):
            yield from retired(line, key, name, stanza.every("replaced_by"), stanza.every("consider"))
        elif key in self.graph.roots:
            yield Noted(line, key, f"“{name}” names the whole ontology and becomes no page.")
        elif stanza.says("is_anonymous"):
            yield Noted(line, key, "The term is anonymous and becomes no page.")
        else:
            try:
                yield Found(line, self._symptom(stanza, key, name))
            except ValueError as error:
                yield Refused(line, key, "", str(error))

    def _symptom(self, stanza: Stanza, key: str, name: str) -> dict:
        line, title = stanza.line, names.title(name)
        text, cites = self._definition(stanza)
        url = sources.term(key)
        own = sources.reference(f"{key} {title}", PUBLISHERS.get(key.partition(":")[0], ""), url)
        said = {"type": "symptom", "id": key, "title": title, "language": "en"}
        said |= names.phrase(name, capital_means_it=True) | ({"url": url} if url else {})
        said |= {"body": f"<p>{escape(text, quote=False)}</p>"} if text else {}
        said["other_names"] = self._other_names(stanza, title)
        said["codes"] = codes.known(line, map(self._xref, stanza.every("xref")), self.tally)
        said["topics"] = sorted({self.topics[top] for top in self.graph.tops.get(key, ())})
        said["references"] = [own, *filter(None, map(sources.cited, cites))]
        said["also"] = [other for other in stanza.every("alt_id") if other != key]
        for tag in stanza.values.keys() - USED:
            self.tally.add(line, f"Lines “{tag[:40]}” left out", len(stanza.every(tag)))
        return said

    def _definition(self, stanza: Stanza) -> tuple[str, list[str]]:
        if not stanza.one("def"):
            self.tally.add(stanza.line, NO_TEXT)
            return "", []
        text, rest = quoted(stanza.one("def"))
        return names.one_line(text), cited(rest)

    def _other_names(self, stanza: Stanza, title: str) -> list[str]:
        found = [quoted(value) for value in stanza.every("synonym")]
        exact = [text for text, rest in found if rest.split("[")[0].split()[:1] == [SCOPE]]
        self.tally.add(stanza.line, "Names left out, as they are broader, narrower or related", len(found) - len(exact))
        return names.others(stanza.line, exact, title, self.tally)

    def _xref(self, value: str) -> tuple[str, str, str]:
        curie, _, display = value.partition(" ")
        return codes.from_curie(curie, display.strip().strip('"'))


def topic(name: str) -> str:
    """A term at the top as the name of a topic: “abdominal symptom” files under “Abdominal symptoms”."""
    return names.title(name) + ("s" if name.endswith(" symptom") else "")
