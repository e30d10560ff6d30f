"""An operator learns which stored texts the rules of today would change, and none is changed."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article
from articles.publishing.actions import record_revision
from tests import factories
from tests.database import sql

pytestmark = pytest.mark.django_db


def run_check() -> str:
    out = StringIO()
    call_command("check_texts", stdout=out)
    return out.getvalue()


def test_texts_that_are_clean_are_not_listed(ann, ravi):
    factories.sign_page(factories.make_complete_symptom(ann), by=ravi, asked_by=ann)
    assert run_check() == "No stored text would change today.\n"


def test_each_text_is_named_with_its_page_its_field_and_its_place(ann, ravi, morgan):
    symptom = factories.make_complete_symptom(ann)
    sql("UPDATE articles_article SET title = %s WHERE id = %s", "Cafe\u0301", symptom.pk)
    sql("UPDATE articles_article SET body = %s WHERE id = %s", "<p>5\u200b0 mg</p>", symptom.pk)
    sql("UPDATE articles_reference SET title = %s WHERE article_id = %s", "a\ufffeb", symptom.pk)
    sql("UPDATE taggit_tag SET name = %s WHERE name = %s", "fa\u00adce", "face")
    page = Article.objects.get(pk=symptom.pk).symptom
    record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=morgan, override="As it stood.")
    before = Article.objects.values_list("title", "body").get(pk=symptom.pk)
    output = run_check()
    for line in (
        "article “Cafe‹U+0301›”, title: “Cafe‹U+0301›” → “Café”",
        "article “Cafe‹U+0301›”, overview: “<p>5‹U+200B›0 mg</p>” → “<p>50 mg</p>”",
        "reference of “Cafe‹U+0301›”, title: refused. Character 2 is U+FFFE, which",
        "Tag “fa‹U+00AD›ce”, name: “fa‹U+00AD›ce” → “face”",
        "signed text at /symptoms/facial-spasms/, Title: “Cafe‹U+0301›” → “Café”",
        "signed text at /symptoms/facial-spasms/, Overview: “<p>5‹U+200B›0 mg</p>” → ",
        "signed text at /symptoms/facial-spasms/, References: refused. Character 2 is U+FFFE",
    ):
        assert line in output
    assert "would be refused, once somebody edits them." in output
    assert Article.objects.values_list("title", "body").get(pk=symptom.pk) == before


def test_it_takes_one_query_a_batch(ann):
    factories.make_article(ann, slug="one")
    with CaptureQueriesContext(
        connection,
    ) as few:
        run_check()
    for number in range(3):
        factories.make_article(ann, slug=f"more-{number}")
    with CaptureQueriesContext(connection) as many:
        run_check()
    assert len(many) == len(few)
