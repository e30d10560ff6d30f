"""Words are made safe wherever they are saved, and text that cannot be printed is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from articles.fields import clean_html, fold
from articles.models import Article, Topic
from symptoms.models import Cause, OtherName
from tests import factories

DIRTY = (
    '<p onclick="steal()" style="color:red" class="x">'
    "Call <strong onmouseover='x'>911</strong>.</p>"
    "<script>steal()</script><style>p {color: red}</style><img src=x onerror=steal()>"
    '<p><a href="javascript:steal()">here</a> '
    '<a href="https://medlineplus.gov/" target="_blank">there</a></p>'
    '<iframe src="https://example.com/"></iframe><svg onload=steal()></svg>'
)
CLEAN = '<p>Call <strong>911</strong>.</p><p>here <a href="https://medlineplus.gov/">there</a></p>'


@pytest.fixture
def draft(ann):
    return factories.make_article(ann)


def test_save_strips_what_a_page_may_not_carry(draft):
    draft.body = DIRTY
    draft.save()
    assert draft.body == CLEAN
    draft.refresh_from_db()
    assert draft.body == CLEAN


def test_create_strips_it_too(ann):
    assert factories.make_article(ann, body=DIRTY).get_latest_revision().read().body == CLEAN


def test_bulk_create_strips_it_too(ann):
    Article.objects.bulk_create(
        [Article(kind="article", slug="bulk", title="Bulk", writer=ann, body=DIRTY)]
    )
    assert Article.objects.get(slug="bulk").body == CLEAN


def test_update_strips_it_too(draft):
    Article.objects.filter(pk=draft.pk).update(body=DIRTY)
    draft.refresh_from_db()
    assert draft.body == CLEAN


def test_bulk_update_strips_it_too(draft):
    draft.body = DIRTY
    Article.objects.bulk_update([draft], ["body"])
    draft.refresh_from_db()
    assert draft.body == CLEAN


@pytest.mark.parametrize(
    "html", ["", "<p></p>", "<p>&nbsp;</p>", "<h2> </h2><p><br></p>", "<script>x</script>"]
)
def test_rich_text_that_shows_nothing_is_empty(html):
    assert clean_html(html) == ""


@pytest.mark.parametrize(
    "href", ["javascript:x", "data:text/html,x", "vbscript:x", "JaVaScRiPt:x", "&#106;avascript:x"]
)
def test_links_that_run_something_leave_their_words(href):
    assert clean_html(f'<p><a href="{href}">here</a></p>') == "<p>here</p>"


@pytest.mark.parametrize(
    "href", ["https://nhs.uk/", "mailto:a@example.com", "tel:911", "/symptoms/facial-spasms/"]
)
def test_links_that_lead_somewhere_keep_their_address(href):
    assert clean_html(f'<p><a href="{href}">here</a></p>') == f'<p><a href="{href}">here</a></p>'


@pytest.mark.parametrize("field", ["title", "summary", "headline", "body", "advice"])
@pytest.mark.parametrize(
    ("character", "code"), [("\x00", "U+0000"), ("\ud800", "U+D800"), ("\x1b", "U+001B")]
)
def test_unprintable_characters_are_refused_in_clear_words(draft, field, character, code):
    setattr(draft, field, f"ab{character}c")
    with pytest.raises(ValidationError) as refusal:
        draft.full_clean()
    assert f"Character 3 is {code}" in refusal.value.message_dict[field][0]
    with pytest.raises(ValidationError, match="cannot be printed"), transaction.atomic():
        draft.save()
    assert Article.objects.filter(pk=draft.pk, title="Keeping a diary").exists()


@pytest.mark.parametrize("character", ["\x00", "\ud800"])
def test_unprintable_characters_are_refused_by_update_and_bulk_create(draft, character):
    with pytest.raises(ValidationError, match="cannot be printed"):
        Article.objects.update(title=character)
    with pytest.raises(ValidationError, match="cannot be printed"):
        Topic.objects.bulk_create([Topic(name=character, slug="x")])


def test_line_breaks_and_tabs_are_not_unprintable(draft):
    draft.body = "<p>One</p>\r\n\t<p>Two</p>"
    draft.full_clean()
    draft.save()


def test_a_title_of_300_characters_is_refused_in_clear_words(draft):
    draft.title = "x" * 300
    with pytest.raises(ValidationError) as refusal:
        draft.full_clean()
    assert "at most 200 characters (it has 300)" in refusal.value.message_dict["title"][0]


def too_long(ann):
    return [
        (Article(kind="article", slug="long", title="x" * 300, writer=ann), Article),
        (Article(kind="article", slug="long", title="x", summary="x" * 301, writer=ann), Article),
        (Topic(name="x" * 101, slug="long"), Topic),
        (Cause(name="x" * 201, slug="long"), Cause),
    ]


@pytest.mark.parametrize("number", range(4))
def test_the_database_refuses_what_is_too_long(ann, number):
    row, model = too_long(ann)[number]
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.bulk_create([row])
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    assert not model.objects.filter(slug="long").exists()


def test_the_database_refuses_an_update_that_is_too_long(draft):
    with pytest.raises(DatabaseError), transaction.atomic():
        Article.objects.filter(pk=draft.pk).update(title="x" * 300)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ménière’s", "meniere’s"),
        ("ÅNGSTRÖM", "angstrom"),
        ("Straße", "strasse"),
        ("ﬁbrosis", "fibrosis"),
        (" A ", "a"),
    ],
)
def test_accents_and_case_fold(text, folded):
    assert fold(text) == folded


def test_pages_sort_alike_on_both_engines(ann):
    for slug, title in [("c", "Éczema"), ("a", "zoster"), ("b", "Acne"), ("d", "eye ache")]:
        factories.make_article(ann, slug=slug, title=title)
    assert [str(page) for page in Article.objects.all()] == ["Acne", "Éczema", "eye ache", "zoster"]


def test_names_that_differ_by_accent_only_are_the_same_name(ann):
    symptom = factories.make_symptom(ann)
    OtherName.objects.create(symptom=symptom, name="Tic facial")
    with pytest.raises(DatabaseError), transaction.atomic():
        OtherName.objects.create(symptom=symptom, name="TIC FACIÁL")


def test_a_line_break_in_a_line_becomes_a_space(ann):
    article = Article(title="Keeping\r\n a diary", slug="keeping-a-diary", writer=ann)
    article.full_clean()
    assert article.title == "Keeping a diary"
