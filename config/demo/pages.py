"""Writes the pages of the demonstration as drafts: texts, facts, and what is related to what."""

from pathlib import Path

from django.contrib.auth.models import User
from django.core.files import File

from articles import images, kinds
from articles.actions import record_revision
from articles.composing import SAID_OF_A_FIGURE
from articles.models import Article, CopyrightNotice, Figure, Reference, Topic
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, Symptom, SymptomCause

HERE = Path(__file__).parent
RICH = ("advice", "body", "spotlight", "causes_intro", "diagnosis_questions", "treatment", "complications")
LINES = ("title", "headline", "summary", "advice_level", "risk", "phrase", "plural", "spotlight_title")
WRITERS = {"symptom": "ann", "article": "ellis", "about": "ellis"}


def write(
    texts: dict[str, dict], *, before: dict, related: dict, by: dict[str, User], notices: dict
) -> dict[str, Article]:
    """Every page by its address, with one revision. ``before`` holds the words that a page had at first."""
    written = {}
    for slug, text in texts.items():
        writer = by[WRITERS[text["kind"]]]
        written[slug] = page(text | before.get(slug, {}), writer, notices)
        if text["kind"] == "symptom":
            facts(written[slug], text, writer)
    _relate(written, related)
    for done in written.values():
        record_revision(done, by=done.writer)
    return written


def page(text: dict, writer: User, notices: dict[str, CopyrightNotice]) -> Article:
    """The working copy of one page, checked as a form would check it."""
    model = kinds.get(text["kind"]).model
    fields = {name: text[name] for name in LINES if name in text}
    fields |= {name: text[name].strip() for name in RICH if name in text}
    made = model(slug=text["slug"], writer=writer, notice=notices[text["notice"]], **fields)
    made.full_clean()
    made.save()
    made.tags.set(text["tags"])
    made.topics.set(Topic.objects.filter(slug__in=text["topics"]))
    for place, reference in enumerate(text.get("references", [])):
        Reference.objects.create(article_id=made.pk, position=place, **reference)
    for place, figure in enumerate(text.get("figures", [])):
        said = {name: figure[name] for name in SAID_OF_A_FIGURE if name in figure}
        with (HERE / "figures" / figure["file"]).open("rb") as file:
            image = images.keep(File(file, figure["file"]), by=writer)
        Figure.objects.create(article_id=made.pk, image=image, position=place, **said)
    return made


def facts(symptom: Symptom, text: dict, writer: User) -> None:
    """Other names, codes and causes; a cause that another page named already is shared."""
    for place, name in enumerate(text.get("other_names", [])):
        OtherName.objects.create(symptom=symptom, name=name, position=place)
    for code in text.get("codes", []):
        Code.objects.create(symptom=symptom, **code)
    for place, said in enumerate(text.get("causes", [])):
        named = {"name": said["name"], "slug": said["slug"]}
        cause, made = Cause.objects.get_or_create(slug=named["slug"], defaults=named)
        if made:
            cause.authors.add(writer)
        rest = {name: value for name, value in said.items() if name not in named}
        SymptomCause.objects.create(symptom=symptom, cause=cause, position=place, **rest)


def _relate(written: dict[str, Article], related: dict) -> None:
    """Both pages of each pair name each other, the second after those that it names itself."""
    systems = {slug: system for system, slugs in related["systems"].items() for slug in slugs}
    names = {slug: list(others) for slug, others in related["pairs"].items()}
    for slug, others in related["pairs"].items():
        for other in others:
            names.setdefault(other, []).append(slug)
    RelatedSymptom.objects.bulk_create(
        RelatedSymptom(
            symptom=written[slug],
            other=written[other],
            system=systems[other],
            serious=other in related["graver"]["serious"],
            position=place,
        )
        for slug, others in names.items()
        for place, other in enumerate(others)
    )
