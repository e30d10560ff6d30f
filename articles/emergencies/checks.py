"""The checks that only an emergency page needs: it says to call, and at most one act more."""

import re
from collections.abc import Iterable

from django.conf import settings

from articles.care.emergencies import EMERGENCIES
from articles.care.phone_numbers import asks_to_call, extract_words
from articles.content.emergency_document import EmergencyDocument
from articles.emergencies.subjects import QUIET_SUBJECTS
from articles.models import Article, EmergencyPage, PublishedEmergency
from articles.quality import Check, Problem, check

SENTENCE = re.compile(r"[^.!?]+[.!?]*")
# What joins a second act to the first.
SECOND_ACT = re.compile(
    r";|\b(?:and then|then|after that|afterwards|next,|also|as well as)\b", re.IGNORECASE
)
# What may be a second act: “and” before a verb of first aid.
JOINED_ACTS = re.compile(
    r"\band (?:apply|breathe|call|check|cool|cover|get|give|hold|keep|lay|loosen|move|press|push"
    r"|put|raise|remove|rinse|sit|start|stay|take|tilt|turn|use|wait|wrap)\b",
    re.IGNORECASE,
)
SPEAKER = re.compile(r"\bspeaker(?:phone)?\b", re.IGNORECASE)
OPERATOR = re.compile(r"\b(?:operator|dispatcher|call[- ]handler)s?\b", re.IGNORECASE)
MAX_CARD_SENTENCES = 4
MAX_ACT_WORDS = 25


@check("A reader in danger may read the first line and nothing else.", can_block=True)
def check_call_comes_first(page: EmergencyPage, document: EmergencyDocument) -> Iterable[Problem]:
    number = settings.EMERGENCY_NUMBER
    if not document.advice:
        yield Problem(
            "The page does not say to call.",
            f"Write in the card: “Call {number}. Put the phone on speaker. "
            "Do what the operator tells you.”",
            blocking=True,
        )
        return
    if document.advice.level != "emergency" or document.further_advice:
        yield Problem(
            "An emergency page has the emergency card and no other.",
            "Put what is less urgent on the page to go on with.",
            blocking=True,
        )
    sentences = SENTENCE.findall(extract_words(document.advice.html))
    if not sentences or not asks_to_call(number, sentences[0]):
        yield Problem(
            f"The card does not begin with calling {number}.",
            f"Begin it with “Call {number}.”",
            blocking=True,
        )
    if len(sentences) > MAX_CARD_SENTENCES:
        yield Problem(
            f"The card has {len(sentences)} sentences.",
            "Leave whom to call, and to do what the operator says. Whatever else there is to do "
            "is the one act more, or text below.",
        )


@check("The operator sees what nobody could write down, and needs both hands.", can_block=True)
def check_operator(page: EmergencyPage, document: EmergencyDocument) -> Iterable[Problem]:
    if not document.advice:
        return
    words = extract_words(document.advice.html)
    if not OPERATOR.search(words):
        yield Problem(
            "The card does not say: “Do what the operator tells you.”",
            "Add this sentence to the card.",
            blocking=True,
        )
    speaks_of_it = SPEAKER.search(words) is not None
    if document.subject in QUIET_SUBJECTS and speaks_of_it:
        yield Problem(
            "The card speaks of the loudspeaker, and somebody may be overheard.",
            "Leave that sentence out.",
            blocking=True,
        )
    elif document.subject not in QUIET_SUBJECTS and not speaks_of_it:
        yield Problem(
            "The card does not say: “Put the phone on speaker.”",
            "Add this sentence to the card.",
            blocking=True,
        )


@check("Somebody with a phone in one hand can do one thing more.", can_block=True)
def check_one_act(page: EmergencyPage, document: EmergencyDocument) -> Iterable[Problem]:
    act = document.act
    if not act:
        return
    fix = "Keep the one act that matters most; the operator says what comes next."
    if len(SENTENCE.findall(act)) > 1 or SECOND_ACT.search(act):
        yield Problem(f"This is more than one act: “{act}”", fix, blocking=True)
    elif JOINED_ACTS.search(act):
        yield Problem(f"This may be more than one act: “{act}”", fix)
    if len(act.split()) > MAX_ACT_WORDS:
        yield Problem(f"The act has {len(act.split())} words.", "Say it in a few words.")
    if asks_to_call(settings.EMERGENCY_NUMBER, act):
        yield Problem(
            "The act says to call, which the card says already.",
            "Say what to do besides, or leave it empty.",
            blocking=True,
        )


@check("Nobody acts on what no source says.", can_block=True)
def check_source(page: EmergencyPage, document: EmergencyDocument) -> Iterable[Problem]:
    if not any(reference.url for reference in document.references):
        yield Problem(
            "The page gives no source that can be looked up.",
            "Add a reference with a link to where the act is recommended.",
            blocking=True,
        )


@check("A page is shown for the emergency that it is about, and for no other.", can_block=True)
def check_subject(page: EmergencyPage, document: EmergencyDocument) -> Iterable[Problem]:
    name = EMERGENCIES.get(document.subject)
    if name is None:
        yield Problem(
            "The page does not say which emergency it is about.",
            "Choose the emergency.",
            blocking=True,
        )
        return
    others = PublishedEmergency.objects.filter(subject=document.subject).exclude(article=page.pk)
    other = others.select_related("article__live").first()
    if other and other.article.live:
        yield Problem(
            f"“{other.article.live.title}” is public for this emergency already ({name}).",
            "Change that page, or choose another emergency for this one.",
            blocking=True,
        )


@check("A page that is not public is named without a link.")
def check_next_page(page: EmergencyPage, document: EmergencyDocument) -> Iterable[Problem]:
    if document.next_page is None:
        yield Problem(
            "No page is chosen to go on with.",
            "Choose the page that says more, if there is one.",
        )
    elif not Article.objects.public().filter(uuid=document.next_page.uuid).exists():
        yield Problem(
            f"Visitors cannot read the page to go on with: {document.next_page.name}.",
            "Publish it, or choose another one.",
        )


CHECKS: tuple[Check, ...] = (
    check_call_comes_first,
    check_operator,
    check_one_act,
    check_source,
    check_subject,
    check_next_page,
)
