"""The checklist of a signer: a statement for each thing that the signature is over.

Over a change it asks about the parts that changed; over a whole page about all that the page has;
over a text that is read again about what the reason for it can concern.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from articles.content.blocks import Topic
from articles.content.diff import STORED_NOTE, Change, DiffPart
from articles.content.document import Document
from articles.quality import WORD, extract_plain_lines
from articles.quality.safety import DOSE, STATISTIC
from reviews.reading_speed import WORDS_PER_MINUTE, count_words

Answer = Literal["confirmed", "not mine"]
CONFIRMED: Answer = "confirmed"
NOT_MINE: Answer = "not mine"
NUMBER = re.compile(r"\d+")
# Parts whose numbers are no figures that a reader acts on: years, addresses, codes, file sizes.
TOPICS_WITHOUT_DOSES: tuple[Topic, ...] = ("codes", "images", "references")
TOPICS_OF_TEXT: tuple[Topic, ...] = ("", "advice", "causes")
# Parts whose change can make the care cards wrong, though the cards are as they were.
TOPICS_BEHIND_CARDS: tuple[Topic, ...] = ("causes", "names", "related")


@dataclass(frozen=True)
class ChecklistItem:
    """One line of the checklist. ``name`` is its key in the ledger's record and must not change.

    ``parts`` are the changed parts that it is about; empty where it is about the whole page.
    """

    name: str
    title: str
    statement: str
    parts: tuple[DiffPart, ...] = ()

    @property
    def full_statement(self) -> str:
        """The statement with its title, as a record keeps it: it stands there by itself."""
        return f"{self.title}. {self.statement}"

    @property
    def part_labels(self) -> tuple[str, ...]:
        """The labels of its parts, each once."""
        return tuple(dict.fromkeys(part.label for part in self.parts))

    @property
    def needs_confirmation(self) -> bool:
        """Whether somebody must confirm it before the text is published: advice and doses."""
        return self.name in NEEDS_CONFIRMATION


@dataclass(frozen=True)
class Checklist:
    """What is asked of a signer, over the change or over the page, and how long that is to read."""

    items: tuple[ChecklistItem, ...]
    over: Literal["change", "page"]
    words: int

    @property
    def has_advice(self) -> bool:
        """Whether a line asks about advice or doses."""
        return any(item.needs_confirmation for item in self.items)

    @property
    def reading_seconds(self) -> int:
        return round(self.words * 60 / WORDS_PER_MINUTE)


ADVICE = ChecklistItem(
    "advice",
    "Emergency advice",
    "It says when to call for help and how fast, and nothing delays a reader.",
)
LEVELS = ChecklistItem(
    "card_levels",
    "Care cards",
    "The level of each card is right, each sign is on the card of its level, and each card asks "
    "for one thing.",
)
GROUPS = ChecklistItem(
    "groups_of_people",
    "Groups of people",
    "The cards say what differs for babies and children, in pregnancy and the weeks after birth, "
    "for older people and for people with a weak immune system, or nothing does.",
)
CAUSES = ChecklistItem(
    "causes",
    "Causes",
    "None that matters is missing; their order, seriousness and frequency are right.",
)
DOSES = ChecklistItem(
    "doses", "Doses and figures", "Each dose, share and number is right and has a source."
)
IMAGES = ChecklistItem(
    "images", "Images", "They show what their words say, in the right place, and mislead nobody."
)
REFERENCES = ChecklistItem(
    "references", "References", "They are current, and they say what the page says."
)
LANGUAGE = ChecklistItem(
    "language", "Plain language", "A reader without training understands it and cannot misread it."
)

CHANGED_ADVICE = replace(
    ADVICE,
    title="Changed advice",
    statement="It says when to get help and how fast, and nothing delays a reader.",
)
CHANGED_LEVELS = replace(
    LEVELS,
    title="Levels of the cards",
    statement="What changed is on the card of its level, and each card that changed asks for one "
    "thing.",
)
CHANGED_GROUPS = replace(
    GROUPS,
    statement="With what changed, the cards still say what differs for babies and children, in "
    "pregnancy and the weeks after birth, for older people and for people with a weak immune "
    "system, or nothing does.",
)
REMOVED_ADVICE = ChecklistItem(
    "advice_removed",
    "Advice taken out",
    "Nobody comes to harm because these parts are gone.",
)
CARDS_FIT = ChecklistItem(
    "cards_fit",
    "Care cards and the change",
    "With what changed here, the care cards are still right: signs, levels and what to do.",
)
CARDS_NOT_NEEDED = ChecklistItem(
    "cards_not_needed",
    "No care card",
    "With what changed here, the page still needs no care card.",
)
CHANGED_TEXT = ChecklistItem(
    "text", "Changed text", "What it says now is right, and nothing that readers need is missing."
)
REMOVED = ChecklistItem(
    "removed",
    "Taken out",
    "Readers understand the page without what was taken out, and are as safe without it.",
)
CHANGED_CAUSES = replace(
    CAUSES,
    title="Changed causes",
    statement="What changed is right: which causes are named, their order, their seriousness and "
    "frequency, and what is said of them.",
)
CHANGED_RELATED = ChecklistItem(
    "related",
    "Changed related symptoms",
    "What changed is right: which symptoms are named, in which group and in which order.",
)
CHANGED_NAMES = ChecklistItem(
    "names",
    "Changed names",
    "With what changed, each name means what the page is about, and nothing else.",
)
CHANGED_CODES = ChecklistItem(
    "codes", "Changed codes", "With what changed, each code stands for what the page is about."
)
CHANGED_DOSES = replace(
    DOSES,
    statement="Each dose, share and number in the passages that changed is right and has a source, "
    "and none that readers need was taken out.",
)
CHANGED_IMAGES = replace(
    IMAGES,
    title="Changed images",
    statement="The images that changed show what their words say, in the right place, and mislead "
    "nobody; none that was taken out is missing.",
)
CHANGED_REFERENCES = replace(
    REFERENCES,
    title="Changed references",
    statement="The references that changed are current and say what the page says, and nothing "
    "rests on one that was taken out.",
)
STORED = ChecklistItem(
    "stored",
    "How it is stored",
    "The words are the same. What differs (form, links, signs that nobody sees) is right.",
)
CHANGED_LANGUAGE = replace(
    LANGUAGE,
    statement="A reader without training understands what changed and cannot misread it.",
)
REASON_FOR_CHANGE = ChecklistItem(
    "reason", "Reason for this review", "The change does what the reason for this review asks for."
)
NO_CHANGE = ChecklistItem(
    "unchanged",
    "No change",
    "The text is the one that was signed last, and I know of nothing against publishing it.",
)
REREAD_REASON = replace(
    REASON_FOR_CHANGE,
    statement="I read the page for the reason of this review, and nothing in it has to change for "
    "that reason.",
)
REREAD_ADVICE = replace(
    ADVICE,
    title="Care cards",
    statement="With the reason of this review in mind, the care cards are right: signs, levels and "
    "what to do.",
)
REREAD_DOSES = replace(
    DOSES,
    statement="With the reason of this review in mind, each dose, share and number is right.",
)

# Lines of advice and doses: none of them is published that nobody has confirmed.
NEEDS_CONFIRMATION = frozenset(
    item.name
    for item in (ADVICE, LEVELS, GROUPS, REMOVED_ADVICE, CARDS_FIT, CARDS_NOT_NEEDED, DOSES)
)
CHANGED_BY_TOPIC: dict[Topic, ChecklistItem] = {
    "causes": CHANGED_CAUSES,
    "related": CHANGED_RELATED,
    "names": CHANGED_NAMES,
    "codes": CHANGED_CODES,
    "images": CHANGED_IMAGES,
    "references": CHANGED_REFERENCES,
}


def build_page_checklist(document: Document) -> Checklist:
    """What a signature over a whole page is asked: a line for each thing that the page has."""
    items = []
    if document.care_cards:
        items += [ADVICE, LEVELS, GROUPS]
    if getattr(document, "causes", ()):
        items.append(CAUSES)
    if _has_figures(document):
        items.append(DOSES)
    if document.figures:
        items.append(IMAGES)
    if document.references:
        items.append(REFERENCES)
    items.append(LANGUAGE)
    return Checklist(tuple(items), "page", count_words(document))


def build_reread_checklist(document: Document) -> Checklist:
    """What a signature over a page that is read again is asked, because of some news or report.

    The reason can concern all of the page, but nobody reviews all of it.
    """
    items = [REREAD_REASON]
    if document.care_cards:
        items.append(REREAD_ADVICE)
    if _has_figures(document):
        items.append(REREAD_DOSES)
    return Checklist(tuple(items), "page", count_words(document))


def build_change_checklist(
    document: Document, parts: Iterable[DiffPart], *, has_reason: bool = False
) -> Checklist:
    """What a signature over a change is asked: a line for each sort of part that changed.

    ``parts`` are those of ``compare_parts``, of the text that was signed last and this one.
    ``has_reason`` is for a change that some news or report asks for.
    """
    changed = [part for part in parts if part.changes]
    items = [
        *_ask_about_advice(document, changed),
        *_ask_about_text(changed),
        *_ask_about_lists(changed),
        *_ask_over(CHANGED_DOSES, changed, _has_dose_change),
        *_ask_over(CHANGED_LANGUAGE, changed, _has_changed_language),
    ]
    if not changed:
        items.append(NO_CHANGE)
    if has_reason:
        items.append(REASON_FOR_CHANGE)
    return Checklist(tuple(items), "change", sum(map(_count_changed_words, changed)))


def _ask_over(
    item: ChecklistItem, parts: Iterable[DiffPart], is_concerned: Callable[[DiffPart], bool]
) -> list[ChecklistItem]:
    """The line over those of the parts that it concerns; no line if there are none."""
    concerned = tuple(filter(is_concerned, parts))
    return [replace(item, parts=concerned)] if concerned else []


def _ask_about_advice(document: Document, changed: list[DiffPart]) -> list[ChecklistItem]:
    """The cards that changed, those that are gone, and whether the cards still fit the rest."""
    advice = [part for part in changed if part.topic == "advice"]
    items = [
        *_ask_over(CHANGED_ADVICE, advice, _is_still_there),
        *_ask_over(REMOVED_ADVICE, advice, _has_removed_text),
    ]
    if advice and document.care_cards:
        items += [replace(item, parts=tuple(advice)) for item in (CHANGED_LEVELS, CHANGED_GROUPS)]
    fit = CARDS_FIT if document.care_cards else CARDS_NOT_NEEDED
    return [*items, *_ask_over(fit, changed, _is_behind_cards)]


def _ask_about_text(changed: list[DiffPart]) -> list[ChecklistItem]:
    """Running text: what it says now, what was taken out, what only differs as it is stored."""
    text = [part for part in changed if not part.topic]
    return [
        *_ask_over(CHANGED_TEXT, text, _has_new_text),
        *_ask_over(REMOVED, text, _has_removed_text),
        *_ask_over(STORED, text, _is_stored_only),
    ]


def _ask_about_lists(changed: list[DiffPart]) -> list[ChecklistItem]:
    """The lists of the page, in what was added to them, moved or taken out."""
    items = []
    for topic, item in CHANGED_BY_TOPIC.items():
        concerned = tuple(part for part in changed if part.topic == topic)
        if concerned:
            items.append(replace(item, parts=concerned))
    return items


def _is_stored_only(part: DiffPart) -> bool:
    """Whether it changed only in how its text is stored."""
    return all(map(_is_same_text, part.changes))


def _is_same_text(row: Change) -> bool:
    """Whether the words of a row that changed are the same as before."""
    if row.note == STORED_NOTE:
        return True
    return row.kind == "changed" and len(set(row.texts)) == 1


def _has_new_text(part: DiffPart) -> bool:
    """Whether words in it are new, other ones than before, or elsewhere."""
    return any(row.kind != "removed" and not _is_same_text(row) for row in part.changes)


def _is_still_there(part: DiffPart) -> bool:
    """Whether something in it changed beside what was taken out."""
    return any(row.kind != "removed" for row in part.changes)


def _has_removed_text(part: DiffPart) -> bool:
    return any(row.kind == "removed" for row in part.changes)


def _has_changed_language(part: DiffPart) -> bool:
    """Whether running text in it was written or rewritten."""
    return part.topic in TOPICS_OF_TEXT and _has_new_text(part)


def _has_dose_change(part: DiffPart) -> bool:
    """Whether a passage that changed has a dose or a share, or another number than before."""
    if part.topic in TOPICS_WITHOUT_DOSES:
        return False
    return any(map(_is_dose_change, _list_changed_passages(part)))


def _list_changed_passages(part: DiffPart) -> list[Change]:
    """The rows that changed; all rows where the part as a whole is stored differently."""
    if any(row.note == STORED_NOTE for row in part.changes):
        return list(part.rows)
    return part.changes


def _is_dose_change(row: Change) -> bool:
    if any(DOSE.search(text) or STATISTIC.search(text) for text in row.texts):
        return True
    if row.kind == "changed" and len(row.texts) == 2:
        before, after = (NUMBER.findall(text) for text in row.texts)
        return before != after
    return row.kind != "same" and any(map(NUMBER.search, row.texts))


def _is_behind_cards(part: DiffPart) -> bool:
    if part.topic in TOPICS_BEHIND_CARDS:
        return True
    return part.topic != "advice" and _has_dose_change(part)


def _has_figures(document: Document) -> bool:
    """Whether a text has doses or statistics."""
    plain_lines = extract_plain_lines(document).values()
    text = " ".join(chain.from_iterable(plain_lines))
    return bool(DOSE.search(text) or STATISTIC.search(text))


def _count_changed_words(part: DiffPart) -> int:
    """The words of the passages of a part that changed, as they are now and as they were."""
    texts: set[str] = set()
    for row in part.changes:
        texts.update(row.texts)
    return sum(len(WORD.findall(text)) for text in texts)
