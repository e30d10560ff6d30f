"""Rows that are inserted in bulk are those that the ORM would have stored."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from articles.db import bulk_insert
from articles.models import Article, ImportRun, SearchEntry

pytestmark = [pytest.mark.django_db, pytest.mark.both_engines]

# What COPY would read otherwise than it was meant, if it were not escaped.
ODD = (
    "\\",
    "\\N",
    "\\.",
    "\t",
    "\n",
    "\r\n",
    "\r",
    '"',
    "'",
    "\b\f\v",
    "\\t",
    "a\\",
    "é",
    "𝄞",
    "\x7f",
)
texts = st.lists(st.sampled_from(ODD) | st.text(st.characters(exclude_categories=["Cs"]))).map(
    lambda parts: "".join(parts).replace("\0", "")
)
moments = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC))
facts = st.dictionaries(texts, st.none() | st.booleans() | st.integers(0, 9) | texts, max_size=3)
ENTRY = ("uuid", "kind", "language", "title", "sort_key", "text_words")
EMPTY = ("slug", "title_words", "name_words", "spoken")
RUN = ("source", "format", "most", "started_at", "finished_at", "counts")


def insert_entries(words: list[str]) -> list[tuple]:
    """Entries with these texts, which are inserted in bulk; gives their values."""
    rows = [(uuid.uuid4(), "symptom", "en", "t", f"{i}", text) for i, text in enumerate(words)]
    padded = [(*row, *("" for _ in EMPTY)) for row in rows]
    bulk_insert.insert_rows(SearchEntry, [*ENTRY, *EMPTY], padded)
    return rows


@settings(max_examples=40, deadline=None)
@given(words=st.lists(texts, min_size=1, max_size=4))
def test_texts_are_stored_as_they_are(words):
    with transaction.atomic():
        rows = insert_entries(words)
        assert list(SearchEntry.objects.order_by("pk").values_list(*ENTRY)) == rows
        transaction.set_rollback(True)


def test_a_very_long_text_is_stored_whole():
    rows = insert_entries(["a long one\\\t" * 100_000, "\\."])
    assert list(SearchEntry.objects.order_by("pk").values_list(*ENTRY)) == rows


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    begun=moments,
    ended=st.none() | moments,
    most=st.none() | st.integers(0, 2**31 - 1),
    counts=facts,
)
def test_times_numbers_json_and_nothing_are_what_the_orm_stores(ann, begun, ended, most, counts):
    values = {"source": "s", "format": "jsonl", "most": most, "counts": counts}
    values |= {"started_at": begun, "finished_at": ended}
    with transaction.atomic():
        ImportRun.objects.create(by=ann, **values)
        bulk_insert.insert_objects(ImportRun, [ImportRun(by=ann, **values)])
        by_orm, in_bulk = ImportRun.objects.order_by("pk").values_list(*RUN)
        assert by_orm == in_bulk
        transaction.set_rollback(True)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(begun=moments, ended=st.none() | moments, counts=facts, key=st.none() | st.just(4_000_000))
def test_a_prepared_row_is_what_the_orm_stores_with_the_key_that_it_has(
    ann, begun, ended, counts, key
):
    values = {"source": "s", "format": "jsonl", "counts": counts}
    values |= {"started_at": begun, "finished_at": ended}
    with transaction.atomic():
        ImportRun.objects.create(by=ann, **values)
        bulk_insert.insert_prepared(ImportRun, iter([ImportRun(pk=key, by=ann, **values)]))
        by_orm, in_bulk = ImportRun.objects.order_by("pk").values_list(*RUN)
        assert by_orm == in_bulk
        assert key is None or ImportRun.objects.filter(pk=key).exists()
        transaction.set_rollback(True)


def test_a_prepared_row_keeps_its_times_and_its_text_is_cleaned_as_on_saving(ann):
    moment = dt.datetime(2020, 2, 29, 12, tzinfo=dt.UTC)
    page = Article(kind="article", title="A\u200bche", body="<p onclick='x'>It\thurts.</p>")
    page.writer, page.slug, page.sort_key, page.created_at = ann, "ache", "ache", moment
    bulk_insert.insert_prepared(Article, [page])
    stored = Article.objects.get(slug="ache")
    assert stored.created_at == moment
    saved = Article.objects.create(
        kind="article", title=page.title, body=page.body, writer=ann, slug="b", sort_key="b"
    )
    saved.refresh_from_db()
    assert (stored.title, stored.body) == (saved.title, saved.body)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_what_no_database_keeps_is_refused_whole(text):
    if text == "a\0b" and connection.vendor == "sqlite":
        pytest.skip("SQLite keeps it, and records are refused before")
    with pytest.raises((DatabaseError, UnicodeEncodeError)), transaction.atomic():
        insert_entries(["fine", text])
    assert not SearchEntry.objects.exists()
