"""The admin's home: each number is the count of the list behind it, at a fixed cost."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from articles.models import Article
from reviews.display import format_days_until_due
from reviews.planned_reviews.actions import PlanChoice, plan_reviews
from reviews.planned_reviews.capacity import get_monday
from reviews.signing.actions import (
    decline,
    recommend_withdrawal,
    request_changes,
    request_review,
)
from tests import factories
from tests.html import list_titles

pytestmark = pytest.mark.django_db
NUMBER = re.compile(
    r'<a href="([^"]+)"><strong>(\d+)</strong> ([a-z ]+)'
    r'<span class="visually-hidden">, ([^<]+)</span>'
)


def read_numbers(text: str) -> dict[tuple[str, str], tuple[int, str]]:
    """What each card counts, by its name and the kind of page, with the list behind it."""
    return {
        (card, noun): (int(count), url.replace("&amp;", "&"))
        for url, count, noun, card in NUMBER.findall(text)
    }


def add_pages(ann, ravi, morgan) -> None:
    """A page of each sort that the home counts, of both kinds; some of them not Ann's."""
    for write, name in ((factories.make_symptom, "symptom"), (factories.make_article, "article")):
        n = Article.objects.count()
        for days in (400, 350):
            with time_machine.travel(timezone.now() - dt.timedelta(days=days)):
                factories.sign_page(
                    write(ann, slug=f"{name}-{days}-{n}", title=f"{name} {days}"),
                    by=ravi,
                    asked_by=ann,
                )
        write(ann, slug=f"{name}-draft-{n}", title="draft")
        write(morgan, slug=f"{name}-hers-{n}", title="hers")
        for title, asks, writes in [
            ("hers too", ann, morgan),
            ("mine", morgan, ann),
            ("not mine", morgan, morgan),
        ]:
            page = write(writes, slug=f"{title.replace(' ', '-')}-{n}", title=title)
            request_changes(request_review(page, by=asks), by=ravi, comment="Say how often.")
        request_review(write(ann, slug=f"{name}-waits-{n}", title="waits"), by=ann)


@pytest.fixture(scope="module")
def pages(module_db):
    add_pages(*map(factories.get_person, ("ann", "ravi", "morgan")))


def test_each_number_is_the_count_of_the_list_behind_it(pages, client, ann):
    client.force_login(ann)
    found = read_numbers(client.get("/admin/").text)
    counts = {key: count for key, (count, _) in found.items()}
    each = {
        "My unsigned work": 2,
        "Changes requested": 2,
        "In review": 1,
        "Overdue": 1,
        "Due within 30 days": 1,
    }
    expected = {}
    for card, count in each.items():
        expected[card, "symptom" if count == 1 else "symptoms"] = count
        expected[card, "article" if count == 1 else "articles"] = count
    assert counts == expected
    for count, url in found.values():
        assert len(list_titles(client.get(url))) == count, url


def test_the_home_tells_what_was_sent_back_and_what_is_due(pages, client, ann):
    client.force_login(ann)
    text = client.get("/admin/").text
    assert text.count("<blockquote>Say how often.</blockquote>") == 4
    assert "35 days overdue" in text
    assert "due in 15 days" in text
    assert "not mine" not in text


def test_safety_alerts_come_first_and_the_gravest_of_them_before_the_others(
    client, ann, ravi, morgan
):
    late = "<p>One side droops.</p><p>Call 911.</p>"
    for slug, level, advice in (
        ("late", "emergency", late),
        ("buried", "routine", "<p>Rest, or call 911.</p>"),
        ("again", "emergency", late),
    ):
        page = factories.make_symptom(ann, slug=slug, title=slug, advice_level=level, advice=advice)
        factories.sign_despite_checks(page, by=ravi, manager=morgan)
    client.force_login(ann)
    text = client.get("/admin/").text
    count, url = read_numbers(text)["Safety alerts", "symptoms"]
    assert count == 3
    assert len(list_titles(client.get(url))) == 3
    section = text.partition('aria-labelledby="harm"')[2].partition("</section>")[0]
    assert re.findall(r'change/">([a-z]+)</a>', section) == ["buried", "again", "late"]
    assert "sends people to emergency help" in section
    assert text.index("card-alerts") < text.index("card-drafts")


def test_nothing_reads_well(client, ann):
    client.force_login(ann)
    text = client.get("/admin/").text
    for expected in [
        "No published page has a safety alert.",
        "You have no unsigned work.",
        "No changes are requested from you.",
        "No page is in review.",
        "No page is overdue.",
        "No page is due within 30 days.",
    ]:
        assert expected in text
    assert read_numbers(text) == {}


def test_the_home_takes_a_fixed_number_of_queries(
    pages, client, ann, ravi, morgan, django_assert_max_num_queries
):
    client.force_login(ann)

    def cost():
        with django_assert_max_num_queries(20) as queries:
            client.get("/admin/")
        return len(queries)

    client.get("/admin/")
    one = cost()
    add_pages(ann, ravi, morgan)
    assert cost() == one


def test_somebody_who_may_see_no_page_is_shown_none(pages, client, charlie):
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    text = client.get("/admin/").text
    assert "Your account has no access to any list yet." in text
    assert "hers" not in text


def test_the_lists_stand_in_groups_of_what_they_are_for(client, morgan):
    client.force_login(morgan)
    text = client.get("/admin/").text
    groups = re.findall(r'<h2 id="room-[a-z-]+">([^<]+)</h2>', text)
    assert groups == ["Pages", "Readers", "Page settings", "Reviews", "People", "Audit log"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "due today"),
        (1, "due in 1 day"),
        (12, "due in 12 days"),
        (-1, "1 day overdue"),
        (-9, "9 days overdue"),
    ],
)
def test_dates_are_told_in_days(days, expected):
    assert format_days_until_due(days) == expected


def test_managing_editors_see_what_nobody_took_up_the_plan_and_who_is_busy(
    client, ann, ravi, fiona, morgan
):
    def publish(title: str) -> Article:
        page = factories.make_symptom(ann, slug=title.lower(), title=title)
        factories.sign_page(page, by=ravi, asked_by=ann)
        return page

    recommend_withdrawal(request_review(publish("Unfit"), by=ann), by=fiona, comment="Dangerous.")
    decline(request_review(publish("Refused"), by=ann), by=fiona, comment="Not my field.")
    request_review(publish("Open"), by=ann)
    request_review(publish("Asked"), by=ann, reviewer=ravi.reviewer)
    monday = get_monday(timezone.localdate())
    plan_reviews([PlanChoice(publish("Late").pk, fiona.reviewer.pk, monday)], by=morgan)
    fiona.groups.clear()
    client.force_login(morgan)
    text = client.get("/admin/").text
    numbers = read_numbers(text)
    for card in ("Withdrawal recommended", "Declined", "In review, unassigned"):
        count, url = numbers[card, "symptom"]
        assert (count, len(list_titles(client.get(url)))) == (1, 1), card
    assert numbers["Planned reviews", "needs attention"][0] == 1
    assert "Ravi Rao: 1 min to read" in text
    client.force_login(ann)
    assert not {card for card, _ in read_numbers(client.get("/admin/").text)} & {
        "Declined",
        "Planned reviews",
    }
