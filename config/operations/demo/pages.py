"""Writes the pages of the demonstration as drafts: texts, facts and relations."""

from pathlib import Path

from django.contrib.auth.models import User
from django.core.files import File

from articles.content import kinds
from articles.images import store
from articles.models import (
    Article,
    CareCard,
    CopyrightNotice,
    EmergencyPage,
    Figure,
    Reference,
    Topic,
)
from articles.publishing.actions import record_revision
from articles.publishing.composing import FIGURE_TEXT_FIELDS
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause

DEMO_DIRECTORY = Path(__file__).parent
RICH_TEXT_FIELDS = (
    "advice",
    "body",
    "spotlight",
    "causes_intro",
    "diagnosis_questions",
    "treatment",
    "complications",
)
TEXT_FIELDS = (
    "title",
    "headline",
    "summary",
    "advice_level",
    "advice_heading",
    "same_for_everyone",
    "shows_crisis_line",
    "risk",
    "phrase",
    "determiner",
    "plural",
    "spotlight_title",
    "subject",
    "act",
)
CATCH_ALL_CAUSES = ("medicine-side-effects",)
WRITERS = {"symptom": "ann", "article": "ellis", "about": "ellis", "emergency": "ellis"}


def write_pages(
    texts: dict[str, dict], *, before: dict, related: dict, by: dict[str, User], notices: dict
) -> dict[str, Article]:
    """Every page by its slug, with one revision. ``before`` has the texts that a page had at
    first.
    """
    written = {}
    for slug, text in texts.items():
        writer = by[WRITERS[text["kind"]]]
        page = written[slug] = write_page(text | before.get(slug, {}), writer, notices)
        if isinstance(page, Symptom):
            write_facts(page, text, writer)
    _relate_symptoms(written, related)
    _choose_next_pages(written, texts)
    _describe_causes(written, texts)
    for done in written.values():
        record_revision(done, by=done.writer)
    return written


def write_page(text: dict, writer: User, notices: dict[str, CopyrightNotice]) -> Article:
    """The working copy of one page, validated as a form would."""
    model = kinds.get(text["kind"]).model
    fields = {name: text[name] for name in TEXT_FIELDS if name in text}
    fields |= {name: text[name].strip() for name in RICH_TEXT_FIELDS if name in text}
    made = model(slug=text["slug"], writer=writer, notice=notices[text["notice"]], **fields)
    made.full_clean()
    made.save()
    made.tags.set(text["tags"])
    made.topics.set(Topic.objects.filter(slug__in=text["topics"]))
    for card in text.get("care_cards", []):
        _write_card(made, **card)
    for place, reference in enumerate(text.get("references", [])):
        Reference.objects.create(article_id=made.pk, position=place, **reference)
    for place, figure in enumerate(text.get("figures", [])):
        texts = {name: figure[name] for name in FIGURE_TEXT_FIELDS if name in figure}
        with (DEMO_DIRECTORY / "figures" / figure["file"]).open("rb") as file:
            image = store.store_upload(File(file, figure["file"]), by=writer)
        Figure.objects.create(article_id=made.pk, image=image, position=place, **texts)
    return made


def _write_card(page: Article, *, level: str, html: str, heading: str = "") -> None:
    card = CareCard(article_id=page.pk, level=level, heading=heading, html=html.strip())
    card.full_clean()
    card.save()


def write_facts(symptom: Symptom, text: dict, writer: User) -> None:
    """Other names, codes and causes; a cause that an earlier page named is shared.

    One of CATCH_ALL_CAUSES is a catch-all.
    """
    for place, name in enumerate(text.get("other_names", [])):
        OtherName.objects.create(symptom=symptom, name=name, position=place)
    for code in text.get("codes", []):
        Code.objects.create(symptom=symptom, **code)
    for place, facts in enumerate(text.get("causes", [])):
        named = {"name": facts["name"], "slug": facts["slug"]}
        marks = {"catch_all": named["slug"] in CATCH_ALL_CAUSES}
        cause, made = Cause.objects.get_or_create(slug=named["slug"], defaults=named | marks)
        if made:
            cause.authors.add(writer)
        rest = {name: value for name, value in facts.items() if name not in named}
        SymptomCause.objects.create(symptom=symptom, cause=cause, position=place, **rest)


def _choose_next_pages(pages: dict[str, Article], texts: dict[str, dict]) -> None:
    for key, text in texts.items():
        page = pages[key]
        if isinstance(page, EmergencyPage) and "next_page" in text:
            page.next_page = Article.objects.get(pk=pages[text["next_page"]].pk)
            page.save()


def _describe_causes(pages: dict[str, Article], texts: dict[str, dict]) -> None:
    """Articles say themselves which causes they describe."""
    for slug, text in texts.items():
        Cause.objects.filter(slug__in=text.get("describes", ())).update(description=pages[slug])


def _relate_symptoms(pages: dict[str, Article], related: dict) -> None:
    """Both pages of each pair name each other, the second after those that it names itself."""
    systems = {}
    for system, slugs in related["systems"].items():
        systems.update(dict.fromkeys(slugs, system))
    names = {slug: list(others) for slug, others in related["pairs"].items()}
    for slug, others in related["pairs"].items():
        for other in others:
            names.setdefault(other, []).append(slug)
    rows = []
    for slug, others in names.items():
        for place, other in enumerate(others):
            row = RelatedSymptom(
                symptom_id=pages[slug].pk,
                other_id=pages[other].pk,
                system=systems[other],
                serious=other in related["graver"]["serious"],
                position=place,
            )
            rows.append(row)
    RelatedSymptom.objects.bulk_create(rows)
