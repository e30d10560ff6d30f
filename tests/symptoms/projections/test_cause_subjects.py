"""What a signature or a withdrawal says of causes whose names and addresses change hands."""

import pytest

from articles.models import Article, ChangedSubject
from articles.page_store import subjects
from reviews.signing.actions import withdraw_page
from symptoms.actions import record_cause
from symptoms.models import Cause, SymptomCause
from symptoms.projections import causes as published
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def write(ann, ravi):
    """Sign a page that names some causes; again, if it is there."""

    def write(slug: str, *named: Cause) -> Article:
        page = Article.objects.filter(slug=slug).first()
        page = page or factories.make_symptom(ann, slug=slug, title=slug.title())
        SymptomCause.objects.filter(symptom=page.pk).delete()
        for place, cause in enumerate(named):
            SymptomCause.objects.create(symptom_id=page.pk, cause=cause, position=place)
        page = factories.edit_page(page.symptom if hasattr(page, "symptom") else page, by=ann)
        factories.sign_page(page, by=ravi, asked_by=ann)
        return page

    return write


def rename(cause: Cause, slug: str, by) -> None:
    cause.slug = slug
    cause.save()
    record_cause(cause, by=by)


def list_changed() -> set[str]:
    """The subjects of the newest announcement."""
    newest = ChangedSubject.objects.order_by("-number").values_list("number", flat=True)[0]
    rows = ChangedSubject.objects.filter(number=newest)
    return set(rows.values_list("subject", flat=True))


def get_name_at(slug: str) -> str:
    found = published.get_by_slug(slug)
    return found.name if found else ""


def test_a_cause_that_takes_the_address_of_another_changes_both(write, ann):
    gout = factories.make_cause(ann, name="Gout", slug="gout")
    tics = factories.make_cause(ann, name="Tics", slug="tics")
    write("ache", gout)
    write("bruise", tics)
    rename(gout, "gout-of-old", ann)
    rename(tics, "gout", ann)
    write("bruise", tics)
    assert get_name_at("gout") == "Tics"  # no page that names the other was signed since
    changed = list_changed()
    assert {subjects.name_of(gout.uuid), subjects.name_of(tics.uuid)} <= changed
    assert subjects.link("cause", "gout") in changed


def test_a_cause_that_falls_back_to_an_earlier_page_takes_its_address_there_back(
    write, ann, morgan
):
    gout = factories.make_cause(ann, name="Gout", slug="shared")
    tics = factories.make_cause(ann, name="Tics", slug="tics")
    write("ache", gout)
    rename(gout, "gout-later", ann)
    rename(tics, "shared", ann)
    write("bruise", tics)
    rename(tics, "tics-later", ann)
    write("cramp", tics)
    assert get_name_at("shared") == "Gout"
    withdraw_page(Article.objects.get(slug="cramp"), reason="wrong", by=morgan)
    assert get_name_at("shared") == "Tics"
    assert {subjects.name_of(gout.uuid), subjects.name_of(tics.uuid)} <= list_changed()
