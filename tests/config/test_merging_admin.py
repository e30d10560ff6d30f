"""Merging in the admin: found, looked at, and done just as it was looked at, by those who may."""

import re

import pytest
from django.contrib.admin.models import LogEntry

from articles.models import Article, MergedPage
from reviews.actions import request_review
from symptoms.models import Cause, MergedCause, RelatedSymptom, SymptomCause
from tests import html, stories
from tests.forms import filled
from tests.lists import choose

pytestmark = pytest.mark.django_db
CAUSES, SYMPTOMS = "/admin/symptoms/cause/", "/admin/symptoms/symptom/"


@pytest.fixture
def ann_at_work(client, ann):
    client.force_login(ann)
    return client


@pytest.fixture
def lost(ann):
    return stories.write_cause(ann, name="Tourette syndrome", slug="tourette-syndrome")


@pytest.fixture
def kept(ann):
    return stories.write_cause(ann)


def name(page, cause, **said) -> None:
    SymptomCause.objects.create(symptom=page, cause=cause, **said)
    stories.edit(page, by=page.writer)


def preview(client, address: str, **asked):
    response = client.get(f"{address}merge/", asked)
    assert response.status_code == 200
    return response


def confirm(client, address: str, response, **changed):
    """Send what a preview would send."""
    return client.post(f"{address}merge/", filled_last(response) | changed, follow=True)


def filled_last(response) -> dict:
    """The fields of the form that confirms, which is the page's last."""
    fields = dict(re.findall(r'<input type="hidden" name="(other|keep|seen)" value="([^"]*)">', response.text))
    assert set(fields) == {"other", "keep", "seen"}
    return fields


def test_two_causes_are_ticked_in_the_list_and_the_one_that_more_pages_name_is_kept(ann_at_work, lost, kept, ann):
    name(stories.write_symptom(ann), kept)
    answer = choose(ann_at_work, CAUSES, "merge_two", [lost.pk, kept.pk])
    assert answer["Location"] == f"{CAUSES}{kept.pk}/merge/?other={lost.pk}"
    for keys in ([lost.pk], [lost.pk, kept.pk, stories.write_cause(ann, name="C", slug="c").pk]):
        page = ann_at_work.get(choose(ann_at_work, CAUSES, "merge_two", keys)["Location"])
        assert "Tick exactly two causes" in page.text


def test_the_other_one_is_found_by_autocomplete_or_by_words(ann_at_work, lost, kept):
    page = preview(ann_at_work, f"{CAUSES}{kept.pk}/")
    assert 'data-field-name="cause"' in page.text
    assert '<input type="search" name="q"' in page.text
    page = preview(ann_at_work, f"{CAUSES}{kept.pk}/", q="Tourette")
    assert f"?other={lost.pk}" in html.links(page.text)
    assert f"?other={kept.pk}" not in html.links(page.text)
    assert "No other cause is called so." in preview(ann_at_work, f"{CAUSES}{kept.pk}/", q="nothing").text
    for asked, said in ((("other", ""), "Choose the other cause first"), (("other", "999"), "not here any more")):
        assert said in preview(ann_at_work, f"{CAUSES}{kept.pk}/", **dict([asked])).text


def test_a_preview_says_what_moves_what_is_double_and_what_visitors_see(ann_at_work, lost, kept, ann, ravi):
    one = stories.write_symptom(ann, slug="ache", title="Ache")
    both = stories.write_symptom(ann, slug="tics", title="Tics")
    name(one, lost)
    name(both, kept, text="<p>These words stay.</p>")
    name(both, lost, text="<p>These words go.</p>", frequency="rare")
    text = html.text(preview(ann_at_work, f"{CAUSES}{kept.pk}/", other=lost.pk).text)
    for said in (
        "Now nothing changes.",
        "No published page names “Tourette syndrome”.",
        "2 pages get a new revision by you.",
        "(1) Ache",
        "These words stay.",
        "These words go.",
        "It takes over: how common.",
    ):
        assert said in text
    assert not MergedCause.objects.exists()


def test_what_was_looked_at_is_done_and_logged_and_told_with_links(ann_at_work, lost, kept, ann):
    both = stories.write_symptom(ann, slug="tics", title="Tics")
    name(both, kept, text="<p>These words stay.</p>")
    name(both, lost, text="<p>These words go.</p>")
    address = f"{CAUSES}{kept.pk}/"
    page = confirm(ann_at_work, address, preview(ann_at_work, address, other=lost.pk))
    assert page.redirect_chain == [(f"{address}change/", 302)]
    assert "is merged into “Tourette&#x27;s syndrome”. 1 page has a new revision by you" in page.text
    assert f"{SYMPTOMS}{both.pk}/revisions/" in html.links(page.text)
    assert "Merged into it" in page.text
    assert "Tourette syndrome" in page.text
    assert "Merged “Tourette syndrome”, at tourette-syndrome, into it." in LogEntry.objects.get().get_change_message()


def test_the_other_of_the_two_can_be_kept(ann_at_work, lost, kept):
    address = f"{CAUSES}{kept.pk}/"
    page = preview(ann_at_work, address, other=lost.pk)
    swap = next(link for link in html.links(page.text) if "keep=other" in link)
    page = ann_at_work.get(f"{address}merge/{swap}")
    assert "Merge “Tourette&#x27;s syndrome” into “Tourette syndrome”" in page.text
    page = confirm(ann_at_work, address, page)
    assert page.redirect_chain == [(f"{CAUSES}{lost.pk}/change/", 302)]
    assert Cause.objects.get() == lost


def test_what_changed_since_the_preview_is_shown_anew_and_nothing_is_done(ann_at_work, lost, kept, ann):
    address = f"{CAUSES}{kept.pk}/"
    page = preview(ann_at_work, address, other=lost.pk)
    name(stories.write_symptom(ann), lost)
    page = confirm(ann_at_work, address, page)
    assert "Somebody changed something since you looked at this. Nothing was done." in page.text
    assert "Facial spasms" in page.text
    assert Cause.objects.count() == 2
    assert "is merged into" in confirm(ann_at_work, address, page).text


def test_a_public_cause_is_merged_by_managing_editors_only(ann_at_work, lost, kept, ann, ravi, morgan, client):
    page = stories.write_symptom(ann)
    name(page, lost)
    stories.sign(page, by=ravi, asked_by=ann)
    address = f"{CAUSES}{kept.pk}/"
    answer = preview(ann_at_work, address, other=lost.pk)
    assert "Only managing editors can merge it." in answer.text
    assert 'name="seen"' not in answer.text
    assert "keep=other" in answer.text  # the other way round she may
    asked = {"other": lost.pk, "seen": ""}
    assert "Only managing editors" in ann_at_work.post(f"{address}merge/", asked).text
    client.force_login(morgan)
    answer = preview(client, address, other=lost.pk)
    assert "1 published page names “Tourette syndrome” as signed, and goes on doing so" in html.text(answer.text)
    confirm(client, address, answer)
    assert MergedCause.objects.get().by == morgan


def test_a_cause_is_not_merged_with_itself_and_who_may_not_is_kept_out(ann_at_work, kept, client, charlie, ravi):
    assert "merged into itself" in preview(ann_at_work, f"{CAUSES}{kept.pk}/", other=kept.pk).text
    for key in ("0", "x", str(10**30)):
        assert ann_at_work.get(f"{CAUSES}{key}/merge/").status_code == 404
    for person in (charlie, ravi):
        client.force_login(person)
        assert client.get(f"{CAUSES}{kept.pk}/merge/").status_code == 302


def test_a_merged_cause_is_found_by_its_old_name_and_a_new_one_of_that_name_is_told(ann_at_work, lost, kept, ann):
    address = f"{CAUSES}{kept.pk}/"
    confirm(ann_at_work, address, preview(ann_at_work, address, other=lost.pk))
    asked = {"term": "tourette syn", "app_label": "symptoms", "model_name": "symptomcause", "field_name": "cause"}
    found = ann_at_work.get("/admin/autocomplete/", asked).json()["results"]
    assert [row["text"] for row in found] == ["Tourette's syndrome"]
    values = {"name": "Tourette Syndrome", "slug": "tourette-again"}
    page = ann_at_work.post(f"{CAUSES}add/", values, follow=True)
    assert "Ann Archer merged a cause called “Tourette syndrome” into “Tourette&#x27;s syndrome”" in page.text
    again = Cause.objects.get(slug="tourette-again")
    assert f"{CAUSES}{kept.pk}/merge/?other={again.pk}" in html.links(page.text)


def test_a_form_that_was_open_when_its_cause_gave_way_saves_the_one_that_stands(ann_at_work, lost, kept, ann, morgan):
    page = stories.write_symptom(ann)
    name(page, lost, text="<p>It may.</p>")
    form = f"{SYMPTOMS}{page.pk}/change/"
    values = filled(ann_at_work.get(form))
    address = f"{CAUSES}{kept.pk}/"
    confirm(ann_at_work, address, preview(ann_at_work, address, other=lost.pk))
    refused = ann_at_work.post(form, values | {"summary": "Mine."})
    assert "saved this page after you opened it" in refused.text
    assert "Tourette&#x27;s syndrome" in refused.text
    again = ann_at_work.post(form, filled(refused) | {"summary": "Mine."}, follow=True)
    assert "Revision 4 of" in again.text
    assert page.symptom_causes.get().cause == kept


def symptoms(ann):
    return stories.write_symptom(ann, slug="facial-twitch", title="Facial twitch"), stories.write_symptom(ann)


def test_two_symptoms_are_merged_from_the_list_with_a_preview_of_everything(ann_at_work, ann):
    lost, kept = symptoms(ann)
    stories.add_facts(lost, ann)
    other = stories.write_symptom(ann, slug="other", title="Other")
    RelatedSymptom.objects.create(symptom=other, other=lost, system="eyes")
    stories.edit(other, by=ann)
    answer = choose(ann_at_work, SYMPTOMS, "merge_two", [lost.pk, kept.pk])
    assert answer.status_code == 302
    page = preview(ann_at_work, f"{SYMPTOMS}{kept.pk}/", other=lost.pk)
    text = html.text(page.text)
    for said in (
        "“Facial twitch” was never published. Its draft is discarded",
        "Other names (2) Facial twitch Facial twitch by another name",
        "Causes (1) Cause 0 of Facial twitch",
        "Related symptoms (1) Companion 0 of Facial twitch",
        "Codes (1) ICD-10-CM R25.3 Fasciculation",
        "in its place (1)",
        "Not moved: copy what you need",
        "A muscle tightens by itself.",
    ):
        assert said in text
    assert html.holes(page.text) == []
    page = confirm(ann_at_work, f"{SYMPTOMS}{kept.pk}/", page)
    assert page.redirect_chain == [(f"{SYMPTOMS}{kept.pk}/change/", 302)]
    assert "“Facial twitch” is discarded, and “Facial spasms” covers its subject." in page.text
    assert "1 page that named it has a new revision." in page.text
    assert MergedPage.objects.get().page_id == lost.pk
    assert LogEntry.objects.count() == 2


def test_a_published_symptom_is_merged_by_managing_editors_who_are_told_what_visitors_lose(
    ann_at_work, ann, ravi, morgan, client
):
    lost, kept = symptoms(ann)
    stories.sign(lost, by=ravi, asked_by=ann)
    address = f"{SYMPTOMS}{kept.pk}/"
    assert "Only managing editors can do that." in preview(ann_at_work, address, other=lost.pk).text
    client.force_login(morgan)
    page = preview(client, address, other=lost.pk)
    text = html.text(page.text)
    assert "Now “Facial twitch” is withdrawn." in text
    assert "Until it is signed, visitors can read neither page." in text
    confirm(client, address, page)
    assert not Article.objects.get(pk=lost.pk).live_id
    form = client.get(f"{SYMPTOMS}{lost.pk}/change/")
    assert "Morgan Mill merged this page into “Facial spasms”" in form.text
    assert f"{SYMPTOMS}{lost.pk}/merge/" not in html.links(form.text)
    assert f"{address}merge/" in html.links(client.get(f"{address}change/").text)


def test_pages_in_review_are_refused_with_what_to_do(ann_at_work, ann):
    lost, kept = symptoms(ann)
    request_review(lost, by=ann)
    page = preview(ann_at_work, f"{SYMPTOMS}{kept.pk}/", other=lost.pk)
    assert "“Facial twitch” is in review. Wait for the decision, or take the request back first." in page.text


def test_a_form_that_was_open_when_a_related_page_gave_way_saves_the_one_that_stands(ann_at_work, ann):
    lost, kept = symptoms(ann)
    other = stories.write_symptom(ann, slug="other", title="Other")
    RelatedSymptom.objects.create(symptom=other, other=lost, system="eyes")
    stories.edit(other, by=ann)
    form = f"{SYMPTOMS}{other.pk}/change/"
    values = filled(ann_at_work.get(form))
    address = f"{SYMPTOMS}{kept.pk}/"
    confirm(ann_at_work, address, preview(ann_at_work, address, other=lost.pk))
    refused = ann_at_work.post(form, values)
    again = ann_at_work.post(form, filled(refused) | {"summary": "Mine."}, follow=True)
    assert "Revision 4 of" in again.text
    assert other.related_symptoms.get().other == kept


@pytest.mark.parametrize("count", [1, 3])
def test_a_preview_asks_as_much_for_three_pages_as_for_one(
    count, ann_at_work, lost, kept, ann, django_assert_num_queries
):
    for number in range(count):
        page = stories.write_symptom(ann, slug=f"ache-{number}", title=f"Ache {number}")
        name(page, lost)
        both = stories.write_symptom(ann, slug=f"both-{number}", title=f"Both {number}")
        name(both, lost)
        name(both, kept)
    with django_assert_num_queries(11):
        preview(ann_at_work, f"{CAUSES}{kept.pk}/", other=lost.pk)
