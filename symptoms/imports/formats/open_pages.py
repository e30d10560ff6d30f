"""Symptoms and causes in open data: pages joined from several sources, and terms of an ontology."""

from collections.abc import Iterator
from html import escape

from articles.content.languages import SOURCE_LANGUAGE
from articles.imports.formats import RawRecord, ReaderNote, RejectedRecord
from articles.imports.formats.counter import NoteCounter
from symptoms.imports.formats import codes, frequencies, names, sources, systems
from symptoms.models import BodySystem

# Kinds of names of joined pages that are the same; others are of something related.
NAME_KINDS = {"exact", "mesh-entry", "also-called"}
PUBLISHERS = {
    "SYMP": "Symptom Ontology (CC0)",
    "MedlinePlus": "MedlinePlus, National Library of Medicine (public domain)",
    "HP": "Human Phenotype Ontology",
}
NEVER_SEEN_NOTE = "Causes left out of symptoms, as the symptom was never seen with them (0 of n)"
FREQUENCY_NOTE = (
    "Frequencies left out, as they are of the symptom in those with the cause, not of the cause"
)
NO_TEXT_NOTE = "Symptoms without any text, to be written"
HIERARCHY_NOTE = (
    "Links to broader and narrower symptoms left out, as they are no symptoms that occur along"
)
OMITTED_CAUSE_FIELDS = {
    "definition": "Definitions of causes left out, as causes have no text",
    "topics": "Causes whose topics were left out, as causes have none",
    "codes": "Causes whose codes were left out, as only symptoms have codes",
    "synonyms": "Causes whose other names were left out, as causes have one name",
    "other_names": "Causes whose other names were left out, as causes have one name",
    "plain_name": "Plain names of causes left out, as some are broader than the cause",
    "same_as": "“Same as” ids of causes left out",
}


def read_cause(
    line: int, values: dict, counter: NoteCounter
) -> Iterator[RawRecord | RejectedRecord]:
    key = names.collapse_whitespace(values["id"])
    name = names.collapse_whitespace(values["name"])
    rejected = names.reject_unnamed(line, key, name, name_field="name")
    if rejected:
        yield rejected
        return
    for field, sentence in OMITTED_CAUSE_FIELDS.items():
        counter.add(line, sentence, bool(values.get(field)))
    yield RawRecord(line, {"type": "cause", "id": key, "name": names.capitalize(name)})


def read_joined_page(
    line: int, values: dict, counter: NoteCounter
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    """A page that several sources were joined into. Other pages name it by its slug, its id."""
    key = names.collapse_whitespace(values["slug"])
    name = names.collapse_whitespace(values["name"])
    rejected = names.reject_unnamed(line, key, name, key_field="slug")
    if rejected:
        yield rejected
        return
    title = names.capitalize(name)
    synonyms = values.get("synonyms") or []
    same = [synonym["text"] for synonym in synonyms if synonym["kind"] in NAME_KINDS]
    counter.add(line, "Names left out, as they are of something related", len(synonyms) - len(same))
    record = {
        "type": "symptom",
        "id": key,
        "slug": key,
        "title": title,
        "language": SOURCE_LANGUAGE,
        **names.build_phrase(values.get("raw_name") or name),
    }
    record |= _build_body(line, [values.get("lead"), values.get("definition")], counter)
    terms = values["source_ids"].get("SYMP") or []
    if terms:
        url = sources.build_term_url(terms[0])
        if url:
            record["url"] = url
        record["also"] = terms
    record["other_names"] = names.clean_other_names(line, same, title, counter)
    record["codes"] = codes.keep_known(line, key, _read_codes(values), counter)
    record["causes"] = _read_causes(line, values["causes"], "frequency", counter)
    record["related"] = _read_related(line, values["related"], key, counter)
    record["references"] = _build_references(values, title, record.get("url", ""))
    topics = [*(values.get("body_systems") or []), *(values.get("topics") or [])]
    record["topics"] = _clean_topics(topics)
    counter.add(line, HIERARCHY_NOTE, len(values.get("hierarchy") or []))
    twin = values.get("near_duplicate_of")
    if twin:
        yield ReaderNote(
            line, key, f"Its source holds it for nearly the same as “{twin}”. Merge them if so."
        )
    yield RawRecord(line, record)


def _read_codes(values: dict) -> Iterator[tuple[str, str, str]]:
    for code in values.get("codes") or []:
        yield code["system"], code["code"], names.collapse_whitespace(code.get("display"))


def _clean_topics(topics: list[str]) -> list[str]:
    """Each topic once, in order."""
    return list(dict.fromkeys(map(names.collapse_whitespace, topics)))


def read_term(
    line: int, values: dict, counter: NoteCounter
) -> Iterator[RawRecord | RejectedRecord | ReaderNote]:
    """A term of an ontology with its causes."""
    key = names.collapse_whitespace(values["id"])
    name = names.collapse_whitespace(values["name"])
    rejected = names.reject_unnamed(line, key, name)
    if rejected:
        yield rejected
        return
    if values["obsolete"]:
        yield from read_obsolete_term(
            line, key, name, values.get("replaced_by") or [], values.get("consider") or []
        )
        return
    yield RawRecord(line, _build_term_record(line, key, name, values, counter))


def _build_term_record(line: int, key: str, name: str, values: dict, counter: NoteCounter) -> dict:
    title = names.capitalize(name)
    source = key.partition(":")[0]
    url = sources.build_term_url(key)
    synonyms = values["synonyms"]
    exact = [synonym["text"] for synonym in synonyms if synonym["scope"] == "EXACT"]
    counter.add(
        line,
        "Names left out, as they are broader, narrower or related",
        len(synonyms) - len(exact),
    )
    record = {
        "type": "symptom",
        "id": key,
        "title": title,
        "language": SOURCE_LANGUAGE,
        **names.build_phrase(name),
    }
    if values.get("slug"):
        record["slug"] = values["slug"]
    if url:
        record["url"] = url
    record |= _build_body(line, [values.get("definition")], counter)
    record["other_names"] = names.clean_other_names(line, exact, title, counter)
    xrefs = map(codes.parse_curie, values["xrefs"])
    record["codes"] = codes.keep_known(line, key, xrefs, counter)
    record["causes"] = _read_causes(line, values.get("causes") or [], "raw", counter)
    record["topics"] = _clean_topics(values.get("body_systems") or [])
    record["references"] = [
        sources.build_reference(f"{key} {title}", PUBLISHERS.get(source, source), url)
    ]
    record["also"] = [other for other in values.get("alt_ids") or [] if other != key]
    counter.add(line, "Comments left out", bool(values.get("comment")))
    counter.add(line, HIERARCHY_NOTE, len(values.get("parents") or []))
    return record


def read_obsolete_term(
    line: int, key: str, name: str, replaced_by: list[str], consider: list[str]
) -> Iterator[RawRecord | ReaderNote]:
    """An obsolete term. Its address can lead to one page only, and to none that is a suggestion."""
    successor = replaced_by[0] if len(set(replaced_by)) == 1 else None
    if not successor and replaced_by:
        others = ", ".join(replaced_by)
        yield ReaderNote(
            line, key, f"Obsolete: {others} took its place, so it leads to none of them."
        )
    elif not successor and consider:
        others = ", ".join(consider)
        yield ReaderNote(
            line, key, f"Obsolete: consider {others} in its place. It leads to none by itself."
        )
    title = names.strip_obsolete(name)
    yield RawRecord(line, {"type": "retired", "id": key, "title": title, "replaced_by": successor})


def _build_body(line: int, texts: list[str | None], counter: NoteCounter) -> dict:
    cleaned = [names.collapse_whitespace(text) for text in texts]
    paragraphs = list(dict.fromkeys(filter(None, cleaned)))
    counter.add(line, NO_TEXT_NOTE, not paragraphs)
    if not paragraphs:
        return {}
    return {"body": "".join(f"<p>{escape(text, quote=False)}</p>" for text in paragraphs)}


def _read_causes(line: int, edges: list[dict], field: str, counter: NoteCounter) -> list[dict]:
    causes: dict[str, dict] = {}
    for edge in edges:
        share = frequencies.parse_percentage(edge.get(field) or "")
        if share == 0:
            counter.add(line, NEVER_SEEN_NOTE)
        elif edge["id"] in causes:
            counter.add(line, "Causes that a symptom names twice, the first one kept")
        else:
            causes[edge["id"]] = {"cause": edge["id"]}
            counter.add(line, FREQUENCY_NOTE, share is not None)
    return list(causes.values())


def _read_related(
    line: int, symptoms_by_system: dict[str, list[dict]], key: str, counter: NoteCounter
) -> list[dict]:
    related: dict[str, dict] = {}
    for name, symptoms in symptoms_by_system.items():
        system = systems.find_body_system(name)
        if system is None:
            system = BodySystem.WHOLE_BODY
            counter.add(
                line, f"Related symptoms of “{name[:60]}”, filed under whole-body", len(symptoms)
            )
        for symptom in symptoms:
            slug = symptom["slug"]
            if slug == key or slug in related:
                counter.add(
                    line, "Related symptoms that are the page itself, or there twice, left out"
                )
                continue
            related[slug] = {"symptom": slug, "system": str(system)}
    return list(related.values())


def _build_references(values: dict, title: str, url: str) -> list[dict]:
    """The sources of the text: of the lead, of the definition, and what that one cites."""
    references: list[dict] = []
    if values.get("lead"):
        publisher = _get_publisher(values.get("lead_source") or "")
        address = values.get("article_url") or ""
        references.append(sources.build_reference(title, publisher, address))
    if values.get("definition"):
        source = values.get("definition_source") or ""
        address = _get_definition_url(source, values["source_ids"], url)
        references.append(sources.build_reference(title, _get_publisher(source), address))
    cited: list[str] = []
    for definition in values.get("definitions") or []:
        cited += (definition.get("cites") or "").split(", ")
    return references + sources.build_url_references(cited)


def _get_publisher(source: str) -> str:
    return PUBLISHERS.get(source, source)


def _get_definition_url(source: str, source_ids: dict, term_url: str) -> str:
    mesh = source_ids.get("MeSH")
    if source.startswith("MeSH") and mesh:
        return f"https://meshb.nlm.nih.gov/record/ui?ui={mesh}"
    if source == "SYMP":
        return term_url
    return ""
