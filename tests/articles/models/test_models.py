"""The working copy and its frame: what the models and the database refuse, in clear words."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.models import Article, CopyrightNotice, Revision, Topic
from articles.publishing.actions import change_slug, discard, record_revision
from reviews.signing.actions import request_review
from symptoms.models import Symptom
from tests import factories
from tests.database import expect_refusal

pytestmark = pytest.mark.django_db


def test_a_slug_that_is_taken_is_refused_in_clear_words(ann):
    factories.make_symptom(ann)
    twin = Symptom(slug="facial-spasms", title="Twin", writer=ann)
    with pytest.raises(ValidationError) as refusal:
        twin.full_clean()
    assert refusal.value.message_dict["slug"] == [
        "“Facial spasms” has this URL slug. Choose another one."
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_another_kind_of_page_may_have_the_same_slug(ann):
    factories.make_symptom(ann, slug="tics")
    Article(slug="tics", title="Tics", writer=ann).full_clean()
    factories.make_article(ann, slug="tics")


def test_a_discarded_draft_gives_its_slug_away(ann):
    discard(factories.make_symptom(ann), by=ann)
    Symptom(slug="facial-spasms", title="Anew", writer=ann).full_clean()
    factories.make_symptom(ann)


def test_an_old_address_of_a_published_page_is_taken(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    change_slug(symptom, slug="face-spasms", by=ann)
    with pytest.raises(
        ValidationError, match="This URL slug redirects visitors to “Facial spasms”"
    ):
        Symptom(slug="facial-spasms", title="Twin", writer=ann).full_clean()


@pytest.mark.parametrize(("advice", "level"), [("<p>Call 911.</p>", ""), ("", "emergency")])
def test_advice_and_level_come_together(ann, advice, level):
    with pytest.raises(ValidationError, match="both the advice and its level"):
        Article(slug="a", title="A", writer=ann, advice=advice, advice_level=level).full_clean()


@pytest.mark.parametrize("months", [0, 37])
def test_a_review_interval_is_1_to_36_months(ann, months):
    page = factories.make_article(ann)
    page.review_months = months
    with pytest.raises(ValidationError, match="review_months"):
        page.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        page.save()


def test_discarding_takes_somebody_and_a_moment(ann):
    page = factories.make_article(ann)
    with expect_refusal("article_discarded_by_someone"):
        Article.objects.filter(pk=page.pk).update(discarded_at=timezone.now())


def test_saving_without_a_change_makes_no_revision(ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann)
    before = Revision.objects.filter(article=symptom.pk).count()
    symptom = Symptom.objects.get(pk=symptom.pk)
    symptom.save()
    revision = record_revision(symptom, by=ann)
    assert Revision.objects.filter(article=symptom.pk).count() == before == revision.number


def test_a_change_of_frame_makes_no_revision(ann):
    page = factories.make_article(ann)
    page.topics.clear()
    page.notice = CopyrightNotice.objects.create(holder="Another", year=2020)
    page.risk, page.review_months, page.slug = "high", 3, "elsewhere"
    page.save()
    assert record_revision(page, by=ann).number == 1


@pytest.mark.parametrize(
    "field",
    [
        "title",
        "headline",
        "summary",
        "body",
        "advice",
        "phrase",
        "treatment",
        "complications",
        "causes_intro",
    ],
)
def test_each_medical_word_makes_a_revision(ann, field):
    symptom = factories.make_symptom(ann)
    factories.edit_page(symptom, by=ann, **{field: "Changed"})
    assert symptom.get_latest_revision().number == 2
    assert "Changed" in symptom.get_latest_revision().document


def test_a_tag_makes_a_revision_from_either_side(ann):
    symptom = factories.make_symptom(ann)
    symptom.tags.add("face")
    assert record_revision(symptom, by=ann).read().tags == ("face",)
    Article.objects.get(pk=symptom.pk).tags.add("muscles")
    assert record_revision(symptom, by=ann).read().tags == ("face", "muscles")


def test_a_copy_loaded_before_a_publication_turns_nothing_back(ann, ravi):
    symptom = factories.make_symptom(ann)
    stale = Symptom.objects.get(pk=symptom.pk)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    factories.edit_page(stale, by=ann, summary="From the stale copy.")
    page = Article.objects.get(pk=symptom.pk)
    assert page.live.revision.number == 1
    assert page.summary == "From the stale copy."
    assert page.get_latest_revision().number == 2


def test_a_copy_loaded_before_a_discard_does_not_bring_the_page_back(ann):
    symptom = factories.make_symptom(ann)
    stale = Symptom.objects.get(pk=symptom.pk)
    discard(symptom, by=ann)
    stale.save()
    assert Article.objects.get(pk=symptom.pk).discarded_by == ann


def test_a_copy_loaded_before_a_move_cannot_move_the_page_back(ann, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    stale = Symptom.objects.get(pk=symptom.pk)
    change_slug(symptom, slug="face-spasms", by=ann)
    with expect_refusal("through the publication log only"):
        stale.save()
    assert Article.objects.get(pk=symptom.pk).slug == "face-spasms"


def test_a_draft_under_review_can_be_edited_and_the_review_keeps_its_text(ann):
    symptom = factories.make_symptom(ann)
    review = request_review(symptom, by=ann)
    factories.edit_page(symptom, by=ann, title="Changed")
    review.refresh_from_db()
    assert review.revision.read().title == "Facial spasms"


def test_an_agreement_has_title_and_address():
    with pytest.raises(ValidationError, match="or neither"):
        CopyrightNotice(holder="H", year=2026, agreement_title="Terms").full_clean()
    with expect_refusal("notice_agreement"):
        CopyrightNotice.objects.create(holder="H", year=2026, agreement_title="Terms")


def test_topics_sort_without_accents():
    for name in ("Éyes", "Zoster", "ears"):
        Topic.objects.create(name=name, slug=name.lower().replace("é", "e"))
    assert [str(topic) for topic in Topic.objects.all()] == ["ears", "Éyes", "Zoster"]
