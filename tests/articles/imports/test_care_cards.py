"""Care cards in files: one of each level, and those that a file leaves out stay as they are."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.content.document import Advice
from articles.fields import StoredRichText
from articles.imports import formats
from articles.imports.care_cards import merge_cards
from articles.imports.differences import build_common_values, compare
from articles.imports.formats import columns, spreadsheets
from articles.imports.plan import plan_import
from articles.imports.records import ArticleRecord, CleaningContext, InvalidRecord, parse_record
from articles.models import Article, ExternalId
from articles.publishing import composing
from articles.publishing.actions import record_revision
from config.admin.export_resources import REIMPORT_COLUMNS
from tests import factories

NOW = Advice(level="emergency", html="<p>Now.</p>", heading="Call 911 now")
TODAY = Advice(level="urgent", html="<p>Today.</p>")
SOON = Advice(level="routine", html="<p>Soon.</p>")
BASE = {"type": "article", "id": "A:1", "title": "Cough"}


def parse(context: CleaningContext | None = None, **fields) -> ArticleRecord:
    return parse_record(ArticleRecord, BASE | fields, context)


def list_merged(stored: list[Advice], **fields) -> list[tuple[str, str, str]]:
    cards = merge_cards(stored, parse(**fields))
    return [(card.level, card.heading, card.html) for card in cards]


def test_what_a_record_leaves_out_stays_and_what_it_empties_goes():
    stored = [NOW, TODAY]
    soon = {"html": "<p>Soon.</p>", "heading": "See a clinician if …"}
    assert [level for level, _, _ in list_merged(stored, summary="x")] == ["emergency", "urgent"]
    added = list_merged(stored, care_cards={"routine": soon})
    assert added[2] == ("routine", "See a clinician if …", "<p>Soon.</p>")
    assert len(added) == 3
    kept = list_merged(stored, care_cards={"emergency": {"html": "<p>Other.</p>"}})
    assert kept[0] == ("emergency", "Call 911 now", "<p>Other.</p>")
    gone = list_merged(stored, care_cards={"emergency": {"html": "", "heading": ""}})
    assert gone == [("urgent", "", "<p>Today.</p>")]


def test_a_file_that_knows_one_card_never_takes_a_graver_one_away():
    advice = {"level": "urgent", "html": "<p>Tonight.</p>"}
    assert list_merged([NOW, TODAY], advice=advice) == [
        ("emergency", "Call 911 now", "<p>Now.</p>"),
        ("urgent", "", "<p>Tonight.</p>"),
    ]
    assert list_merged([NOW], advice=advice) == [("urgent", "", "<p>Tonight.</p>")]
    same_level = {"level": "emergency", "html": "<p>At once.</p>"}
    assert list_merged([NOW], advice=same_level)[0][1] == "Call 911 now"
    nothing = {"level": "", "html": ""}
    assert list_merged([NOW, TODAY], advice=nothing) == [("urgent", "", "<p>Today.</p>")]


def test_a_graver_card_comes_first_and_that_is_said():
    context = CleaningContext()
    fields = {
        "advice": {"level": "urgent", "html": "<p>Today.</p>"},
        "care_cards": {"emergency": {"html": "<p>Now.</p>"}},
    }
    record = parse(context, **fields)
    assert [card.level for card in merge_cards([], record)] == ["emergency", "urgent"]
    assert context.notes == [
        "The emergency card is graver than the advice, so it comes first on the page."
    ]


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        (
            {
                "advice": {"level": "urgent", "html": "<p>a</p>"},
                "care_cards": {"urgent": {"html": "<p>b</p>"}},
            },
            "care_cards.urgent",
            "two cards of the level “Urgent card”",
        ),
        ({"care_cards": {"urgent": {"heading": "Go"}}}, "care_cards.urgent", "heading and no text"),
        ({"advice_heading": "Go"}, "advice_heading", "Give the advice and its level too"),
        ({"care_cards": {"loud": {"html": "<p>b</p>"}}}, "care_cards.loud", "not a field"),
        ({"care_cards": {"urgent": {"html": "<p>b</p>", "heading": "x" * 121}}}, "", "120"),
        ({"same_for_everyone": "perhaps"}, "same_for_everyone", ""),
    ],
)
def test_cards_that_cannot_be_are_refused_with_their_field(fields, field, reason):
    with pytest.raises(InvalidRecord) as refused:
        parse(**fields)
    assert field in refused.value.field
    assert reason in refused.value.reason


@pytest.fixture
def page(ann):
    page = factories.make_article(
        ann,
        advice_level="emergency",
        advice_heading="Call 911 now",
        advice="<p>Now.</p>",
        same_for_everyone=True,
        shows_crisis_line=True,
    )
    factories.add_card(page, "routine", "<p>Soon.</p>", "See a clinician if …")
    factories.edit_page(page, by=ann)
    return page


def read_values(page) -> dict:
    loaded = composing.load(Article.objects.filter(pk=page.pk)).get()
    return build_common_values("article", loaded)


@pytest.mark.django_db
def test_a_preview_names_each_card_that_changes(page):
    current = ArticleRecord.model_validate(read_values(page))
    fields = {"care_cards": {"urgent": {"html": "<p>Today.</p>"}, "routine": {"html": ""}}}
    found = [str(one) for one in compare(current, parse(**fields), {})][1:]  # after the title
    assert found == [
        "urgent card: nothing → “Get medical help today: Today.”",
        "non-urgent card: “See a clinician if …: Soon.” → nothing",
    ]
    assert [one.field for one in compare(current, parse(), {})] == ["title"]
    assert compare(current, ArticleRecord.model_validate(read_values(page)), {}) == []


def write_file(path, name: str, values: dict) -> None:
    """A working copy as a record, or as the row of a table that lists export."""
    if name == "jsonl":
        path.write_text(json.dumps(values))
        return
    known = columns.get_columns()
    shown = [known[columns.normalize_heading(heading)] for heading in REIMPORT_COLUMNS]
    with path.open("wb") as file:
        spreadsheets.WRITERS[name](
            list(REIMPORT_COLUMNS), [columns.build_row(values, shown)], file, whole=True
        )


def import_file(path, name: str, by) -> dict:
    with plan_import(path, reader=formats.get(name), format=name, source="test", by=by) as plan:
        plan.apply()
        return {kind: dict(verdicts) for kind, verdicts in plan.counts.items()}


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["jsonl", "csv", "xlsx"])
def test_cards_come_back_as_they_went_out(page, morgan, tmp_path, name):
    before = page.get_latest_revision().read()
    path = tmp_path / f"records.{name}"
    values = {**read_values(page), "revision": page.get_latest_revision().digest}
    write_file(path, name, values)
    assert import_file(path, name, morgan) == {"article": {"here already": 1}}
    copied = values | {"id": "A:9", "title": "Another diary", "slug": "another", "revision": ""}
    write_file(path, name, copied)
    import_file(path, name, morgan)
    copy = ExternalId.objects.get(key="A:9").article
    after = copy.get_latest_revision().read()
    assert after.care_cards == before.care_cards
    assert (after.same_for_everyone, after.shows_crisis_line) == (True, True)
    assert record_revision(copy, by=morgan) == copy.get_latest_revision()


@pytest.mark.django_db
def test_a_changed_card_is_written_and_the_others_keep_their_bytes(page, morgan, tmp_path):
    Article.objects.filter(pk=page.pk).update(advice=StoredRichText("<p>Now  , <b>now</b>.</p>"))
    record_revision(page, by=morgan)
    digest = page.get_latest_revision().digest
    path = tmp_path / "records.jsonl"
    card = {"html": "<p>Today.</p>", "heading": "Get help today"}
    record = {"type": "article", "id": str(page.uuid), "title": page.title, "revision": digest}
    path.write_text(json.dumps(record | {"care_cards": {"urgent": card}}))
    assert import_file(path, "jsonl", morgan) == {"article": {"changed": 1}}
    document = page.get_latest_revision().read()
    assert [(one.level, one.html) for one in document.care_cards] == [
        ("emergency", "<p>Now  , <b>now</b>.</p>"),
        ("urgent", "<p>Today.</p>"),
        ("routine", "<p>Soon.</p>"),
    ]


@pytest.mark.django_db
def test_two_cards_of_one_level_are_refused_with_their_line(morgan, tmp_path):
    path = tmp_path / "records.csv"
    path.write_text(
        "type,id,title,advice level,advice,urgent card,emergency card,Urgent card heading\n"
        "article,A:1,Cough,urgent,Go today.,Go tonight.,,\n"
        "article,A:2,Cold,urgent,Go today.,,Call now.,\n"
        "article,A:3,Rash,,,,,Go today\n"
    )
    with plan_import(path, reader=formats.get("csv"), format="csv", source="x", by=morgan) as plan:
        found = [(one.line, one.text, one.field) for one in plan.findings()]
    (refused, noted, headed) = sorted(found)
    assert (refused[0], refused[2]) == (2, "urgent card")
    assert headed[2] == "Urgent card heading"
    assert "two cards of the level “Urgent card”" in refused[1]
    assert (noted[0], noted[1][:26]) == (3, "The emergency card is grav")


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3])
def test_the_cards_of_new_pages_are_not_read_back(morgan, tmp_path, count):
    records = []
    for number in range(count):
        card = {"html": "<p>Today.</p>"}
        advice = {"level": "emergency", "html": "<p>Now.</p>"}
        record = BASE | {"id": f"A:{number}", "title": f"Cough {number}", "advice": advice}
        records.append(json.dumps(record | {"care_cards": {"urgent": card}}))
    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(records))
    with (
        plan_import(
            path, reader=formats.get("jsonl"), format="jsonl", source="x", by=morgan
        ) as plan,
        CaptureQueriesContext(connection) as queries,
    ):
        plan.apply()
    assert not [one for one in queries if one["sql"].startswith('SELECT "articles_carecard"')]
