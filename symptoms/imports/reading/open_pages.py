"""Symptoms and causes in open data: pages joined from several sources, and terms of an ontology."""

from collections.abc import Iterator
from html import escape

from articles.imports.reading import Found, Noted, Refused
from articles.imports.reading.tally import Tally
from symptoms.imports.reading import codes, frequencies, names, sources, systems
from symptoms.models import BodySystem

NAMES = {"exact", "mesh-entry", "also-called"}  # of joined pages; the others are related, not the same
PUBLISHERS = {
    "SYMP": "Symptom Ontology (CC0)",
    "MedlinePlus": "MedlinePlus, National Library of Medicine (public domain)",
    "HP": "Human Phenotype Ontology",
}
NEVER = "Causes left out of symptoms, as the symptom was never seen with them (0 of n)"
SHARES = "Frequencies left out, as they are of the symptom in those with the cause, not of the cause"
NO_TEXT = "Symptoms without any text, to be written"
HIERARCHY = "Links to broader and narrower symptoms left out, as they are no symptoms that occur along"
IN_CAUSES = {
    "definition": "Definitions of causes left out, as causes have no text",
    "topics": "Causes whose topics were left out, as causes have none",
    "codes": "Causes whose codes were left out, as only symptoms have codes",
    "synonyms": "Causes whose other names were left out, as causes have one name",
    "other_names": "Causes whose other names were left out, as causes have one name",
    "plain_name": "Plain names of causes left out, as some are broader than the cause",
    "same_as": "“Same as” ids of causes left out",
}


def cause(line: int, values: dict, tally: Tally) -> Iterator[Found | Refused]:
    key, name = names.one_line(values["id"]), names.one_line(values["name"])
    if trouble := names.trouble(name, "name") or ("" if key else "The record has no id."):
        yield Refused(line, key, "name" if key else "id", trouble)
        return
    for field, sentence in IN_CAUSES.items():
        tally.add(line, sentence, bool(values.get(field)))
    yield Found(line, {"type": "cause", "id": key, "name": names.title(name)})


def joined(line: int, values: dict, tally: Tally) -> Iterator[Found | Refused | Noted]:
    """A page that several sources were joined into. Its id is its slug, by which the others name it."""
    key, name = names.one_line(values["slug"]), names.one_line(values["name"])
    if trouble := names.trouble(name) or ("" if key else "The record has no slug."):
        yield Refused(line, key, "title" if key else "slug", trouble)
        return
    title, raw = names.title(name), values.get("raw_name") or name
    synonyms = values.get("synonyms") or []
    same = [synonym["text"] for synonym in synonyms if synonym["kind"] in NAMES]
    tally.add(line, "Names left out, as they are of something related", len(synonyms) - len(same))
    said = {"type": "symptom", "id": key, "slug": key, "title": title, "language": "en", **names.phrase(raw)}
    said |= _text(line, [values.get("lead"), values.get("definition")], tally)
    terms = values["source_ids"].get("SYMP") or []
    said |= {"url": sources.term(terms[0])} if terms and sources.term(terms[0]) else {}
    said |= {"also": terms} if terms else {}
    said["other_names"] = names.others(line, same, title, tally)
    found = ((code["system"], code["code"], names.one_line(code.get("display"))) for code in values.get("codes") or [])
    said["codes"] = codes.known(line, found, tally)
    said["causes"] = _causes(line, values["causes"], "frequency", tally)
    said["related"] = _related(line, values["related"], key, tally)
    said["references"] = _references(values, title, said.get("url", ""))
    topics = [*(values.get("body_systems") or []), *(values.get("topics") or [])]
    said["topics"] = list(dict.fromkeys(map(names.one_line, topics)))
    tally.add(line, HIERARCHY, len(values.get("hierarchy") or []))
    if twin := values.get("near_duplicate_of"):
        yield Noted(line, key, f"Its source holds it for nearly the same as “{twin}”. Merge them if so.")
    yield Found(line, said)


def term(line: int, values: dict, tally: Tally) -> Iterator[Found | Refused | Noted]:
    """A term of an ontology with its causes."""
    key, name = names.one_line(values["id"]), names.one_line(values["name"])
    if trouble := names.trouble(name) or ("" if key else "The record has no id."):
        yield Refused(line, key, "title" if key else "id", trouble)
        return
    if values["obsolete"]:
        yield from retired(line, key, name, values.get("replaced_by") or [], values.get("consider") or [])
        return
    title, source, url = names.title(name), key.partition(":")[0], sources.term(key)
    exact = [synonym["text"] for synonym in values["synonyms"] if synonym["scope"] == "EXACT"]
    tally.add(line, "Names left out, as they are broader, narrower or related", len(values["synonyms"]) - len(exact))
    said = {"type": "symptom", "id": key, "title": title, "language": "en", **names.phrase(name)}
    said |= {"slug": values["slug"]} if values.get("slug") else {}
    said |= {"url": url} if url else {}
    said |= _text(line, [values.get("definition")], tally)
    said["other_names"] = names.others(line, exact, title, tally)
    said["codes"] = codes.known(line, map(codes.from_curie, values["xrefs"]), tally)
    said["causes"] = _causes(line, values.get("causes") or [], "raw", tally)
    said["topics"] = list(dict.fromkeys(map(names.one_line, values.get("body_systems") or [])))
    said["references"] = [sources.reference(f"{key} {title}", PUBLISHERS.get(source, source), url)]
    said["also"] = [other for other in values.get("alt_ids") or [] if other != key]
    tally.add(line, "Comments left out", bool(values.get("comment")))
    tally.add(line, HIERARCHY, len(values.get("parents") or []))
    yield Found(line, said)


def retired(line: int, key: str, name: str, replaced_by: list[str], consider: list[str]) -> Iterator[Found | Noted]:
    """An obsolete term. Its address can lead to one page only, and to none that is a suggestion."""
    one = replaced_by[0] if len(set(replaced_by)) == 1 else None
    if replaced_by and not one:
        yield Noted(line, key, f"Obsolete: {', '.join(replaced_by)} took its place, so it leads to none of them.")
    elif consider and not one:
        yield Noted(line, key, f"Obsolete: consider {', '.join(consider)} in its place. It leads to none by itself.")
    title = names.without_obsolete(name)
    yield Found(line, {"type": "retired", "id": key, "title": title, "replaced_by": one})


def _text(line: int, texts: list[str | None], tally: Tally) -> dict:
    lines = list(dict.fromkeys(filter(None, map(names.one_line, texts))))
    tally.add(line, NO_TEXT, not lines)
    return {"body": "".join(f"<p>{escape(text, quote=False)}</p>" for text in lines)} if lines else {}


def _causes(line: int, found: list[dict], field: str, tally: Tally) -> list[dict]:
    kept: dict[str, dict] = {}
    for edge in found:
        share = frequencies.share(edge.get(field) or "")
        if share == 0:
            tally.add(line, NEVER)
        elif edge["id"] in kept:
            tally.add(line, "Causes that a symptom names twice, the first one kept")
        else:
            kept[edge["id"]] = {"cause": edge["id"]}
            tally.add(line, SHARES, share is not None)
    return list(kept.values())


def _related(line: int, found: dict[str, list[dict]], key: str, tally: Tally) -> list[dict]:
    kept: dict[str, dict] = {}
    for name, symptoms in found.items():
        system = systems.known(name)
        if system is None:
            tally.add(line, f"Related symptoms of “{name[:60]}”, filed under whole-body", len(symptoms))
        for symptom in symptoms:
            if symptom["slug"] == key or symptom["slug"] in kept:
                tally.add(line, "Related symptoms that are the page itself, or there twice, left out")
                continue
            kept[symptom["slug"]] = {"symptom": symptom["slug"], "system": str(system or BodySystem.WHOLE_BODY)}
    return list(kept.values())


def _references(values: dict, title: str, url: str) -> list[dict]:
    """What the words are from: the lead, the definition, and what that one cites."""
    found = []
    if values.get("lead"):
        source = values.get("lead_source") or ""
        found.append(sources.reference(title, PUBLISHERS.get(source, source), values.get("article_url") or ""))
    if values.get("definition"):
        source = values.get("definition_source") or ""
        mesh = values["source_ids"].get("MeSH") if source.startswith("MeSH") else None
        address = f"https://meshb.nlm.nih.gov/record/ui?ui={mesh}" if mesh else url if source == "SYMP" else ""
        found.append(sources.reference(title, PUBLISHERS.get(source, source), address))
    cites = ", ".join(definition.get("cites") or "" for definition in values.get("definitions") or [])
    return [*found, *filter(None, map(sources.cited, cites.split(", ")))]
