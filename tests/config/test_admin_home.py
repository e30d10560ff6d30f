"""The admin's home: each number is the count of the list behind it, nothing says so, and its cost stays as it is."""

import datetime as dt
import re

import pytest
import time_machine
from django.utils import timezone

from articles.models import Article
from reviews.actions import request_changes, request_review
from reviews.dashboard import in_words
from tests import stories
from tests.lists import titles

pytestmark = pytest.mark.django_db
NUMBER = re.compile(r'<a href="([^"]+)"><strong>(\d+)</strong> ([a-z ]+)<span class="visually-hidden">, ([^<]+)</span>')


def numbers(text: str) -> dict[tuple[str, str], tuple[int, str]]:
    """What each card counts, by its name and the kind of page, with the list behind it."""
    return {(card, noun): (int(count), url.replace("&amp;", "&")) for url, count, noun, card in NUMBER.findall(text)}


def grow(ann, ravi, morgan) -> None:
    """One more page of each sort that the home counts, of both kinds; some of them not Ann's business."""
    for write, name in ((stories.write_symptom, "symptom"), (stories.write_article, "article")):
        n = Article.objects.count()
        for days in (400, 350):
            with time_machine.travel(timezone.now() - dt.timedelta(days=days)):
                stories.sign(write(ann, slug=f"{name}-{days}-{n}", title=f"{name} {days}"), by=ravi, asked_by=ann)
        write(ann, slug=f"{name}-draft-{n}", title="draft")
        write(morgan, slug=f"{name}-hers-{n}", title="hers")
        for title, asks, writes in [("hers too", ann, morgan), ("mine", morgan, ann), ("not mine", morgan, morgan)]:
            page = write(writes, slug=f"{title.replace(' ', '-')}-{n}", title=title)
            request_changes(request_review(page, by=asks), by=ravi, comment="Say how often.")
        request_review(write(ann, slug=f"{name}-waits-{n}", title="waits"), by=ann)


def test_each_number_is_the_count_of_the_list_behind_it(client, ann, ravi, morgan):
    grow(ann, ravi, morgan)
    client.force_login(ann)
    found = numbers(client.get("/admin/").text)
    counts = {key: count for key, (count, _) in found.items()}
    each = {"My drafts": 2, "Sent back to me": 2, "Waiting for a reviewer": 1, "Overdue": 1, "Due in 30 days": 1}
    nouns = [("symptom", "symptoms"), ("article", "articles")]
    assert counts == {(card, names[n > 1]): n for card, n in each.items() for names in nouns}
    for count, url in found.values():
        assert len(titles(client.get(url))) == count, url


def test_the_home_tells_what_was_sent_back_and_what_is_due(client, ann, ravi, morgan):
    grow(ann, ravi, morgan)
    client.force_login(ann)
    text = client.get("/admin/").text
    assert text.count("<blockquote>Say how often.</blockquote>") == 4
    assert "35 days overdue" in text
    assert "due in 15 days" in text
    assert "not mine" not in text


def test_nothing_reads_well(client, ann):
    client.force_login(ann)
    text = client.get("/admin/").text
    for said in [
        "You have no draft that waits for you.",
        "Nothing was sent back to you.",
        "No page is in review.",
        "No page is overdue.",
        "No page falls due in 30 days.",
    ]:
        assert said in text
    assert numbers(text) == {}


def test_the_home_takes_a_fixed_number_of_queries(client, ann, ravi, morgan, django_assert_max_num_queries):
    client.force_login(ann)

    def cost():
        with django_assert_max_num_queries(13) as queries:
            client.get("/admin/")
        return len(queries)

    grow(ann, ravi, morgan)
    client.get("/admin/")
    one = cost()
    grow(ann, ravi, morgan)
    grow(ann, ravi, morgan)
    assert cost() == one


def test_somebody_who_may_see_no_page_is_shown_none(client, charlie, ann, ravi, morgan):
    grow(ann, ravi, morgan)
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    text = client.get("/admin/").text
    assert "You may see nothing here yet." in text
    assert "hers" not in text


def test_the_lists_stand_in_groups_of_what_they_are_for(client, morgan):
    client.force_login(morgan)
    text = client.get("/admin/").text
    groups = re.findall(r'<h2 id="room-[a-z-]+">([^<]+)</h2>', text)
    assert groups == ["Pages", "Readers", "Frame", "Reviews", "People", "The log"]


@pytest.mark.parametrize(
    ("days", "said"),
    [(0, "due today"), (1, "due in 1 day"), (12, "due in 12 days"), (-1, "1 day overdue"), (-9, "9 days overdue")],
)
def test_dates_are_told_in_days(days, said):
    assert in_words(days) == said
