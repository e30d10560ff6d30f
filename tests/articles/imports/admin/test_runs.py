"""Import runs in the admin, and what pages tell of where they came from."""

import csv
import io
import re

import pytest
from django.utils import timezone

from articles.models import ExternalId, ImportFinding, ImportRun
from articles.publishing.actions import discard
from symptoms.models import Symptom
from tests import factories
from tests.files import CAUSE, PAIN, RUNS_PATH, THREE_RECORDS, UNTITLED, import_records
from tests.html import list_titles

pytestmark = pytest.mark.django_db
SYMPTOMS = "/admin/symptoms/symptom/"


def get_run_path(run: ImportRun) -> str:
    return f"{RUNS_PATH}{run.pk}/change/"


def create_stopped_run(morgan, **fields) -> ImportRun:
    """A run that was stopped after 2,000 pages."""
    values = {
        "source": "symp",
        "format": "jsonl",
        "file_name": "two words.jsonl",
        "on_conflict": "take",
        "most": 5000,
    }
    counts = {"symptom new": 2000}
    return ImportRun.objects.create(
        by=morgan, started_at=timezone.now(), counts=counts, **values | fields
    )


def test_a_run_tells_who_brought_in_what_and_what_became_of_it(morgan_client):
    text = import_records(morgan_client, *THREE_RECORDS, UNTITLED).text
    for text_part in (
        "pages.jsonl",
        "symp",
        "Morgan Mill",
        "Keep what editors wrote here",
        "is missing",
        "2 symptoms",
    ):
        assert text_part in text
    assert " · 1 cause<" in text
    row = morgan_client.get(RUNS_PATH).text
    for text_part in ("pages.jsonl", "Morgan Mill", "Finished", "3 new, 1 refused"):
        assert text_part in row


def test_a_run_leads_to_the_pages_that_it_was_the_last_to_write(morgan_client, morgan):
    factories.make_symptom(morgan)
    import_records(morgan_client, *THREE_RECORDS)
    run = ImportRun.objects.get()
    import_records(morgan_client, PAIN | {"body": "<p>New.</p>"})
    link = re.search(
        rf'href="({SYMPTOMS}\?run={run.pk})">1 symptom<', morgan_client.get(get_run_path(run)).text
    )
    found = morgan_client.get(link[1])
    assert list_titles(found) == ["Rash"]
    assert f"Import run: {run}" in found.text
    discard(Symptom.objects.get(title="Rash"), by=morgan)
    assert (
        "Pages last changed by this import" in morgan_client.get(get_run_path(run)).text
    )  # its cause is there still


def test_findings_are_sifted_by_sort_and_paged(morgan_client):
    import_records(
        morgan_client, PAIN, *({"type": "symptom", "id": f"=B:{number}"} for number in range(60))
    )
    run = ImportRun.objects.get()
    ImportFinding.objects.create(
        run=run, what="noted", line=7, key="S:9", text="A picture was dropped."
    )
    ImportRun.objects.filter(pk=run.pk).update(counts=run.counts | {"noted": 1})
    first, second = (
        morgan_client.get(f"{get_run_path(run)}?what=refused&p={number}").text for number in (1, 2)
    )
    assert first.count("is missing") == 50
    assert second.count("is missing") == 10
    noted = morgan_client.get(f"{get_run_path(run)}?what=noted").text
    assert "A picture was dropped." in noted
    assert "is missing" not in noted
    for odd in ("what=bogus", "p=0", "p=x", "p=999"):
        assert morgan_client.get(f"{get_run_path(run)}?{odd}").status_code == 200
    sheet = morgan_client.get(f"{RUNS_PATH}{run.pk}/findings/")
    rows = list(csv.reader(io.StringIO(sheet.text.removeprefix("\ufeff"))))
    assert len(rows) == 62
    assert rows[1] == ["Refused", "2", "'=B:0", "title", "is missing"]


def test_a_run_that_was_stopped_says_how_to_take_it_up(morgan_client, morgan):
    text = morgan_client.get(get_run_path(create_stopped_run(morgan))).text
    assert "manage.py import_content &#x27;two words.jsonl&#x27; --source symp " in text
    assert " --by morgan --format jsonl" in text
    assert "--on-conflict take --limit 5000 --chunk 1000" in text
    assert "?source=symp&amp;format=jsonl&amp;on_conflict=take&amp;most=5000" in text
    assert "2,000" in text
    assert "Not finished" in morgan_client.get(f"{RUNS_PATH}?state=half").text
    assert "No import run found." in morgan_client.get(f"{RUNS_PATH}?state=finished").text


def test_an_empty_list_of_runs_says_what_to_do(morgan_client):
    text = morgan_client.get(RUNS_PATH).text
    assert "No import run yet." in text
    assert f'<a href="{RUNS_PATH}add/">Import pages</a>' in text


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("source=bogus", "There is no source “bogus”; every import run is listed."),
        ("bogus=1", "There is no filter “bogus”"),
    ],
)
def test_a_slip_in_the_address_of_the_list_is_told(morgan_client, asked, message):
    import_records(morgan_client, *THREE_RECORDS)
    assert message in morgan_client.get(f"{RUNS_PATH}?{asked}").text


def test_runs_are_found_by_file_and_source(morgan_client):
    import_records(morgan_client, *THREE_RECORDS)
    assert (
        "<strong>1</strong> import run"
        in morgan_client.get(f"{RUNS_PATH}?q=symp+pages&source=symp").text
    )
    assert "No import run found." in morgan_client.get(f"{RUNS_PATH}?q=other").text


def test_nobody_adds_changes_or_deletes_a_run_by_hand(morgan_client, ann):
    import_records(morgan_client, *THREE_RECORDS)
    run = ImportRun.objects.get()
    for address in (
        f"{RUNS_PATH}{run.pk}/delete/",
        f"{RUNS_PATH}{run.pk + 1}/change/",
        f"{RUNS_PATH}x/change/",
        f"{RUNS_PATH}x/findings/",
    ):
        assert morgan_client.get(address).status_code in (403, 404)
    morgan_client.post(get_run_path(run), {"source": "other"})
    morgan_client.force_login(ann)
    for address in (RUNS_PATH, get_run_path(run), f"{RUNS_PATH}{run.pk}/findings/"):
        assert morgan_client.get(address).status_code == 403
    assert ImportRun.objects.get().source == "symp"


def test_a_page_tells_where_it_came_from(morgan_client, ann):
    import_records(morgan_client, CAUSE, PAIN | {"also": ["S:0", "S:8", "S:9"]})
    page, run = Symptom.objects.get(), ImportRun.objects.get()
    text = morgan_client.get(f"{SYMPTOMS}{page.pk}/change/").text
    assert "Imported from <strong>symp</strong>, external id S:1, on " in text
    assert f'(<a href="{get_run_path(run)}">import run</a>)' in text
    assert "id S:8 (merged into this one in the source)" in text
    assert ", and under more external ids." in text
    morgan_client.force_login(ann)
    text = morgan_client.get(f"{SYMPTOMS}{page.pk}/change/").text
    assert "Imported from <strong>symp</strong>, external id S:1, on " in text
    assert get_run_path(run) not in text
    written = factories.make_symptom(ann)
    assert "Imported from" not in morgan_client.get(f"{SYMPTOMS}{written.pk}/change/").text


def test_pages_are_found_by_their_source(morgan_client, ann):
    assert 'name="source"' not in morgan_client.get(SYMPTOMS).text
    import_records(morgan_client, *THREE_RECORDS)
    import_records(morgan_client, PAIN | {"title": "Hives"}, source="a & b")
    factories.make_symptom(ann)
    assert list_titles(morgan_client.get(f"{SYMPTOMS}?source=symp")) == ["Jaw pain", "Rash"]
    assert list_titles(morgan_client.get(f"{SYMPTOMS}?source=a+%26+b")) == ["Hives"]
    assert (
        "There is no source “c”; every symptom is listed."
        in morgan_client.get(f"{SYMPTOMS}?source=c").text
    )
    for odd in ("999999", "x", "", "9" * 30):
        response = morgan_client.get(f"{SYMPTOMS}?run={odd}")
        assert len(list_titles(response)) == 4
        assert ("There is no import run" in response.text) == bool(odd)


LISTS = [
    RUNS_PATH,
    f"{RUNS_PATH}?source=symp&state=finished",
    f"{SYMPTOMS}?source=symp",
    f"{SYMPTOMS}?run={{run}}",
]


def make_pain_records(number: int) -> list[dict]:
    return [
        PAIN | {"id": f"S:{number}-{each}", "title": f"Pain {number}-{each}"}
        for each in range(number)
    ]


@pytest.mark.parametrize("asked", LISTS)
def test_lists_take_a_fixed_number_of_queries(morgan_client, django_assert_max_num_queries, asked):
    def cost():
        address = asked.format(run=ImportRun.objects.first().pk)
        with django_assert_max_num_queries(16) as queries:
            morgan_client.get(address)
        return len(queries)

    import_records(morgan_client, *make_pain_records(1))
    cost()
    one = cost()
    for number in (2, 3):
        import_records(morgan_client, *make_pain_records(number))
    assert cost() == one


def test_a_run_takes_a_fixed_number_of_queries(morgan_client, django_assert_max_num_queries):
    def cost(number):
        import_records(morgan_client, *make_pain_records(number), *[UNTITLED] * number)
        address = get_run_path(ImportRun.objects.first())
        morgan_client.get(address)
        with django_assert_max_num_queries(12) as queries:
            morgan_client.get(address)
        return len(queries)

    assert cost(1) == cost(3)


def test_origins_are_kept_when_a_page_is_discarded(morgan_client, morgan):
    import_records(morgan_client, PAIN)
    discard(Symptom.objects.get(), by=morgan)
    assert ExternalId.objects.count() == 1
    assert "0</strong> symptoms" in morgan_client.get(f"{SYMPTOMS}?source=symp").text
