"""The characters of what people type: mended and said, or refused where they stand."""

import pytest
from taggit.models import Tag

from articles.admin.tags import format_tags, parse_tags
from articles.models import Article
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(ann):
    page = factories.make_symptom(ann)
    return f"/admin/symptoms/symptom/{page.pk}/change/"


def test_what_was_removed_is_said_and_what_was_meant_is_kept(ann_client, path):
    changed = {
        "title": "Crohn\x92s pa\u200bin",
        "body": "<p>Take 5&#x200b;0 mg \x96 \x93now\x94.</p>",
    }
    response = ann_client.post(path, read_form(ann_client.get(path)) | changed, follow=True)
    page = Article.objects.get()
    assert (page.title, page.body) == ("Crohn’s pain", "<p>Take 50 mg – “now”.</p>")
    for line in (
        "Title: 1 invisible character U+200B.",
        "Overview: 1 invisible character U+200B.",
    ):
        assert line in response.text


@pytest.mark.parametrize(
    ("field", "text", "place"),
    [
        ("title", "Head\ufffeache", "Character 5 is U+FFFE"),
        ("summary", "Take \u202e05\u202c mg", "Character 6 is U+202E"),
        ("body", "<p>Take <em>&#x202e;05&#x202c;</em> mg</p>", "Character 6 is U+202E"),
        ("body", "<p>A lost lette\ufffd</p>", "Character 13 is U+FFFD"),
        ("tags", "head\uffff", "Character 5 is U+FFFF"),
        ("references-0-title", "Source\ufdd0", "Character 7 is U+FDD0"),
    ],
)
def test_what_cannot_be_kept_is_refused_where_it_stands(ann_client, path, field, text, place):
    values = read_form(ann_client.get(f"{path}?rows=1")) | {"references-0-title": "Tics"}
    response = ann_client.post(path, values | {field: text})
    assert response.status_code == 200
    assert f"{place}, which " in response.text
    assert "at ▯ in “" in response.text
    assert Article.objects.get().title == "Facial spasms"


def test_a_name_in_an_account_is_looked_at_too(client, morgan, admin_client, ann):
    path = f"/admin/auth/user/{ann.pk}/change/"
    values = read_form(admin_client.get(path))
    response = admin_client.post(path, values | {"first_name": "A\ufffenn"})
    assert "Character 2 is U+FFFE" in response.text
    admin_client.post(path, values | {"first_name": "Zoe\u0308"})
    ann.refresh_from_db()
    assert ann.first_name == "Zoë"


@pytest.mark.parametrize(
    "names", [["a, b", 'say "ah"', '"', "two words", "plain", ', "'], ['"quoted"'], ['a""b'], []]
)
def test_tags_come_back_from_a_line_as_they_went(names):
    assert parse_tags(format_tags(Tag(name=name) for name in names)) == sorted(names)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("heart attack", ["attack", "heart"]),
        ("heart attack, pain", ["heart attack", "pain"]),
        ('"heart attack" pain', ["heart attack", "pain"]),
        ('5" scar, x"y', ['5" scar', 'x"y']),
        ("a,, b,", ["a", "b"]),
        ('"not closed, pain', ['"not closed', "pain"]),
    ],
)
def test_a_typed_line_of_tags_is_read(line, names):
    assert parse_tags(line) == names
