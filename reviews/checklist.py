"""What a signer ticks before signing: only what the text under review has, in words that say what was checked."""

from dataclasses import dataclass

from articles.content import Document
from articles.quality import plain
from articles.quality.safety import DOSE, FIGURE


@dataclass(frozen=True)
class Item:
    """One line of the checklist; ``name`` is its key in the ledger's record, and never changes."""

    name: str
    title: str
    said: str


ADVICE = Item("advice", "Emergency advice", "It says when to call for help and how fast, and nothing delays a reader.")
CAUSES = Item("causes", "Causes", "None that matters is missing; their order, seriousness and frequency are right.")
DOSES = Item("doses", "Doses and figures", "Each dose, share and number is right and has a source.")
IMAGES = Item("images", "Images", "They show what their words say, in the right place, and mislead nobody.")
REFERENCES = Item("references", "References", "They are current, and they say what the page says.")
LANGUAGE = Item("language", "Plain language", "A reader without training understands it and cannot misread it.")


def asked(document: Document) -> list[Item]:
    """The lines that apply to a text."""
    text = " ".join(line for lines in plain(document).values() for line in lines)
    return [
        item
        for item, applies in (
            (ADVICE, document.advice),
            (CAUSES, getattr(document, "causes", ())),
            (DOSES, DOSE.search(text) or FIGURE.search(text)),
            (IMAGES, document.figures),
            (REFERENCES, document.references),
            (LANGUAGE, True),
        )
        if applies
    ]
