"""Attributes that nobody sees are neither saved nor shown, and every signer is shown them."""

import pytest
from django.template import engines
from django.test import Client
from django.urls import reverse

from articles import quality
from articles.content.diff import Change, compare, split_rich_text
from articles.content.document import digest
from articles.fields import clean_html
from articles.models import Article
from articles.publishing.actions import record_revision, restore
from articles.richtext import attributes
from articles.richtext.plaintext import extract_lines
from articles.richtext.vocabulary import ALLOWED_TAGS, RAISED_TAGS
from reviews.desk import queue
from reviews.signing.actions import request_review
from symptoms.models import Symptom, SymptomCause
from tests import factories
from tests.database import sql
from tests.html import get_text, read_form

ATTRIBUTE_TEXT = "take ten times the dose"
TITLED = f'<p title="{ATTRIBUTE_TEXT}">Take 5 mg once.</p>'
TAGS = sorted(ALLOWED_TAGS - {"tfoot", "caption"} - RAISED_TAGS)
PLAIN = "<p>Take 5 mg once.</p>"
WHOLE = (
    '<h2>A</h2><h3>B</h3><p><strong>a</strong> <em>b</em><br><a href="/x/">c</a></p>'
    "<ul><li>d</li></ul>"
    "<ol><li>e</li></ol><blockquote><p>f</p></blockquote>"
    '<table><thead><tr><th scope="col" colspan="2">g</th></tr></thead>'
    "<tbody><tr><td>h</td><td>i</td></tr></tbody></table>"
)


def with_attribute(tag: str, attribute: str) -> str:
    """A whole text in which each element of a name has one more attribute."""
    return WHOLE.replace(f"<{tag}>", f"<{tag} {attribute}>").replace(
        f"<{tag} ", f"<{tag} {attribute} ", 1
    )


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize(
    "attribute", ['title="x"', 'lang="x"', 'dir="rtl"', 'id="x"', "data-x", 'aria-label="x"']
)
def test_no_element_keeps_an_attribute_that_nobody_sees(tag, attribute):
    assert clean_html(with_attribute(tag, attribute)) == WHOLE


@pytest.fixture
def draft(ann):
    return factories.make_article(ann)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["save", "update", "bulk_create", "bulk_update", "row", "rows"])
def test_no_way_in_lets_an_attribute_through(ann, draft, way):
    if way == "save":
        draft.body = TITLED
        draft.save()
    elif way == "update":
        Article.objects.update(body=TITLED)
    elif way == "bulk_create":
        Article.objects.bulk_create(
            [Article(kind="article", slug="b", title="B", writer=ann, body=TITLED)]
        )
    elif way == "bulk_update":
        draft.body = TITLED
        Article.objects.bulk_update([draft], ["body"])
    else:
        symptom, cause = factories.make_symptom(ann), factories.make_cause(ann)
        row = SymptomCause(symptom=symptom, cause=cause, text=TITLED)
        row.save() if way == "row" else SymptomCause.objects.bulk_create([row])
    texts = [
        *Article.objects.values_list("body", flat=True),
        *SymptomCause.objects.values_list("text", flat=True),
    ]
    assert PLAIN in texts
    assert ATTRIBUTE_TEXT not in "".join(texts)


@pytest.mark.django_db
def test_the_form_lets_no_attribute_through(client, ann, draft):
    client.force_login(ann)
    form = f"/admin/articles/article/{draft.pk}/change/"
    client.post(form, read_form(client.get(form)) | {"body": TITLED})
    assert draft.get_latest_revision().read().body == PLAIN


def write_unseen(page, *, by, body: str = TITLED):
    """A text as it was saved when a page could carry more, recorded in a revision."""
    sql("UPDATE articles_article SET body = %s WHERE id = %s", body, page.pk)
    return record_revision(type(page).objects.get(pk=page.pk), by=by)


@pytest.fixture
def signed(draft, ann, morgan, ravi):
    """A page whose attribute was signed before there was a check."""
    write_unseen(draft, by=ann)
    factories.sign_page(draft, by=ravi, asked_by=morgan, override="It was signed so.")
    return draft


@pytest.mark.django_db
def test_restoring_an_old_text_leaves_its_attribute_behind(signed, ann):
    revision = signed.get_latest_revision()
    factories.edit_page(Article.objects.get(pk=signed.pk), by=ann, body="<p>Other words.</p>")
    restore(revision, by=ann)
    assert signed.get_latest_revision().read().body == PLAIN
    assert revision.read().body == TITLED


@pytest.mark.django_db
def test_a_signed_attribute_is_not_printed_and_stays_signed(signed):
    page = Client().get(signed.path).text
    assert "Take 5 mg once." in page
    assert ATTRIBUTE_TEXT not in page
    revision = signed.publications.get().revision
    assert ATTRIBUTE_TEXT in revision.document
    assert revision.digest == digest(revision.document.encode())


def render_page_html(html: str) -> str:
    return engines["django"].from_string("{% load pages %}{{ html|rich }}").render({"html": html})


def render_anchored(html: str) -> str:
    template = "{% load pages %}{% with text=html|anchored %}{{ text.html|rich }}{% endwith %}"
    return engines["django"].from_string(template).render({"html": html})


@pytest.mark.parametrize("tag", TAGS)
def test_no_element_prints_an_attribute_that_no_page_may_carry(tag):
    dirty = with_attribute(tag, f'title="{ATTRIBUTE_TEXT}"')
    assert attributes.find_foreign(dirty)
    assert render_page_html(dirty) == render_page_html(WHOLE)
    assert render_anchored(dirty) == render_anchored(WHOLE)


def test_anchors_of_headings_are_printed_and_stored_ones_are_not():
    assert render_anchored('<h2 id="main">Dose</h2>') == '<h2 id="dose">Dose</h2>'
    assert render_page_html('<h2 id="main">Dose</h2>') == "<h2>Dose</h2>"


@pytest.mark.parametrize(
    "html", [WHOLE, PLAIN, "", "a &amp; b &nbsp; &lt;p title=x&gt;", "<p>a<br/>b</p>"]
)
def test_what_a_page_may_carry_is_printed_to_the_byte(html):
    assert attributes.remove_foreign(html) == html
    assert attributes.show_foreign_as_text(html) == html
    assert attributes.find_foreign(html) == []


def test_a_sign_within_an_attribute_ends_no_tag():
    assert attributes.remove_foreign('<p title="a > b">c</p>') == "<p>c</p>"
    assert attributes.show_foreign_as_text('<p title="a > b">c</p>') == "<p>[title: a &gt; b] c</p>"


def list_changes(old: str, new: str) -> list[Change]:
    return compare(
        split_rich_text("body", "Overview", old), split_rich_text("body", "Overview", new)
    )


@pytest.mark.parametrize("tag", TAGS)
def test_the_diff_says_the_attribute_of_every_element(tag):
    words = ""
    for change in list_changes(WHOLE, with_attribute(tag, f'title="{ATTRIBUTE_TEXT}"')):
        words += "".join(text for _, text in change.runs)
    assert f"[title: {ATTRIBUTE_TEXT}]" in words
    assert list_changes(with_attribute(tag, 'title="a"'), with_attribute(tag, 'title="b"'))


def test_an_attribute_without_words_is_said_too():
    assert extract_lines("<p hidden>a</p>") == ["[hidden] a"]
    assert extract_lines("<ol reversed><li>a</li></ol>") == ["1. [reversed]", "1. a"]
    assert extract_lines("<ol reversed><li>a</li></ol>", links=False) == ["1. a"]
    assert extract_lines("<p><a href>a</a></p>") == ["a (→ )"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<table><tr><td colspan='2'>a</td></tr></table>", "<table><tr><td>a</td></tr></table>"),
        (
            '<table><tr><th scope="col">a</th></tr></table>',
            '<table><tr><th scope="colgroup">a</th></tr></table>',
        ),
        ('<p><a href="/a/">a</a></p>', '<p><a href="/b/">a</a></p>'),
        ('<p><a href="/a/">a</a></p>', '<p><a href="/a/" target="_blank">a</a></p>'),
    ],
)
def test_links_and_spans_that_differ_are_said(old, new):
    assert list_changes(old, new)


@pytest.mark.django_db
def test_the_desk_never_says_that_nothing_changed_where_an_attribute_came(
    client, draft, ann, morgan, ravi
):
    factories.edit_page(draft, by=ann, body=PLAIN)
    factories.sign_page(draft, by=ravi, asked_by=morgan, override="It was signed so.")
    write_unseen(draft, by=ann)
    review = request_review(Article.objects.get(pk=draft.pk), by=morgan, override="To be read.")
    client.force_login(ravi)
    page = get_text(client.get(reverse("reviews:review", args=[review.uuid])).text)
    assert "Nothing has changed" not in page
    assert f"[title: {ATTRIBUTE_TEXT}]" in page
    (task,) = queue.build_queue(ravi.reviewer)["open"].object_list
    assert task.change_summary.endswith("Overview.")


@pytest.mark.django_db
def test_the_desk_says_what_differs_where_no_line_shows_it(client, draft, ann, morgan, ravi):
    factories.edit_page(draft, by=ann, body="<p>One.</p><p>Two.</p>")
    factories.sign_page(draft, by=ravi, asked_by=ann)
    factories.edit_page(draft, by=ann, body="<p>One.</p> <p>Two.</p>")
    review = request_review(draft, by=ann)
    client.force_login(ravi)
    page = get_text(client.get(reverse("reviews:review", args=[review.uuid])).text)
    assert "Nothing has changed" not in page
    assert "Changed in how it is stored" in page
    (task,) = queue.build_queue(ravi.reviewer)["open"].object_list
    assert task.change_summary.endswith(": Overview.")


@pytest.mark.django_db
def test_a_check_names_the_attribute_with_its_part_and_blocks(draft, ann):
    write_unseen(
        draft,
        by=ann,
        body=f'<p lang="x">A</p><p title="{ATTRIBUTE_TEXT}">B</p><p title="{ATTRIBUTE_TEXT}">C</p>',
    )
    page = Article.objects.get(pk=draft.pk)
    found = [
        problem.message
        for problem in quality.find_blocking_problems(page, draft.get_latest_revision().read())
    ]
    assert found == [
        "Overview: <p> has the attribute “lang”, which says “x”. Nobody sees it.",
        f"Overview: <p> has the attribute “title”, which says “{ATTRIBUTE_TEXT}” (2 times). "
        "Nobody sees it.",
    ]


@pytest.mark.django_db
def test_a_save_without_a_change_of_a_clean_page_adds_no_revision(client, ann):
    symptom = factories.make_symptom(ann, body=WHOLE)
    client.force_login(ann)
    form = f"/admin/symptoms/symptom/{symptom.pk}/change/"
    client.post(form, read_form(client.get(form)))
    assert Symptom.objects.get(pk=symptom.pk).revisions.count() == 1
