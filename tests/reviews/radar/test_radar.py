"""The radar: numbers that are links, the list behind each, figures, and a file of it all."""

import csv
import datetime as dt
import io
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.imports.formats.spreadsheets import escape_formula
from articles.models import Article
from reviews.models import Absence, ListedPage, MedicalReview, Reviewer
from reviews.planned_reviews.actions import PlanChoice, plan_reviews
from reviews.planned_reviews.capacity import get_monday
from reviews.radar import queries as radar_queries
from reviews.radar import statistics
from reviews.signing.actions import (
    decline,
    recommend_withdrawal,
    request_changes,
    request_review,
    withdraw_page,
)
from tests import factories

pytestmark = pytest.mark.django_db
RADAR = "/desk/radar/"


def publish_page(by, signer, title, **fields):
    page = factories.make_symptom(by, slug=title.lower().replace(" ", "-"), title=title, **fields)
    factories.sign_page(page, by=signer, asked_by=by)
    return page


def read_count(response, state: str) -> int:
    return int(re.search(rf'class="count-{state}[^>]*><a [^>]*><strong>([\d,]+)', response.text)[1])


def list_titles(response) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/admin/[^"]*">([^<]*)</a>', response.text)


def test_the_radar_is_for_managing_editors_only(client, ann, ravi):
    for person in (ann, ravi):
        client.force_login(person)
        assert client.get(RADAR).status_code == 403


def test_a_number_and_the_list_behind_it_agree_in_every_state(
    client, morgan, ann, ravi, time_machine
):
    time_machine.move_to("2026-01-10T12:00Z")
    publish_page(ann, ravi, "Long overdue", review_months=1)
    time_machine.move_to("2026-03-01T12:00Z")
    publish_page(ann, ravi, "Late", review_months=3)
    publish_page(ann, ravi, "Soon", review_months=4)
    changed = publish_page(ann, ravi, "Changed", review_months=5)
    factories.edit_page(changed, by=ann, body="<p>It was changed.</p>")
    back = publish_page(ann, ravi, "Back", review_months=6)
    request_changes(request_review(back, by=ann), by=ravi, comment="Say more.")
    request_review(
        publish_page(ann, ravi, "Asked", review_months=12), by=ann, reviewer=ravi.reviewer
    )
    factories.make_symptom(ann, slug="draft", title="Draft")
    time_machine.move_to("2026-06-05T12:00Z")
    client.force_login(morgan)
    found = client.get(RADAR)
    wanted = {
        "never": ["Draft"],
        "overdue": ["Long overdue", "Late"],
        "grace": ["Long overdue"],
        "30": ["Soon"],
        "60": ["Soon", "Changed"],
        "90": ["Soon", "Changed", "Back"],
        "waiting": ["Asked"],
        "sent-back": ["Back"],
        "changed": ["Changed"],
    }
    for state, pages in wanted.items():
        assert read_count(found, state) == len(pages), state
        assert list_titles(client.get(RADAR, {"state": state})) == pages


def test_high_risk_has_a_shorter_grace(client, morgan, ann, ravi, time_machine):
    time_machine.move_to("2026-01-01T12:00Z")
    publish_page(ann, ravi, "Grave", risk="high", review_months=1)
    publish_page(ann, ravi, "Mild", review_months=1)
    time_machine.move_to("2026-02-20T12:00Z")
    client.force_login(morgan)
    assert list_titles(client.get(RADAR, {"state": "grace"})) == ["Grave"]


def test_a_row_says_who_reviewed_it_who_has_it_and_when_it_is_due(morgan_client, ann, ravi, fiona):
    page = publish_page(ann, ravi, "Facial spasms")
    request_review(page, by=ann, trigger="annual", reviewer=fiona.reviewer)
    row = radar_queries.build_rows([page.pk], timezone.localdate())[0]
    assert (row.reviewer, row.assignee, row.kind) == ("Ravi Rao, MD", "Fiona Field, MD", "Symptom")
    assert row.topics == "Bones, Joints and Muscles"
    assert row.due_text.startswith("due in 36")


def test_a_row_shows_high_risk_and_what_is_planned_beside_a_change_in_review(
    morgan_client, ann, ravi, fiona, morgan
):
    page = publish_page(ann, ravi, "Facial spasms", risk="high")
    week = get_monday(timezone.localdate())
    plan_reviews([PlanChoice(page.pk, ravi.reviewer.pk, week)], by=morgan)
    factories.edit_page(page, by=ann, summary="Shorter.")
    request_review(page, by=ann, reviewer=fiona.reviewer)
    text = " ".join(morgan_client.get(RADAR).text.split())
    assert "Symptom · high risk" in text
    assert re.search(r"Fiona Field, MD <span class=\"said\">Planned: Ravi Rao, MD, week of", text)


def test_the_list_is_sifted_by_topic_reviewer_holder_month_and_date(
    morgan_client, ann, ravi, fiona
):
    mine = publish_page(ann, ravi, "Ravis page", review_months=3)
    other = publish_page(ann, fiona, "Fionas page", review_months=6)
    other.topics.set([factories.make_topic("Eyes", "eyes")])
    request_review(mine, by=ann, reviewer=fiona.reviewer)
    due = Article.objects.get(pk=mine.pk).live.read_review_line().next_due
    for asked in [
        {"reviewer": ravi.reviewer.slug},
        {"topic": "bones-joints-and-muscles"},
        {"with": fiona.reviewer.slug},
        {"due": f"{due:%Y-%m}"},
        {"until": due.isoformat()},
    ]:
        assert list_titles(morgan_client.get(RADAR, asked)) == ["Ravis page"], asked
    assert list_titles(morgan_client.get(RADAR, {"with": "nobody"})) == []
    assert list_titles(morgan_client.get(RADAR, {"topic": "eyes"})) == ["Fionas page"]


@pytest.mark.parametrize("name", ["state", "topic", "reviewer", "with", "due", "until"])
@pytest.mark.parametrize("value", ["nonsense", "2026-99-99", "\0", "x" * 300])
def test_a_filter_that_does_not_exist_is_told_and_narrows_nothing(
    morgan_client, ann, ravi, name, value
):
    publish_page(ann, ravi, "Facial spasms")
    found = morgan_client.get(RADAR, {name: value})
    assert found.status_code == 200
    assert "every page is listed" in found.text
    assert list_titles(found) == ["Facial spasms"]


def test_an_unknown_name_and_a_page_too_far_are_told(morgan_client):
    text = morgan_client.get(RADAR, {"colour": "red", "page": "7"}).text
    assert "There is no filter “colour”" in text
    assert "This list has no page 7" in text


def publish_refused(ann, ravi, morgan, title, **fields):
    page = factories.make_symptom(ann, slug=title.lower(), title=title, **fields)
    factories.sign_despite_checks(page, by=ravi, manager=morgan)
    return page


def test_safety_alerts_are_listed_the_gravest_first_at_a_fixed_cost(
    morgan_client, ann, ravi, morgan, monkeypatch
):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            morgan_client.get(RADAR, {"state": "alerts"})
        return len(queries)

    monkeypatch.setattr(radar_queries, "MAX_ALERTS", 2)
    publish_page(ann, ravi, "Fine")
    publish_refused(ann, ravi, morgan, "Bare", advice="", advice_level="")
    one = cost()
    publish_refused(ann, ravi, morgan, "Mixed", advice="<p>Call 911. See a doctor today.</p>")
    publish_refused(
        ann, ravi, morgan, "Buried", advice_level="urgent", advice="<p>Go to the ER.</p>"
    )
    assert cost() == one
    shown = morgan_client.get(RADAR, {"state": "alerts"})
    assert read_count(shown, "alerts") == 3
    assert list_titles(shown) == ["Buried", "Bare", "Mixed"]
    section = shown.text.partition('aria-labelledby="alerts"')[2].partition("</section>")[0]
    assert re.findall(r'change/">(\w+)</a>', section) == ["Buried", "Bare"]
    assert "All 3 pages with a safety alert" in " ".join(section.split())
    assert "Safety alert: The urgent card sends" in shown.text


def test_a_review_of_an_unchanged_text_that_checks_block_says_so(morgan_client, ann, ravi, morgan):
    page = factories.make_symptom(ann, body="")
    factories.sign_despite_checks(page, by=ravi, manager=morgan)
    request_review(page, by=ann)
    shown = morgan_client.get(RADAR, {"state": "waiting"})
    assert "In review although a check blocks it: The page has no overview." in shown.text


def test_nothing_reads_well(morgan_client):
    text = morgan_client.get(RADAR).text
    assert "No published page has a safety alert." in text
    assert "No page has a safety alert." in morgan_client.get(RADAR, {"state": "alerts"}).text
    assert "There is no page yet." in text
    assert "There is no reviewer yet." in text
    assert "Nothing was signed in the last 90 days" in text
    assert "No page is overdue." in morgan_client.get(RADAR, {"state": "overdue"}).text


def test_the_list_comes_fifty_at_a_time(morgan_client, ann, monkeypatch):
    monkeypatch.setattr(radar_queries, "ROWS_PER_PAGE", 2)
    for number in range(3):
        factories.make_symptom(ann, slug=f"draft-{number}", title=f"Draft {number}")
    first = morgan_client.get(RADAR, {"state": "never"})
    assert list_titles(first) == ["Draft 0", "Draft 1"]
    assert "?state=never&amp;page=2#pages" in first.text
    assert list_titles(morgan_client.get(RADAR, {"state": "never", "page": "2"})) == ["Draft 2"]


def test_the_radar_takes_a_fixed_number_of_queries(morgan_client, ann, ravi):
    def cost() -> int:
        cache.clear()  # the signing time is measured every few minutes alone
        with CaptureQueriesContext(connection) as queries:
            morgan_client.get(RADAR)
        return len(queries)

    request_review(publish_page(ann, ravi, "First"), by=ann, reviewer=ravi.reviewer)
    one = cost()
    for title in ("Second", "Third"):
        request_review(publish_page(ann, ravi, title), by=ann, reviewer=ravi.reviewer)
    assert cost() == one


def test_the_chart_tells_what_falls_due_in_each_of_twelve_months(ann, ravi, time_machine):
    time_machine.move_to("2026-11-23T12:00Z")
    for months in (1, 1, 11):
        publish_page(ann, ravi, f"Due {months} {Article.objects.count()}", review_months=months)
    publish_page(ann, ravi, "Too far", review_months=12)
    bars = statistics.build_chart(ListedPage.objects.all(), timezone.localdate())
    assert [(f"{bar.month:%Y-%m}", bar.count) for bar in bars if bar.count] == [
        ("2026-12", 2),
        ("2027-10", 1),
    ]
    assert (len(bars), max(bar.height for bar in bars)) == (12, statistics.MAX_BAR_HEIGHT)


def test_the_time_to_a_signature_is_a_median_with_its_trend(ann, ravi, time_machine):
    def signed(asked: str, decided: str):
        time_machine.move_to(asked, tick=False)
        page = factories.make_symptom(ann, slug=f"page-{Article.objects.count()}", title="Page")
        request_review(page, by=ann)
        time_machine.move_to(decided, tick=False)
        review = MedicalReview.objects.waiting().get(article=page)
        factories.sign_off(
            review,
            by=ravi,
            seen_digest=review.revision.digest,
            conflicts="None",
            authentication="password",
        )

    signed("2026-06-01T12:00Z", "2026-06-03T12:00Z")
    signed("2026-09-01T12:00Z", "2026-09-02T12:00Z")
    signed("2026-09-01T12:00Z", "2026-09-06T12:00Z")
    signed("2026-09-01T12:00Z", "2026-09-21T12:00Z")
    pace = statistics.measure_signing_time(dt.datetime(2026, 10, 1, tzinfo=dt.UTC))
    assert (pace.signed, pace.median) == (3, "5 days")
    assert pace.trend == "Longer than in the 90 days before (2 days)."
    assert (
        statistics.measure_signing_time(dt.datetime(2026, 7, 1, tzinfo=dt.UTC)).trend
        == "Nothing was signed in the 90 days before."
    )
    assert statistics.measure_signing_time(dt.datetime(2027, 7, 1, tzinfo=dt.UTC)).signed == 0


@pytest.mark.parametrize(
    ("lately", "before", "expected"),
    [
        (5, 2, "Longer than in the 90 days before (2 days)."),
        (2, 5, "Shorter than in the 90 days before (5 days)."),
        (50, 51, "About as long as in the 90 days before (51 days)."),
    ],
)
def test_a_trend_is_told_in_words(lately, before, expected):
    days = dt.timedelta(days=1)
    assert statistics.describe_trend(lately * days, before * days) == expected


def test_licences_that_lapse_and_what_their_holders_carry_are_told(morgan_client, ann, ravi, fiona):
    today = timezone.localdate()
    Reviewer.objects.filter(user=ravi).update(licence_expires=today + dt.timedelta(days=90))
    Reviewer.objects.filter(user=fiona).update(licence_expires=today + dt.timedelta(days=91))
    request_review(factories.make_symptom(ann), by=ann, reviewer=ravi.reviewer)
    text = morgan_client.get(RADAR).text
    section = re.search(r'class="plain lapsing">(.*?)</ul>', text, re.DOTALL)[1]
    assert "Ravi Rao, MD" in section
    assert "with 1 open review" in section
    assert "Fiona" not in section


def read_table(response) -> list[dict[str, str]]:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_file_has_ids_and_dates_to_join_by_and_no_formulas(
    client, ann, ravi, fiona, morgan, settings, time_machine
):
    time_machine.move_to("2026-11-25T12:00Z")
    client.force_login(morgan)
    settings.OVERDUE_POLICY = {"standard": "banner", "high": "withdraw"}
    settings.SITE_URL = "https://example.org"
    due = publish_page(ann, ravi, "Due", risk="high", review_months=1)
    Article.objects.filter(pk=due.pk).update(title="=HYPERLINK(1)")
    asked = publish_page(ann, ravi, "Asked")
    declined = publish_page(ann, ravi, "Refused")
    factories.make_symptom(ann, slug="draft", title="Draft")
    withdraw_page(publish_page(ann, ravi, "Gone"), reason="wrong", by=morgan)
    week = dt.date(2026, 11, 30)
    plan_reviews([PlanChoice(due.pk, fiona.reviewer.pk, week)], by=morgan)
    request_review(asked, by=ann, trigger="annual")
    decline(request_review(declined, by=ann), by=fiona, comment="Not my field.")
    Absence.objects.create(
        reviewer=fiona.reviewer, first_day=dt.date(2026, 12, 1), last_day=dt.date(2026, 12, 4)
    )
    rows = {row["ID"]: row for row in read_table(client.get(RADAR, {"format": "csv"}))}
    assert len(rows) == 5
    row = rows[str(due.uuid)]
    expected = {
        "Title": "'=HYPERLINK(1)",
        "Address": "https://example.org/symptoms/due/",
        "Risk": "high",
        "Status": "published",
        "Due": "2026-12-25",
        "Policy date": "2027-01-08",
        "After the policy date": "withdrawn",
        "Last reviewed": "2026-11-25",
        "Planned for": "Fiona Field, MD",
        "Planned for ID": str(fiona.reviewer.uuid),
        "Planned week": "2026-11-30",
        "Minutes to read": "1",
        "Reviewer away from": "2026-12-01",
        "Reviewer away until": "2026-12-04",
    }
    assert {name: row[name] for name in expected} == expected
    row = rows[str(asked.uuid)]
    assert (row["Last review"], row["Assigned to"], row["Review open since"]) == (
        "in review",
        "any reviewer",
        "2026-11-25",
    )
    row = rows[str(declined.uuid)]
    assert (row["Last review"], row["Last review decided"]) == ("declined", "2026-11-25")
    assert {row["Status"] for row in rows.values() if not row["Address"]} == {
        "never published",
        "withdrawn",
    }
    some = read_table(client.get(RADAR, {"format": "csv", "planned": "fiona-field"}))
    assert [row["ID"] for row in some] == [str(due.uuid)]


def test_what_nobody_took_up_is_counted_with_the_workloads(morgan_client, ann, ravi, fiona, morgan):
    unfit = publish_page(ann, ravi, "Unfit")
    recommend_withdrawal(request_review(unfit, by=ann), by=fiona, comment="Dangerous.")
    declined = publish_page(ann, ravi, "Refused")
    decline(request_review(declined, by=ann), by=fiona, comment="No.")
    open_to_any = publish_page(ann, ravi, "Open")
    request_review(open_to_any, by=ann)
    request_review(publish_page(ann, ravi, "Asked"), by=ann, reviewer=ravi.reviewer)
    week = get_monday(timezone.localdate())
    planned = publish_page(ann, ravi, "Planned")
    plan_reviews([PlanChoice(planned.pk, fiona.reviewer.pk, week)], by=morgan)
    Absence.objects.create(
        reviewer=ravi.reviewer, first_day=week, last_day=week + dt.timedelta(days=20)
    )
    for state, title in [
        ("unfit", "Unfit"),
        ("declined", "Refused"),
        ("unassigned", "Open"),
        ("planned", "Planned"),
    ]:
        found = morgan_client.get(RADAR, {"state": state})
        assert (read_count(found, state), list_titles(found)) == (1, [title])
    declined_list = morgan_client.get(RADAR, {"state": "declined"}).text
    assert re.search(r"Declined: Fiona Field, MD, [^.<]*\. No\.", declined_list)
    text = " ".join(found.text.split())
    assert "1 planned review" in text
    assert "Planned: Fiona Field, MD, week of" in text
    assert "Workload" not in text
    text = " ".join(morgan_client.get(RADAR).text.split())
    assert "Away from" in text
    assert "120 minutes of reading" in text


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell):
    assert escape_formula(cell) == f"'{cell}"


def test_the_radar_is_led_to_from_the_desk_and_the_admin_for_those_who_may_see_it(
    client, ann, morgan
):
    client.force_login(ann)
    assert RADAR not in client.get("/admin/").text
    client.force_login(morgan)
    assert f'href="{RADAR}"' in client.get("/admin/").text
    assert f'href="{RADAR}" aria-current="page"' in client.get(RADAR).text
