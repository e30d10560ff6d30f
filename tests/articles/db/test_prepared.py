"""A prepared query is built once, gives what its queryset does, and has one text for any values."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.db.prepared import PreparedQuery
from articles.models import Article, Topic
from tests import factories

pytestmark = pytest.mark.django_db


def fetch_with_text(query: PreparedQuery, **values) -> tuple[list, str]:
    """The rows, and the text of the one query that they took."""
    texts = []

    def note(execute, sql, params, many, context):
        texts.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note), CaptureQueriesContext(connection):
        rows = query.fetch(**values)
    (text,) = texts
    return rows, text


def test_lists_of_any_length_are_one_text_and_find_what_the_lookup_in_finds(ann):
    pages = [factories.make_symptom(ann, title=f"Ache {n}", slug=f"ache-{n}") for n in range(3)]
    by_uuid = PreparedQuery(
        lambda uuids: Article.objects.filter(uuid__any_of=uuids).order_by("pk"), uuids=list[UUID]
    )
    by_slug = PreparedQuery(
        lambda kind, slugs: (
            Article.objects.filter(kind=kind, slug__any_of=slugs).order_by("pk").values_list("slug")
        ),
        kind=str,
        slugs=list[str],
    )
    by_key = PreparedQuery(
        lambda keys: Article.objects.filter(pk__any_of=keys).order_by("pk"), keys=list[int]
    )
    texts = set()
    for some in (pages, pages[:1], [], pages[1:]):
        found, text = fetch_with_text(by_uuid, uuids=[uuid4(), *(page.uuid for page in some)])
        assert [page.pk for page in found] == [page.pk for page in some]
        assert by_key.fetch(keys=[0, *(page.pk for page in some)]) == found
        slugs = [page.slug for page in some]
        assert by_slug.fetch(kind="symptom", slugs=slugs) == [(slug,) for slug in slugs]
        assert by_slug.fetch(kind="article", slugs=slugs) == []
        texts.add(text)
    assert len(texts) == 1
    assert by_slug.first(kind="symptom", slugs=[]) is None


def test_joined_rows_and_annotations_come_as_from_the_queryset(
    ann, ravi, django_assert_num_queries
):
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    query = PreparedQuery(
        lambda slug: Article.objects.filter(slug=slug).with_publication().with_dates(), slug=str
    )
    expected = Article.objects.filter(slug=page.slug).with_publication().with_dates().get()
    for _ in range(2):
        with django_assert_num_queries(1):
            found = query.first(slug=page.slug)
            assert found.live.revision.document == expected.live.revision.document
        assert (found.uuid, found.published_at) == (expected.uuid, expected.published_at)
    assert query.first(slug="nobody's ' page") is None


def test_a_slice_begins_where_it_is_told(db):
    for name in "abcde":
        factories.make_topic(name, name)
    query = PreparedQuery(
        lambda letters, start: (
            Topic.objects.filter(slug__any_of=letters)
            .order_by("slug")
            .values_list("slug", flat=True)[start : start + 2]
        ),
        letters=list[str],
        start=int,
    )
    for start, expected in ((0, ["a", "b"]), (2, ["d"]), (4, []), (1, ["b", "d"])):
        assert query.fetch(letters=["a", "b", "d"], start=start) == expected


def test_a_value_that_the_query_does_not_use_is_named(db):
    query = PreparedQuery(lambda slug: Topic.objects.all(), slug=str)
    with pytest.raises(ValueError, match="does not use slug"):
        query.fetch(slug="a")
