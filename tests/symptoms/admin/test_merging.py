"""Merging in the admin: found, previewed, and done just as previewed, by those who may."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from articles.models import Article, MergedPage
from reviews.signing.actions import request_review
from symptoms.models import Cause, MergedCause, RelatedSymptom, SymptomCause
from tests import factories, html
from tests.html import choose_action, read_form

pytestmark = pytest.mark.django_db
CAUSES, SYMPTOMS = "/admin/symptoms/cause/", "/admin/symptoms/symptom/"


@pytest.fixture
def merged_cause(ann):
    return factories.make_cause(ann, name="Tourette syndrome", slug="tourette-syndrome")


@pytest.fixture
def remaining_cause(ann):
    return factories.make_cause(ann)


def add_cause_to(page, cause, **facts) -> None:
    SymptomCause.objects.create(symptom=page, cause=cause, **facts)
    factories.edit_page(page, by=page.writer)


def open_preview(client, address: str, **asked):
    response = client.get(f"{address}merge/", asked)
    assert response.status_code == 200
    return response


def confirm_merge(client, address: str, response, **changed):
    """Send what a preview would send."""
    return client.post(f"{address}merge/", read_last_form(response) | changed, follow=True)


def read_last_form(response) -> dict:
    """The fields of the form that confirms, which is the page's last."""
    fields = dict(
        re.findall(r'<input type="hidden" name="(other|keep|seen)" value="([^"]*)">', response.text)
    )
    assert set(fields) == {"other", "keep", "seen"}
    return fields


def test_two_causes_are_ticked_in_the_list_and_the_one_that_more_pages_name_is_kept(
    ann_client, merged_cause, remaining_cause, ann
):
    add_cause_to(factories.make_symptom(ann), remaining_cause)
    answer = choose_action(ann_client, CAUSES, "merge_two", [merged_cause.pk, remaining_cause.pk])
    assert answer["Location"] == f"{CAUSES}{remaining_cause.pk}/merge/?other={merged_cause.pk}"
    for keys in (
        [merged_cause.pk],
        [merged_cause.pk, remaining_cause.pk, factories.make_cause(ann, name="C", slug="c").pk],
    ):
        page = ann_client.get(choose_action(ann_client, CAUSES, "merge_two", keys)["Location"])
        assert "Select exactly two causes" in page.text


def test_the_other_one_is_found_by_autocomplete_or_by_words(
    ann_client, merged_cause, remaining_cause
):
    page = open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/")
    assert 'data-field-name="cause"' in page.text
    assert 'type="search" name="q"' in page.text
    page = open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/", q="Tourette")
    assert f"?other={merged_cause.pk}" in html.get_links(page.text)
    assert f"?other={remaining_cause.pk}" not in html.get_links(page.text)
    assert (
        "No other cause has that name."
        in open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/", q="nothing").text
    )
    for query, message in (
        (("other", ""), "Choose the other cause first"),
        (("other", "999"), "no longer exists"),
    ):
        assert (
            message
            in open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/", **dict([query])).text
        )


def test_a_preview_says_what_moves_what_is_double_and_what_visitors_see(
    ann_client, merged_cause, remaining_cause, ann, ravi
):
    one = factories.make_symptom(ann, slug="ache", title="Ache")
    both = factories.make_symptom(ann, slug="tics", title="Tics")
    add_cause_to(one, merged_cause)
    add_cause_to(both, remaining_cause, text="<p>These words stay.</p>")
    add_cause_to(both, merged_cause, text="<p>These words go.</p>", frequency="rare")
    text = html.get_text(
        open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/", other=merged_cause.pk).text
    )
    for words in (
        "Nothing changes now.",
        "No published page names “Tourette syndrome”.",
        "2 pages get a new revision by you.",
        "(1) Ache",
        "These words stay.",
        "These words go.",
        "Filled from the other: how common.",
    ):
        assert words in text
    assert not MergedCause.objects.exists()


def test_what_was_looked_at_is_done_and_logged_and_told_with_links(
    ann_client, merged_cause, remaining_cause, ann
):
    both = factories.make_symptom(ann, slug="tics", title="Tics")
    add_cause_to(both, remaining_cause, text="<p>These words stay.</p>")
    add_cause_to(both, merged_cause, text="<p>These words go.</p>")
    address = f"{CAUSES}{remaining_cause.pk}/"
    page = confirm_merge(
        ann_client, address, open_preview(ann_client, address, other=merged_cause.pk)
    )
    assert page.redirect_chain == [(f"{address}change/", 302)]
    assert (
        "is merged into “Tourette&#x27;s syndrome”. 1 page has a new revision by you" in page.text
    )
    assert f"{SYMPTOMS}{both.pk}/revisions/" in html.get_links(page.text)
    assert "Merged into this cause" in page.text
    assert "Tourette syndrome" in page.text
    assert (
        "Merged “Tourette syndrome”, at tourette-syndrome, into it."
        in LogEntry.objects.get().get_change_message()
    )


def test_the_other_of_the_two_can_be_kept(ann_client, merged_cause, remaining_cause):
    address = f"{CAUSES}{remaining_cause.pk}/"
    page = open_preview(ann_client, address, other=merged_cause.pk)
    swap = next(link for link in html.get_links(page.text) if "keep=other" in link)
    page = ann_client.get(f"{address}merge/{swap}")
    assert "Merge “Tourette&#x27;s syndrome” into “Tourette syndrome”" in page.text
    page = confirm_merge(ann_client, address, page)
    assert page.redirect_chain == [(f"{CAUSES}{merged_cause.pk}/change/", 302)]
    assert Cause.objects.get() == merged_cause


def test_what_changed_since_the_preview_is_shown_anew_and_nothing_is_done(
    ann_client, merged_cause, remaining_cause, ann
):
    address = f"{CAUSES}{remaining_cause.pk}/"
    page = open_preview(ann_client, address, other=merged_cause.pk)
    add_cause_to(factories.make_symptom(ann), merged_cause)
    page = confirm_merge(ann_client, address, page)
    assert "what you saw changed meanwhile. Look again, then confirm." in page.text
    assert "Facial spasms" in page.text
    assert Cause.objects.count() == 2
    assert "is merged into" in confirm_merge(ann_client, address, page).text


def test_a_public_cause_is_merged_by_managing_editors_only(
    ann_client, merged_cause, remaining_cause, ann, ravi, morgan, client
):
    page = factories.make_symptom(ann)
    add_cause_to(page, merged_cause)
    factories.sign_page(page, by=ravi, asked_by=ann)
    address = f"{CAUSES}{remaining_cause.pk}/"
    answer = open_preview(ann_client, address, other=merged_cause.pk)
    assert "Only managing editors can merge it." in answer.text
    assert 'name="seen"' not in answer.text
    assert "keep=other" in answer.text  # the other way round she may
    asked = {"other": merged_cause.pk, "seen": ""}
    assert "Only managing editors" in ann_client.post(f"{address}merge/", asked).text
    client.force_login(morgan)
    answer = open_preview(client, address, other=merged_cause.pk)
    assert (
        "1 published page names “Tourette syndrome” as signed, and goes on doing so"
        in html.get_text(answer.text)
    )
    confirm_merge(client, address, answer)
    assert MergedCause.objects.get().by == morgan


def test_a_cause_is_not_merged_with_itself_and_who_may_not_is_kept_out(
    ann_client, remaining_cause, client, charlie, ravi
):
    assert (
        "merged into itself"
        in open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/", other=remaining_cause.pk).text
    )
    for key in ("0", "x", str(10**30)):
        assert ann_client.get(f"{CAUSES}{key}/merge/").status_code == 404
    for person in (charlie, ravi):
        client.force_login(person)
        assert client.get(f"{CAUSES}{remaining_cause.pk}/merge/").status_code == 302


def test_a_merged_cause_is_found_by_its_old_name_and_a_new_one_of_that_name_is_told(
    ann_client, merged_cause, remaining_cause, ann
):
    address = f"{CAUSES}{remaining_cause.pk}/"
    confirm_merge(ann_client, address, open_preview(ann_client, address, other=merged_cause.pk))
    asked = {
        "term": "tourette syn",
        "app_label": "symptoms",
        "model_name": "symptomcause",
        "field_name": "cause",
    }
    found = ann_client.get("/admin/autocomplete/", asked).json()["results"]
    assert [row["text"] for row in found] == ["Tourette's syndrome"]
    values = {"name": "Tourette Syndrome", "slug": "tourette-again"}
    page = ann_client.post(f"{CAUSES}add/", values, follow=True)
    assert (
        "Ann Archer merged a cause called “Tourette syndrome” into “Tourette&#x27;s syndrome”"
        in page.text
    )
    again = Cause.objects.get(slug="tourette-again")
    assert f"{CAUSES}{remaining_cause.pk}/merge/?other={again.pk}" in html.get_links(page.text)


def test_a_form_that_was_open_when_its_cause_gave_way_saves_the_one_that_stands(
    ann_client, merged_cause, remaining_cause, ann, morgan
):
    page = factories.make_symptom(ann)
    add_cause_to(page, merged_cause, text="<p>It may.</p>")
    form = f"{SYMPTOMS}{page.pk}/change/"
    values = read_form(ann_client.get(form))
    address = f"{CAUSES}{remaining_cause.pk}/"
    confirm_merge(ann_client, address, open_preview(ann_client, address, other=merged_cause.pk))
    refused = ann_client.post(form, values | {"summary": "Mine."})
    assert "saved this page after you opened it" in refused.text
    assert "Tourette&#x27;s syndrome" in refused.text
    again = ann_client.post(form, read_form(refused) | {"summary": "Mine."}, follow=True)
    assert "Revision 4 of" in again.text
    assert page.symptom_causes.get().cause == remaining_cause


def symptoms(ann):
    return factories.make_symptom(
        ann, slug="facial-twitch", title="Facial twitch"
    ), factories.make_symptom(ann)


def test_two_symptoms_are_merged_from_the_list_with_a_preview_of_everything(ann_client, ann):
    lost, kept = symptoms(ann)
    factories.add_facts(lost, ann)
    other = factories.make_symptom(ann, slug="other", title="Other")
    RelatedSymptom.objects.create(symptom=other, other=lost, system="eyes")
    factories.edit_page(other, by=ann)
    answer = choose_action(ann_client, SYMPTOMS, "merge_two", [lost.pk, kept.pk])
    assert answer.status_code == 302
    page = open_preview(ann_client, f"{SYMPTOMS}{kept.pk}/", other=lost.pk)
    text = html.get_text(page.text)
    for words in (
        "“Facial twitch” was never published. Its draft is discarded",
        "Other names (2) Facial twitch Facial twitch by another name",
        "Causes (1) Cause 0 of Facial twitch",
        "Related symptoms (1) Companion 0 of Facial twitch",
        "Codes (1) ICD-10-CM R25.3 Fasciculation",
        "in its place (1)",
        "Not merged: copy what you need",
        "A muscle tightens by itself.",
    ):
        assert words in text
    assert html.find_empty_sections(page.text) == []
    page = confirm_merge(ann_client, f"{SYMPTOMS}{kept.pk}/", page)
    assert page.redirect_chain == [(f"{SYMPTOMS}{kept.pk}/change/", 302)]
    assert "“Facial twitch” is discarded, and “Facial spasms” covers its subject." in page.text
    assert "1 page that named it has a new revision." in page.text
    assert MergedPage.objects.get().page_id == lost.pk
    assert LogEntry.objects.count() == 2


def test_a_published_symptom_is_merged_by_managing_editors_who_are_told_what_visitors_lose(
    ann_client, ann, ravi, morgan, client
):
    lost, kept = symptoms(ann)
    factories.sign_page(lost, by=ravi, asked_by=ann)
    address = f"{SYMPTOMS}{kept.pk}/"
    assert (
        "Only managing editors can do that."
        in open_preview(ann_client, address, other=lost.pk).text
    )
    client.force_login(morgan)
    page = open_preview(client, address, other=lost.pk)
    text = html.get_text(page.text)
    assert "Now “Facial twitch” is withdrawn." in text
    assert "Until it is signed, visitors can read neither page." in text
    confirm_merge(client, address, page)
    assert not Article.objects.get(pk=lost.pk).live_id
    form = client.get(f"{SYMPTOMS}{lost.pk}/change/")
    assert "Morgan Mill merged this page into “Facial spasms”" in form.text
    assert f"{SYMPTOMS}{lost.pk}/merge/" not in html.get_links(form.text)
    assert f"{address}merge/" in html.get_links(client.get(f"{address}change/").text)


def test_pages_in_review_are_refused_with_what_to_do(ann_client, ann):
    lost, kept = symptoms(ann)
    request_review(lost, by=ann)
    page = open_preview(ann_client, f"{SYMPTOMS}{kept.pk}/", other=lost.pk)
    assert (
        "“Facial twitch” is in review. Wait for the decision, or cancel the request first."
        in page.text
    )


def test_a_form_that_was_open_when_a_related_page_gave_way_saves_the_one_that_stands(
    ann_client, ann
):
    lost, kept = symptoms(ann)
    other = factories.make_symptom(ann, slug="other", title="Other")
    RelatedSymptom.objects.create(symptom=other, other=lost, system="eyes")
    factories.edit_page(other, by=ann)
    form = f"{SYMPTOMS}{other.pk}/change/"
    values = read_form(ann_client.get(form))
    address = f"{SYMPTOMS}{kept.pk}/"
    confirm_merge(ann_client, address, open_preview(ann_client, address, other=lost.pk))
    refused = ann_client.post(form, values)
    again = ann_client.post(form, read_form(refused) | {"summary": "Mine."}, follow=True)
    assert "Revision 4 of" in again.text
    assert other.related_symptoms.get().other == kept


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_asks_as_much_for_three_pages_as_for_one(
    count, ann_client, merged_cause, remaining_cause, ann, django_assert_num_queries
):
    for number in range(count):
        page = factories.make_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
        add_cause_to(page, merged_cause)
        both = factories.make_symptom(ann, slug=f"both-{number}", title=f"Both {number}")
        add_cause_to(both, merged_cause)
        add_cause_to(both, remaining_cause)
    with django_assert_num_queries(11):
        open_preview(ann_client, f"{CAUSES}{remaining_cause.pk}/", other=merged_cause.pk)
