"""Merging two causes or two symptoms: whole or not at all, and public only once signed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import (
    Article,
    ArticleTag,
    Authorship,
    MergedPage,
    PublicationEvent,
    Reference,
    Revision,
)
from articles.public.page_cache import page_cache
from articles.publishing import merging
from articles.publishing.actions import change_slug, discard, restore
from articles.publishing.merging import CannotMerge
from reviews import verification
from reviews.models import LedgerEntry
from reviews.signing import ledger
from reviews.signing.actions import request_review, withdraw_page
from symptoms.merging import causes, pages
from symptoms.models import (
    Cause,
    Code,
    MergedCause,
    OtherName,
    PublishedCause,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)
from tests import factories, html
from tests.database import sql
from tests.merging import merge_causes, merge_symptoms

pytestmark = pytest.mark.django_db


@pytest.fixture
def merged_cause(ann):
    return factories.make_cause(ann, name="Tourette syndrome", slug="tourette-syndrome")


@pytest.fixture
def remaining_cause(morgan):
    return factories.make_cause(morgan)


def write(by, slug: str, *causes_named, **facts) -> Symptom:
    page = factories.make_symptom(by, slug=slug, title=slug.replace("-", " ").capitalize())
    for place, cause in enumerate(causes_named):
        facts.setdefault("text", f"<p>Of {cause}.</p>")
        SymptomCause.objects.create(symptom=page, cause=cause, position=place, **facts)
        facts.pop("text")
    return factories.edit_page(page, by=by)


def list_names(page) -> list[str]:
    return [cause.name for cause in page.get_latest_revision().read().all_causes]


def get_status(client, path: str) -> tuple[int, str]:
    page_cache.clear()
    response = client.get(path)
    return response.status_code, response.get("Location", "")


# Causes


def test_every_draft_names_the_kept_cause_in_a_new_revision_by_who_merged(
    merged_cause, remaining_cause, ann, morgan
):
    one, both, other = (
        write(ann, "ache", merged_cause),
        write(ann, "tics", remaining_cause, merged_cause),
        write(ann, "rash", remaining_cause),
    )
    before = other.get_latest_revision()
    merged = merge_causes(merged_cause, remaining_cause, by=morgan)
    assert merged.page_ids == sorted([one.pk, both.pk])
    assert list_names(one) == list_names(both) == ["Tourette's syndrome"]
    assert {page.get_latest_revision().saved_by for page in (one, both)} == {morgan}
    assert other.get_latest_revision() == before
    assert not Cause.objects.filter(pk=merged_cause.pk).exists()
    assert Article.objects.get(pk=one.pk).form_version == 1
    (memory,) = MergedCause.objects.all()
    assert (memory.uuid, memory.key, memory.name, memory.slug) == (
        merged_cause.uuid,
        merged_cause.pk,
        merged_cause.name,
        merged_cause.slug,
    )
    assert (memory.kept, memory.by) == (remaining_cause, morgan)


def test_a_cause_without_a_description_gets_that_of_the_other_in_every_draft(
    merged_cause, remaining_cause, ann
):
    article = factories.make_article(ann)
    merged_cause.description = article
    merged_cause.catch_all = True
    merged_cause.save()
    own, moved = write(ann, "rash", remaining_cause), write(ann, "ache", merged_cause)
    merged = merge_causes(merged_cause, remaining_cause, by=ann)
    assert merged.page_ids == sorted([own.pk, moved.pk])
    remaining_cause.refresh_from_db()
    assert (remaining_cause.description_id, remaining_cause.catch_all) == (article.pk, False)
    for page in (own, moved):
        (cause,) = page.get_latest_revision().read().all_causes
        assert cause.description.uuid == article.uuid


def test_a_description_of_its_own_stays(merged_cause, remaining_cause, ann):
    own = factories.make_article(ann, slug="own", title="Own")
    Cause.objects.filter(pk=remaining_cause.pk).update(description=own)
    Cause.objects.filter(pk=merged_cause.pk).update(description=factories.make_article(ann))
    page = write(ann, "rash", Cause.objects.get(pk=remaining_cause.pk))
    before = page.get_latest_revision()
    assert merge_causes(merged_cause, remaining_cause, by=ann).page_ids == []
    assert Cause.objects.get().description == own
    assert page.get_latest_revision() == before


def test_authors_of_both_are_authors_of_the_kept_one_and_of_the_new_revisions(
    merged_cause, remaining_cause, ann, morgan, fiona
):
    page = write(fiona, "ache", merged_cause)
    merge_causes(merged_cause, remaining_cause, by=ann)
    assert set(remaining_cause.authors.all()) == {ann, morgan}
    assert {row.user for row in Authorship.objects.filter(revision=page.get_latest_revision())} == {
        ann,
        morgan,
        fiona,
    }


def test_whoever_wrote_the_lost_cause_cannot_sign_a_page_that_names_the_kept_one(
    merged_cause, remaining_cause, ann, ravi
):
    merged_cause.authors.add(ravi)
    page = write(ann, "ache", merged_cause)
    merge_causes(merged_cause, remaining_cause, by=ann)
    with pytest.raises(Exception, match="You wrote some of this page"):
        factories.sign_page(page, by=ravi, asked_by=ann)


def test_of_two_rows_on_a_page_the_kept_causes_stays_with_its_words(
    merged_cause, remaining_cause, ann
):
    page = write(ann, "tics", remaining_cause, merged_cause, group="Nerves")
    merge_causes(merged_cause, remaining_cause, by=ann)
    (row,) = page.symptom_causes.all()
    assert (row.cause, row.text, row.group) == (
        remaining_cause,
        "<p>Of Tourette's syndrome.</p>",
        "Nerves",
    )


def test_the_plan_shows_what_goes_and_fills_what_the_kept_row_leaves_empty(
    merged_cause, remaining_cause, ann
):
    page = write(ann, "tics", remaining_cause)
    values = {"text": "<p>Other words.</p>", "frequency": "rare", "seriousness": "life-threatening"}
    SymptomCause.objects.filter(symptom=page).update(seriousness="serious")
    SymptomCause.objects.create(symptom=page, cause=merged_cause, **values)
    (duplicate,) = causes.plan_merge(merged_cause, remaining_cause).duplicates
    assert [(one.label, one.kept_value, one.lost_value) for one in duplicate.differences] == [
        ("Seriousness", "Life-threatening", "Serious"),
        ("Text", "<p>Of Tourette's syndrome.</p>", "<p>Other words.</p>"),
    ]
    assert duplicate.taken_labels == "seriousness, how common"
    merge_causes(merged_cause, remaining_cause, by=ann)
    row = page.symptom_causes.get()
    assert (row.seriousness, row.frequency, row.text) == (
        "life-threatening",
        "rare",
        "<p>Of Tourette's syndrome.</p>",
    )


def test_visitors_read_what_was_signed_until_the_page_is_signed_again(
    merged_cause, remaining_cause, ann, ravi, morgan, client
):
    page, other = write(ann, "ache", merged_cause), write(ann, "tics", remaining_cause)
    for each in (page, other):
        factories.sign_page(each, by=ravi, asked_by=ann)
    page_cache.clear()
    public = [
        client.get(path).content for path in ("/symptoms/ache/", "/causes/tourette-syndrome/")
    ]
    merge_causes(merged_cause, remaining_cause, by=morgan)
    page_cache.clear()
    assert [
        client.get(path).content for path in ("/symptoms/ache/", "/causes/tourette-syndrome/")
    ] == public
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert get_status(client, "/causes/tourette-syndrome/") == (301, "/causes/tourettes-syndrome/")
    assert "Tourette syndrome" not in client.get("/symptoms/ache/").text
    assert list(verification.find_faults()) == []


def test_the_address_of_a_lost_cause_leads_nowhere_while_the_kept_one_is_not_public(
    merged_cause, remaining_cause, ann, ravi, morgan, client
):
    page = write(ann, "ache", merged_cause)
    factories.sign_page(page, by=ravi, asked_by=ann)
    write(ann, "tics", remaining_cause)
    merge_causes(merged_cause, remaining_cause, by=morgan)
    withdraw_page(page, reason="wrong", by=morgan)
    assert get_status(client, "/causes/tourette-syndrome/") == (404, "")
    assert get_status(client, "/causes/tourettes-syndrome/") == (404, "")


def test_an_address_that_was_never_signed_leads_nowhere(
    merged_cause, remaining_cause, ann, ravi, client
):
    write(ann, "ache", merged_cause)
    factories.sign_page(write(ann, "tics", remaining_cause), by=ravi, asked_by=ann)
    merge_causes(merged_cause, remaining_cause, by=ann)
    assert get_status(client, "/causes/tourette-syndrome/") == (404, "")


def test_a_cause_merged_on_takes_along_what_was_merged_into_it(
    merged_cause, remaining_cause, ann, ravi, morgan, client
):
    third = factories.make_cause(ann, name="Gilles", slug="gilles")
    page = write(ann, "ache", merged_cause)
    factories.sign_page(page, by=ravi, asked_by=ann)
    merge_causes(merged_cause, remaining_cause, by=morgan)
    merge_causes(remaining_cause, third, by=morgan)
    assert {row.kept for row in MergedCause.objects.all()} == {third}
    assert list_names(page) == ["Gilles"]
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert get_status(client, "/causes/tourette-syndrome/") == (301, "/causes/gilles/")


def test_what_cannot_be_merged_is_refused_in_words(
    merged_cause, remaining_cause, ann, ravi, morgan, charlie
):
    with pytest.raises(CannotMerge, match="merged into itself"):
        merge_causes(remaining_cause, remaining_cause, by=morgan)
    with pytest.raises(CannotMerge, match="Only editors"):
        merge_causes(merged_cause, remaining_cause, by=charlie)
    factories.sign_page(write(ann, "ache", merged_cause), by=ravi, asked_by=ann)
    with pytest.raises(CannotMerge, match="Only managing editors"):
        merge_causes(merged_cause, remaining_cause, by=ann)
    merge_causes(merged_cause, remaining_cause, by=morgan)
    with pytest.raises(CannotMerge, match="merged into “Tourette's syndrome” meanwhile"):
        merge_causes(merged_cause, remaining_cause, by=morgan)
    Cause.objects.create(pk=merged_cause.pk + 99, name="Gone", slug="gone").delete()
    with pytest.raises(CannotMerge, match="deleted meanwhile"):
        merge_causes(Cause(pk=merged_cause.pk + 99), remaining_cause, by=morgan)


def test_a_plan_that_does_something_else_differs_in_its_facts(merged_cause, remaining_cause, ann):
    write(ann, "ache", merged_cause)
    facts = causes.plan_merge(merged_cause, remaining_cause).facts
    assert causes.plan_merge(merged_cause, remaining_cause).facts == facts
    write(ann, "tics", merged_cause)
    assert causes.plan_merge(merged_cause, remaining_cause).facts != facts


def test_drafts_that_were_put_away_name_the_kept_cause_and_get_no_revision(
    merged_cause, remaining_cause, ann
):
    one, both = (
        write(ann, "ache", merged_cause),
        write(ann, "tics", merged_cause, remaining_cause),
    )
    for page in (one, both):
        discard(page, by=ann)
    before = Revision.objects.count()
    assert causes.plan_merge(merged_cause, remaining_cause).discarded == 2
    assert merge_causes(merged_cause, remaining_cause, by=ann).page_ids == []
    assert Revision.objects.count() == before
    assert set(SymptomCause.objects.values_list("symptom", "cause")) == {
        (one.pk, remaining_cause.pk),
        (both.pk, remaining_cause.pk),
    }


def test_a_restored_text_names_the_cause_that_stands_and_says_so(
    merged_cause, remaining_cause, ann
):
    one, both = (
        write(ann, "ache", merged_cause),
        write(ann, "tics", merged_cause, remaining_cause),
    )
    merge_causes(merged_cause, remaining_cause, by=ann)
    report = restore(one.revisions.get(number=2), by=ann).report
    assert report == [
        "The cause “Tourette syndrome” was merged into “Tourette's syndrome”, which replaces it."
    ]
    assert list_names(one) == ["Tourette's syndrome"]
    (message,) = restore(both.revisions.get(number=2), by=ann).report
    assert "which this text names too" in message
    assert list_names(both) == ["Tourette's syndrome"]


def test_whatever_hangs_on_a_cause_can_move_along(merged_cause, remaining_cause, ann, monkeypatch):
    moved = []
    monkeypatch.setattr(
        causes, "MERGE_HANDLERS", [lambda one, other: moved.append((one.pk, other.pk))]
    )
    merge_causes(merged_cause, remaining_cause, by=ann)
    assert moved == [(merged_cause.pk, remaining_cause.pk)]


def test_merging_takes_as_many_queries_for_three_pages_as_for_one(
    merged_cause, remaining_cause, ann
):
    write(ann, "ache", merged_cause)
    write(ann, "both", remaining_cause, merged_cause)
    ann.get_all_permissions()  # asked once a request
    with CaptureQueriesContext(connection) as few:
        merge_causes(merged_cause, remaining_cause, by=ann)
    third = factories.make_cause(ann, name="Gilles", slug="gilles")
    for number in range(3):
        write(ann, f"both-{number}", remaining_cause, third)
    with CaptureQueriesContext(connection) as many:
        assert len(merge_causes(remaining_cause, third, by=ann).page_ids) == 5
    assert len(many) == len(few)


# Symptoms


def create_pair(ann, **facts) -> tuple[Symptom, Symptom]:
    return (
        factories.make_symptom(ann, slug="facial-twitch", title="Facial twitch", **facts),
        factories.make_symptom(ann),
    )


def relate(page, other, **facts) -> RelatedSymptom:
    return RelatedSymptom.objects.create(symptom=page, other=other, **{"system": "eyes"} | facts)


def list_related(page) -> list[str]:
    return [symptom.name for symptom in page.get_latest_revision().read().all_related]


def test_a_draft_is_discarded_and_its_lists_go_into_the_kept_draft_after_its_own(ann, morgan):
    lost, kept = create_pair(ann)
    for page in (lost, kept):
        factories.add_facts(page, ann)
    shared = factories.make_cause(ann)
    SymptomCause.objects.create(symptom=kept, cause=shared, text="<p>Kept words.</p>", position=1)
    SymptomCause.objects.create(
        symptom=lost, cause=shared, text="<p>Lost words.</p>", frequency="rare", position=1
    )
    Code.objects.create(symptom=lost, system="MeSH", code="D013746")
    Reference.objects.create(
        article_id=lost.pk, title="Twitches", url="https://medlineplus.gov/twitch.html"
    )
    lost.tags.add("muscle", "Face")
    kept.tags.add("face")
    for page in (lost, kept):
        factories.edit_page(page, by=ann)
    merged = merge_symptoms(lost, kept, by=ann)
    document = kept.get_latest_revision().read()
    assert document.other_names == (
        "Facial spasms by another name",
        "Facial twitch",
        "Facial twitch by another name",
    )
    assert list_names(kept) == [
        "Cause 0 of Facial spasms",
        "Tourette's syndrome",
        "Cause 0 of Facial twitch",
    ]
    assert list_related(kept) == ["Companion 0 of Facial spasms", "Companion 0 of Facial twitch"]
    assert {code.code for code in document.codes} == {"R25.3", "D013746"}
    assert [source.title for source in document.references] == ["Spasms", "Twitches"]
    assert document.tags == ("Face", "muscle")  # tags are one whatever their case
    assert document.body == "<p>A muscle tightens by itself.</p>"
    row = kept.symptom_causes.get(cause=shared)
    assert (row.text, row.frequency) == ("<p>Kept words.</p>", "rare")
    (duplicate,) = [row for row in merged.plan.duplicates if row.name == str(shared)]
    assert [(one.label, one.lost_value) for one in duplicate.differences] == [
        ("Text", "<p>Lost words.</p>")
    ]
    assert merged.plan.texts["Overview"] == "<p>A muscle tightens by itself.</p>"
    gone = Article.objects.get(pk=lost.pk)
    assert gone.discarded_by == ann
    assert MergedPage.objects.get().into_id == kept.pk


def test_all_who_wrote_the_lost_page_are_authors_of_the_kept_draft(ann, morgan, fiona):
    lost, kept = create_pair(ann)
    factories.edit_page(lost, by=fiona, summary="Hers.")
    merge_symptoms(lost, kept, by=morgan)
    authors = Authorship.objects.filter(revision=kept.get_latest_revision()).values_list(
        "user__username", flat=True
    )
    assert set(authors) == {"ann", "fiona", "morgan"}


def test_pages_that_named_the_lost_page_name_the_kept_one_each_once(ann, morgan):
    lost, kept = create_pair(ann)
    one, both = write(ann, "one"), write(ann, "both")
    relate(one, lost, serious=True)
    relate(both, kept)
    relate(both, lost, serious=True, system="skin")
    relate(kept, lost)
    relate(lost, kept)
    for page in (one, both, kept, lost):
        factories.edit_page(page, by=ann)
    plan = pages.plan_merge(lost, kept)
    (duplicate,) = plan.other_duplicates
    (difference,) = duplicate.differences
    assert (difference.kept_value, difference.lost_value) == ("Eye", "Skin")
    assert duplicate.taken_fields == ("serious",)
    merged = merge_symptoms(lost, kept, by=morgan)
    assert merged.page_ids == sorted([one.pk, both.pk])
    assert list_related(one) == list_related(both) == ["Facial spasms"]
    assert list_related(kept) == []
    assert both.related_symptoms.get().serious
    assert one.get_latest_revision().saved_by == morgan


def test_a_published_page_is_withdrawn_as_merged_by_whoever_may_withdraw(ann, ravi, morgan, client):
    lost, kept = create_pair(ann)
    factories.sign_page(lost, by=ravi, asked_by=ann)
    with pytest.raises(CannotMerge, match="Only managing editors"):
        merge_symptoms(lost, kept, by=ann)
    merge_symptoms(lost, kept, by=morgan)
    line = PublicationEvent.objects.order_by("-id").first()
    assert (line.kind, line.reason, line.successor_id) == ("withdraw", "merged", kept.pk)
    assert (
        ledger.read_record(LedgerEntry.objects.order_by("-sequence").first()).successor == kept.uuid
    )
    assert list(verification.find_faults()) == []
    sql_successor = "UPDATE articles_publication SET successor_id = NULL WHERE id = %s"
    with pytest.raises(Exception, match="never changed"):
        sql(sql_successor, line.pk)


def test_the_old_address_says_gone_then_where_and_leads_on_once_a_clinician_signed_the_name(
    ann, ravi, fiona, morgan, client
):
    lost, kept = create_pair(ann)
    factories.sign_page(lost, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    page_cache.clear()
    page = client.get("/symptoms/facial-twitch/")
    assert page.status_code == 410
    assert "Its subject is now covered by another page." in page.text
    assert "facial-spasms" not in page.text  # nobody signed it yet
    OtherName.objects.filter(symptom=kept).delete()
    factories.edit_page(kept, by=ann)
    factories.sign_page(kept, by=ravi, asked_by=ann)
    page_cache.clear()
    page = client.get("/symptoms/facial-twitch/")
    assert page.status_code == 410
    assert 'Read <a href="/symptoms/facial-spasms/">Facial spasms</a>' in page.text
    OtherName.objects.create(symptom=kept, name="Facial twitch")
    factories.edit_page(kept, by=ann)
    assert get_status(client, "/symptoms/facial-twitch/")[0] == 410
    factories.sign_page(kept, by=ravi, asked_by=ann)
    assert get_status(client, "/symptoms/facial-twitch/") == (301, "/symptoms/facial-spasms/")
    assert get_status(client, "/symptoms/facial-twitch/causes/") == (
        301,
        "/symptoms/facial-spasms/",
    )
    for path in ("/symptoms/facial-twitch/history/", "/symptoms/facial-twitch/history/1/"):
        assert get_status(client, path)[0] == 410
        assert "/symptoms/facial-spasms/" in html.get_links(client.get(path).text)
    for path in ("/sitemap.xml", "/feeds/reviewed.atom", "/symptoms/", "/search/?q=facial+twitch"):
        page_cache.clear()
        assert "/symptoms/facial-twitch/" not in client.get(path).text
    withdraw_page(kept, reason="wrong", by=morgan)
    assert get_status(client, "/symptoms/facial-twitch/")[0] == 410


def test_an_address_of_old_leads_through_the_lost_page_to_the_kept_one(ann, ravi, morgan, client):
    lost, kept = create_pair(ann)
    factories.sign_page(lost, by=ravi, asked_by=ann)
    change_slug(lost, slug="twitch", by=morgan)
    merge_symptoms(lost, kept, by=morgan)
    factories.sign_page(kept, by=ravi, asked_by=ann)
    assert get_status(client, "/symptoms/facial-twitch/") == (301, "/symptoms/twitch/")
    assert get_status(client, "/symptoms/twitch/") == (301, "/symptoms/facial-spasms/")


def test_a_page_merged_into_one_that_is_merged_on_leads_to_the_last(
    ann, ravi, fiona, morgan, client
):
    lost, kept = create_pair(ann)
    third = factories.make_symptom(ann, slug="face-pulls", title="Face pulls")
    for page in (lost, kept):
        factories.sign_page(page, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    merge_symptoms(Symptom.objects.get(pk=kept.pk), third, by=morgan)
    assert {row.into_id for row in MergedPage.objects.all()} == {third.pk}
    factories.sign_page(third, by=ravi, asked_by=ann)
    assert get_status(client, "/symptoms/facial-twitch/") == (301, "/symptoms/face-pulls/")
    assert list(verification.find_faults()) == []


def test_a_merged_page_that_is_signed_again_stands_for_itself(ann, ravi, morgan, client):
    lost, kept = create_pair(ann)
    for page in (lost, kept):
        factories.sign_page(page, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    factories.sign_page(lost, by=ravi, asked_by=ann)
    assert get_status(client, "/symptoms/facial-twitch/")[0] == 200
    assert not MergedPage.objects.exists()
    withdraw_page(Article.objects.get(pk=lost.pk), reason="merged", by=morgan)
    assert get_status(client, "/symptoms/facial-twitch/")[0] == 410


def test_what_must_not_be_merged_is_refused_in_words(ann, ravi, morgan, charlie):
    lost, kept = create_pair(ann)
    article = factories.make_article(ann)
    assert "itself" in merging.get_merge_error(kept, kept, by=morgan)
    assert "two kinds" in merging.get_merge_error(article, kept, by=morgan)
    french = Symptom.objects.create(slug="tics", title="Tics", language="fr", writer=ann)
    assert "two languages" in merging.get_merge_error(french, kept, by=morgan)
    with pytest.raises(CannotMerge, match="Only editors"):
        merge_symptoms(lost, kept, by=charlie)
    request_review(kept, by=ann)
    with pytest.raises(CannotMerge, match="“Facial spasms” is in review"):
        merge_symptoms(lost, kept, by=morgan)
    other = factories.make_symptom(ann, slug="other", title="Other")
    merge_symptoms(lost, other, by=morgan)
    with pytest.raises(CannotMerge, match="“Facial twitch” was merged into “Other” already"):
        merge_symptoms(lost, other, by=morgan)
    third = factories.make_symptom(ann, slug="third", title="Third")
    discard(other, by=ann)
    with pytest.raises(CannotMerge, match="“Other” was discarded"):
        merge_symptoms(third, other, by=morgan)


def test_a_page_that_was_withdrawn_before_stays_withdrawn_for_its_reason(ann, ravi, morgan, client):
    lost, kept = create_pair(ann)
    for page in (lost, kept):
        factories.sign_page(page, by=ravi, asked_by=ann)
    withdraw_page(lost, reason="safety", by=morgan)
    merge_symptoms(Symptom.objects.get(pk=lost.pk), kept, by=ann)
    page_cache.clear()
    page = client.get("/symptoms/facial-twitch/")
    assert page.status_code == 410
    assert "might harm" in page.text
    assert not Article.objects.get(pk=lost.pk).discarded_at


def test_a_plan_for_pages_whose_text_changed_differs_in_its_facts(ann):
    lost, kept = create_pair(ann)
    facts = pages.plan_merge(lost, kept).facts
    assert pages.plan_merge(lost, kept).facts == facts
    factories.edit_page(lost, by=ann, summary="Other.")
    assert pages.plan_merge(lost, kept).facts != facts


def test_a_restored_text_names_the_page_that_stands_and_says_so(ann):
    lost, kept = create_pair(ann)
    page = write(ann, "page")
    relate(page, lost)
    factories.edit_page(page, by=ann)
    named = page.get_latest_revision()
    merge_symptoms(lost, kept, by=ann)
    page.related_symptoms.all().delete()
    factories.edit_page(page, by=ann)
    assert restore(named, by=ann).report == [
        "The related symptom “Facial twitch” was merged into “Facial spasms”."
    ]
    assert list_related(page) == ["Facial spasms"]


def test_merging_pages_takes_as_many_queries_for_three_as_for_one(ann):
    counts = []
    ann.get_all_permissions()  # asked once a request
    for count in (1, 3):
        lost = factories.make_symptom(ann, slug=f"lost-{count}", title=f"Lost {count}")
        kept = factories.make_symptom(ann, slug=f"kept-{count}", title=f"Kept {count}")
        factories.add_facts(lost, ann, causes=count, related=count)
        for number in range(count):
            one, both = write(ann, f"one-{count}-{number}"), write(ann, f"both-{count}-{number}")
            for page, other in ((one, lost), (both, lost), (both, kept)):
                relate(page, other)
        with CaptureQueriesContext(connection) as queries:
            merge_symptoms(lost, kept, by=ann)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_hangs_on_a_page_can_move_along(ann, monkeypatch):
    lost, kept = create_pair(ann)
    moved = []
    monkeypatch.setattr(
        merging, "MERGE_HANDLERS", [lambda one, other: moved.append((one.pk, other.pk))]
    )
    merge_symptoms(lost, kept, by=ann)
    assert moved == [(lost.pk, kept.pk)]
    assert not ArticleTag.objects.exists()
    assert not PublishedCause.objects.exists()
