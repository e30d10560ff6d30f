"""Reports: issues to fix, found, sorted, downloaded and mended in bulk, at a fixed cost."""

import csv
import datetime as dt
import io

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, KeptReport, Revision, Topic
from articles.reports import base as reports
from articles.reports import kept, similar_names
from articles.reports.similar_names import ComparedName
from reviews.signing.actions import request_review, withdraw_page
from symptoms.models import Cause, Code, OtherName, RelatedSymptom, SymptomCause
from tests import factories, html
from tests.html import read_form
from tests.merging import merge_causes, merge_symptoms

pytestmark = pytest.mark.django_db
ALL = [
    "one-way-relations",
    "orphan-causes",
    "missing-codes",
    "look-alike-causes",
    "look-alike-symptoms",
    "twin-names",
    "untouched-drafts",
    "incomplete-pages",
    "broken-links",
]


def open_report(client, name: str, **asked):
    response = client.get(f"/admin/reports/{name}/", asked)
    assert response.status_code == 200
    return response


def list_rows(response) -> list[list[str]]:
    """The cells of each row of a report."""
    table = (
        response.text.partition('id="result_list"')[2]
        .partition("<tbody>")[2]
        .partition("</tbody>")[0]
    )
    return [
        [
            html.get_text(cell)
            for cell in row.replace("</th>", "</td>").split("</td>")[:-1]
            if "checkbox" not in cell
        ]
        for row in table.split("</tr>")[:-1]
    ]


def list_names(response) -> list[str]:
    return [row[0] for row in list_rows(response)]


def choose_rows(client, name: str, keys, **asked):
    return client.post(
        f"/admin/reports/{name}/", {"key": [str(key) for key in keys]} | asked, follow=True
    )


def confirm_report_action(client, name: str, response, **chosen):
    fields = {key: values for key, values in read_form(response).items() if key in ("key", "seen")}
    return client.post(f"/admin/reports/{name}/", fields | chosen, follow=True)


def write(by, slug: str, **fields):
    return factories.make_symptom(
        by, slug=slug, title=slug.replace("-", " ").capitalize(), **fields
    )


def relate(page, other, **facts):
    return RelatedSymptom.objects.create(symptom=page, other=other, **{"system": "eyes"} | facts)


def add_pages(ann, number: int) -> None:
    """One more row in every report."""
    with time_machine.travel(timezone.now() - dt.timedelta(days=200)):
        one = write(ann, f"one-{number}", body="")
        other = write(ann, f"other-{number}", body='<p><a href="/about/none/">None</a></p>')
    relate(one, other)
    factories.make_cause(ann, name=f"Orphan {number}{number}", slug=f"orphan-{number}")
    for name in ("Look alike", "Look alikes"):
        cause = factories.make_cause(
            ann, name=f"{name} {number}", slug=f"{name}-{number}".lower().replace(" ", "-")
        )
        SymptomCause.objects.create(symptom=one, cause=cause)
    OtherName.objects.create(symptom=one, name=f"Other, {number}")
    Topic.objects.create(name=f"Women’s health {number}", slug=f"womens-health-{number}")


def test_the_home_and_the_index_count_what_each_list_shows(ann_client, ann):
    add_pages(ann, 1)
    assert set(list_counts(ann_client).values()) == {None}
    call_command("compare_names", stdout=io.StringIO())
    found = list_counts(ann_client)
    assert found == {
        "One-way relations": 1,
        "Causes that no page names": 1,
        "Symptoms without a code": 2,
        "Causes that look alike": 1,
        "Symptoms that look alike": 1,
        "The same name twice": 1,
        "Untouched drafts": 2,
        "Pages that lack a part": 1,
        "Broken links": 1,
    }
    home = ann_client.get("/admin/")
    assert {row["title"]: row["count"] for row in home.context["reports"]} == found
    for name in ALL:
        page = open_report(ann_client, name)
        assert f"/admin/reports/{name}/" in html.get_links(home.text)
        assert page.context["page"].paginator.count == found[page.context["report"].title]


def list_counts(client) -> dict[str, int | None]:
    index = client.get("/admin/reports/")
    return {row["title"]: row["count"] for row in index.context["reports"]}


def test_nobody_who_opens_the_home_waits_for_reports_to_be_counted(
    ann_client, ann, django_assert_num_queries
):
    add_pages(ann, 1)
    with time_machine.travel("2026-11-20T12:00Z", tick=False):
        ann_client.force_login(ann)
        index = ann_client.get("/admin/reports/")
        assert "They were not counted yet." in index.text
        ann_client.post("/admin/reports/")
        add_pages(ann, 2)
        with django_assert_num_queries(5):
            index = ann_client.get("/admin/reports/")
        with CaptureQueriesContext(connection) as queries:
            ann_client.get("/admin/")
    assert "Counted on 20 November 2026, 12:00." in index.text
    assert list_counts(ann_client)["One-way relations"] == 1
    tables = ("symptoms_relatedsymptom", "symptoms_code", "articles_reference", "articles_pagelink")
    asked = [query["sql"] for query in queries if any(name in query["sql"] for name in tables)]
    assert asked == []


def test_after_a_bulk_action_its_report_is_counted_again_and_no_other(ann_client, ann):
    add_pages(ann, 1)
    with time_machine.travel("2026-11-20T12:00Z", tick=False):
        kept.renew_counts()
    factories.make_cause(ann, name="Another orphan", slug="another")
    relation = RelatedSymptom.objects.get()
    name = "one-way-relations"
    confirm_report_action(
        ann_client, name, choose_rows(ann_client, name, [relation.pk]), confirm="1"
    )
    counts = list_counts(ann_client)
    assert counts["One-way relations"] == 0
    assert counts["Causes that no page names"] == 1
    assert kept.load_counts().moment.date() == dt.date(2026, 11, 20)


@pytest.mark.parametrize("name", ALL)
def test_a_report_asks_as_much_for_three_rows_as_for_one(
    name, ann_client, ann, django_assert_max_num_queries
):
    add_pages(ann, 1)
    kept.renew_all()
    with django_assert_max_num_queries(11) as one:
        assert list_rows(open_report(ann_client, name))
    add_pages(ann, 2)
    add_pages(ann, 3)
    kept.renew_all()
    with django_assert_max_num_queries(11) as three:
        assert len(list_rows(open_report(ann_client, name))) >= 3
    assert len(three) == len(one)


@pytest.mark.parametrize("name", ALL)
def test_an_empty_report_says_so(name, ann_client):
    page = open_report(ann_client, name)
    assert page.context["report"].empty_message in html.get_text(page.text)
    assert html.find_empty_sections(page.text) == []


def test_only_who_may_see_causes_and_symptoms_sees_their_reports(client, ann, ravi, charlie):
    for person in (ravi, charlie):
        client.force_login(person)
        assert client.get("/admin/reports/").status_code == 302
    ann.groups.clear()
    client.force_login(type(ann).objects.get(pk=ann.pk))
    for path in ("/admin/reports/", *(f"/admin/reports/{name}/" for name in ALL)):
        assert client.get(path).status_code == 403
    assert "issues to fix" not in client.get("/admin/").text


def test_what_an_address_gets_wrong_is_told_and_the_rest_followed(ann_client, ann):
    add_pages(ann, 1)
    page = open_report(ann_client, "one-way-relations", system="feet", o="colour", page="99")
    for message in ("There is no body system “feet”", "not sorted by “colour”", "no page 99"):
        assert message in page.text
    assert len(list_rows(page)) == 1
    assert ann_client.get("/admin/reports/no-such/").status_code == 404


# One-way relations


def test_relations_that_go_one_way_are_listed_sorted_and_sifted(ann_client, ann, ravi):
    a, b, c, d = (write(ann, slug) for slug in "abcd")
    relate(a, b)
    relate(c, a, system="skin", serious=True)
    relate(c, d)
    relate(d, c)
    for page in (a, b):
        factories.sign_page(factories.edit_page(page, by=ann), by=ravi, asked_by=ann)
    assert list_rows(open_report(ann_client, "one-way-relations")) == [
        ["A", "B", "Eye", "No", "Published"],
        ["C", "A", "Skin", "Yes", "Published"],
    ]
    assert list_names(open_report(ann_client, "one-way-relations", o="-page")) == ["C", "A"]
    assert list_names(open_report(ann_client, "one-way-relations", o="names")) == ["C", "A"]
    assert list_names(open_report(ann_client, "one-way-relations", system="skin")) == ["C"]
    assert list_names(open_report(ann_client, "one-way-relations", published="both")) == ["A"]


def test_pages_put_away_or_merged_are_in_no_report_of_relations(ann_client, ann):
    a, b, c = (write(ann, slug) for slug in "abc")
    relate(a, b)
    merge_symptoms(b, c, by=ann)
    assert list_names(open_report(ann_client, "one-way-relations")) == ["A"]  # names C by now
    assert list_rows(open_report(ann_client, "one-way-relations"))[0][1] == "C"


def test_the_other_way_is_added_in_one_revision_a_page_by_the_editor(ann_client, ann):
    a, b, c, d = (write(ann, slug) for slug in "abcd")
    chosen = [relate(a, b), relate(c, b, system="skin")]
    relate(d, a, system="heart")
    page = choose_rows(ann_client, "one-way-relations", [row.pk for row in chosen])
    assert "B will name A" in page.text
    assert "B will name C" in page.text
    assert not b.related_symptoms.exists()
    page = confirm_report_action(ann_client, "one-way-relations", page, system="")
    assert "2 added. 1 page has a new revision by you." in page.text
    # As D lists A; nobody lists C, so as C lists B.
    assert [(row.other.title, row.system) for row in b.related_symptoms.all()] == [
        ("A", "heart"),
        ("C", "skin"),
    ]
    assert b.get_latest_revision().number == 2
    assert b.get_latest_revision().saved_by == ann
    assert Article.objects.get(pk=b.pk).form_version == 1
    assert list_names(open_report(ann_client, "one-way-relations")) == ["D"]


def test_what_goes_both_ways_by_now_is_left_out_and_a_change_since_is_shown_anew(ann_client, ann):
    a, b, c = (write(ann, slug) for slug in "abc")
    chosen = [relate(a, b).pk, relate(a, c).pk]
    page = choose_rows(ann_client, "one-way-relations", chosen)
    relate(b, a)
    page = confirm_report_action(ann_client, "one-way-relations", page, system="skin")
    assert "what you saw changed meanwhile" in page.text
    assert "Goes both ways already." in page.text
    confirm_report_action(ann_client, "one-way-relations", page, system="skin")
    assert c.related_symptoms.get().system == "skin"
    assert b.related_symptoms.count() == 1
    assert (
        "None of the selected rows can be included."
        in choose_rows(ann_client, "one-way-relations", chosen).text
    )


def test_all_rows_of_a_page_can_be_chosen_at_once(ann_client, ann):
    a, b, c = (write(ann, slug) for slug in "abc")
    relate(a, b)
    relate(a, c)
    shown = read_report_form(open_report(ann_client, "one-way-relations"))
    page = ann_client.post("/admin/reports/one-way-relations/", shown | {"all": "1"})
    assert "Add the reverse relation of 2 relations" in page.text


def read_report_form(response) -> dict:
    return {"shown": [line.key for line in response.context["lines"]]}


def test_ticks_that_are_none_or_too_many_are_told(ann_client):
    assert "Select relations first." in choose_rows(ann_client, "one-way-relations", ["x"]).text
    assert (
        "At most 200 relations can be changed at once, and you selected 201."
        in choose_rows(ann_client, "one-way-relations", range(201)).text
    )


# Causes


def test_causes_that_no_page_names_are_deleted_only_where_no_text_ever_named_them(
    client, ann, ravi, morgan
):
    never, once, signed, put_away, merged = (
        factories.make_cause(ann, name=name, slug=name.lower())
        for name in ("Never", "Once", "Signed", "Away", "Merged")
    )
    merge_causes(factories.make_cause(ann, name="Lost", slug="lost"), merged, by=ann)
    page = write(ann, "ache")
    for cause in (once, signed):
        row = SymptomCause.objects.create(symptom=page, cause=cause)
        factories.edit_page(page, by=ann)
        if cause == signed:
            factories.sign_page(page, by=ravi, asked_by=ann)
        row.delete()
        factories.edit_page(page, by=ann)
    draft = write(ann, "draft")
    SymptomCause.objects.create(symptom=draft, cause=put_away)
    Article.objects.filter(pk=draft.pk).update(discarded_by=ann, discarded_at=timezone.now())
    client.force_login(ann)
    listed = open_report(client, "orphan-causes")
    assert list_names(listed) == ["Away", "Merged", "Never", "Once", "Signed"]
    assert list_names(open_report(client, "orphan-causes", signed="ever")) == ["Signed"]
    assert 'type="checkbox"' not in listed.text  # she may not delete causes
    assert choose_rows(client, "orphan-causes", [never.pk]).status_code == 403
    client.force_login(morgan)
    page = choose_rows(
        client, "orphan-causes", [row.pk for row in (never, once, signed, put_away, merged)]
    )
    for message in (
        "Away Is named by a discarded draft.",
        "Merged Keeps the name “Lost”, which was merged into it.",
        "Once Is named in the history of a page.",
        "Signed Was signed",
    ):
        assert message in html.get_text(page.text)
    page = confirm_report_action(client, "orphan-causes", page)
    assert "1 cause deleted." in page.text
    assert not Cause.objects.filter(pk=never.pk).exists()
    assert Cause.objects.count() == 4


# Codes, drafts, parts


def test_symptoms_without_a_code_are_sifted_by_coding_system_and_state(ann_client, ann, ravi):
    bare, coded = write(ann, "bare"), write(ann, "coded")
    Code.objects.create(symptom=coded, system="MeSH", code="D1")
    factories.sign_page(coded, by=ravi, asked_by=ann)
    assert list_rows(open_report(ann_client, "missing-codes")) == [
        ["Bare", "Never published", "None"]
    ]
    assert list_rows(open_report(ann_client, "missing-codes", lacks="ICD-10-CM")) == [
        ["Bare", "Never published", "None"],
        ["Coded", "Published", "MeSH D1"],
    ]
    assert list_names(
        open_report(ann_client, "missing-codes", lacks="ICD-10-CM", state="public")
    ) == ["Coded"]
    assert bare.pk


def test_drafts_that_nobody_touched_are_discarded_together_save_those_in_review(
    ann_client, ann, ravi, morgan
):
    with time_machine.travel(timezone.now() - dt.timedelta(days=100)):
        old, asked, published = (write(ann, slug) for slug in ("old", "asked", "published"))
        article = factories.make_article(ann)
        factories.sign_page(published, by=ravi, asked_by=ann)
    request_review(asked, by=ann)
    write(ann, "new")
    listed = open_report(ann_client, "untouched-drafts")
    assert sorted(list_names(listed)) == ["Asked", "Keeping a diary", "Old"]
    assert list_rows(listed)[0][3] == "Ann Archer"
    assert list_names(open_report(ann_client, "untouched-drafts", kind="article")) == [
        "Keeping a diary"
    ]
    assert list_names(open_report(ann_client, "untouched-drafts", days="180")) == []
    page = choose_rows(ann_client, "untouched-drafts", [old.pk, asked.pk, article.pk, published.pk])
    assert "Asked Is in review." in html.get_text(page.text)
    assert "Published Was published once" in html.get_text(page.text)
    page = confirm_report_action(ann_client, "untouched-drafts", page)
    assert "2 pages discarded. The revisions are kept." in page.text
    assert set(Article.objects.active().values_list("slug", flat=True)) == {
        "asked",
        "published",
        "new",
    }
    assert Revision.objects.filter(article=old.pk).exists()


def test_pages_that_lack_a_part_are_told_which(ann_client, ann, ravi, morgan):
    write(ann, "whole")
    write(ann, "textless", body="", summary="")
    unsafe = write(ann, "unsafe", advice="", advice_level="")
    article = factories.make_article(ann)
    article.references.all().delete()
    factories.make_about_page(ann)
    found = {row[0]: row[3] for row in list_rows(open_report(ann_client, "incomplete-pages"))}
    assert found == {
        "Keeping a diary": "advice when to get help, references",
        "Textless": "overview, summary",
        "Unsafe": "advice when to get help",
    }
    assert list_names(
        open_report(ann_client, "incomplete-pages", lacks="advice", kind="symptom")
    ) == ["Unsafe"]
    factories.sign_despite_checks(unsafe, by=ravi, manager=morgan)
    withdraw_page(unsafe, reason="wrong", by=morgan)
    assert list_names(open_report(ann_client, "incomplete-pages", state="withdrawn")) == ["Unsafe"]


# Look-alikes


def test_names_that_are_one_but_for_a_slip_are_found_the_surest_first():
    names = [
        ComparedName(1, "Tourette's syndrome"),
        ComparedName(2, "Tourettes Syndrome"),
        ComparedName(3, "Migraine"),
        ComparedName(4, "Migraines"),
        ComparedName(5, "Syndrome of Horner"),
        ComparedName(6, "Horner syndrome"),
        ComparedName(7, "Hypothyroidism"),
        ComparedName(8, "Hypothyroidsm"),
        ComparedName(9, "Type 1 diabetes"),
        ComparedName(10, "Type 2 diabetes"),
        ComparedName(11, "Cold"),
        ComparedName(12, "Gold"),
        ComparedName(1, "Migraine", is_main=False),
    ]
    found = [(set(pair.keys), pair.similarity) for pair in similar_names.find_similar_pairs(names)]
    assert found == [
        ({1, 3}, "same"),
        ({1, 2}, "same"),
        ({3, 4}, "plural"),
        ({1, 4}, "plural"),
        ({5, 6}, "order"),
        ({7, 8}, "spelling"),
    ]


def test_the_work_is_bounded_however_many_names_are_one():
    assert (
        len(similar_names.find_similar_pairs(ComparedName(key, "Ache") for key in range(3_000)))
        == 190
    )


def test_look_alikes_lead_into_merging_with_the_one_that_more_pages_name_kept(ann_client, ann):
    lost, kept = (
        factories.make_cause(ann, name="Tourettes syndrome", slug="t"),
        factories.make_cause(ann),
    )
    SymptomCause.objects.create(symptom=write(ann, "ache"), cause=kept)
    page = open_report(ann_client, "look-alike-causes")
    assert list_rows(page)[0][:2] == ["Tourette's syndrome (1)", "Tourettes syndrome (0)"]
    (link,) = [link for link in html.get_links(page.text) if "/merge/" in link]
    assert link == f"/admin/symptoms/cause/{kept.pk}/merge/?other={lost.pk}"
    assert "Merge “Tourettes syndrome” into “Tourette&#x27;s syndrome”" in ann_client.get(link).text
    assert list_rows(open_report(ann_client, "look-alike-causes", how="spelling")) == []


def test_alike_names_are_kept_and_compared_again_at_night_or_on_demand(ann_client, ann):
    address = "/admin/reports/look-alike-causes/"
    one = factories.make_cause(ann, name="Tourettes syndrome", slug="t")
    assert list_rows(open_report(ann_client, "look-alike-causes")) == []
    with time_machine.travel("2026-11-20T12:00Z", tick=False):
        call_command("compare_names", stdout=io.StringIO())
    other = factories.make_cause(ann)
    write(ann, "ache")
    shown = open_report(ann_client, "look-alike-causes")
    assert list_rows(shown) == []
    assert "As of 20 November 2026, 12:00. Pages were saved since." in " ".join(shown.text.split())
    again = ann_client.post(address, {"renew": "1"}, follow=True)
    assert len(list_rows(again)) == 1
    assert "Pages were saved since" not in again.text
    merge_causes(one, other, by=ann)
    assert list_rows(open_report(ann_client, "look-alike-causes")) == []
    assert len(KeptReport.objects.get(name="look-alike-causes").rows) > 2


def test_a_title_that_is_another_pages_other_name_looks_alike(ann_client, ann):
    one, other = write(ann, "twitch"), write(ann, "spasm")
    OtherName.objects.create(symptom=other, name="Twitch")
    assert len(list_rows(open_report(ann_client, "look-alike-symptoms"))) == 1
    merge_symptoms(one, other, by=ann)
    assert list_rows(open_report(ann_client, "look-alike-symptoms")) == []


# Files


def test_a_report_is_downloaded_as_sifted_with_formulas_made_harmless(ann_client, ann):
    for number in range(3):
        write(ann, f"ache-{number}", body="")
    factories.make_symptom(ann, slug="formula", title="=1+1", summary="")
    response = open_report(ann_client, "incomplete-pages", format="csv")
    assert response["Content-Disposition"].startswith('attachment; filename="incomplete-pages-')
    table = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert table[0] == ["Title", "Kind", "State", "Lacks"]
    assert table[1] == ["'=1+1", "Symptom", "Never published", "summary"]
    assert len(table) == 5
    filtered = open_report(ann_client, "incomplete-pages", format="csv", lacks="summary")
    assert len(filtered.content.splitlines()) == 2
    for name in ALL:
        assert open_report(ann_client, name, format="csv")["Content-Type"].startswith("text/csv")


def test_every_report_says_what_it_is_and_has_a_name_of_its_own():
    found = reports.get_all()
    assert [report.name for report in found] == ALL
    assert all(
        report.description and report.empty_message and report.permission for report in found
    )


def test_numbers_of_reports_are_written_with_separators(ann_client):
    KeptReport.objects.create(
        name=kept.COUNTS, rows='{"orphan-causes": 12345}', computed_at=timezone.now()
    )
    assert ">12,345</strong>" in ann_client.get("/admin/reports/").text
    assert ">12,345</span>" in ann_client.get("/admin/").text
