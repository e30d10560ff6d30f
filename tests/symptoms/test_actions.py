"""A shared cause reaches every page that names it as a draft, and no visitor until it is signed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, Authorship, Revision
from articles.publishing.actions import discard
from symptoms.actions import record_cause
from symptoms.models import SymptomCause
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def cause(ann):
    return factories.make_cause(ann)


def write_pages(cause, by, count: int, *, start: int = 0) -> list:
    pages = []
    for number in range(start, start + count):
        page = factories.make_symptom(by, slug=f"spasm-{number}", title=f"Spasm {number}")
        SymptomCause.objects.create(symptom=page, cause=cause)
        factories.edit_page(page, by=by)
        pages.append(page)
    return pages


def rename(cause, name: str, *, by) -> int:
    cause.name = name
    cause.save()
    return record_cause(cause, by=by)


def test_a_renamed_cause_is_a_new_revision_of_each_page_by_who_renamed_it(cause, ann, morgan):
    pages = write_pages(cause, ann, 2)
    assert rename(cause, "Tourette syndrome", by=morgan) == 2
    for page in pages:
        assert page.get_latest_revision().saved_by == morgan
        assert page.get_latest_revision().read().causes[0].causes[0].name == "Tourette syndrome"
        authors = Authorship.objects.filter(revision=page.get_latest_revision()).values_list(
            "user", flat=True
        )
        assert set(authors) == {ann.pk, morgan.pk}


def test_visitors_read_the_name_that_was_signed(cause, ann, ravi, client):
    (page,) = write_pages(cause, ann, 1)
    factories.sign_page(page, by=ravi, asked_by=ann)
    live = Article.objects.get(pk=page.pk).live_id
    assert rename(cause, "Unsigned name", by=ann) == 1
    assert Article.objects.get(pk=page.pk).live_id == live
    text = client.get("/symptoms/spasm-0/").text
    assert "Unsigned name" not in text
    assert "Tourette" in text


def test_only_pages_that_differ_from_what_was_signed_are_counted(cause, ann, ravi):
    signed, _draft = write_pages(cause, ann, 2)
    factories.sign_page(signed, by=ravi, asked_by=ann)
    assert record_cause(cause, by=ann) == 1
    assert rename(cause, "Another", by=ann) == 2


def test_a_cause_saved_without_a_change_makes_no_revision(cause, ann):
    write_pages(cause, ann, 2)
    before = Revision.objects.count()
    record_cause(cause, by=ann)
    assert Revision.objects.count() == before


def test_discarded_pages_are_left_alone(cause, ann):
    (page,) = write_pages(cause, ann, 1)
    discard(page, by=ann)
    assert rename(cause, "Another", by=ann) == 0
    assert page.get_latest_revision().read().causes[0].causes[0].name == "Tourette's syndrome"


def test_it_takes_as_many_queries_for_three_pages_as_for_one(cause, ann):
    write_pages(cause, ann, 1)
    with CaptureQueriesContext(connection) as one:
        rename(cause, "One", by=ann)
    write_pages(cause, ann, 2, start=1)
    with CaptureQueriesContext(connection) as three:
        assert rename(cause, "Three", by=ann) == 3
    assert len(three) == len(one)
