"""Two editors merge at one moment: one is refused, and no page names what is gone."""

from functools import partial

import pytest
from django.contrib.auth.models import User
from django.test import Client

from articles.models import Article, MergedPage
from articles.publishing.actions import ActionRefused, StalePreview, discard
from articles.publishing.merging import CannotMerge
from reviews import verification
from symptoms.models import Cause, MergedCause, RelatedSymptom, Symptom, SymptomCause
from tests import factories
from tests.database import count_lost, run_concurrently
from tests.html import read_form
from tests.merging import merge_causes, merge_symptoms

pytestmark = pytest.mark.usefixtures("transactional_db")
ROUNDS = 5


def create_two_causes(ann, number: int) -> tuple[Cause, Cause]:
    """Named by pages of their own, and both by one."""
    pair = tuple(
        factories.make_cause(ann, name=f"{name} {number}", slug=f"{name}-{number}")
        for name in ("one", "two")
    )
    for place, causes in enumerate([pair[:1], pair[1:], pair]):
        page = factories.make_symptom(
            ann, slug=f"ache-{number}-{place}", title=f"Ache {number} {place}"
        )
        for cause in causes:
            SymptomCause.objects.create(symptom=page, cause=cause)
        factories.edit_page(page, by=ann)
    return pair


def test_two_editors_merge_two_causes_crosswise_and_one_is_refused_in_words(ann, morgan):
    for number in range(ROUNDS):
        one, two = create_two_causes(ann, number)
        outcomes = run_concurrently(
            partial(merge_causes, one, two, by=ann), partial(merge_causes, two, one, by=morgan)
        )
        (refusal,) = count_lost(outcomes)
        assert isinstance(refusal, CannotMerge)
        assert "meanwhile" in str(refusal)
        (left,) = Cause.objects.filter(pk__in=[one.pk, two.pk])
        assert SymptomCause.objects.filter(cause=left).count() == 3
    assert MergedCause.objects.count() == ROUNDS


def test_three_causes_merged_in_a_ring_leave_one_or_two_and_no_page_without(ann, morgan, olga):
    for number in range(ROUNDS):
        one, two = create_two_causes(ann, number)
        third = factories.make_cause(ann, name=f"three {number}", slug=f"three-{number}")
        ring = [(one, two, ann), (two, third, morgan), (third, one, olga)]
        outcomes = run_concurrently(
            *[partial(merge_causes, gone, kept, by=by) for gone, kept, by in ring]
        )
        refusals = count_lost(outcomes)
        assert [
            refusal for refusal in refusals if not isinstance(refusal, (CannotMerge, StalePreview))
        ] == []
        assert Cause.objects.filter(pk__in=[one.pk, two.pk, third.pk]).count() == len(refusals)
        pages = Symptom.objects.filter(slug__startswith=f"ache-{number}-")
        assert all(page.symptom_causes.exists() for page in pages)


def test_two_editors_merge_two_pages_crosswise_and_one_is_refused_in_words(ann, ravi, morgan, olga):
    for number in range(ROUNDS):
        one, two, other = (
            factories.make_symptom(ann, slug=f"{name}-{number}", title=f"{name} {number}")
            for name in ("one", "two", "other")
        )
        for page in (one, two):
            RelatedSymptom.objects.create(symptom=other, other=page, system="eyes")
            factories.sign_page(page, by=ravi, asked_by=ann)
        outcomes = run_concurrently(
            partial(merge_symptoms, one, two, by=morgan), partial(merge_symptoms, two, one, by=olga)
        )
        (refusal,) = count_lost(outcomes)
        assert isinstance(refusal, CannotMerge)
        assert "already" in str(refusal)
        assert Article.objects.public().filter(pk__in=[one.pk, two.pk]).count() == 1
        assert other.related_symptoms.count() == 1
    assert MergedPage.objects.count() == ROUNDS
    assert list(verification.find_faults()) == []


def test_a_page_merged_while_it_is_discarded_is_one_or_the_other(ann, morgan):
    for number in range(ROUNDS):
        one, two = (
            factories.make_symptom(ann, slug=f"{name}-{number}", title=f"{name} {number}")
            for name in ("one", "two")
        )
        outcomes = run_concurrently(
            partial(merge_symptoms, one, two, by=morgan), partial(discard, two, by=ann)
        )
        assert all(isinstance(refusal, ActionRefused) for refusal in count_lost(outcomes))
        assert MergedPage.objects.filter(page=one).exists() == (not count_lost(outcomes))


def test_a_form_saved_while_its_cause_gives_way_names_the_one_that_stands(ann, morgan):
    """Whoever comes first: the merge is refused with a message or done."""
    client = Client(raise_request_exception=True)
    client.force_login(ann)
    for number in range(ROUNDS):
        one, two = create_two_causes(ann, number)
        page = factories.make_symptom(ann, slug=f"page-{number}", title=f"Page {number}")
        form = f"/admin/symptoms/symptom/{page.pk}/change/"
        values = read_form(client.get(form)) | {
            "symptom_causes-TOTAL_FORMS": 1,
            "symptom_causes-0-cause": one.pk,
        }
        values |= {"symptom_causes-0-symptom": page.pk, "symptom_causes-0-text": "<p>It may.</p>"}

        def merge(one=one, two=two):
            return merge_causes(one, two, by=User.objects.get(pk=morgan.pk))

        answer, outcome = run_concurrently(partial(client.post, form, values), merge)
        if (
            getattr(answer, "status_code", answer) == 200
        ):  # merged between two looks at it: refused, then saved again
            assert "is not a valid choice" in answer.text
            answer = client.post(form, read_form(answer))
        assert getattr(answer, "status_code", answer) == 302
        assert not isinstance(outcome, Exception) or isinstance(
            outcome, (CannotMerge, StalePreview)
        )
        named = {row.cause for row in page.symptom_causes.select_related("cause")}
        assert named == ({one} if isinstance(outcome, Exception) else {two})
        document = page.get_latest_revision().read()
        assert [cause.name for cause in document.all_causes] == [row.name for row in named]
