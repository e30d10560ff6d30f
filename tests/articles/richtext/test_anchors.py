"""The contents of a page: anchors that are added when it is shown, and not in signed bytes."""

import re

import pytest

from articles.richtext.anchors import add_anchors
from tests import factories

HEADED = (
    "<p>First.</p><h2>At home</h2><p>Rest.</p><h2>At &amp; after <em>work</em></h2><p>Rest.</p>"
    "<h2>At home</h2>"
)


def test_a_heading_gets_an_anchor_of_its_own_words():
    text = add_anchors(HEADED)
    assert text.contents == [
        ("at-home", "At home"),
        ("at-after-work", "At & after work"),
        ("at-home-3", "At home"),
    ]
    assert '<h2 id="at-after-work">At &amp; after <em>work</em></h2>' in text.html
    assert re.sub(r' id="[^"]*"', "", text.html) == HEADED


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [("References", "references-1"), ("Main", "main-1"), ("?!", "part-1"), ("ألم", "ألم")],
)
def test_an_anchor_is_never_one_of_the_frame_and_never_empty(heading, anchor):
    assert add_anchors(f"<h2>{heading}</h2>").contents == [(anchor, heading)]


@pytest.mark.django_db
def test_an_anchor_is_never_given_twice():
    headings = ["Care 3", "Care", "Care", "頭", "王", "🙂", "🙂"]
    text = add_anchors("".join(f"<h2>{heading}</h2>" for heading in headings))
    anchors = [anchor for anchor, _ in text.contents]
    assert anchors == ["care-3", "care", "care-3-3", "頭", "王", "part-6", "part-7"]


@pytest.mark.parametrize(("parts", "listed"), [(2, False), (3, True)])
def test_an_article_of_three_parts_lists_them_and_its_bytes_stay(parts, listed, ann, ravi, client):
    body = "".join(f"<h2>Part {n}</h2><p>Words.</p>" for n in range(1, parts + 1))
    article = factories.make_article(ann, body=body)
    factories.sign_page(article, by=ravi, asked_by=ann)
    page = client.get("/articles/keeping-a-diary/")
    assert ("On this page" in page.text) == listed
    assert ('href="#part-1"' in page.text) == listed
    assert '<h2 id="part-1">Part 1</h2>' in page.text
    assert "id=" not in article.get_latest_revision().document


@pytest.mark.django_db
def test_causes_in_three_groups_are_listed_by_group(ann, ravi, client):
    symptom = factories.make_complete_symptom(ann)
    for place, row in enumerate(symptom.symptom_causes.all()):
        row.group = f"Group {place}"
        row.save()
    factories.edit_page(symptom, by=ann, summary="In groups.")
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    page = client.get("/symptoms/facial-spasms/causes/").text
    for place in range(3):
        assert f'<a href="#causes-{place + 1}">Group {place}</a>' in page
        assert f'<section id="causes-{place + 1}">' in page
    assert page.index("Call for emergency help") < page.index("On this page")
