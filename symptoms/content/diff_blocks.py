"""The blocks of a symptom page for the diff: its structured parts after the common ones."""

from collections.abc import Iterable

from articles.content.blocks import Block
from articles.content.diff import build_common_blocks
from symptoms.content.document import SymptomDocument


def build_blocks(document: SymptomDocument) -> Iterable[Block]:
    yield from build_common_blocks(document)
    yield Block("phrase", "Name inside a sentence", document.phrase)
    yield Block("plural", "Singular or plural", "plural" if document.plural else "singular")
    yield Block("spotlight_title", "Title of the spotlight", document.spotlight_title)
    for name in document.other_names:
        yield Block("other_names", "Other name", name)
    for group in document.related:
        yield Block("related", "Group of related symptoms, in order", group.label)
        for related in group.symptoms:
            yield Block(
                f"related {group.key}", f"{group.label} symptoms", related.name, str(related.uuid)
            )
    for _place, heading, causes in document.cause_groups:
        for cause in causes:
            text = f"{heading}: {cause.name}" if heading else cause.name
            yield Block("causes", "Cause, in order", text)
    for cause in document.all_causes:
        facts = (cause.seriousness, cause.frequency, f"at /causes/{cause.slug}/")
        text = ", ".join(filter(None, facts))
        yield Block(f"cause {cause.uuid}", f"Cause: {cause.name}", text)
    for code in document.codes:
        yield Block("codes", "Code", " ".join([code.system, code.code, code.display]).strip())
