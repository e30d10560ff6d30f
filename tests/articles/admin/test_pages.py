"""The editors' admin: saving records a revision, costs few queries, and loses nobody's words."""

import itertools

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.models import Article, PublicationEvent
from reviews.signing.actions import request_changes, request_review
from symptoms.models import Symptom
from tests import factories
from tests.html import read_form

pytestmark = pytest.mark.django_db
ADD_PATH = "/admin/symptoms/symptom/add/"


def get_form_path(page) -> str:
    model = "symptoms/symptom" if page.kind == "symptom" else "articles/article"
    return f"/admin/{model}/{page.pk}/change/"


def test_saving_a_new_symptom_records_its_first_revision(ann_client, ann):
    values = read_form(ann_client.get(ADD_PATH)) | {
        "title": "Facial spasms",
        "slug": "facial-spasms",
        "body": "<p>Twitch.</p><script>alert(1)</script>",
        "notice": factories.make_notice().pk,
    }
    response = ann_client.post(ADD_PATH, values, follow=True)
    assert "is saved. Visitors cannot see it yet." in response.text
    revision = Symptom.objects.get(slug="facial-spasms").get_latest_revision()
    assert (revision.number, revision.saved_by, revision.read().body) == (1, ann, "<p>Twitch.</p>")


def test_saving_without_a_change_records_nothing(ann_client, ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=2, related=2)
    before = symptom.revisions.count(), Symptom.objects.get(pk=symptom.pk).form_version
    response = ann_client.post(
        get_form_path(symptom), read_form(ann_client.get(get_form_path(symptom)))
    )
    assert response.status_code == 302
    assert (symptom.revisions.count(), Symptom.objects.get(pk=symptom.pk).form_version) == before


def test_the_form_takes_a_fixed_number_of_queries_however_many_rows(ann_client, ann):
    few, many = counted_pages(ann)
    assert count_queries(lambda: ann_client.get(get_form_path(few))) == count_queries(
        lambda: ann_client.get(get_form_path(many))
    )


def test_saving_one_changed_word_takes_at_most_two_queries_a_further_row(ann_client, ann):
    few, many = counted_pages(ann)
    small, large = (save_one_word(ann_client, page) for page in (few, many))
    further_rows = (12 + 18) - (1 + 1)
    assert large - small <= 2 * further_rows, (small, large)


def counted_pages(ann):
    """A page of 1 cause and 1 related symptom, and one of 12 and 18."""
    few = factories.make_symptom(ann)
    factories.add_facts(few, ann, causes=1, related=1)
    many = factories.make_symptom(ann, slug="eye-twitching", title="Eye twitching")
    factories.add_facts(many, ann, causes=12, related=18)
    return few, many


def count_queries(action) -> int:
    action()  # what is asked once a process, such as content types, is not the page's
    with CaptureQueriesContext(connection) as queries:
        assert action().status_code in (200, 302)
    return len(queries)


def save_one_word(client, page) -> int:
    values = read_form(client.get(get_form_path(page)))
    words = iter(["twitches", "shakes"])
    count = count_queries(
        lambda: client.post(
            get_form_path(page), read_values_with(client, page, values, next(words))
        )
    )
    assert page.revisions.count() == 4
    return count


def read_values_with(client, page, values, word) -> dict:
    page.refresh_from_db(fields=["form_version"])
    return values | {
        "body": f"<p>A muscle {word} by itself.</p>",
        "opened_edition": page.form_version,
    }


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": "x" * 300}, "at most 200 characters"),
        ({"title": "Facial\x00spasms"}, "Character 7 is U+0000, which cannot be printed"),
        ({"slug": "eye-twitching"}, "has this URL slug. Choose another one."),
        ({"slug": "a-z"}, "The site itself uses this URL slug."),
        ({"emergency_text": "", "emergency_heading": "Call"}, "has a heading and no text"),
        ({"references-0-url": "javascript:alert(1)"}, "Enter a valid URL."),
    ],
)
def test_bad_input_is_refused_where_it_stands_and_nothing_is_half_written(
    ann_client, ann, changed, message
):
    factories.make_symptom(ann, slug="eye-twitching", title="Eye twitching")
    symptom = factories.make_symptom(ann)
    response = ann_client.post(
        get_form_path(symptom), read_form(ann_client.get(get_form_path(symptom))) | changed
    )
    assert response.status_code == 200
    assert message in response.text
    assert symptom.revisions.count() == 1


def test_a_search_for_what_cannot_be_stored_finds_nothing(ann_client, ann):
    factories.make_symptom(ann)
    for words in ("%01", "%00", "Facial%0A", "x" * 3000):
        assert ann_client.get(f"/admin/symptoms/symptom/?q={words}").status_code == 200


def make_formset_data(prefix: str, initial: int, *values: dict) -> dict:
    """The fields of further inline rows."""
    fields = {f"{prefix}-TOTAL_FORMS": initial + len(values)}
    for number, row in enumerate(values, start=initial):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


def test_a_cause_or_a_related_symptom_twice_or_the_page_itself_is_refused(ann_client, ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann)
    cause, other = symptom.symptom_causes.get().cause, symptom.related_symptoms.get().other
    opened = read_form(ann_client.get(get_form_path(symptom)))
    for fields, message in [
        (
            make_formset_data("symptom_causes", 1, {"cause": cause.pk, "position": 1}),
            "is in this list already, as number 1.",
        ),
        (
            make_formset_data(
                "related_symptoms", 1, {"other": other.pk, "system": "skin", "position": 1}
            ),
            "is in this list already, as number 1.",
        ),
        (
            make_formset_data(
                "related_symptoms", 1, {"other": symptom.pk, "system": "skin", "position": 1}
            ),
            "A symptom cannot be related to itself.",
        ),
    ]:
        response = ann_client.post(get_form_path(symptom), opened | fields)
        assert response.status_code == 200
        assert message in response.text
    assert symptom.revisions.count() == 2


def test_a_page_of_hundreds_of_causes_can_be_saved(ann_client, ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=150, related=1)
    values = read_form(ann_client.get(get_form_path(symptom)))
    assert (
        ann_client.post(get_form_path(symptom), values | {"summary": "Many causes."}).status_code
        == 302
    )


def test_an_empty_page_is_not_sent_to_review(ann_client, ann):
    symptom = factories.make_symptom(ann, body="")
    page = f"/admin/symptoms/symptom/{symptom.pk}/ask/"
    response = ann_client.post(page, {"trigger": "first"})
    assert "What blocks this request" in response.text
    assert "The page has no overview." in response.text
    assert not symptom.medical_reviews.exists()


def test_ann_asks_takes_back_and_asks_again(ann_client, ann, ravi):
    symptom = factories.make_symptom(ann)
    ask = f"/admin/symptoms/symptom/{symptom.pk}/ask/"
    values = read_form(ann_client.get(ask)) | {
        "reviewer": ravi.reviewer.pk,
        "note": "Please read it.",
    }
    response = ann_client.post(ask, values, follow=True)
    assert "Ravi Rao, MD is asked to sign revision 1." in response.text
    assert "Cancel request" in response.text
    response = ann_client.post(f"/admin/symptoms/symptom/{symptom.pk}/take-back/", follow=True)
    assert "The request is cancelled." in response.text
    ann_client.post(ask, values)
    assert symptom.medical_reviews.waiting().get().reviewer == ravi.reviewer


def test_asking_for_a_page_in_review_leads_back_with_a_word(ann_client, ann):
    symptom = factories.make_symptom(ann)
    request_review(symptom, by=ann)
    response = ann_client.get(f"/admin/symptoms/symptom/{symptom.pk}/ask/", follow=True)
    assert "This page is in review already." in response.text
    assert response.redirect_chain


def test_asking_again_quotes_who_sent_the_page_back_and_proposes_them(ann_client, ann, ravi, fiona):
    symptom = factories.make_symptom(ann)
    request_changes(request_review(symptom, by=ann), by=fiona, comment="Say since when.")
    page = ann_client.get(f"/admin/symptoms/symptom/{symptom.pk}/ask/")
    assert "Say since when." in page.text
    assert read_form(page)["reviewer"] == [str(fiona.reviewer.pk)]


def test_a_second_page_of_one_title_is_told(ann_client, ann):
    factories.make_symptom(ann, slug="tiredness", title="Tiredness")
    twin = factories.make_symptom(ann, slug="tiredness-2", title="Tiredness")
    assert "Another page has this title" in ann_client.get(get_form_path(twin)).text


def test_only_reviewers_without_words_in_the_page_are_offered(client, ann, ravi, fiona, morgan):
    symptom = factories.make_symptom(ann)
    factories.edit_page(symptom, by=ravi, summary="Ravi wrote this.")
    client.force_login(ann)
    offered = client.get(f"/admin/symptoms/symptom/{symptom.pk}/ask/").text
    assert "Fiona Field" in offered
    assert "Ravi Rao" not in offered


def test_morgan_withdraws_a_page_and_ann_cannot(client, ann, morgan, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    withdraw = f"/admin/symptoms/symptom/{symptom.pk}/withdraw/"
    client.force_login(ann)
    assert client.post(withdraw, {"reason": "safety"}).status_code == 403
    assert Article.objects.public().filter(pk=symptom.pk).exists()
    client.force_login(morgan)
    response = client.post(withdraw, {"reason": "safety"}, follow=True)
    assert "The page is withdrawn." in response.text
    assert client.get("/symptoms/facial-spasms/").status_code == 410


def test_the_preview_shows_the_draft_and_says_that_nobody_signed_it(ann_client, ann):
    symptom = factories.make_symptom(ann, body="<p>Only a draft.</p>")
    response = ann_client.get(f"/admin/symptoms/symptom/{symptom.pk}/preview/")
    assert "Only a draft." in response.text
    assert "Nobody has signed this text." in response.text
    assert f'<a href="{get_form_path(symptom)}">Back to the form</a>' in response.text
    assert "no-store" in response["Cache-Control"]


def test_an_old_text_comes_back_from_the_revisions(ann_client, ann):
    symptom = factories.make_symptom(ann, summary="The first summary.")
    factories.edit_page(symptom, by=ann, summary="The second summary.")
    revisions = ann_client.get(f"/admin/symptoms/symptom/{symptom.pk}/revisions/")
    assert "Revision 2" in revisions.text
    response = ann_client.post(
        f"/admin/symptoms/symptom/{symptom.pk}/restore/", {"number": 1}, follow=True
    )
    assert "The text of revision 1 is back as revision 3." in response.text
    assert Symptom.objects.get(pk=symptom.pk).summary == "The first summary."


def test_a_risk_that_is_raised_says_that_the_next_review_stays_when_it_is(ann_client, ann, ravi):
    article = factories.make_article(ann)
    words = "The next review stays due on the same day"
    values = read_form(ann_client.get(get_form_path(article))) | {"review_months": 9}
    assert words not in ann_client.post(get_form_path(article), values, follow=True).text
    factories.sign_page(article, by=ravi, asked_by=ann)
    values = read_form(ann_client.get(get_form_path(article))) | {"risk": "high"}
    assert words in ann_client.post(get_form_path(article), values, follow=True).text


def test_a_filing_shows_at_once_and_leaves_the_review_alone(ann_client, ann, ravi):
    article = factories.make_article(ann)
    factories.sign_page(article, by=ravi, asked_by=ann)
    line = Article.objects.get(pk=article.pk).live.review_line
    topic = factories.make_topic("Brain and Nerves", "brain-and-nerves")
    values = read_form(ann_client.get(get_form_path(article))) | {"topics": [topic.pk]}
    response = ann_client.post(get_form_path(article), values, follow=True)
    assert "they need no signature" in response.text
    live = Article.objects.select_related("live").get(pk=article.pk).live
    assert (live.kind, live.review_line, live.revision.number) == (
        PublicationEvent.EventKind.FILING,
        line,
        1,
    )
    assert "Brain and Nerves" in ann_client.get("/articles/keeping-a-diary/").text


def test_a_published_address_is_moved_by_morgan_with_a_redirect(client, ann, morgan, ravi):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    client.force_login(morgan)
    page = f"/admin/symptoms/symptom/{symptom.pk}/address/"
    response = client.post(page, {"slug": "face-spasms"}, follow=True)
    assert "The URL slug is changed." in response.text
    assert client.get("/symptoms/facial-spasms/")["Location"] == "/symptoms/face-spasms/"


def test_a_draft_is_discarded_and_a_published_page_is_not(ann_client, ann, ravi):
    draft, signed = factories.make_symptom(ann), factories.make_article(ann)
    factories.sign_page(signed, by=ravi, asked_by=ann)
    ann_client.post(f"/admin/symptoms/symptom/{draft.pk}/discard/")
    response = ann_client.post(f"/admin/articles/article/{signed.pk}/discard/", follow=True)
    assert "it can be withdrawn but not discarded" in response.text
    assert list(Article.objects.active()) == [Article.objects.get(pk=signed.pk)]


@pytest.mark.parametrize("key", ["abc", "²", "٤", "0", "9" * 25])
def test_an_address_that_no_page_has_is_no_error(client, morgan, key):
    client.force_login(morgan)
    pages = [
        "change",
        "preview",
        "revisions",
        "ask",
        "address",
        "discard",
        "restore",
        "take-back",
        "withdraw",
    ]
    for ask, page in itertools.product((client.get, client.post), pages):
        assert ask(f"/admin/symptoms/symptom/{key}/{page}/").status_code in (302, 404, 405)


def test_a_revision_that_does_not_exist_cannot_be_restored(ann_client, ann):
    symptom = factories.make_symptom(ann)
    for number in ("", "abc", "1.5", "²", "2", "9" * 25):
        response = ann_client.post(
            f"/admin/symptoms/symptom/{symptom.pk}/restore/", {"number": number}
        )
        assert response.status_code == 404
    assert symptom.revisions.count() == 1


@pytest.mark.parametrize(
    "model", ["symptoms/symptom", "articles/article", "articles/revision", "reviews/ledgerentry"]
)
def test_lists_take_a_fixed_number_of_queries(ann_client, ann, ravi, model):
    def grow(count):
        for number in range(count):
            slug = f"page-{Article.objects.count()}-{number}"
            factories.sign_page(
                factories.make_symptom(ann, slug=slug, title=slug), by=ravi, asked_by=ann
            )
            factories.sign_page(
                factories.make_article(ann, slug=slug, title=slug), by=ravi, asked_by=ann
            )

    grow(1)
    one = count_queries(lambda: ann_client.get(f"/admin/{model}/"))
    grow(2)
    assert count_queries(lambda: ann_client.get(f"/admin/{model}/")) == one


def test_charlie_and_ravi_have_no_business_in_the_admin(client, charlie, ravi, ann):
    symptom = factories.make_symptom(ann)
    request_review(symptom, by=ann)
    for user in (charlie, ravi):
        client.force_login(user)
        for page in ("change", "preview", "revisions", "ask", "withdraw", "address"):
            assert client.get(f"/admin/symptoms/symptom/{symptom.pk}/{page}/").status_code in (
                302,
                403,
            )


@pytest.mark.parametrize(
    "model", ["articles/revision", "articles/publicationevent", "reviews/ledgerentry"]
)
def test_nobody_edits_history_in_the_admin(admin_client, ann, ravi, model):
    symptom = factories.make_symptom(ann)
    factories.sign_page(symptom, by=ravi, asked_by=ann)
    page = admin_client.get(f"/admin/{model}/1/change/")
    assert admin_client.get(f"/admin/{model}/add/").status_code == 403
    assert 'name="_save"' not in page.text


@pytest.mark.parametrize("kind", ["symptom", "article", "about"])
def test_the_log_leads_to_the_form_of_the_right_kind(ann_client, ann, ravi, kind):
    write = {
        "symptom": factories.make_symptom,
        "article": factories.make_article,
        "about": factories.make_about_page,
    }[kind]
    review = request_review(write(ann), by=ann)
    where = {
        "symptom": "symptoms/symptom",
        "article": "articles/article",
        "about": "articles/aboutpage",
    }[kind]
    page = Article.objects.get(pk=review.article_id)
    link = f'<a href="/admin/{where}/{page.pk}/change/">{page.title}</a>'
    for row in (f"articles/revision/{review.revision_id}", f"reviews/medicalreview/{review.pk}"):
        assert link in ann_client.get(f"/admin/{row}/change/").text


def test_the_admin_leads_to_the_desk_or_the_radar_those_who_may_enter(client, ann, ravi, morgan):
    ravi.is_staff = True
    ravi.save()
    for person, desk, radar in ((ann, False, False), (ravi, True, False), (morgan, False, True)):
        client.force_login(person)
        page = client.get("/admin/").text
        tools = page.split('id="user-tools"')[1].split("</div>")[0]
        assert ('href="/desk/"' in tools, 'href="/desk/radar/"' in tools) == (desk, radar)
        if desk or radar:
            assert 'href="/admin/"' in client.get("/desk/", follow=True).text
