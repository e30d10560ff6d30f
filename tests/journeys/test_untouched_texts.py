"""A box that nobody touched is sent as it came, though its editor writes other HTML for it."""

import pytest

from articles.models import Article
from tests import factories
from tests.database import sql
from tests.journeys.clipboard import RichTextBox
from tests.journeys.conftest import log_in, open_form

pytestmark = pytest.mark.django_db(transaction=True)
BODY = '<p title="x">Take 5\u200b0 <b>mg</b>,\r\n10<sup>9</sup>/L, e\u0301.</p>\n'
TITLE = "Two  blanks \u00a0 e\u0301\u200b"
SUMMARY = "In two\nlines, Crohn\x92s"


def test_another_field_is_saved_and_the_texts_stay_as_they_stood(ann, open_page):
    article = factories.make_article(ann)
    for column, text in (("body", BODY), ("title", TITLE), ("summary", SUMMARY)):
        sql(f"UPDATE articles_article SET {column} = %s WHERE id = %s", text, article.pk)
    page = open_page()
    log_in(page, "ann")
    open_form(page, f"/admin/articles/article/{article.pk}/change/")
    # Also a box in which somebody wrote a word and took it back.
    box = RichTextBox(page, "body")
    box.press("Control+Home", "x", "Control+z")
    page.fill("#id_review_months", "7")
    page.click("[name=_save]")
    page.wait_for_url("**/articles/article/")
    stored = Article.objects.get(pk=article.pk)
    assert (stored.review_months, stored.title, stored.summary) == (7, TITLE, SUMMARY)
    assert stored.body == BODY
