"""Copyright notices: a new year, retirement and return; texts, reviews and history stay."""

import pytest
from django.utils import timezone

from articles.models import Article, CopyrightNotice, PublicationEvent
from articles.publishing.actions import ActionRefused
from articles.publishing.bulk_actions import set_notice
from articles.publishing.copyright_notices import (
    CannotRollOver,
    count_usage,
    reinstate_notice,
    retire_notice,
    roll_copyright_year,
)
from tests import factories
from tests.html import choose_action, read_form

pytestmark = pytest.mark.django_db
NOTICES = "/admin/articles/copyrightnotice/"


def make_notice(holder: str, year: int) -> CopyrightNotice:
    return CopyrightNotice.objects.create(holder=holder, year=year)


@pytest.fixture
def two_notices(ann, ravi):
    """Two notices of 2020: one on a published page and a draft, one on an article."""
    first, second = make_notice("First House", 2020), make_notice("Second House", 2020)
    factories.sign_page(factories.make_symptom(ann, notice=first), by=ravi, asked_by=ann)
    factories.make_symptom(ann, slug="draft", title="Draft", notice=first)
    factories.sign_page(factories.make_article(ann, notice=second), by=ravi, asked_by=ann)
    return first, second


def test_a_new_year_is_previewed_and_then_done_to_all(morgan_client, morgan, two_notices):
    new = make_notice("Third House", 2027)
    response = choose_action(
        morgan_client, NOTICES, "roll_over", [row.pk for row in (*two_notices, new)]
    )
    response = morgan_client.post(NOTICES, read_form(response) | {"year": 2027})
    for message in [
        "© 2020 First House",
        "© 2020 First House → © 2027 First House",
        "© 2020 Second House → © 2027 Second House",
        "2 notices change</h2>",
        "Update 2 notices",
    ]:
        assert message in response.text
    assert "Shows 2027 already (1)" in response.text
    assert f"/admin/symptoms/symptom/?notice={two_notices[0].pk}" in response.text
    assert CopyrightNotice.objects.filter(year=2020).count() == 2
    lines = set(Article.objects.public().values_list("live__review_line", flat=True))
    response = morgan_client.post(NOTICES, read_form(response) | {"confirm": "Roll"}, follow=True)
    assert "2 notices show 2027 now. 2 published pages show it." in response.text
    assert "© 2027 First House" in morgan_client.get("/symptoms/facial-spasms/").text
    live = PublicationEvent.objects.live()
    assert {(row.kind, row.by) for row in live} == {(PublicationEvent.EventKind.NOTICE, morgan)}
    assert {row.review_line for row in live} == lines


@pytest.mark.parametrize(
    ("ahead", "message"),
    [
        (2, "is too far ahead: {next} is the latest year that a notice can show now."),
        (
            0,
            "“© {next} Third House” shows {next} already and cannot go back. "
            "Choose {next} or later.",
        ),
    ],
)
def test_a_year_too_far_ahead_or_before_the_notices_own_is_refused_in_words(
    morgan_client, morgan, two_notices, ahead, message
):
    today = timezone.localdate().year
    rows = [*two_notices, make_notice("Third House", today + 1)]
    response = choose_action(morgan_client, NOTICES, "roll_over", [row.pk for row in rows])
    assert f'value="{today + 1}"' in response.text  # it offers the year that they can all say
    response = morgan_client.post(
        NOTICES, read_form(response) | {"year": today + ahead, "confirm": "Roll"}
    )
    assert message.format(next=today + 1) in response.text
    assert 'name="confirm"' not in response.text
    with pytest.raises(CannotRollOver):
        roll_copyright_year(rows, year=today + ahead, by=morgan)
    assert CopyrightNotice.objects.filter(year=2020).count() == 2


def test_a_notice_of_a_far_year_is_put_right_in_its_own_form(morgan_client, two_notices):
    far = make_notice("Far House", 2199)
    response = choose_action(morgan_client, NOTICES, "roll_over", [two_notices[0].pk, far.pk])
    assert (
        "“© 2199 Far House” shows 2199 already. Correct its year in its own form" in response.text
    )


@pytest.mark.parametrize("year", ["", "abc", "0", "1899", "2201", "9" * 20, "٢"])
def test_a_year_that_cannot_be_is_refused_where_it_stands(morgan_client, two_notices, year):
    response = choose_action(morgan_client, NOTICES, "roll_over", [two_notices[0].pk])
    response = morgan_client.post(NOTICES, read_form(response) | {"year": year, "confirm": "Roll"})
    assert response.status_code == 200
    assert "errorlist" in response.text
    assert CopyrightNotice.objects.get(pk=two_notices[0].pk).year == 2020


def test_another_year_than_the_one_previewed_is_shown_before_it_is_done(morgan_client, two_notices):
    response = choose_action(morgan_client, NOTICES, "roll_over", [two_notices[0].pk])
    values = read_form(morgan_client.post(NOTICES, read_form(response) | {"year": 2027}))
    response = morgan_client.post(NOTICES, values | {"year": 2026, "confirm": "Roll"})
    assert response.status_code == 409
    assert "what you saw changed meanwhile. Look again, then confirm." in response.text
    assert "© 2026 First House" in response.text
    assert CopyrightNotice.objects.get(pk=two_notices[0].pk).year == 2020


def test_the_list_leads_to_the_pages_of_each_notice(morgan_client, two_notices):
    text = morgan_client.get(NOTICES).text
    assert f'<a href="/admin/symptoms/symptom/?notice={two_notices[0].pk}">2 symptoms</a>' in text
    assert f'<a href="/admin/articles/article/?notice={two_notices[1].pk}">1 article</a>' in text
    assert count_usage(two_notices) == {
        two_notices[0].pk: {"symptom": {"pages": 2, "public": 1}},
        two_notices[1].pk: {"article": {"pages": 1, "public": 1}},
    }


def test_a_retired_notice_is_offered_to_no_page_but_its_own(morgan_client, two_notices):
    first, _ = two_notices
    symptom, article = (
        Article.objects.get(slug="facial-spasms"),
        Article.objects.get(kind="article"),
    )
    log = PublicationEvent.objects.count()
    address = f"{NOTICES}{first.pk}/retire/"
    values = read_form(morgan_client.get(address))
    response = morgan_client.post(address, values, follow=True)
    assert "“© 2020 First House” is retired" in response.text
    assert PublicationEvent.objects.count() == log
    own = morgan_client.get(f"/admin/symptoms/symptom/{symptom.pk}/change/").text
    other = morgan_client.get(f"/admin/articles/article/{article.pk}/change/")
    assert "© 2020 First House" in own
    assert "© 2020 First House" not in other.text
    values = read_form(other) | {"notice": first.pk}
    refused = morgan_client.post(f"/admin/articles/article/{article.pk}/change/", values)
    assert "Select a valid choice" in refused.text
    with pytest.raises(ActionRefused, match="is retired"):
        set_notice(Article.objects.filter(pk=article.pk), notice=first, by=article.writer)
    assert "© 2020 First House" in morgan_client.get("/symptoms/facial-spasms/").text


def test_the_pages_of_a_retired_notice_can_take_another_in_the_same_act(morgan_client, two_notices):
    first, second = two_notices
    page = morgan_client.get(f"{NOTICES}{first.pk}/retire/")
    assert "2 symptoms" in page.text
    morgan_client.post(f"{NOTICES}{first.pk}/retire/", read_form(page) | {"replacement": second.pk})
    assert not Article.objects.filter(notice=first).exists()
    assert "© 2020 Second House" in morgan_client.get("/symptoms/facial-spasms/").text
    assert "First House" in PublicationEvent.objects.order_by("id").first().metadata


def test_a_retired_notice_comes_back(morgan_client, morgan, two_notices):
    first = two_notices[0]
    retire_notice(first, by=morgan)
    response = morgan_client.post(f"{NOTICES}{first.pk}/bring-back/", follow=True)
    assert "is active again" in response.text
    assert first in CopyrightNotice.objects.active()


def test_nothing_is_retired_or_brought_back_twice(morgan, two_notices):
    first, second = two_notices
    retire_notice(first, by=morgan)
    with pytest.raises(ActionRefused, match="is retired already"):
        retire_notice(first, by=morgan)
    with pytest.raises(ActionRefused, match="is retired"):
        retire_notice(second, by=morgan, replacement=first)
    assert second in CopyrightNotice.objects.active()
    with pytest.raises(ActionRefused, match="is not retired"):
        reinstate_notice(second, by=morgan)


def test_a_retired_notice_whose_words_change_is_printed_anew(morgan_client, morgan, two_notices):
    retire_notice(two_notices[0], by=morgan)
    form = f"{NOTICES}{two_notices[0].pk}/change/"
    morgan_client.post(form, read_form(morgan_client.get(form)) | {"holder": "First House Ltd"})
    assert "© 2020 First House Ltd" in morgan_client.get("/symptoms/facial-spasms/").text


@pytest.mark.parametrize("action", ["retire", "bring-back"])
def test_ann_sees_notices_and_changes_none(client, ann, two_notices, action):
    client.force_login(ann)
    assert "roll_over" not in client.get(NOTICES).text
    assert (
        client.post(f"{NOTICES}{two_notices[0].pk}/{action}/", {"replacement": ""}).status_code
        == 403
    )
    client.post(
        NOTICES,
        {
            "action": "roll_over",
            "_selected_action": two_notices[0].pk,
            "year": 2027,
            "confirm": "x",
        },
    )
    assert CopyrightNotice.objects.get(
        pk=two_notices[0].pk
    ) in CopyrightNotice.objects.active().filter(year=2020)


@pytest.mark.parametrize("key", ["abc", "²", "0", "9" * 25])
def test_a_notice_that_does_not_exist_is_no_error(morgan_client, key):
    for page in ("retire", "bring-back", "change"):
        assert morgan_client.post(f"{NOTICES}{key}/{page}/").status_code in (302, 404)
        assert morgan_client.get(f"{NOTICES}{key}/{page}/").status_code in (302, 404, 405)


def test_the_list_of_notices_takes_a_fixed_number_of_queries(
    morgan_client, ann, django_assert_max_num_queries
):
    def cost():
        with django_assert_max_num_queries(8) as queries:
            morgan_client.get(NOTICES)
        return len(queries)

    def grow(count):
        for _ in range(count):
            number = Article.objects.count()
            own = make_notice(f"House {number}", 2020)
            factories.make_symptom(ann, slug=f"page-{number}", title=f"Page {number}", notice=own)

    grow(1)
    morgan_client.get(NOTICES)
    one = cost()
    grow(2)
    assert cost() == one


def test_the_last_notice_that_pages_can_be_given_is_not_retired(morgan, two_notices):
    *others, last = CopyrightNotice.objects.active()
    for notice in others:
        retire_notice(notice, by=morgan)
    with pytest.raises(ActionRefused, match="This is the last notice"):
        retire_notice(last, by=morgan)
    assert CopyrightNotice.objects.active().get() == last
