"""Copyright notices: a new year for several at once, retirement and return; texts, reviews and history stay."""

import pytest
from django.utils import timezone

from articles.actions import Refused
from articles.filing import set_notice
from articles.models import Article, CopyrightNotice, Publication
from articles.notices import CannotRollOver, reinstate_notice, retire_notice, roll_copyright_year, usage
from tests import stories
from tests.forms import filled
from tests.lists import choose

pytestmark = pytest.mark.django_db
NOTICES = "/admin/articles/copyrightnotice/"


@pytest.fixture
def morgan_at_work(client, morgan):
    client.force_login(morgan)
    return client


def notice(holder: str, year: int) -> CopyrightNotice:
    return CopyrightNotice.objects.create(holder=holder, year=year)


@pytest.fixture
def two(ann, ravi):
    """Two notices of 2020: one on a published page and a draft, one on an article."""
    first, second = notice("First House", 2020), notice("Second House", 2020)
    stories.sign(stories.write_symptom(ann, notice=first), by=ravi, asked_by=ann)
    stories.write_symptom(ann, slug="draft", title="Draft", notice=first)
    stories.sign(stories.write_article(ann, notice=second), by=ravi, asked_by=ann)
    return first, second


def test_a_new_year_is_previewed_and_then_done_to_all(morgan_at_work, morgan, two):
    new = notice("Third House", 2027)
    response = choose(morgan_at_work, NOTICES, "roll_over", [row.pk for row in (*two, new)])
    response = morgan_at_work.post(NOTICES, filled(response) | {"year": 2027})
    for said in ["© 2020 First House", "© 2027 First House", "© 2027 Second House", "Roll 2 notices over to 2027"]:
        assert said in response.text
    assert "“© 2027 Third House” says 2027 already and is left out." in response.text
    assert f"/admin/symptoms/symptom/?notice={two[0].pk}" in response.text
    assert CopyrightNotice.objects.filter(year=2020).count() == 2
    lines = set(Article.objects.public().values_list("live__review_line", flat=True))
    response = morgan_at_work.post(NOTICES, filled(response) | {"confirm": "Roll"}, follow=True)
    assert "2 notices say 2027 now. 2 published pages print it." in response.text
    assert "© 2027 First House" in morgan_at_work.get("/symptoms/facial-spasms/").text
    live = Publication.objects.live()
    assert {(row.kind, row.by) for row in live} == {(Publication.Kind.NOTICE, morgan)}
    assert {row.review_line for row in live} == lines


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (2, "is too far ahead: {next} is the latest year that a notice can say now."),
        (0, "“© {next} Third House” says {next} already and cannot go back. Choose {next} or later, or leave it out."),
    ],
)
def test_a_year_too_far_ahead_or_before_the_notices_own_is_refused_in_words(morgan_at_work, morgan, two, ahead, said):
    today = timezone.localdate().year
    rows = [*two, notice("Third House", today + 1)]
    response = choose(morgan_at_work, NOTICES, "roll_over", [row.pk for row in rows])
    assert f'value="{today + 1}"' in response.text  # it offers the year that they can all say
    response = morgan_at_work.post(NOTICES, filled(response) | {"year": today + ahead, "confirm": "Roll"})
    assert said.format(next=today + 1) in response.text
    assert 'name="confirm"' not in response.text
    with pytest.raises(CannotRollOver):
        roll_copyright_year(rows, year=today + ahead, by=morgan)
    assert CopyrightNotice.objects.filter(year=2020).count() == 2


def test_a_notice_of_a_far_year_is_put_right_in_its_own_form(morgan_at_work, two):
    far = notice("Far House", 2199)
    response = choose(morgan_at_work, NOTICES, "roll_over", [two[0].pk, far.pk])
    assert "“© 2199 Far House” says 2199 already. Put its year right in its own form" in response.text


@pytest.mark.parametrize("year", ["", "abc", "0", "1899", "2201", "9" * 20, "٢"])
def test_a_year_that_cannot_be_is_refused_where_it_stands(morgan_at_work, two, year):
    response = choose(morgan_at_work, NOTICES, "roll_over", [two[0].pk])
    response = morgan_at_work.post(NOTICES, filled(response) | {"year": year, "confirm": "Roll"})
    assert response.status_code == 200
    assert "errorlist" in response.text
    assert CopyrightNotice.objects.get(pk=two[0].pk).year == 2020


def test_another_year_than_the_one_previewed_is_shown_before_it_is_done(morgan_at_work, two):
    response = choose(morgan_at_work, NOTICES, "roll_over", [two[0].pk])
    values = filled(morgan_at_work.post(NOTICES, filled(response) | {"year": 2027}))
    response = morgan_at_work.post(NOTICES, values | {"year": 2026, "confirm": "Roll"})
    assert "Nothing was done yet." in response.text
    assert "© 2026 First House" in response.text
    assert CopyrightNotice.objects.get(pk=two[0].pk).year == 2020


def test_the_list_leads_to_the_pages_of_each_notice(morgan_at_work, two):
    text = morgan_at_work.get(NOTICES).text
    assert f'<a href="/admin/symptoms/symptom/?notice={two[0].pk}">2 symptoms</a>' in text
    assert f'<a href="/admin/articles/article/?notice={two[1].pk}">1 article</a>' in text
    assert usage(two) == {
        two[0].pk: {"symptom": {"pages": 2, "public": 1}},
        two[1].pk: {"article": {"pages": 1, "public": 1}},
    }


def test_a_retired_notice_is_offered_to_no_page_but_its_own(morgan_at_work, two):
    first, _ = two
    symptom, article = Article.objects.get(slug="facial-spasms"), Article.objects.get(kind="article")
    log = Publication.objects.count()
    response = morgan_at_work.post(f"{NOTICES}{first.pk}/retire/", {"replacement": ""}, follow=True)
    assert "“© 2020 First House” is retired" in response.text
    assert Publication.objects.count() == log
    own = morgan_at_work.get(f"/admin/symptoms/symptom/{symptom.pk}/change/").text
    other = morgan_at_work.get(f"/admin/articles/article/{article.pk}/change/")
    assert "© 2020 First House" in own
    assert "© 2020 First House" not in other.text
    values = filled(other) | {"notice": first.pk}
    refused = morgan_at_work.post(f"/admin/articles/article/{article.pk}/change/", values)
    assert "Select a valid choice" in refused.text
    with pytest.raises(Refused, match="is retired"):
        set_notice(Article.objects.filter(pk=article.pk), notice=first, by=article.writer)
    assert "© 2020 First House" in morgan_at_work.get("/symptoms/facial-spasms/").text


def test_the_pages_of_a_retired_notice_can_take_another_in_the_same_act(morgan_at_work, two):
    first, second = two
    page = morgan_at_work.get(f"{NOTICES}{first.pk}/retire/")
    assert "2 symptoms" in page.text
    morgan_at_work.post(f"{NOTICES}{first.pk}/retire/", filled(page) | {"replacement": second.pk})
    assert not Article.objects.filter(notice=first).exists()
    assert "© 2020 Second House" in morgan_at_work.get("/symptoms/facial-spasms/").text
    assert "First House" in Publication.objects.order_by("id").first().frame


def test_a_retired_notice_comes_back(morgan_at_work, morgan, two):
    first = two[0]
    retire_notice(first, by=morgan)
    response = morgan_at_work.post(f"{NOTICES}{first.pk}/bring-back/", follow=True)
    assert "is offered to pages again" in response.text
    assert first in CopyrightNotice.objects.offered()


def test_nothing_is_retired_or_brought_back_twice(morgan, two):
    first, second = two
    retire_notice(first, by=morgan)
    with pytest.raises(Refused, match="is retired already"):
        retire_notice(first, by=morgan)
    with pytest.raises(Refused, match="is retired"):
        retire_notice(second, by=morgan, replacement=first)
    assert second in CopyrightNotice.objects.offered()
    with pytest.raises(Refused, match="is not retired"):
        reinstate_notice(second, by=morgan)


def test_a_retired_notice_whose_words_change_is_printed_anew(morgan_at_work, morgan, two):
    retire_notice(two[0], by=morgan)
    form = f"{NOTICES}{two[0].pk}/change/"
    morgan_at_work.post(form, filled(morgan_at_work.get(form)) | {"holder": "First House Ltd"})
    assert "© 2020 First House Ltd" in morgan_at_work.get("/symptoms/facial-spasms/").text


@pytest.mark.parametrize("deed", ["retire", "bring-back"])
def test_ann_sees_notices_and_changes_none(client, ann, two, deed):
    client.force_login(ann)
    assert "roll_over" not in client.get(NOTICES).text
    assert client.post(f"{NOTICES}{two[0].pk}/{deed}/", {"replacement": ""}).status_code == 403
    client.post(NOTICES, {"action": "roll_over", "_selected_action": two[0].pk, "year": 2027, "confirm": "x"})
    assert CopyrightNotice.objects.get(pk=two[0].pk) in CopyrightNotice.objects.offered().filter(year=2020)


@pytest.mark.parametrize("key", ["abc", "²", "0", "9" * 25])
def test_a_notice_that_does_not_exist_is_no_error(morgan_at_work, key):
    for page in ("retire", "bring-back", "change"):
        assert morgan_at_work.post(f"{NOTICES}{key}/{page}/").status_code in (302, 404)
        assert morgan_at_work.get(f"{NOTICES}{key}/{page}/").status_code in (302, 404, 405)


def test_the_list_of_notices_takes_a_fixed_number_of_queries(morgan_at_work, ann, django_assert_max_num_queries):
    def cost():
        with django_assert_max_num_queries(8) as queries:
            morgan_at_work.get(NOTICES)
        return len(queries)

    def grow(count):
        for _ in range(count):
            number = Article.objects.count()
            own = notice(f"House {number}", 2020)
            stories.write_symptom(ann, slug=f"page-{number}", title=f"Page {number}", notice=own)

    grow(1)
    morgan_at_work.get(NOTICES)
    one = cost()
    grow(2)
    assert cost() == one


def test_the_last_notice_that_pages_can_be_given_is_not_retired(morgan, two):
    *others, last = CopyrightNotice.objects.offered()
    for notice in others:
        retire_notice(notice, by=morgan)
    with pytest.raises(Refused, match="This is the last notice"):
        retire_notice(last, by=morgan)
    assert CopyrightNotice.objects.offered().get() == last
