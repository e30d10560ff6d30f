"""Deeds over many pages: counted and confirmed, whole or told page by page, and only by whom they may be done."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import capfirst

from articles.models import Article, CopyrightNotice, Publication
from articles.shelf import shelf
from reviews.actions import request_review, withdraw_page
from reviews.admin_bulk import RETURN
from reviews.models import MedicalReview
from tests import stories
from tests.forms import filled
from tests.lists import choose, confirm

pytestmark = pytest.mark.django_db
SYMPTOMS = "/admin/symptoms/symptom/"


@pytest.fixture
def ann_at_work(client, ann):
    client.force_login(ann)
    return client


def write(by, count: int, title: str = "Ache") -> list:
    return [stories.write_symptom(by, slug=f"{title}-{n}".lower(), title=f"{title} {n}") for n in range(count)]


def keys(pages) -> list[int]:
    return [page.pk for page in pages]


def test_a_confirmation_names_twenty_pages_and_counts_the_rest_and_does_nothing_yet(ann_at_work, ann):
    pages = write(ann, 23)
    response = choose(ann_at_work, SYMPTOMS, "ask_for_many", keys(pages))
    assert "<h1>Ask for a review of 23 pages</h1>" in response.text
    assert "and 3 more" in response.text
    assert response.text.count("<li>Ache ") == 20
    assert not MedicalReview.objects.exists()


def test_a_review_is_asked_for_each_page_and_those_that_cannot_take_part_are_named(ann_at_work, ann, ravi):
    ready, waiting = write(ann, 2), write(ann, 1, "Waiting")[0]
    request_review(waiting, by=ann)
    empty = stories.write_symptom(ann, slug="empty", title="Empty", body="")
    response = choose(ann_at_work, SYMPTOMS, "ask_for_many", keys([*ready, waiting, empty]))
    assert "In review already (1)" in response.text
    assert "mend these first, or let a managing editor ask for one by itself and say why (1)" in response.text
    assert f'{empty.pk}/change/">Empty</a> <span class="why">The page has no overview.' in response.text
    assert "These 2 pages" in response.text
    response = confirm(ann_at_work, SYMPTOMS, response, reviewer=ravi.reviewer.pk, note="Yearly.")
    assert "Ravi Rao, MD is asked to sign 2 pages." in response.text
    asked = MedicalReview.objects.waiting().exclude(article=waiting.pk)
    assert {(r.article_id, r.reviewer, r.note) for r in asked} == {(p.pk, ravi.reviewer, "Yearly.") for p in ready}
    assert LogEntry.objects.count() == 2


def pages_in_every_state(ann, ravi, morgan, suffix: str = "") -> dict:
    """A page for each kind of review that can be asked for: what the confirmation says of it → the page."""
    words = ("first review", "annual review", "review of what changed", RETURN)
    pages = [stories.write_symptom(ann, slug=f"{n}{suffix}", title=f"Page {n}{suffix}") for n in range(4)]
    for page in pages[1:]:
        stories.sign(page, by=ravi, asked_by=ann)
    stories.edit(pages[2], by=ann, body="<p>Other words.</p>")
    withdraw_page(Article.objects.get(pk=pages[3].pk), reason=Publication.Reason.OUTDATED, by=morgan)
    return dict(zip(words, pages, strict=True))


def test_the_confirmation_says_which_kind_of_review_each_page_gets_and_it_gets_that(ann_at_work, ann, ravi, morgan):
    pages = pages_in_every_state(ann, ravi, morgan)
    response = choose(ann_at_work, SYMPTOMS, "ask_for_many", keys(pages.values()))
    for word, page in pages.items():
        assert f'<li>{page.title} <span class="kind">– {word}</span></li>' in response.text
        assert f"{capfirst(word)}: <strong>1</strong>" in response.text
    confirm(ann_at_work, SYMPTOMS, response, note="It can return.")
    asked = {review.article_id: review.trigger for review in MedicalReview.objects.waiting()}
    assert [asked[page.pk] for page in pages.values()] == ["first", "annual", "change", "annual"]


def test_of_many_pages_the_kinds_are_counted_and_the_first_are_named(ann_at_work, ann):
    response = choose(ann_at_work, SYMPTOMS, "ask_for_many", keys(write(ann, 23)))
    assert "First review: <strong>23</strong>" in response.text
    empty = [stories.write_symptom(ann, slug=f"e{n}", title=f"Empty {n}", body="") for n in range(22)]
    response = choose(ann_at_work, SYMPTOMS, "ask_for_many", keys(empty))
    assert response.text.count("The page has no overview.") == 20
    assert "and more, 22 in all; the first 20 by name are listed" in response.text


def test_telling_the_kinds_takes_as_many_queries_for_three_of_each_as_for_one(ann_at_work, ann, ravi, morgan):
    def cost(pages):
        with CaptureQueriesContext(connection) as counted:
            choose(ann_at_work, SYMPTOMS, "ask_for_many", keys(pages))
        return len(counted)

    one = list(pages_in_every_state(ann, ravi, morgan, "a").values())
    one.append(stories.write_symptom(ann, slug="empty", title="Empty", body=""))
    cost(one)
    first = cost(one)
    more = [page for some in "bc" for page in pages_in_every_state(ann, ravi, morgan, some).values()]
    empty = [stories.write_symptom(ann, slug=f"empty-{n}", title="Empty", body="") for n in range(2)]
    assert cost([*one, *more, *empty]) == first


def test_what_is_refused_on_asking_is_told_page_by_page(ann_at_work, ann, ravi):
    plain, ravis = write(ann, 1)[0], write(ravi, 1, "Words of Ravi")[0]
    response = choose(ann_at_work, SYMPTOMS, "ask_for_many", keys([plain, ravis]))
    response = confirm(ann_at_work, SYMPTOMS, response, reviewer=ravi.reviewer.pk)
    assert "is asked to sign 1 page." in response.text
    assert "Words of Ravi 0: Ravi Rao, MD wrote some of this page and cannot sign it." in response.text
    assert MedicalReview.objects.get().article_id == plain.pk


def test_pages_are_filed_and_taken_out_and_visitors_see_it_at_once(ann_at_work, ann, ravi):
    signed, draft = write(ann, 2)
    stories.sign(signed, by=ravi, asked_by=ann)
    line = Article.objects.get(pk=signed.pk).live.review_line
    topic = stories.topic("Skin", "skin")
    for deed, count in [("file_under", 1), ("take_from", 0)]:
        response = confirm(
            ann_at_work, SYMPTOMS, choose(ann_at_work, SYMPTOMS, deed, keys([signed, draft])), topic=topic.pk
        )
        assert "2 pages were" in response.text
        assert "1 published page shows it now." in response.text
        shelf.clear()
        assert ann_at_work.get("/symptoms/ache-0/").text.count("Skin") == count
        assert Article.objects.filter(topics=topic).count() == 2 * count
    live = Article.objects.get(pk=signed.pk).live
    assert (live.kind, live.by, live.review_line) == (Publication.Kind.FILING, ann, line)
    response = confirm(ann_at_work, SYMPTOMS, choose(ann_at_work, SYMPTOMS, "take_from", [draft.pk]), topic=topic.pk)
    assert "Nothing changed" in response.text


def test_whoever_has_a_form_open_does_not_undo_a_filing_unaware(ann_at_work, ann):
    page = write(ann, 1)[0]
    topic = stories.topic("Skin", "skin")
    form = f"{SYMPTOMS}{page.pk}/change/"
    opened = filled(ann_at_work.get(form))
    confirm(ann_at_work, SYMPTOMS, choose(ann_at_work, SYMPTOMS, "file_under", [page.pk]), topic=topic.pk)
    response = ann_at_work.post(form, opened | {"summary": "Mine."})
    assert "saved this page after you opened it" in response.text
    ann_at_work.post(form, filled(response))
    assert topic in Article.objects.get(pk=page.pk).topics.all()


def test_a_notice_is_set_for_all_and_only_an_offered_one(ann_at_work, ann, ravi, morgan):
    pages = write(ann, 2)
    stories.sign(pages[0], by=ravi, asked_by=ann)
    new = CopyrightNotice.objects.create(holder="New House", year=2030)
    old = CopyrightNotice.objects.create(holder="Old", year=2000, retired_by=morgan, retired_at="2020-01-01T00:00Z")
    response = choose(ann_at_work, SYMPTOMS, "set_notice", keys(pages))
    assert "New House" in response.text
    assert "© 2000 Old" not in response.text
    assert "Select a valid choice" in confirm(ann_at_work, SYMPTOMS, response, notice=old.pk).text
    confirm(ann_at_work, SYMPTOMS, response, notice=new.pk)
    assert {page.notice for page in Article.objects.all()} == {new}
    assert "© 2030 New House" in ann_at_work.get("/symptoms/ache-0/").text


def test_morgan_withdraws_several_pages_and_drafts_are_left_out(client, ann, ravi, morgan):
    signed, draft = write(ann, 2), write(ann, 1, "Draft")
    for page in signed:
        stories.sign(page, by=ravi, asked_by=ann)
    client.force_login(morgan)
    response = choose(client, SYMPTOMS, "withdraw_many", keys([*signed, *draft]))
    assert "Not published (1)" in response.text
    assert "This field is required" in confirm(client, SYMPTOMS, response).text
    response = confirm(client, SYMPTOMS, response, reason="outdated")
    assert "2 pages withdrawn." in response.text
    assert client.get("/symptoms/ache-1/").status_code == 410
    assert not Article.objects.public().exists()


def test_ann_cannot_withdraw_many(ann_at_work, ann, ravi):
    page = write(ann, 1)[0]
    stories.sign(page, by=ravi, asked_by=ann)
    assert "withdraw_many" not in ann_at_work.get(SYMPTOMS).text
    values = {"action": "withdraw_many", "_selected_action": page.pk, "seen": "", "reason": "safety"}
    ann_at_work.post(SYMPTOMS, values)
    assert Article.objects.public().count() == 1


@pytest.mark.parametrize("deed", ["ask_for_many", "file_under", "take_from", "set_notice", "withdraw_many"])
def test_charlie_and_ravi_do_nothing_to_many(client, ann, ravi, charlie, deed):
    page = write(ann, 1)[0]
    stories.sign(page, by=ravi, asked_by=ann)
    before = Article.objects.values().get(), Publication.objects.count(), MedicalReview.objects.count()
    for user in (charlie, ravi):
        client.force_login(user)
        values = {"action": deed, "_selected_action": page.pk, "topic": stories.topic().pk, "reason": "safety"}
        assert client.post(SYMPTOMS, values | {"seen": "x"}).status_code == 302
    assert (Article.objects.values().get(), Publication.objects.count(), MedicalReview.objects.count()) == before


def test_all_pages_of_a_sifted_list_are_chosen_across_its_pages_and_no_other(ann_at_work, ann):
    pages, other = write(ann, 55), write(ann, 1, "Other")[0]
    topic = stories.topic("Skin", "skin")
    sifted = f"{SYMPTOMS}?q=ache"
    response = choose(ann_at_work, sifted, "file_under", keys(pages[:1]), across=True)
    assert "<h1>File 55 pages under a topic</h1>" in response.text
    response = confirm(ann_at_work, sifted, response, topic=topic.pk)
    assert "55 pages were filed under “Skin”." in response.text
    assert set(Article.objects.filter(topics=topic)) == {Article.objects.get(pk=page.pk) for page in pages}
    assert topic not in other.topics.all()


def test_without_javascript_a_box_chooses_the_whole_list(ann_at_work, ann):
    pages = write(ann, 55)
    assert '<noscript><p class="across">' in ann_at_work.get(SYMPTOMS).text
    values = {"action": "file_under", "_selected_action": pages[0].pk, "select_across": ["0", "1"], "index": 0}
    response = ann_at_work.post(SYMPTOMS, values)
    assert "<h1>File 55 pages under a topic</h1>" in response.text
    assert filled(response)["select_across"] == ["1"]


def test_a_choice_that_changed_meanwhile_is_shown_again_and_not_done(ann_at_work, ann):
    pages = write(ann, 2)
    topic = stories.topic("Skin", "skin")
    response = choose(ann_at_work, f"{SYMPTOMS}?q=ache", "file_under", keys(pages[:1]), across=True)
    write(ann, 1, "Ache too")
    again = confirm(ann_at_work, f"{SYMPTOMS}?q=ache", response, topic=topic.pk)
    assert "Nothing was done yet." in again.text
    assert not Article.objects.filter(topics=topic).exists()
    confirm(ann_at_work, f"{SYMPTOMS}?q=ache", again, topic=topic.pk)
    assert Article.objects.filter(topics=topic).count() == 3


def test_too_many_pages_for_a_deed_that_goes_page_by_page_are_refused_in_words(ann_at_work, ann):
    for number in range(201):
        Article.objects.create(slug=f"page-{number}", title=f"Page {number}", writer=ann)
    list_of_all = "/admin/articles/article/"
    response = choose(ann_at_work, list_of_all, "ask_for_many", [Article.objects.first().pk], across=True)
    assert "At most 200 pages can be done at once, and you chose 201." in ann_at_work.get(response["Location"]).text


@pytest.mark.parametrize("ticked", [["abc"], ["9" * 30], ["\0"], ["-1"]])
def test_rows_that_cannot_be_are_no_error(ann_at_work, ann, ticked):
    write(ann, 1)
    response = choose(ann_at_work, SYMPTOMS, "file_under", ticked)
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("deed", ["file_under", "set_notice"])
def test_a_deed_of_the_frame_takes_as_many_queries_for_three_pages_as_for_one(
    ann_at_work, ann, ravi, deed, django_assert_max_num_queries
):
    fields = {
        "topic": stories.topic("Skin", "skin").pk,
        "notice": CopyrightNotice.objects.create(holder="B", year=1999).pk,
    }

    def cost(pages):
        for page in pages:
            stories.sign(page, by=ravi, asked_by=ann)
        values = filled(choose(ann_at_work, SYMPTOMS, deed, keys(pages))) | fields
        with django_assert_max_num_queries(60) as queries:
            assert ann_at_work.post(SYMPTOMS, values).status_code == 302
        return len(queries)

    cost(write(ann, 1, "First"))
    assert cost(write(ann, 2, "Two")) == cost(write(ann, 5, "Five"))
