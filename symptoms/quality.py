"""The checks that only a symptom page needs."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from uuid import UUID

from articles.care.advice import get_card_words
from articles.models import SafetyAlert
from articles.names import fold
from articles.quality import WORD, Check, Problem, check
from articles.richtext.plaintext import extract_text
from articles.search.words import stem_text
from symptoms import questions
from symptoms.coding_systems import SYSTEMS, InvalidCode, normalize_code, normalize_or_keep
from symptoms.content.document import DocumentCause, SymptomDocument
from symptoms.models import RelatedSymptom, Symptom


@check("Readers come to learn what may cause it.")
def check_causes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if not document.causes:
        yield Problem(
            "No cause is given.", "Add at least the most common cause and the most serious one."
        )


# Words of signs that say nothing by themselves, and of what to do about them.
COMMON_STEMS = frozenset(
    stem_text(
        "a an the and or of in on at to for with without from by if when while as that this these "
        "those it its is are be been was were has have had can could may might will would should "
        "must do does not no you your they their them he she who which what there then than also "
        "more most some any other others such very like about into out up down after before during "
        "often usually sometimes many people person someone body part side call help go see doctor "
        "clinician emergency department number now right away once today need care treatment get "
        "come comes make makes cause causes caused sign signs symptom symptoms feel feels happen "
        "happens one two hours days minutes new sudden suddenly severe bad badly first last"
    )
)
SHARED_STEMS = 2  # of a sentence of a card and the text of a cause, for a sign of that cause
SENTENCE_BREAK = re.compile(r"\n|\. ")
SIGN_BREAK = re.compile(r"[\n,;:.()]|\b(?:or|and|if|with)\b")
Stems = frozenset[str]
REMEMBERED_CAUSES = 5_000
MAX_NAMED_CAUSES = 5
MAX_NAMED_WORDS = 6


@check(
    "A reader in danger may read the first lines and nothing else.",
    can_block=True,
    is_safety=True,
)
def check_care_advice(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    if document.advice:
        return
    message = "The page does not say when to get help."
    for cause in document.all_causes:
        if cause.seriousness == "life-threatening":
            message = (
                f"The page names a life-threatening cause ({cause.name}) "
                "but does not say when to call for help."
            )
            break
    fix = "Write it on the card of the help that is needed: emergency, urgent or non-urgent."
    yield Problem(message, fix, blocking=True, alert=SafetyAlert.AlertGravity.NO_CARD)


@check("Readers must learn by which signs this symptom becomes an emergency.", is_about_cards=True)
def check_signs_of_dangerous_causes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    """Life-threatening causes of which no card gives a sign. The level is a clinician's choice."""
    if not document.care_cards:
        return  # that blocks
    sentences = tuple(_iter_card_stems(document, SENTENCE_BREAK))
    signs = tuple(_iter_card_stems(document, SIGN_BREAK))
    own = frozenset(stem_text(" ".join([document.title, *document.names])))
    missing = []
    for cause in document.all_causes:
        values = (cause.name, cause.html, sentences, signs, own)
        if cause.seriousness == "life-threatening" and not _is_on_card(*values):
            missing.append(cause)
    if missing:
        names = ", ".join(cause.name for cause in missing[:MAX_NAMED_CAUSES])
        others = len(missing) - MAX_NAMED_CAUSES
        more = f" and {others} more" if others > 0 else ""
        yield Problem(
            f"No care card names a sign of a life-threatening cause: {names}{more}.",
            " ".join(_describe_missing_sign(cause, own) for cause in missing[:MAX_NAMED_CAUSES]),
        )


def _iter_card_stems(document: SymptomDocument, breaks: re.Pattern[str]) -> Iterator[Stems]:
    """The stems of each part of the cards between two breaks."""
    for card in document.care_cards:
        for part in breaks.split(get_card_words(card)):
            yield frozenset(stem_text(part)) - COMMON_STEMS


@lru_cache(maxsize=REMEMBERED_CAUSES)
def _is_on_card(
    name: str, html: str, sentences: tuple[Stems, ...], signs: tuple[Stems, ...], own: Stems
) -> bool:
    """Whether the cards name a cause or a sign of it."""
    return _names_cause(name, html, sentences, own) or _has_sign(html, signs, own)


def _names_cause(cause: str, html: str, sentences: tuple[Stems, ...], own: Stems) -> bool:
    """Whether a sentence of a card has the cause's name, or two words of its text.

    Words of the symptom's own names do not count. One is enough if it is in the cause's name.
    """
    name = frozenset(stem_text(cause)) - COMMON_STEMS
    text = _get_stems_of_text(html, own)
    for sentence in sentences:
        if name and name <= sentence:
            return True
        shared = sentence & (text | (name - own))
        if len(shared) >= SHARED_STEMS or shared & (name - own):
            return True
    return False


def _has_sign(html: str, signs: tuple[Stems, ...], own: Stems) -> bool:
    """Whether half of the words of a sign are in the cause's text: “a locked jaw”."""
    text = _get_stems_of_text(html, own)
    return any(2 * len(sign & text) >= len(sign - own) for sign in signs if sign & text)


def _get_stems_of_text(html: str, own: Stems) -> Stems:
    return frozenset(stem_text(extract_text(html))) - COMMON_STEMS - own


def _describe_missing_sign(cause: DocumentCause, own: Stems) -> str:
    """What to write on a card, with words of the cause's own text."""
    wanted = _get_stems_of_text(cause.html, own) - frozenset(stem_text(cause.name))
    words = []
    for word in WORD.findall(extract_text(cause.html)):
        stems = wanted.intersection(stem_text(word))
        if stems:
            words.append(word.lower())
            wanted -= stems
    start = f"{cause.name} is life-threatening. Name on a card one of its signs"
    behind = f"with “({cause.name})” behind it"
    if not words:
        return f"{start}, {behind}."
    return f"{start}, in words such as: {', '.join(words[:MAX_NAMED_WORDS])}; or {behind}."


def _find_public(uuids: Iterable[UUID]) -> set[UUID]:
    """Those of some symptoms that are public."""
    public = Symptom.objects.public().filter(uuid__in=uuids)
    return set(public.values_list("uuid", flat=True))


@check("Whoever looks up the other symptom should find this one too.")
def check_reverse_relations(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    public = _find_public(document.linked)
    naming = RelatedSymptom.objects.filter(other=page.pk)
    missing = public.difference(naming.values_list("symptom__uuid", flat=True))
    names = [symptom.name for symptom in document.all_related if symptom.uuid in missing]
    if names:
        yield Problem(
            f"Published symptoms that do not relate back to this one: {', '.join(names[:5])}.",
            "Add this page to theirs where it belongs.",
        )


@check("A page is found by its names, and its question is read first.")
def check_names(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    title = document.title
    seems_plural = title.endswith("s") and not title.endswith(("ss", "us", "is"))
    if seems_plural and not document.plural:
        yield Problem(
            f"The page asks “{document.headline}”", "If the name is a plural, check “Plural”."
        )
    known = {fold(title): "the title"}
    for name in document.other_names:
        key = fold(name)
        if key in known:
            yield Problem(f"The other name “{name}” is {known[key]}.", "Remove it.")
        known.setdefault(key, f"the same as “{name}”")


@check("The question at the top is read first, and has to be English.")
def check_determiner(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    """What stands before the name in questions: too much, too little, or of the wrong sound."""
    name = document.phrase
    field = questions.DETERMINER_LABEL
    if questions.begins_with_determiner(name):
        yield Problem(
            f"The name inside a sentence is “{name}”, so the page says “{name} causes”.",
            f"Choose its first word under “{field}”, and leave it out of the name.",
        )
        return
    fitting = questions.choose_indefinite_article(name)
    if document.determiner in ("a", "an"):
        if document.plural:
            yield Problem(
                f"“{document.determiner}” stands before a name that is a plural: “{name}”.",
                f"Choose nothing under “{field}”, or clear “Plural”.",
            )
        elif document.determiner != fitting:
            yield Problem(
                f"The page asks about “{document.name_in_question}”.",
                f"Choose “{fitting}” under “{field}” if that is how it is said.",
            )
    elif not document.determiner and not document.plural and questions.is_counted(name):
        yield Problem(
            f"The page asks what causes “{name}”.",
            f"If one says “{fitting} {name}”, choose “{fitting}” under “{field}”.",
        )


@check("A related symptom that is not public yet is named without a link.")
def check_unpublished_relations(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    public = _find_public(document.linked)
    names = [symptom.name for symptom in document.all_related if symptom.uuid not in public]
    if names:
        more = ""
        if len(names) > 5:
            more = f" and {len(names) - 5} more"
        yield Problem(
            f"Related symptoms that visitors cannot read yet: {', '.join(names[:5])}{more}.",
            "Publish them, or take them out of the list.",
        )


@check("A code that is written in another way than its system writes it is not found by machines.")
def check_codes(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    """Codes from before they were checked: no code at all, in another form, or there twice."""
    seen: dict[tuple[str, str], str] = {}
    for row in document.codes:
        if row.system not in SYSTEMS:
            continue
        normal = normalize_or_keep(row.system, row.code)
        if (row.system, normal) in seen:
            first = seen[row.system, normal]
            yield Problem(
                f"“{first}” and “{row.code}” are the same code of {row.system}.",
                "Remove one of them.",
            )
            continue
        seen[row.system, normal] = row.code
        try:
            normalize_code(row.system, row.code)
        except InvalidCode as error:
            yield Problem(str(error), "Look it up and write it again, or remove it.")
            continue
        if normal != row.code:
            yield Problem(f"{row.system} writes the code “{row.code}” as {normal}.", "Write it so.")


@check("A picture after a part that is not there stands under another part's heading.")
def check_figure_places(page: Symptom, document: SymptomDocument) -> Iterable[Problem]:
    parts = {
        "symptoms": ("related symptoms", document.related),
        "causes": ("causes", document.causes),
        "questions": ("questions at a diagnosis", document.diagnosis_questions),
        "treatment": ("treatment", document.treatment),
        "complications": ("complications", document.complications),
    }
    for number, figure in enumerate(document.figures, start=1):
        name, content = parts.get(figure.place, ("", True))
        if not content:
            yield Problem(
                f"Image {number} stands after the {name}, and the page has none.",
                "Choose another place.",
            )


CHECKS: tuple[Check, ...] = (
    check_causes,
    check_care_advice,
    check_signs_of_dangerous_causes,
    check_reverse_relations,
    check_unpublished_relations,
    check_names,
    check_determiner,
    check_codes,
    check_figure_places,
)
