"""Actions on many pages: counted, confirmed, reported page by page, and only by permission."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.text import capfirst

from articles.models import Article, CopyrightNotice, PublicationEvent
from articles.public.page_cache import page_cache
from articles.publishing import bulk_actions
from articles.publishing.bulk_actions import add_to_topic
from reviews.admin.bulk_actions import RETURN_REVIEW
from reviews.models import MedicalReview
from reviews.signing.actions import request_review, withdraw_page
from tests import factories
from tests.html import choose_action, confirm_action, read_form

pytestmark = pytest.mark.django_db
SYMPTOMS = "/admin/symptoms/symptom/"


def write_pages(by, count: int, title: str = "Ache") -> list:
    return [
        factories.make_symptom(by, slug=f"{title}-{n}".lower(), title=f"{title} {n}")
        for n in range(count)
    ]


def list_keys_of(pages) -> list[int]:
    return [page.pk for page in pages]


def test_a_confirmation_names_twenty_pages_and_counts_the_rest_and_does_nothing_yet(
    ann_client, ann
):
    pages = write_pages(ann, 23)
    response = choose_action(ann_client, SYMPTOMS, "ask_for_many", list_keys_of(pages))
    assert "<h1>Request review of 23 pages</h1>" in response.text
    assert "and 3 more" in response.text
    assert response.text.count("<li>Ache ") == 20
    assert not MedicalReview.objects.exists()


def test_a_review_is_asked_for_each_page_and_those_that_cannot_take_part_are_named(
    ann_client, ann, ravi
):
    ready, waiting = write_pages(ann, 2), write_pages(ann, 1, "Waiting")[0]
    request_review(waiting, by=ann)
    empty = factories.make_symptom(ann, slug="empty", title="Empty", body="")
    response = choose_action(
        ann_client, SYMPTOMS, "ask_for_many", list_keys_of([*ready, waiting, empty])
    )
    assert "In review already (1)" in response.text
    assert (
        "let a managing editor request one by itself and override the checks (1)" in response.text
    )
    assert (
        f'{empty.pk}/change/">Empty</a>\n<span class="why">The page has no overview.'
        in response.text
    )
    assert "These 2 pages" in response.text
    response = confirm_action(
        ann_client, SYMPTOMS, response, reviewer=ravi.reviewer.pk, note="Yearly."
    )
    assert "Ravi Rao, MD is asked to sign 2 pages." in response.text
    asked = MedicalReview.objects.waiting().exclude(article=waiting.pk)
    assert {(r.article_id, r.reviewer, r.note) for r in asked} == {
        (p.pk, ravi.reviewer, "Yearly.") for p in ready
    }
    assert LogEntry.objects.count() == 2


def pages_in_every_state(ann, ravi, morgan, suffix: str = "") -> dict:
    """A page for each kind of review that can be requested, by its note on the confirmation."""
    words = ("first review", "annual review", "review of what changed", RETURN_REVIEW)
    pages = [
        factories.make_symptom(ann, slug=f"{n}{suffix}", title=f"Page {n}{suffix}")
        for n in range(4)
    ]
    for page in pages[1:]:
        factories.sign_page(page, by=ravi, asked_by=ann)
    factories.edit_page(pages[2], by=ann, body="<p>Other words.</p>")
    withdraw_page(
        Article.objects.get(pk=pages[3].pk), reason=PublicationEvent.Reason.OUTDATED, by=morgan
    )
    return dict(zip(words, pages, strict=True))


def test_the_confirmation_says_which_kind_of_review_each_page_gets_and_it_gets_that(
    ann_client, ann, ravi, morgan
):
    pages = pages_in_every_state(ann, ravi, morgan)
    response = choose_action(ann_client, SYMPTOMS, "ask_for_many", list_keys_of(pages.values()))
    for word, page in pages.items():
        assert f'<li>{page.title} <span class="kind">– {word}</span></li>' in response.text
        assert f"{capfirst(word)}: <strong>1</strong>" in response.text
    confirm_action(ann_client, SYMPTOMS, response, note="It can return.")
    asked = {review.article_id: review.trigger for review in MedicalReview.objects.waiting()}
    assert [asked[page.pk] for page in pages.values()] == ["first", "annual", "change", "annual"]


def test_of_many_pages_the_kinds_are_counted_and_the_first_are_named(ann_client, ann):
    response = choose_action(
        ann_client, SYMPTOMS, "ask_for_many", list_keys_of(write_pages(ann, 23))
    )
    assert "First review: <strong>23</strong>" in response.text
    empty = [
        factories.make_symptom(ann, slug=f"e{n}", title=f"Empty {n}", body="") for n in range(22)
    ]
    response = choose_action(ann_client, SYMPTOMS, "ask_for_many", list_keys_of(empty))
    assert response.text.count("The page has no overview.") == 20
    assert "and more, 22 in all; the first 20 by name are listed" in response.text


def test_telling_the_kinds_takes_as_many_queries_for_three_of_each_as_for_one(
    ann_client, ann, ravi, morgan
):
    def cost(pages):
        with CaptureQueriesContext(connection) as counted:
            choose_action(ann_client, SYMPTOMS, "ask_for_many", list_keys_of(pages))
        return len(counted)

    one = list(pages_in_every_state(ann, ravi, morgan, "a").values())
    one.append(factories.make_symptom(ann, slug="empty", title="Empty", body=""))
    cost(one)
    first = cost(one)
    many = [*one]
    for name in "bc":
        many += pages_in_every_state(ann, ravi, morgan, name).values()
    for number in range(2):
        slug = f"empty-{number}"
        many.append(factories.make_symptom(ann, slug=slug, title="Empty", body=""))
    assert cost(many) == first


def test_what_is_refused_on_asking_is_told_page_by_page(ann_client, ann, ravi):
    plain, ravis = write_pages(ann, 1)[0], write_pages(ravi, 1, "Words of Ravi")[0]
    response = choose_action(ann_client, SYMPTOMS, "ask_for_many", list_keys_of([plain, ravis]))
    response = confirm_action(ann_client, SYMPTOMS, response, reviewer=ravi.reviewer.pk)
    assert "is asked to sign 1 page." in response.text
    assert (
        "Words of Ravi 0: Ravi Rao, MD wrote some of this page and cannot sign it." in response.text
    )
    assert MedicalReview.objects.get().article_id == plain.pk


def test_pages_are_filed_and_taken_out_and_visitors_see_it_at_once(ann_client, ann, ravi):
    signed, draft = write_pages(ann, 2)
    factories.sign_page(signed, by=ravi, asked_by=ann)
    line = Article.objects.get(pk=signed.pk).live.review_line
    topic = factories.make_topic("Skin", "skin")
    for action, count in [("file_under", 1), ("take_from", 0)]:
        response = confirm_action(
            ann_client,
            SYMPTOMS,
            choose_action(ann_client, SYMPTOMS, action, list_keys_of([signed, draft])),
            topic=topic.pk,
        )
        assert "2 pages were" in response.text
        assert "1 published page shows it now." in response.text
        page_cache.clear()
        assert ann_client.get("/symptoms/ache-0/").text.count("Skin") == count
        assert Article.objects.filter(topics=topic).count() == 2 * count
    live = Article.objects.get(pk=signed.pk).live
    assert (live.kind, live.by, live.review_line) == (PublicationEvent.EventKind.FILING, ann, line)
    response = confirm_action(
        ann_client,
        SYMPTOMS,
        choose_action(ann_client, SYMPTOMS, "take_from", [draft.pk]),
        topic=topic.pk,
    )
    assert "Nothing changed" in response.text


def test_a_message_counts_the_pages_that_needed_no_change(ann_client, ann):
    had_it, page = write_pages(ann, 2)
    topic = factories.make_topic("Skin", "skin")
    had_it.topics.add(topic)
    for action, chosen, message in [
        ("file_under", [had_it, page], "1 page was given the topic “Skin”. 1 already had it."),
        (
            "take_from",
            [had_it, page, *write_pages(ann, 1, "Itch")],
            "2 pages were removed from the topic “Skin”. 1 did not have it.",
        ),
    ]:
        response = choose_action(ann_client, SYMPTOMS, action, list_keys_of(chosen))
        response = confirm_action(ann_client, SYMPTOMS, response, topic=topic.pk)
        assert message in response.text


def test_whoever_has_a_form_open_does_not_undo_a_filing_unaware(ann_client, ann):
    page = write_pages(ann, 1)[0]
    topic = factories.make_topic("Skin", "skin")
    form = f"{SYMPTOMS}{page.pk}/change/"
    opened = read_form(ann_client.get(form))
    confirm_action(
        ann_client,
        SYMPTOMS,
        choose_action(ann_client, SYMPTOMS, "file_under", [page.pk]),
        topic=topic.pk,
    )
    response = ann_client.post(form, opened | {"summary": "Mine."})
    assert "saved this page after you opened it" in response.text
    ann_client.post(form, read_form(response))
    assert topic in Article.objects.get(pk=page.pk).topics.all()


def test_a_notice_is_set_for_all_and_only_an_offered_one(ann_client, ann, ravi, morgan):
    pages = write_pages(ann, 2)
    factories.sign_page(pages[0], by=ravi, asked_by=ann)
    new = CopyrightNotice.objects.create(holder="New House", year=2030)
    old = CopyrightNotice.objects.create(
        holder="Old", year=2000, retired_by=morgan, retired_at="2020-01-01T00:00Z"
    )
    response = choose_action(ann_client, SYMPTOMS, "set_notice", list_keys_of(pages))
    assert "New House" in response.text
    assert "© 2000 Old" not in response.text
    assert (
        "Select a valid choice"
        in confirm_action(ann_client, SYMPTOMS, response, notice=old.pk).text
    )
    confirm_action(ann_client, SYMPTOMS, response, notice=new.pk)
    assert {page.notice for page in Article.objects.all()} == {new}
    assert "© 2030 New House" in ann_client.get("/symptoms/ache-0/").text


def test_morgan_withdraws_several_pages_and_drafts_are_left_out(client, ann, ravi, morgan):
    signed, draft = write_pages(ann, 2), write_pages(ann, 1, "Draft")
    for page in signed:
        factories.sign_page(page, by=ravi, asked_by=ann)
    client.force_login(morgan)
    response = choose_action(client, SYMPTOMS, "withdraw_many", list_keys_of([*signed, *draft]))
    assert "Not published (1)" in response.text
    assert "This field is required" in confirm_action(client, SYMPTOMS, response).text
    response = confirm_action(client, SYMPTOMS, response, reason="outdated")
    assert "2 pages withdrawn." in response.text
    assert client.get("/symptoms/ache-1/").status_code == 410
    assert not Article.objects.public().exists()


def test_ann_cannot_withdraw_many(ann_client, ann, ravi):
    page = write_pages(ann, 1)[0]
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert "withdraw_many" not in ann_client.get(SYMPTOMS).text
    values = {
        "action": "withdraw_many",
        "_selected_action": page.pk,
        "seen": "",
        "reason": "safety",
    }
    ann_client.post(SYMPTOMS, values)
    assert Article.objects.public().count() == 1


@pytest.mark.parametrize(
    "action", ["ask_for_many", "file_under", "take_from", "set_notice", "withdraw_many"]
)
def test_charlie_and_ravi_do_nothing_to_many(client, ann, ravi, charlie, action):
    page = write_pages(ann, 1)[0]
    factories.sign_page(page, by=ravi, asked_by=ann)
    before = (
        Article.objects.values().get(),
        PublicationEvent.objects.count(),
        MedicalReview.objects.count(),
    )
    for user in (charlie, ravi):
        client.force_login(user)
        values = {
            "action": action,
            "_selected_action": page.pk,
            "topic": factories.make_topic().pk,
            "reason": "safety",
        }
        assert client.post(SYMPTOMS, values | {"seen": "x"}).status_code == 302
    assert (
        Article.objects.values().get(),
        PublicationEvent.objects.count(),
        MedicalReview.objects.count(),
    ) == before


def test_all_pages_of_a_sifted_list_are_chosen_across_its_pages_and_no_other(ann_client, ann):
    pages, other = write_pages(ann, 55), write_pages(ann, 1, "Other")[0]
    topic = factories.make_topic("Skin", "skin")
    filtered_list = f"{SYMPTOMS}?q=ache"
    response = choose_action(
        ann_client, filtered_list, "file_under", list_keys_of(pages[:1]), across=True
    )
    assert "<h1>Add topic to 55 pages</h1>" in response.text
    response = confirm_action(ann_client, filtered_list, response, topic=topic.pk)
    assert "55 pages were given the topic “Skin”." in response.text
    assert set(Article.objects.filter(topics=topic)) == {
        Article.objects.get(pk=page.pk) for page in pages
    }
    assert topic not in other.topics.all()


def test_without_javascript_a_box_chooses_the_whole_list(ann_client, ann):
    pages = write_pages(ann, 55)
    assert '<noscript><p class="across">' in ann_client.get(SYMPTOMS).text
    values = {
        "action": "file_under",
        "_selected_action": pages[0].pk,
        "select_across": ["0", "1"],
        "index": 0,
    }
    response = ann_client.post(SYMPTOMS, values)
    assert "<h1>Add topic to 55 pages</h1>" in response.text
    assert read_form(response)["select_across"] == ["1"]


def test_a_choice_that_changed_meanwhile_is_shown_again_and_not_done(ann_client, ann):
    pages = write_pages(ann, 2)
    topic = factories.make_topic("Skin", "skin")
    response = choose_action(
        ann_client, f"{SYMPTOMS}?q=ache", "file_under", list_keys_of(pages[:1]), across=True
    )
    write_pages(ann, 1, "Ache too")
    again = confirm_action(ann_client, f"{SYMPTOMS}?q=ache", response, topic=topic.pk)
    assert again.status_code == 409
    assert "what you saw changed meanwhile. Look again, then confirm." in again.text
    assert not Article.objects.filter(topics=topic).exists()
    confirm_action(ann_client, f"{SYMPTOMS}?q=ache", again, topic=topic.pk)
    assert Article.objects.filter(topics=topic).count() == 3


def test_many_pages_are_filed_in_batches_and_a_stopped_filing_is_finished_by_another(
    ann_client, ann, monkeypatch
):
    monkeypatch.setattr(bulk_actions, "BATCH", 2)
    topic = factories.make_topic(slug="eyes", name="Eyes")
    pages = write_pages(ann, 5)
    add_to_topic(Article.objects.filter(pk=pages[0].pk), topic=topic, by=ann)
    response = choose_action(ann_client, SYMPTOMS, "file_under", list_keys_of(pages))
    done = confirm_action(ann_client, SYMPTOMS, response, topic=topic.pk)
    assert Article.objects.filter(topics=topic).count() == 5
    assert "4 pages were given the topic" in done.text
    assert "1 already had it." in done.text


def test_too_many_pages_for_a_deed_that_goes_page_by_page_are_refused_in_words(ann_client, ann):
    rows = []
    for number in range(501):
        rows.append(
            Article(kind="article", slug=f"page-{number}", title=f"Page {number}", writer=ann)
        )
    Article.objects.bulk_create(rows)
    list_of_all = "/admin/articles/article/"
    response = choose_action(
        ann_client, list_of_all, "ask_for_many", [Article.objects.first().pk], across=True
    )
    assert (
        "At most 500 pages can be changed at once, and you selected 501."
        in ann_client.get(response["Location"]).text
    )


@pytest.mark.parametrize("ticked", [["abc"], ["9" * 30], ["\0"], ["-1"]])
def test_rows_that_cannot_be_are_no_error(ann_client, ann, ticked):
    write_pages(ann, 1)
    response = choose_action(ann_client, SYMPTOMS, "file_under", ticked)
    assert response.status_code in (200, 302)


@pytest.mark.parametrize("action", ["file_under", "set_notice"])
def test_a_deed_of_the_frame_takes_as_many_queries_for_three_pages_as_for_one(
    ann_client, ann, ravi, action, django_assert_max_num_queries
):
    fields = {
        "topic": factories.make_topic("Skin", "skin").pk,
        "notice": CopyrightNotice.objects.create(holder="B", year=1999).pk,
    }

    def cost(pages):
        for page in pages:
            factories.sign_page(page, by=ravi, asked_by=ann)
        values = (
            read_form(choose_action(ann_client, SYMPTOMS, action, list_keys_of(pages))) | fields
        )
        with django_assert_max_num_queries(66) as queries:
            assert ann_client.post(SYMPTOMS, values).status_code == 302
        return len(queries)

    cost(write_pages(ann, 1, "First"))
    assert cost(write_pages(ann, 2, "Two")) == cost(write_pages(ann, 5, "Five"))
