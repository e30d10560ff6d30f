"""Two causes, or two symptoms, that are one: whole or not at all, and nothing public before it is signed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles import merging
from articles.actions import change_address, discard, restore
from articles.merging import CannotMerge, Moved
from articles.models import Article, ArticleTag, Authorship, MergedPage, Publication, Reference, Revision
from articles.shelf import shelf
from reviews import ledger, verification
from reviews.actions import request_review, withdraw_page
from reviews.models import Signature
from symptoms.merging import causes, pages
from symptoms.merging.causes import merge_causes
from symptoms.merging.pages import merge_symptoms
from symptoms.models import Cause, Code, MergedCause, OtherName, PublishedCause, RelatedSymptom, Symptom, SymptomCause
from tests import html, stories
from tests.database import sql

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(ann):
    return stories.write_cause(ann, name="Tourette syndrome", slug="tourette-syndrome")


@pytest.fixture
def kept(morgan):
    return stories.write_cause(morgan)


def write(by, slug: str, *causes_named, **facts) -> Symptom:
    page = stories.write_symptom(by, slug=slug, title=slug.replace("-", " ").capitalize())
    for place, cause in enumerate(causes_named):
        facts.setdefault("text", f"<p>Of {cause}.</p>")
        SymptomCause.objects.create(symptom=page, cause=cause, position=place, **facts)
        facts.pop("text")
    return stories.edit(page, by=by)


def names(page) -> list[str]:
    return [cause.name for group in page.latest_revision().read().causes for cause in group.causes]


def status(client, path: str) -> tuple[int, str]:
    shelf.clear()
    response = client.get(path)
    return response.status_code, response.get("Location", "")


# Causes


def test_every_draft_names_the_kept_cause_in_a_new_revision_by_who_merged(lost, kept, ann, morgan):
    one, both, other = write(ann, "ache", lost), write(ann, "tics", kept, lost), write(ann, "rash", kept)
    before = other.latest_revision()
    merged = merge_causes(lost, kept, by=morgan)
    assert merged.pages == sorted([one.pk, both.pk])
    assert names(one) == names(both) == ["Tourette's syndrome"]
    assert {page.latest_revision().saved_by for page in (one, both)} == {morgan}
    assert other.latest_revision() == before
    assert not Cause.objects.filter(pk=lost.pk).exists()
    assert Article.objects.get(pk=one.pk).edition == 1
    (memory,) = MergedCause.objects.all()
    assert (memory.uuid, memory.key, memory.name, memory.slug) == (lost.uuid, lost.pk, lost.name, lost.slug)
    assert (memory.kept, memory.by) == (kept, morgan)


def test_authors_of_both_are_authors_of_the_kept_one_and_of_the_new_revisions(lost, kept, ann, morgan, fiona):
    page = write(fiona, "ache", lost)
    merge_causes(lost, kept, by=ann)
    assert set(kept.authors.all()) == {ann, morgan}
    assert {row.user for row in Authorship.objects.filter(revision=page.latest_revision())} == {ann, morgan, fiona}


def test_whoever_wrote_the_lost_cause_cannot_sign_a_page_that_names_the_kept_one(lost, kept, ann, ravi):
    lost.authors.add(ravi)
    page = write(ann, "ache", lost)
    merge_causes(lost, kept, by=ann)
    with pytest.raises(Exception, match="Some words of this page are your own"):
        stories.sign(page, by=ravi, asked_by=ann)


def test_of_two_rows_on_a_page_the_kept_causes_stays_with_its_words(lost, kept, ann):
    page = write(ann, "tics", kept, lost, group="Nerves")
    merge_causes(lost, kept, by=ann)
    (row,) = page.symptom_causes.all()
    assert (row.cause, row.text, row.group) == (kept, "<p>Of Tourette's syndrome.</p>", "Nerves")


def test_the_plan_shows_what_goes_and_fills_what_the_kept_row_leaves_empty(lost, kept, ann):
    page = write(ann, "tics", kept)
    said = {"text": "<p>Other words.</p>", "frequency": "rare", "seriousness": "life-threatening"}
    SymptomCause.objects.filter(symptom=page).update(seriousness="serious")
    SymptomCause.objects.create(symptom=page, cause=lost, **said)
    (double,) = causes.plan(lost, kept).doubles
    assert [(said.label, said.stays, said.goes) for said in double.said] == [
        ("How serious", "Life-threatening", "Serious"),
        ("Text", "<p>Of Tourette's syndrome.</p>", "<p>Other words.</p>"),
    ]
    assert double.taken_over == "how serious, how common"
    merge_causes(lost, kept, by=ann)
    row = page.symptom_causes.get()
    assert (row.seriousness, row.frequency, row.text) == ("life-threatening", "rare", "<p>Of Tourette's syndrome.</p>")


def test_visitors_read_what_was_signed_until_the_page_is_signed_again(lost, kept, ann, ravi, morgan, client):
    page, other = write(ann, "ache", lost), write(ann, "tics", kept)
    for each in (page, other):
        stories.sign(each, by=ravi, asked_by=ann)
    shelf.clear()
    public = [client.get(path).content for path in ("/symptoms/ache/", "/causes/tourette-syndrome/")]
    merge_causes(lost, kept, by=morgan)
    shelf.clear()
    assert [client.get(path).content for path in ("/symptoms/ache/", "/causes/tourette-syndrome/")] == public
    stories.sign(page, by=ravi, asked_by=ann)
    assert status(client, "/causes/tourette-syndrome/") == (301, "/causes/tourettes-syndrome/")
    assert "Tourette syndrome" not in client.get("/symptoms/ache/").text
    assert list(verification.faults()) == []


def test_the_address_of_a_lost_cause_leads_nowhere_while_the_kept_one_is_not_public(
    lost, kept, ann, ravi, morgan, client
):
    page = write(ann, "ache", lost)
    stories.sign(page, by=ravi, asked_by=ann)
    write(ann, "tics", kept)
    merge_causes(lost, kept, by=morgan)
    withdraw_page(page, reason="wrong", by=morgan)
    assert status(client, "/causes/tourette-syndrome/") == (404, "")
    assert status(client, "/causes/tourettes-syndrome/") == (404, "")


def test_an_address_that_was_never_signed_leads_nowhere(lost, kept, ann, ravi, client):
    write(ann, "ache", lost)
    stories.sign(write(ann, "tics", kept), by=ravi, asked_by=ann)
    merge_causes(lost, kept, by=ann)
    assert status(client, "/causes/tourette-syndrome/") == (404, "")


def test_a_cause_merged_on_takes_along_what_was_merged_into_it(lost, kept, ann, ravi, morgan, client):
    third = stories.write_cause(ann, name="Gilles", slug="gilles")
    page = write(ann, "ache", lost)
    stories.sign(page, by=ravi, asked_by=ann)
    merge_causes(lost, kept, by=morgan)
    merge_causes(kept, third, by=morgan)
    assert {row.kept for row in MergedCause.objects.all()} == {third}
    assert names(page) == ["Gilles"]
    stories.sign(page, by=ravi, asked_by=ann)
    assert status(client, "/causes/tourette-syndrome/") == (301, "/causes/gilles/")


def test_what_cannot_be_merged_is_refused_in_words(lost, kept, ann, ravi, morgan, charlie):
    with pytest.raises(CannotMerge, match="merged into itself"):
        merge_causes(kept, kept, by=morgan)
    with pytest.raises(CannotMerge, match="Only editors"):
        merge_causes(lost, kept, by=charlie)
    stories.sign(write(ann, "ache", lost), by=ravi, asked_by=ann)
    with pytest.raises(CannotMerge, match="Only managing editors"):
        merge_causes(lost, kept, by=ann)
    merge_causes(lost, kept, by=morgan)
    with pytest.raises(CannotMerge, match="merged into “Tourette's syndrome” meanwhile"):
        merge_causes(lost, kept, by=morgan)
    Cause.objects.create(pk=lost.pk + 99, name="Gone", slug="gone").delete()
    with pytest.raises(CannotMerge, match="deleted meanwhile"):
        merge_causes(Cause(pk=lost.pk + 99), kept, by=morgan)


def test_what_was_looked_at_is_what_is_done(lost, kept, ann):
    write(ann, "ache", lost)
    seen = causes.plan(lost, kept).seen
    write(ann, "tics", lost)
    with pytest.raises(Moved):
        merge_causes(lost, kept, by=ann, seen=seen)
    assert Cause.objects.count() == 2
    merge_causes(lost, kept, by=ann, seen=causes.plan(lost, kept).seen)


def test_drafts_that_were_put_away_name_the_kept_cause_and_get_no_revision(lost, kept, ann):
    one, both = write(ann, "ache", lost), write(ann, "tics", lost, kept)
    for page in (one, both):
        discard(page, by=ann)
    before = Revision.objects.count()
    assert causes.plan(lost, kept).discarded == 2
    assert merge_causes(lost, kept, by=ann).pages == []
    assert Revision.objects.count() == before
    assert set(SymptomCause.objects.values_list("symptom", "cause")) == {(one.pk, kept.pk), (both.pk, kept.pk)}


def test_a_restored_text_names_the_cause_that_stands_and_says_so(lost, kept, ann):
    one, both = write(ann, "ache", lost), write(ann, "tics", lost, kept)
    merge_causes(lost, kept, by=ann)
    report = restore(one.revisions.get(number=2), by=ann).report
    assert report == ["The cause “Tourette syndrome” was merged into “Tourette's syndrome”, which stands in its place."]
    assert names(one) == ["Tourette's syndrome"]
    (said,) = restore(both.revisions.get(number=2), by=ann).report
    assert "which this text names too" in said
    assert names(both) == ["Tourette's syndrome"]


def test_whatever_hangs_on_a_cause_can_move_along(lost, kept, ann, monkeypatch):
    moved = []
    monkeypatch.setattr(causes, "TAKES_ALONG", [lambda one, other: moved.append((one.pk, other.pk))])
    merge_causes(lost, kept, by=ann)
    assert moved == [(lost.pk, kept.pk)]


def test_merging_takes_as_many_queries_for_three_pages_as_for_one(lost, kept, ann):
    write(ann, "ache", lost)
    write(ann, "both", kept, lost)
    ann.get_all_permissions()  # asked once a request
    with CaptureQueriesContext(connection) as few:
        merge_causes(lost, kept, by=ann)
    third = stories.write_cause(ann, name="Gilles", slug="gilles")
    for number in range(3):
        write(ann, f"both-{number}", kept, third)
    with CaptureQueriesContext(connection) as many:
        assert len(merge_causes(kept, third, by=ann).pages) == 5
    assert len(many) == len(few)


# Symptoms


def pair(ann, **facts) -> tuple[Symptom, Symptom]:
    return (
        stories.write_symptom(ann, slug="facial-twitch", title="Facial twitch", **facts),
        stories.write_symptom(ann),
    )


def relate(page, other, **facts) -> RelatedSymptom:
    return RelatedSymptom.objects.create(symptom=page, other=other, **{"system": "eyes"} | facts)


def related(page) -> list[str]:
    return [symptom.name for group in page.latest_revision().read().related for symptom in group.symptoms]


def test_a_draft_is_discarded_and_its_lists_go_into_the_kept_draft_after_its_own(ann, morgan):
    lost, kept = pair(ann)
    for page in (lost, kept):
        stories.add_facts(page, ann)
    shared = stories.write_cause(ann)
    SymptomCause.objects.create(symptom=kept, cause=shared, text="<p>Kept words.</p>", position=1)
    SymptomCause.objects.create(symptom=lost, cause=shared, text="<p>Lost words.</p>", frequency="rare", position=1)
    Code.objects.create(symptom=lost, system="MeSH", code="D013746")
    Reference.objects.create(article_id=lost.pk, title="Twitches", url="https://medlineplus.gov/twitch.html")
    lost.tags.add("muscle", "Face")
    kept.tags.add("face")
    for page in (lost, kept):
        stories.edit(page, by=ann)
    merged = merge_symptoms(lost, kept, by=ann)
    document = kept.latest_revision().read()
    assert document.other_names == (
        "Facial spasms by another name",
        "Facial twitch",
        "Facial twitch by another name",
    )
    assert names(kept) == ["Cause 0 of Facial spasms", "Tourette's syndrome", "Cause 0 of Facial twitch"]
    assert related(kept) == ["Companion 0 of Facial spasms", "Companion 0 of Facial twitch"]
    assert {code.code for code in document.codes} == {"R25.3", "D013746"}
    assert [source.title for source in document.references] == ["Spasms", "Twitches"]
    assert document.tags == ("Face", "muscle")  # tags are one whatever their case
    assert document.body == "<p>A muscle tightens by itself.</p>"
    row = kept.symptom_causes.get(cause=shared)
    assert (row.text, row.frequency) == ("<p>Kept words.</p>", "rare")
    (double,) = [row for row in merged.plan.doubles if row.name == str(shared)]
    assert [(said.label, said.goes) for said in double.said] == [("Text", "<p>Lost words.</p>")]
    assert merged.plan.texts["Overview"] == "<p>A muscle tightens by itself.</p>"
    gone = Article.objects.get(pk=lost.pk)
    assert gone.discarded_by == ann
    assert MergedPage.objects.get().into_id == kept.pk


def test_all_who_wrote_the_lost_page_are_authors_of_the_kept_draft(ann, morgan, fiona):
    lost, kept = pair(ann)
    stories.edit(lost, by=fiona, summary="Hers.")
    merge_symptoms(lost, kept, by=morgan)
    authors = Authorship.objects.filter(revision=kept.latest_revision()).values_list("user__username", flat=True)
    assert set(authors) == {"ann", "fiona", "morgan"}


def test_pages_that_named_the_lost_page_name_the_kept_one_each_once(ann, morgan):
    lost, kept = pair(ann)
    one, both = write(ann, "one"), write(ann, "both")
    relate(one, lost, serious=True)
    relate(both, kept)
    relate(both, lost, serious=True, system="skin")
    relate(kept, lost)
    relate(lost, kept)
    for page in (one, both, kept, lost):
        stories.edit(page, by=ann)
    plan = pages.plan(lost, kept)
    (double,) = plan.others
    assert ([(said.stays, said.goes) for said in double.said], double.taken) == ([("Eye", "Skin")], ("serious",))
    merged = merge_symptoms(lost, kept, by=morgan)
    assert merged.pages == sorted([one.pk, both.pk])
    assert related(one) == related(both) == ["Facial spasms"]
    assert related(kept) == []
    assert both.related_symptoms.get().serious
    assert one.latest_revision().saved_by == morgan


def test_a_published_page_is_withdrawn_as_merged_by_whoever_may_withdraw(ann, ravi, morgan, client):
    lost, kept = pair(ann)
    stories.sign(lost, by=ravi, asked_by=ann)
    with pytest.raises(CannotMerge, match="Only managing editors"):
        merge_symptoms(lost, kept, by=ann)
    merge_symptoms(lost, kept, by=morgan)
    line = Publication.objects.order_by("-id").first()
    assert (line.kind, line.reason, line.successor_id) == ("withdraw", "merged", kept.pk)
    assert ledger.read(Signature.objects.order_by("-sequence").first()).successor == kept.uuid
    assert list(verification.faults()) == []
    sql_successor = "UPDATE articles_publication SET successor_id = NULL WHERE id = %s"
    with pytest.raises(Exception, match="never changed"):
        sql(sql_successor, line.pk)


def test_the_old_address_says_gone_then_where_and_leads_on_once_a_clinician_signed_the_name(
    ann, ravi, fiona, morgan, client
):
    lost, kept = pair(ann)
    stories.sign(lost, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    shelf.clear()
    page = client.get("/symptoms/facial-twitch/")
    assert page.status_code == 410
    assert "Its subject is now covered by another page." in page.text
    assert "facial-spasms" not in page.text  # nobody signed it yet
    OtherName.objects.filter(symptom=kept).delete()
    stories.edit(kept, by=ann)
    stories.sign(kept, by=ravi, asked_by=ann)
    shelf.clear()
    page = client.get("/symptoms/facial-twitch/")
    assert page.status_code == 410
    assert 'Read <a href="/symptoms/facial-spasms/">Facial spasms</a>' in page.text
    OtherName.objects.create(symptom=kept, name="Facial twitch")
    stories.edit(kept, by=ann)
    assert status(client, "/symptoms/facial-twitch/")[0] == 410
    stories.sign(kept, by=ravi, asked_by=ann)
    assert status(client, "/symptoms/facial-twitch/") == (301, "/symptoms/facial-spasms/")
    assert status(client, "/symptoms/facial-twitch/causes/") == (301, "/symptoms/facial-spasms/")
    for path in ("/symptoms/facial-twitch/history/", "/symptoms/facial-twitch/history/1/"):
        assert status(client, path)[0] == 410
        assert "/symptoms/facial-spasms/" in html.links(client.get(path).text)
    for path in ("/sitemap.xml", "/feeds/reviewed.atom", "/symptoms/", "/search/?q=facial+twitch"):
        shelf.clear()
        assert "/symptoms/facial-twitch/" not in client.get(path).text
    withdraw_page(kept, reason="wrong", by=morgan)
    assert status(client, "/symptoms/facial-twitch/")[0] == 410


def test_an_address_of_old_leads_through_the_lost_page_to_the_kept_one(ann, ravi, morgan, client):
    lost, kept = pair(ann)
    stories.sign(lost, by=ravi, asked_by=ann)
    change_address(lost, slug="twitch", by=morgan)
    merge_symptoms(lost, kept, by=morgan)
    stories.sign(kept, by=ravi, asked_by=ann)
    assert status(client, "/symptoms/facial-twitch/") == (301, "/symptoms/twitch/")
    assert status(client, "/symptoms/twitch/") == (301, "/symptoms/facial-spasms/")


def test_a_page_merged_into_one_that_is_merged_on_leads_to_the_last(ann, ravi, fiona, morgan, client):
    lost, kept = pair(ann)
    third = stories.write_symptom(ann, slug="face-pulls", title="Face pulls")
    for page in (lost, kept):
        stories.sign(page, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    merge_symptoms(Symptom.objects.get(pk=kept.pk), third, by=morgan)
    assert {row.into_id for row in MergedPage.objects.all()} == {third.pk}
    stories.sign(third, by=ravi, asked_by=ann)
    assert status(client, "/symptoms/facial-twitch/") == (301, "/symptoms/face-pulls/")
    assert list(verification.faults()) == []


def test_a_merged_page_that_is_signed_again_stands_for_itself(ann, ravi, morgan, client):
    lost, kept = pair(ann)
    for page in (lost, kept):
        stories.sign(page, by=ravi, asked_by=ann)
    merge_symptoms(lost, kept, by=morgan)
    stories.sign(lost, by=ravi, asked_by=ann)
    assert status(client, "/symptoms/facial-twitch/")[0] == 200
    assert not MergedPage.objects.exists()
    withdraw_page(Article.objects.get(pk=lost.pk), reason="merged", by=morgan)
    assert status(client, "/symptoms/facial-twitch/")[0] == 410


def test_what_must_not_be_merged_is_refused_in_words(ann, ravi, morgan, charlie):
    lost, kept = pair(ann)
    article = stories.write_article(ann)
    assert "itself" in merging.why_not(kept, kept, by=morgan)
    assert "two kinds" in merging.why_not(article, kept, by=morgan)
    french = Symptom.objects.create(slug="tics", title="Tics", language="fr", writer=ann)
    assert "two languages" in merging.why_not(french, kept, by=morgan)
    with pytest.raises(CannotMerge, match="Only editors"):
        merge_symptoms(lost, kept, by=charlie)
    request_review(kept, by=ann)
    with pytest.raises(CannotMerge, match="“Facial spasms” is in review"):
        merge_symptoms(lost, kept, by=morgan)
    other = stories.write_symptom(ann, slug="other", title="Other")
    merge_symptoms(lost, other, by=morgan)
    with pytest.raises(CannotMerge, match="“Facial twitch” was merged into “Other” already"):
        merge_symptoms(lost, other, by=morgan)
    third = stories.write_symptom(ann, slug="third", title="Third")
    discard(other, by=ann)
    with pytest.raises(CannotMerge, match="“Other” was discarded"):
        merge_symptoms(third, other, by=morgan)


def test_a_page_that_was_withdrawn_before_stays_withdrawn_for_its_reason(ann, ravi, morgan, client):
    lost, kept = pair(ann)
    for page in (lost, kept):
        stories.sign(page, by=ravi, asked_by=ann)
    withdraw_page(lost, reason="safety", by=morgan)
    merge_symptoms(Symptom.objects.get(pk=lost.pk), kept, by=ann)
    shelf.clear()
    page = client.get("/symptoms/facial-twitch/")
    assert page.status_code == 410
    assert "might harm" in page.text
    assert not Article.objects.get(pk=lost.pk).discarded_at


def test_what_was_looked_at_of_two_pages_is_what_is_done(ann):
    lost, kept = pair(ann)
    seen = pages.plan(lost, kept).seen
    stories.edit(lost, by=ann, summary="Other.")
    with pytest.raises(Moved):
        merge_symptoms(lost, kept, by=ann, seen=seen)
    assert not Article.objects.get(pk=lost.pk).discarded_at
    merge_symptoms(lost, kept, by=ann, seen=pages.plan(lost, kept).seen)


def test_a_restored_text_names_the_page_that_stands_and_says_so(ann):
    lost, kept = pair(ann)
    page = write(ann, "page")
    relate(page, lost)
    stories.edit(page, by=ann)
    named = page.latest_revision()
    merge_symptoms(lost, kept, by=ann)
    page.related_symptoms.all().delete()
    stories.edit(page, by=ann)
    assert restore(named, by=ann).report == ["The related symptom “Facial twitch” was merged into “Facial spasms”."]
    assert related(page) == ["Facial spasms"]


def test_merging_pages_takes_as_many_queries_for_three_as_for_one(ann):
    counts = []
    ann.get_all_permissions()  # asked once a request
    for count in (1, 3):
        lost = stories.write_symptom(ann, slug=f"lost-{count}", title=f"Lost {count}")
        kept = stories.write_symptom(ann, slug=f"kept-{count}", title=f"Kept {count}")
        stories.add_facts(lost, ann, causes=count, related=count)
        for number in range(count):
            one, both = write(ann, f"one-{count}-{number}"), write(ann, f"both-{count}-{number}")
            for page, other in ((one, lost), (both, lost), (both, kept)):
                relate(page, other)
        with CaptureQueriesContext(connection) as queries:
            merge_symptoms(lost, kept, by=ann)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_what_hangs_on_a_page_can_move_along(ann, monkeypatch):
    lost, kept = pair(ann)
    moved = []
    monkeypatch.setattr(merging, "TAKES_ALONG", [lambda one, other: moved.append((one.pk, other.pk))])
    merge_symptoms(lost, kept, by=ann)
    assert moved == [(lost.pk, kept.pk)]
    assert not ArticleTag.objects.exists()
    assert not PublishedCause.objects.exists()
