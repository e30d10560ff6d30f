"""Care cards of a working copy: composed gravest first, restored, and one of each level."""

import pytest

from articles.models import Article, CareCard
from articles.publishing import composing
from articles.publishing.actions import record_revision, restore
from tests import factories
from tests.database import expect_refusal
from tests.factories import add_card

pytestmark = pytest.mark.django_db


def compose(page: Article):
    loaded = composing.load(Article.objects.filter(pk=page.pk)).get()
    return composing.compose_article(loaded)


def list_cards(page: Article) -> list[tuple[str, str, str]]:
    return [(card.level, card.heading, card.html) for card in compose(page).care_cards]


def test_the_gravest_comes_first_wherever_it_is_stored(ann):
    page = factories.make_article(ann, advice_level="urgent", advice="<p>Today.</p>")
    add_card(page, "routine", "<p>Soon.</p>")
    add_card(page, "emergency", "<p>Now.</p>", "Call 911 now")
    assert list_cards(page) == [
        ("emergency", "Call 911 now", "<p>Now.</p>"),
        ("urgent", "", "<p>Today.</p>"),
        ("routine", "", "<p>Soon.</p>"),
    ]
    Article.objects.filter(pk=page.pk).update(advice_level="", advice="")
    assert [level for level, _, _ in list_cards(page)] == ["emergency", "routine"]
    page.care_cards.all().delete()
    assert list_cards(page) == []


def test_no_text_is_lost_should_a_level_be_stored_twice(ann):
    page = factories.make_article(ann, advice_level="urgent", advice="<p>Today.</p>")
    add_card(page, "urgent", "<p>Tonight.</p>")
    assert list_cards(page) == [("urgent", "", "<p>Today.</p><p>Tonight.</p>")]


def test_one_card_is_composed_to_the_bytes_that_it_always_had(ann):
    page = factories.make_article(ann, advice_level="urgent", advice="<p>Today.</p>")
    text = record_revision(page, by=ann).document
    assert '"advice":{"html":"<p>Today.</p>","level":"urgent"}' in text
    assert not any(name in text for name in ("heading", "further", "everyone", "crisis"))


def test_a_restored_page_has_its_cards_again(ann):
    page = factories.make_article(
        ann,
        advice_level="emergency",
        advice_heading="Call 911 now",
        advice="<p>Now.</p>",
        same_for_everyone=True,
        shows_crisis_line=True,
    )
    add_card(page, "urgent", "<p>Today.</p>", "Get help today")
    first = record_revision(page, by=ann)
    page = Article.objects.get(pk=page.pk)
    page.care_cards.all().delete()
    add_card(page, "routine")
    page.advice_level, page.advice_heading, page.advice = "urgent", "", "<p>Other.</p>"
    page.same_for_everyone = page.shows_crisis_line = False
    page.save()
    other = record_revision(page, by=ann)
    assert other.digest != first.digest
    restored = restore(first, by=ann)
    assert (restored.report, restored.revision.digest) == ([], first.digest)
    assert restore(other, by=ann).revision.digest == other.digest
    assert CareCard.objects.get().level == "routine"


def test_that_the_cards_are_the_same_for_everyone_needs_a_card(ann):
    page = factories.make_article(ann, same_for_everyone=True)
    assert not compose(page).same_for_everyone
    add_card(page, "routine")
    assert compose(page).same_for_everyone


def test_the_database_keeps_one_card_of_each_known_level_with_a_text(ann):
    page = factories.make_article(ann)
    add_card(page, "urgent")
    for constraint, level, html in (
        ("care_card_one_a_level|carecard.level", "urgent", "<p>Go.</p>"),
        ("care_card_of_a_known_level", "loud", "<p>Go.</p>"),
        ("care_card_has_a_text", "routine", "<p> </p>"),
    ):
        with expect_refusal(constraint):
            add_card(page, level, html)
