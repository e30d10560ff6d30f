"""The blocks of a symptom page for the diff: its structured parts after the common ones."""

from collections.abc import Iterable
from dataclasses import replace

from articles.content.blocks import Block
from articles.content.diff import build_common_blocks
from symptoms.content.document import SymptomDocument


def build_blocks(document: SymptomDocument) -> Iterable[Block]:
    for block in build_common_blocks(document):
        is_about_causes = block.label == "Causes" or block.label.startswith("Cause: ")
        yield replace(block, topic="causes") if is_about_causes else block
    yield from _build_name_blocks(document)
    yield Block("spotlight_title", "Title of the spotlight", document.spotlight_title)
    for name in document.other_names:
        yield Block("other_names", "Other name", name, topic="names")
    yield Block("other_names", "Other name", "", stored=document.other_names, topic="names")
    yield from _build_related_blocks(document)
    yield from _build_related_wholes(document)
    for _place, heading, causes in document.cause_groups:
        for cause in causes:
            text = f"{heading}: {cause.name}" if heading else cause.name
            yield Block("causes", "Cause, in order", text, topic="causes")
    names = _list_cause_names(document)
    yield Block("causes", "Cause, in order", "", stored=names, topic="causes")
    for cause in document.all_causes:
        facts = [cause.seriousness, cause.frequency, f"at /causes/{cause.slug}/"]
        if cause.catch_all:
            facts.append("a catch-all, named last in lists")
        if cause.description:
            facts.append(f"described by “{cause.description.title}”")
        text = ", ".join(filter(None, facts))
        yield Block(f"cause {cause.uuid}", f"Cause: {cause.name}", text, topic="causes")
    for code in document.codes:
        text = " ".join([code.system, code.code, code.display]).strip()
        yield Block("codes", "Code", text, stored=code, topic="codes")
    yield Block("codes", "Code", "", stored=document.codes, topic="codes")


def _build_name_blocks(document: SymptomDocument) -> Iterable[Block]:
    """How the name stands in questions and sentences."""
    number = "plural" if document.plural else "singular"
    yield Block("phrase", "Name inside a sentence", document.phrase, topic="names")
    label = "Before the name in a question"
    yield Block("determiner", label, document.determiner, topic="names")
    yield Block("plural", "Singular or plural", number, topic="names")


def _build_related_blocks(document: SymptomDocument) -> Iterable[Block]:
    for group in document.related:
        label = "Group of related symptoms, in order"
        yield Block("related", label, group.label, topic="related")
        key, label = f"related {group.key}", f"{group.label} symptoms"
        for related in group.symptoms:
            yield Block(key, label, related.name, str(related.uuid), topic="related")


def _build_related_wholes(document: SymptomDocument) -> Iterable[Block]:
    """The groups as they are stored, whatever their labels and their names show of them."""
    names = tuple((group.key, group.label) for group in document.related)
    label = "Group of related symptoms, in order"
    yield Block("related", label, "", stored=names, topic="related")
    symptoms: dict[str, list[object]] = {}
    labels: dict[str, str] = {}
    for group in document.related:
        labels[group.key] = group.label
        symptoms.setdefault(group.key, []).append(group.symptoms)
    for key, groups in symptoms.items():
        label = f"{labels[key]} symptoms"
        yield Block(f"related {key}", label, "", stored=tuple(groups), topic="related")


def _list_cause_names(document: SymptomDocument) -> tuple[object, ...]:
    """Each heading with the names under it. All else of a cause has a part of its own."""
    groups: list[object] = []
    for _place, heading, causes in document.cause_groups:
        groups.append((heading, tuple(cause.name for cause in causes)))
    return tuple(groups)
