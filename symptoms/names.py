"""Finding a public symptom by what somebody types: its title and other names as signed, in whatever spelling."""

import re
from dataclasses import dataclass

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Length

from articles.fields import fold
from articles.models import Publication
from symptoms.content import SymptomDocument
from symptoms.models import PublishedName

MOST = 8
WORDS_TRIED = 6
WORD = re.compile(r"[^\W_]+")
# The same is done to what is typed and to what is found, so a rule may go further than a dictionary would.
ONE_SPELLING = tuple(
    (re.compile(pattern), instead)
    for pattern, instead in (
        (r"[ao]e(?=[a-z])", "e"),  # anaemia, oedema, diarrhoea
        (r"our(?=s?$|ed$|ing$)", "or"),  # tumour, discoloured
        (r"is(?=(e|es|ed|ing|ation)$)", "iz"),  # localised
        (r"ys(?=(e|es|ed|ing)$)", "yz"),  # paralysed
        (r"(?<=[bt])re(?=s?$)", "er"),  # centre
        (r"(?<=[a-z]{3}[^s])s$", ""),  # spasms
    )
)
# What says nothing of a symptom in "why does my eye keep twitching".
ASKING = " a an and at does feel for have i in is it keep keeps my of on or stop the to very what why with wont "


def words(text: str) -> list[str]:
    """The words of a name or of what was typed, folded and in one spelling; apostrophes join."""
    found = []
    for word in WORD.findall(re.sub("['’]", "", fold(text))):
        for pattern, instead in ONE_SPELLING:
            word = pattern.sub(instead, word) if len(word) > 3 else word
        found.append(word)
    return found


def show(publication: Publication, document: SymptomDocument) -> None:
    """A symptom's page was signed: it is found by these names now."""
    hide(publication)
    PublishedName.objects.bulk_create(of(publication, document))


def hide(publication: Publication) -> None:
    PublishedName.objects.filter(article=publication.article_id).delete()


def of(publication: Publication, document: SymptomDocument) -> list[PublishedName]:
    names = dict.fromkeys([document.title, *document.other_names])
    page = {"article_id": publication.article_id, "publication_id": publication.pk}
    return [PublishedName(name=name, key=key(words(name)), **page) for name in names]


def key(those: list[str]) -> str:
    """With a space before each word, so that one can be looked for from its beginning on."""
    return "".join(f" {word}" for word in those)[:250]


@dataclass(frozen=True)
class Match:
    """A public symptom, and the other name by which it was found, if it was.

    ``exact``: that name is what was typed; ``whole``: it has each telling word of it.
    """

    title: str
    slug: str
    also: str
    exact: bool
    whole: bool


def matching(typed: str) -> list[Match]:
    """The symptoms that this may mean, the likeliest first: those with a name that has most of its words. One query."""
    asked = words(typed)
    telling = [word for word in dict.fromkeys(asked) if f" {word} " not in ASKING][:WORDS_TRIED]
    if not telling:
        return []
    hits = [Case(When(key__contains=f" {word}", then=1), default=0, output_field=IntegerField()) for word in telling]
    exact = Case(When(key=key(asked), then=1), default=0, output_field=IntegerField())
    rows = PublishedName.objects.annotate(hits=sum(hits, Value(0)), exact=exact).filter(hits__gt=0)
    rows = rows.order_by("-exact", "-hits", Length("key"), "key", "article")
    page = {"title": F("article__live__title"), "slug": F("article__live__slug")}
    found: dict[str, Match] = {}
    best = 0
    for hit in rows.values("name", "hits", "exact", **page)[: 4 * MOST]:
        best = max(best, hit["hits"])
        if hit["hits"] == best and hit["slug"] not in found:
            title = key(words(hit["title"]))
            said = hit["name"] == hit["title"] or all(f" {word}" in title for word in telling)
            found[hit["slug"]] = Match(
                hit["title"], hit["slug"], "" if said else hit["name"], bool(hit["exact"]), best == len(telling)
            )
    return list(found.values())[:MOST]
