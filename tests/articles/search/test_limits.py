"""A page that PostgreSQL could not store is refused while somebody writes it, on both engines."""

import json
from itertools import islice, product

import pytest
from django.core.management import call_command
from django.db import connection

from articles.models import ExternalId, Revision
from articles.publishing.actions import PageTooLong, record_revision
from articles.search import limits
from tests import factories

LETTERS = "bcdfghjklmnpqrtvwxz"  # of these no stem is shorter than its word


def make_words(count: int, start: str = "") -> str:
    """So many different words."""
    letters = islice(product(LETTERS, repeat=5), count)
    return " ".join(start + "".join(word) for word in letters)


TOO_MANY = make_words(3_000)
TOO_MANY_MORE = make_words(3_000, "q")


def test_many_different_words_are_too_many_and_the_same_ones_are_not(few_words):
    assert limits.find_excess_of_texts({"a": [TOO_MANY]}) == ""
    assert limits.find_excess_of_texts({"a": ["word " * 50_000]}) == ""
    excess = limits.find_excess_of_texts({"a": [TOO_MANY], "b": [TOO_MANY_MORE, "and more"]})
    assert "too many different words" in excess
    assert "Most of them are in “b”" in excess


@pytest.mark.both_engines
@pytest.mark.django_db
def test_what_is_let_through_can_be_stored_by_postgresql():
    words = make_words(104_000)
    assert not limits.find_excess_of_texts({"a": [words]})
    assert limits.find_excess_of_texts({"a": [words + " " + make_words(1_000, "q")]})
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT length(to_tsvector('simple', %s))", [words])
            assert cursor.fetchone()[0] == 104_000


@pytest.fixture
def few_words(monkeypatch):
    """A limit so low that a test is quick."""
    monkeypatch.setattr(limits, "MAX_VECTOR_BYTES", 40_000)


@pytest.mark.django_db
def test_a_page_with_too_many_words_is_not_recorded(ann, few_words):
    page = factories.make_symptom(ann)
    page.body = f"<p>{TOO_MANY}</p>"
    page.treatment = f"<p>{TOO_MANY_MORE}</p>"
    page.save()
    with pytest.raises(PageTooLong, match="too many different words"):
        record_revision(page, by=ann)


@pytest.mark.django_db
def test_the_form_says_which_text_is_too_long_and_keeps_what_was_typed(ann, ann_client, few_words):
    page = factories.make_article(ann, title="Words")
    count = Revision.objects.count()
    path = f"/admin/articles/article/{page.pk}/change/"
    form = ann_client.get(path).context["adminform"].form
    sent = {name: form[name].value() or "" for name in form.fields}
    sent |= {"body": f"<p>{TOO_MANY}</p>", "urgent_text": f"<p>{TOO_MANY_MORE}</p>"}
    for prefix in ("figures", "references"):
        sent |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    sent |= {"tags": ""}
    response = ann_client.post(path, sent)
    assert response.status_code == 200
    assert "too many different words" in str(response.context["adminform"].form.errors)
    assert TOO_MANY[-40:] in response.text
    assert Revision.objects.count() == count


@pytest.mark.django_db
def test_a_record_with_too_many_words_is_refused_and_the_others_come(tmp_path, morgan, few_words):
    records = [
        {"type": "article", "id": "a", "title": "A", "body": "<p>b</p>"},
        {
            "type": "symptom",
            "id": "b",
            "title": "B",
            "body": f"<p>{TOO_MANY}</p>",
            "treatment": f"<p>{TOO_MANY_MORE}</p>",
        },
    ]
    path = tmp_path / "file.jsonl"
    path.write_text("\n".join(map(json.dumps, records)))
    call_command("import_content", path, source="x", by="morgan", apply=True, no_progress=True)
    assert [row.key for row in ExternalId.objects.all()] == ["a"]
