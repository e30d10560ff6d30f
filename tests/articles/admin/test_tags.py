"""Tags in the form of a page: semicolons part them, and all other signs are theirs."""

import pytest

from articles.fields import format_tags, parse_tags
from articles.models import Article
from articles.publishing.actions import record_revision
from tests import factories
from tests.html import read_form

TAGS = ['"quoted"', "a;b", "back\\slash", "pain, chronic", "plain"]


@pytest.fixture
def page(db, ann):
    made = factories.make_article(ann, title="Care")
    made.tags.set(TAGS)
    record_revision(made, by=ann)
    return made


def get_path(page: Article) -> str:
    return f"/admin/articles/article/{page.pk}/change/"


def list_tags(page: Article) -> list[str]:
    return sorted(page.tags.names())


def test_an_untouched_form_keeps_each_tag_and_adds_no_revision(page, ann_client):
    count = page.revisions.count()
    sent = read_form(ann_client.get(get_path(page)))
    assert sent["tags"] == [r'"quoted"; a\;b; back\\slash; pain, chronic; plain']
    assert ann_client.post(get_path(page), sent).status_code == 302
    assert list_tags(page) == TAGS
    assert page.revisions.count() == count


def test_tags_are_parted_by_semicolons(page, ann_client):
    sent = read_form(ann_client.get(get_path(page)))
    ann_client.post(get_path(page), sent | {"tags": ' leg;; pain, chronic ; "foot" ; leg'})
    assert list_tags(page) == ['"foot"', "leg", "pain, chronic"]


def test_a_tag_that_is_too_long_is_refused_and_the_help_says_how_to_part_them(page, ann_client):
    opened = ann_client.get(get_path(page))
    assert "Separated by semicolons" in opened.text
    sent = read_form(opened) | {"tags": "leg, foot, " * 20}
    response = ann_client.post(get_path(page), sent)
    assert "a tag has 100 at most. Put a semicolon between tags." in response.text
    assert list_tags(page) == TAGS


def test_what_is_written_is_read_as_the_same_tags():
    for names in (["end\\"], ["a\\;b", ";"], ["\\\\", "x"], []):
        text = format_tags(type("T", (), {"name": name}) for name in names)
        assert parse_tags(text) == sorted(names)
