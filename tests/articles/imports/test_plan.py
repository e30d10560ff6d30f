"""Pages from files: planned first, written as drafts, and nobody's words overwritten in silence."""

import json

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from articles.imports import formats
from articles.imports.plan import CannotImport, plan_import
from articles.models import Article, ExternalId, ImportRun, PublicationEvent, Redirect, Revision
from articles.publishing.actions import discard, record_revision, restore
from reviews.imported_reviews import page_lookup
from reviews.signing.eligibility import is_barred
from symptoms.actions import record_cause
from symptoms.models import Cause, Symptom
from tests import factories
from tests.merging import merge_causes, merge_symptoms

pytestmark = pytest.mark.django_db

GOUT = {"type": "cause", "id": "C:1", "name": "Gout"}
ACHE = {
    "type": "symptom",
    "id": "S:1",
    "title": "Ache",
    "body": "<p>It hurts.</p>",
    "causes": [{"cause": "C:1"}],
}
ITCH = {"type": "symptom", "id": "S:2", "title": "Itch", "body": "<p>It itches.</p>"}
CARE = {"type": "article", "id": "A:1", "title": "Care", "body": "<p>Rest.</p>"}
FULL = ACHE | {
    "phrase": "aches",
    "plural": True,
    "headline": "What are aches?",
    "summary": "They hurt.",
    "advice": {"level": "urgent", "html": "<p>Call today.</p>"},
    "spotlight_title": "Rest",
    "spotlight": "<p>Rest helps.</p>",
    "causes_intro": "<p>Many things.</p>",
    "diagnosis_questions": "<p>Where?</p>",
    "treatment": "<p>Rest.</p>",
    "complications": "<p>None.</p>",
    "other_names": ["Pain", "Soreness"],
    "codes": [
        {"system": "MeSH", "code": "D010146", "display": "Pain"},
        {"system": "ICD-10-CM", "code": "R52", "display": "Pain, unspecified"},
    ],
    "causes": [
        {
            "cause": "C:1",
            "group": "Joints",
            "seriousness": "serious",
            "frequency": "rare",
            "html": "<p>Gout.</p>",
        }
    ],
    "related": [{"symptom": "S:2", "system": "skin", "serious": True}],
    "references": [
        {
            "title": "Pain",
            "publisher": "NIH",
            "url": "https://medlineplus.gov/pain.html",
            "year": 2024,
        }
    ],
    "tags": ["pain", "Joints"],
    "topics": ["Bones and joints", "Skin"],
    "risk": "high",
    "review_months": 6,
}


@pytest.fixture
def run_import(tmp_path, morgan):
    """Imports some records; gives the plan's counts and findings, and the run."""

    def bring(*records, by=morgan, apply=True, source="test", chunk=0, **options):
        path = tmp_path / "records.jsonl"
        path.write_text(
            "".join(
                f"{json.dumps(one)}\n" if isinstance(one, dict) else f"{one}\n" for one in records
            )
        )
        format = formats.get("jsonl")
        with plan_import(
            path, reader=format, format="jsonl", source=source, by=by, **options
        ) as plan:
            report = {
                "counts": {kind: dict(verdicts) for kind, verdicts in plan.counts.items()},
                "changes": {
                    row.key: [str(one) for one in differences]
                    for row, differences in plan.changes(100)
                },
            }
            run = plan.apply(chunk=chunk) if apply else None
            findings = [
                f"{one.what} {one.line} {one.key} {one.field}: {one.text}"
                for one in plan.findings()
            ]
            return report | {"findings": findings, "run": run}

    return bring


def get_page(key: str) -> Article:
    return ExternalId.objects.get(key=key).article


def get_document(key: str):
    return get_page(key).get_latest_revision().read()


def get_cause_names(key: str) -> list[str]:
    names = []
    for group in get_document(key).causes:
        names.extend(cause.name for cause in group.causes)
    return names


def get_related_names(key: str) -> list[str]:
    names = []
    for group in get_document(key).related:
        names.extend(symptom.name for symptom in group.symptoms)
    return names


def get_verdicts(report: dict) -> set[str]:
    """The verdicts of a plan, of all types of records."""
    return set().union(*report["counts"].values())


# What comes


def test_what_is_imported_is_a_draft_that_nobody_can_read(run_import, client):
    run_import(GOUT, ACHE, CARE)
    assert get_document("S:1").body == "<p>It hurts.</p>"
    assert get_cause_names("S:1") == ["Gout"]
    assert not PublicationEvent.objects.exists()
    assert client.get("/symptoms/ache/").status_code == 404
    assert client.get("/articles/care/").status_code == 404


def test_a_plan_writes_nothing(run_import):
    report = run_import(GOUT, ACHE, apply=False)
    assert report["counts"] == {"cause": {"new": 1}, "symptom": {"new": 1}}
    assert not any(model.objects.exists() for model in (Article, Cause, ImportRun))


def test_every_field_of_a_record_comes_into_the_page(run_import):
    run_import(GOUT, FULL, ITCH)
    document, ache = get_document("S:1"), get_page("S:1")
    assert (document.title, document.phrase, document.plural, document.headline) == (
        "Ache",
        "aches",
        True,
        "What are aches?",
    )
    assert (document.summary, document.advice.level, document.advice.html) == (
        "They hurt.",
        "urgent",
        "<p>Call today.</p>",
    )
    assert (document.spotlight_title, document.spotlight, document.causes_intro) == (
        "Rest",
        "<p>Rest helps.</p>",
        "<p>Many things.</p>",
    )
    assert (document.diagnosis_questions, document.treatment, document.complications) == (
        "<p>Where?</p>",
        "<p>Rest.</p>",
        "<p>None.</p>",
    )
    assert document.other_names == ("Pain", "Soreness")
    assert [(code.system, code.code, code.display) for code in document.codes] == [
        ("ICD-10-CM", "R52", "Pain, unspecified"),
        ("MeSH", "D010146", "Pain"),
    ]
    (group,), (related,) = document.causes, document.related
    assert (group.heading, group.causes[0].seriousness, group.causes[0].frequency) == (
        "Joints",
        "serious",
        "rare",
    )
    assert (related.key, [one.name for one in related.symptoms]) == ("serious", ["Itch"])
    assert (document.references[0].publisher, document.references[0].year, document.tags) == (
        "NIH",
        2024,
        ("Joints", "pain"),
    )
    assert sorted(topic.name for topic in ache.topics.all()) == ["Bones and joints", "Skin"]
    assert (ache.risk, ache.review_months) == ("high", 6)


def test_what_was_composed_from_memory_is_what_the_database_holds(run_import, morgan):
    run_import(GOUT, FULL, ITCH, CARE)
    for key in ("S:1", "S:2", "A:1"):
        kind = Symptom if key[0] == "S" else Article
        record_revision(kind.objects.get(pk=get_page(key).pk), by=morgan)
    assert set(Revision.objects.values_list("number", flat=True)) == {1}


def test_signs_that_mean_something_to_the_database_come_through(run_import):
    odd = "Back\\slash, tab\there, “quotes” 'and' \\N \\. and ünïcödé"
    run_import(
        CARE | {"title": odd.replace("\t", " "), "summary": odd, "body": f"<p>{odd}\n\\t</p>"}
    )
    assert (get_document("A:1").summary, get_document("A:1").body) == (odd, f"<p>{odd}\n\\t</p>")


def test_a_symptom_may_name_one_that_comes_later(run_import):
    run_import(ACHE | {"related": [{"symptom": "S:2", "system": "skin"}]}, ITCH)
    assert get_related_names("S:1") == ["Itch"]


def test_relations_that_lead_nowhere_are_left_out_and_counted(run_import):
    ache = ACHE | {
        "causes": [{"cause": "C:1"}, {"cause": "C:9"}, {"cause": "C:1", "group": "Again"}],
        "related": [{"symptom": "S:9", "system": "skin"}, {"symptom": "S:1", "system": "skin"}],
    }
    run = run_import(GOUT, ache)["run"]
    assert [len(group.causes) for group in get_document("S:1").causes] == [1]
    assert get_document("S:1").related == ()
    assert (run.counts["dangling cause"], run.counts["dangling symptom"]) == (1, 1)


def test_a_cause_that_is_named_in_words_is_made(run_import):
    run_import(
        ACHE | {"causes": [{"cause": "Gout", "name": "Gout"}, {"cause": "gout", "name": "gout"}]}
    )
    assert [cause.name for cause in Cause.objects.all()] == ["Gout"]


def test_causes_of_one_name_are_one_cause(run_import, ann):
    factories.make_cause(ann, name="Gout", slug="gout")
    run_import(
        GOUT,
        GOUT | {"id": "C:2", "name": "GOUT"},
        ACHE | {"causes": [{"cause": "C:1"}, {"cause": "C:2"}]},
    )
    assert Cause.objects.count() == 1
    assert len(get_document("S:1").causes[0].causes) == 1


def test_links_to_pages_that_came_too_lead_to_ours(run_import):
    html = '<p><a href="http://www.medlineplus.gov/pain.html#top">Pain</a> <a href="https://other.org/x">x</a></p>'
    run_import(CARE | {"body": html}, ACHE | {"url": "https://medlineplus.gov/pain.html"})
    assert (
        get_document("A:1").body
        == '<p><a href="/symptoms/ache/">Pain</a> <a href="https://other.org/x">x</a></p>'
    )


def test_pages_of_one_title_get_addresses_of_their_own(run_import):
    report = run_import(CARE, CARE | {"id": "A:2"}, CARE | {"id": "A:3"})
    assert [get_page(f"A:{number}").slug for number in (1, 2, 3)] == ["care", "care-2", "care-3"]
    assert any("“care” is taken, so the page has “care-2”" in one for one in report["findings"])


def test_merged_ids_lead_to_the_page_that_took_their_place(run_import, client, ravi, ann):
    run_import(
        ACHE | {"also": ["S:7"], "causes": []},
        ITCH | {"causes": [], "related": [{"symptom": "S:7", "system": "skin"}]},
    )
    assert get_page("S:7") == get_page("S:1")
    assert Redirect.objects.get(slug="s7").article == get_page("S:1")
    assert get_related_names("S:2") == ["Ache"]


def test_an_old_id_leads_visitors_to_no_draft_and_to_the_page_once_it_is_signed(
    run_import, client, ann, ravi
):
    draft = factories.make_symptom(ann, slug="unsigned-name", title="Unsigned name")
    run_import(
        {"type": "retired", "id": "S:9", "title": "Old ache", "replaced_by": str(draft.uuid)}
    )
    assert Redirect.objects.get(slug="old-ache").article_id == draft.pk
    for path in (
        "/symptoms/old-ache/",
        "/symptoms/old-ache/causes/",
        "/symptoms/old-ache/history/",
    ):
        answer = client.get(path)
        assert answer.status_code == 404
        assert "unsigned" not in f"{answer.headers}{answer.text}".lower()
    factories.sign_page(draft, by=ravi, asked_by=ann)
    assert client.get("/symptoms/old-ache/").headers["Location"] == "/symptoms/unsigned-name/"


def test_pages_that_come_again_under_other_ids_still_name_each_other(run_import):
    run_import(ACHE, ITCH)
    first = {"type": "symptom", "id": "ache", "also": ["S:1"], "title": "Ache"}
    second = {"type": "symptom", "id": "itch", "also": ["S:2"], "title": "Itch"}
    related = {"related": [{"symptom": "itch", "system": "skin"}]}
    run = run_import(first | related, second, chunk=1)["run"]
    assert get_related_names("ache") == ["Itch"]
    assert "dangling symptom" not in run.counts


def test_an_obsolete_id_leads_on_and_its_draft_is_discarded(run_import):
    run_import(ACHE, ITCH)
    run_import({"type": "retired", "id": "S:2", "title": "obsolete itch", "replaced_by": "S:1"})
    itch = Article.objects.get(slug="itch")
    assert itch.discarded_at
    assert get_page("S:2") == get_page("S:1")
    assert Redirect.objects.get(slug="itch").article == get_page("S:1")


def test_an_obsolete_id_that_nothing_here_has_to_do_with_is_nothing_to_write(run_import):
    report = run_import(
        {"type": "retired", "id": "S:2", "replaced_by": "S:9"}, {"type": "retired", "id": "S:3"}
    )
    assert report["counts"] == {"retired": {"unchanged": 2}}


def test_an_obsolete_page_that_somebody_wrote_in_stays(run_import, ann):
    run_import(ACHE, ITCH)
    save_page(get_page("S:2"), by=ann, body="<p>Mine.</p>")
    report = run_import({"type": "retired", "id": "S:2", "title": "Itch", "replaced_by": "S:1"})
    assert not Article.objects.get(slug="itch").discarded_at
    assert "Withdraw or merge “Itch” by hand" in report["findings"][0]


def test_a_page_that_was_written_here_stays_if_a_file_calls_it_obsolete(run_import, ann):
    draft = factories.make_symptom(ann, title="Itch")
    report = run_import({"type": "retired", "id": str(draft.uuid)})
    assert not Article.objects.get(pk=draft.pk).discarded_at
    assert "Withdraw or merge “Itch” by hand" in report["findings"][0]


# Coming again


def test_the_same_file_twice_changes_nothing(run_import):
    records = [
        GOUT,
        FULL,
        ITCH,
        CARE,
        {"type": "retired", "id": "S:3", "title": "Old itch", "replaced_by": "S:2"},
    ]
    run_import(*records)
    before = list(Revision.objects.values_list("digest", flat=True)), Redirect.objects.count()
    report = run_import(*records)
    assert get_verdicts(report) == {"unchanged"}
    assert before == (
        list(Revision.objects.values_list("digest", flat=True)),
        Redirect.objects.count(),
    )


def test_a_changed_record_makes_a_new_draft_and_says_what_changes(run_import):
    run_import(GOUT, FULL, ITCH)
    report = run_import(FULL | {"summary": "They ache.", "other_names": ["Pain"], "causes": []})
    assert report["counts"] == {"symptom": {"changed": 1}}
    assert report["changes"]["S:1"] == [
        "summary: “They hurt.” → “They ache.”",
        "other names: 2 (“Soreness”) → 1 (none of its own)",
        "causes: 1 (“Gout (Joints · serious · rare · Gout.)”) → 0 (none of its own)",
    ]
    document = get_document("S:1")
    assert (document.summary, document.other_names, document.causes) == (
        "They ache.",
        ("Pain",),
        (),
    )
    assert get_page("S:1").get_latest_revision().number == 2


def test_what_a_record_does_not_say_stays_as_it_is(run_import):
    run_import(GOUT, FULL, ITCH)
    run_import({"type": "symptom", "id": "S:1", "title": "Aches"})
    document = get_document("S:1")
    assert (document.title, document.summary, document.other_names) == (
        "Aches",
        "They hurt.",
        ("Pain", "Soreness"),
    )
    assert len(document.causes) == len(document.related) == 1


def save_page(article, *, by, **fields):
    """As the admin saves a page."""
    kind = Symptom if article.kind == "symptom" else Article
    working = kind.objects.get(pk=article.pk)
    for name, value in fields.items():
        setattr(working, name, value)
    working.save()
    Article.objects.filter(pk=article.pk).update(form_version=F("form_version") + 1)
    record_revision(working, by=by)


def test_what_an_editor_wrote_since_is_kept_and_named(run_import, ann):
    run_import(ITCH)
    save_page(get_page("S:2"), by=ann, body="<p>Mine.</p>")
    report = run_import(ITCH | {"body": "<p>It itches a lot.</p>"})
    assert report["counts"] == {"symptom": {"conflicting, kept as it is here": 1}}
    assert report["findings"] == [
        "conflict 1 S:2 : An editor changed “Itch” here since. "
        "Decide which text is right, and save it."
    ]
    assert get_document("S:2").body == "<p>Mine.</p>"


def test_the_files_text_is_taken_where_somebody_says_so(run_import, ann):
    run_import(ITCH)
    save_page(get_page("S:2"), by=ann, body="<p>Mine.</p>")
    run_import(ITCH | {"body": "<p>It itches a lot.</p>"}, on_conflict="take")
    assert get_document("S:2").body == "<p>It itches a lot.</p>"
    assert get_page("S:2").revisions.count() == 3


def test_a_conflict_can_stop_everything(run_import, ann):
    run_import(ITCH)
    save_page(get_page("S:2"), by=ann, body="<p>Mine.</p>")
    with pytest.raises(CannotImport, match=r"Line 2, S:2: An editor changed “Itch”"):
        run_import(CARE, ITCH | {"body": "<p>It itches a lot.</p>"}, on_conflict="stop")
    assert not ExternalId.objects.filter(key="A:1").exists()


def test_a_shared_cause_that_was_renamed_is_no_edit_of_the_page(run_import, ann):
    run_import(GOUT, ACHE)
    cause = Cause.objects.get()
    cause.name = "Gout of the toe"
    cause.save()
    record_cause(cause, by=ann)
    assert run_import(ACHE | {"summary": "It hurts."})["counts"] == {"symptom": {"changed": 1}}
    report = run_import(GOUT | {"name": "Gouty arthritis"})
    assert "It is called “Gout of the toe” here" in report["findings"][0]


def test_a_renamed_cause_is_renamed_in_every_draft(run_import):
    run_import(GOUT, ACHE)
    run_import(GOUT | {"name": "Gouty arthritis"})
    assert get_document("S:1").causes[0].causes[0].name == "Gouty arthritis"


def test_an_import_tells_whoever_has_the_form_open(run_import):
    run_import(ITCH)
    form_version = get_page("S:2").form_version
    run_import(ITCH | {"body": "<p>It itches a lot.</p>"})
    assert get_page("S:2").form_version == form_version + 1


def test_a_page_that_was_discarded_here_stays_discarded(run_import, ann):
    run_import(ITCH)
    discard(get_page("S:2"), by=ann)
    report = run_import(ITCH | {"title": "Itching"})
    assert "“Itch” was discarded here" in report["findings"][0]


def test_a_page_that_was_restored_counts_as_edited(run_import, ann):
    run_import(ITCH)
    run_import(ITCH | {"body": "<p>Second.</p>"})
    restore(get_page("S:2").revisions.get(number=1), by=ann)
    assert run_import(ITCH | {"body": "<p>Third.</p>"})["counts"] == {
        "symptom": {"conflicting, kept as it is here": 1}
    }


@pytest.mark.parametrize(
    ("on_conflict", "verdict", "pages"),
    [("keep", "conflicting, kept as it is here", 1), ("beside", "new", 2), ("take", "changed", 1)],
)
def test_a_page_of_the_same_title_that_was_written_here_is_asked_about(
    run_import, ann, on_conflict, verdict, pages
):
    factories.make_symptom(ann, title="Itch", slug="itch")
    report = run_import(ITCH, on_conflict=on_conflict)
    assert report["counts"] == {"symptom": {verdict: 1}}
    assert Symptom.objects.count() == pages
    assert run_import(ITCH, on_conflict=on_conflict)["counts"]["symptom"].keys() <= {
        "unchanged",
        verdict,
    }


def test_two_sources_may_use_the_same_ids(run_import):
    run_import(ITCH, source="one")
    run_import(ITCH | {"title": "Ache"}, source="two")
    assert Symptom.objects.count() == 2


def test_ids_that_lead_to_two_pages_are_left_to_a_person(run_import):
    run_import(ACHE, ITCH)
    report = run_import(ACHE | {"id": "S:3", "title": "Both", "also": ["S:1", "S:2"]})
    assert "Its ids stand for several pages here: “Ache”, “Itch”" in report["findings"][0]


# Who, and what must not be


@pytest.mark.parametrize("who", ["ann", "ravi", "charlie"])
def test_only_managing_editors_import(run_import, request, who):
    with pytest.raises(CannotImport, match="Only managing editors"):
        run_import(CARE, by=request.getfixturevalue(who))


def test_the_owner_of_an_import_can_sign_none_of_it(run_import, morgan, ravi):
    run_import(GOUT, ACHE)
    assert is_barred(get_page("S:1"), morgan)
    assert not is_barred(get_page("S:1"), ravi)


@pytest.mark.parametrize(
    ("record", "finding"),
    [
        (
            {"type": "leaflet", "id": "1"},
            "refused 1 1 type: is not one of cause, symptom, article, about, retired",
        ),
        ({"id": "1"}, "refused 1 1 type: This record does not say its type"),
        ({"type": "article", "title": "x"}, "refused 1  id: is missing"),
        ({"type": "article", "id": "1"}, "refused 1 1 title: is missing"),
        (CARE | {"title": " "}, "refused 1 A:1 title: is empty"),
        (CARE | {"title": "x" * 201}, "refused 1 A:1 title: is longer than 200 characters"),
        (CARE | {"colour": "red"}, "refused 1 A:1 colour: is not a field that is known here"),
        (CARE | {"summary": "a\u0000b"}, "refused 1 A:1 summary: Character 2 is U+0000"),
        (CARE | {"body": 5}, "refused 1 A:1 body: is not text"),
        (
            CARE | {"references": [{"title": "x", "url": "javascript:1"}]},
            "refused 1 A:1 references.0.url: Enter a valid",
        ),
        (
            CARE | {"advice": {"level": "urgent"}},
            "refused 1 A:1 advice: Give both the advice and its level",
        ),
        (CARE | {"language": "es"}, "refused 1 A:1 language:"),
        (
            ITCH | {"related": [{"symptom": "S:1", "system": "soul"}]},
            "refused 1 S:2 related.0.system:",
        ),
        ('{"type": "article", "id": ', "refused 1  :"),
    ],
)
def test_an_unfit_record_is_refused_with_line_and_field_and_the_others_come(
    run_import, record, finding
):
    report = run_import(record, CARE | {"id": "A:9", "title": "Another"})
    assert report["findings"][0].startswith(finding)
    assert [origin.key for origin in ExternalId.objects.all()] == ["A:9"]


def test_records_of_one_id_are_refused_together_with_all_their_lines(run_import):
    report = run_import(CARE, ITCH | {"id": "A:1"}, CARE | {"id": "A:2"}, CARE | {"title": "Later"})
    assert report["findings"][0].startswith("refused 1 A:1 id: Lines 1, 2, 4 have the same id")
    assert len(report["findings"]) == 1
    assert [origin.key for origin in ExternalId.objects.all()] == ["A:2"]


def test_the_id_of_a_refused_record_is_given_to_no_other(run_import):
    report = run_import(CARE | {"risk": "some"}, CARE, {"type": "cause", "id": "A:1", "name": "C"})
    assert [finding[:14] for finding in report["findings"]] == ["refused 1 A:1 ", "refused 1 A:1 "]
    assert "Lines 1, 2 have the same id" in report["findings"][1]
    assert not ExternalId.objects.exists()
    assert Cause.objects.get().name == "C"  # ids of causes are others than those of pages


def test_the_id_of_a_refused_record_is_merged_into_no_other(run_import):
    report = run_import(CARE | {"risk": "some"}, CARE | {"id": "A:2", "also": ["A:1", "A:3"]})
    assert report["findings"][1] == (
        "noted 2 A:2 : The record of “A:1” was refused, so that id was not merged into this one."
    )
    assert {origin.key for origin in ExternalId.objects.all()} == {"A:2", "A:3"}


def test_scripts_and_handlers_are_gone_before_anything_is_written(run_import):
    report = run_import(CARE | {"body": '<p onclick="x()">Rest.</p><script>x()</script>'})
    assert get_document("A:1").body == "<p>Rest.</p>"
    assert report["findings"] == ["noted 1 A:1 : Left out of its text: 1 script."]


def test_no_more_records_are_read_than_were_asked_for(run_import):
    assert run_import(GOUT, ACHE, ITCH, most=2)["counts"] == {
        "cause": {"new": 1},
        "symptom": {"new": 1},
    }


@pytest.mark.parametrize("source", ["", "  ", "x" * 61, "a\u0000b"])
def test_a_source_needs_a_name(run_import, source):
    with pytest.raises(CannotImport, match="source"):
        run_import(CARE, source=source)


def test_one_page_takes_as_many_queries_as_three(run_import):
    counts = []
    for start, number in ((10, 1), (20, 3)):
        records = [
            FULL | {"id": f"S:{start + n}", "title": f"Ache {start + n}", "related": []}
            for n in range(number)
        ]
        run_import(GOUT, FULL, ITCH)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            run_import(*records)
        counts.append(len(seen))
    assert counts[0] == counts[1]


# In chunks, and stopped half-way


def test_chunks_end_where_one_transaction_ends(run_import, tmp_path):
    records = [GOUT, *(FULL | {"id": f"S:{n + 10}", "title": f"Ache {n}"} for n in range(7)), ITCH]
    run_import(*records, chunk=2)
    given = export_content(tmp_path)
    assert Revision.objects.count() == 8
    assert run_import(*records)["counts"]["symptom"] == {"unchanged": 8}
    assert given == export_content(tmp_path)


def export_content(tmp_path) -> bytes:
    path = tmp_path / "out.jsonl"
    call_command("export_content", str(path), "--no-progress")
    return path.read_bytes()


# Out, and in again


def test_what_is_given_out_comes_in_elsewhere_as_it_was(run_import, tmp_path, morgan):
    run_import(GOUT, FULL, ITCH, CARE)
    out = export_content(tmp_path)
    records = [json.loads(line) for line in out.decode().splitlines()]
    report = run_import(*records, source="own")
    assert get_verdicts(report) == {"here already"}
    assert export_content(tmp_path) == out


def test_a_file_that_was_given_out_and_edited_tells_whether_the_page_was(run_import, tmp_path, ann):
    run_import(CARE)
    record = json.loads(export_content(tmp_path)) | {"summary": "Rest well."}
    assert run_import(record, source="own", apply=False)["counts"]["article"] == {
        "conflicting, kept as it is here": 1
    }
    record["revision"] = get_page("A:1").get_latest_revision().digest
    assert run_import(record, source="own")["counts"]["article"] == {"changed": 1}
    save_page(get_page("A:1"), by=ann, body="<p>Mine.</p>")
    assert run_import(record | {"summary": "Rest more."}, source="own")["counts"]["article"] == {
        "conflicting, kept as it is here": 1
    }


# Spreadsheets, where people name things


def test_a_sheet_names_causes_and_symptoms_in_words(tmp_path, morgan, ann):
    factories.make_symptom(ann, slug="itch", title="Itch")
    factories.make_cause(ann, name="COVID-19", slug="covid-19")
    path = tmp_path / "sheet.csv"
    path.write_text(
        'type,id,title,causes,related\nsymptom,1,Ache,"Gout; rare | COVID-19 | D:9","Itch; skin"\n'
    )
    with plan_import(
        path, reader=formats.get("csv"), format="csv", source="sheet", by=morgan
    ) as plan:
        run = plan.apply()
    assert get_cause_names("1") == ["Gout", "COVID-19"]
    assert get_related_names("1") == ["Itch"]
    assert run.counts["dangling cause"] == 1


def test_a_sheet_of_imported_reviews_finds_pages_by_the_ids_under_which_they_came(run_import):
    run_import(CARE, ITCH)
    run_import(ITCH | {"id": "A:1", "title": "Ache"}, source="other")
    assert page_lookup.find_pages(["S:2"]) == {"S:2": get_page("S:2").pk}
    assert page_lookup.find_pages(["A:1"])["A:1"].startswith(
        "2 pages have this number, id or title: "
    )


# And merging


def test_ids_move_along_when_causes_and_pages_are_merged(run_import, morgan):
    run_import(GOUT, GOUT | {"id": "C:2", "name": "Gouty arthritis"}, ACHE, ITCH)
    lost, kept = Cause.objects.get(name="Gout"), Cause.objects.get(name="Gouty arthritis")
    merge_causes(lost, kept, by=morgan)
    merge_symptoms(Symptom.objects.get(title="Ache"), Symptom.objects.get(title="Itch"), by=morgan)
    assert get_page("S:1").title == "Itch"
    assert run_import(ACHE)["counts"] == {"symptom": {"unchanged": 1}}
    assert "merged into “Itch”" in run_import(ACHE | {"summary": "It hurts."})["findings"][0]
    run_import(
        ACHE
        | {
            "id": "S:3",
            "title": "Sting",
            "causes": [{"cause": "C:1"}, {"cause": "x", "name": "gout"}],
        }
    )
    assert [cause.name for cause in get_document("S:3").causes[0].causes] == ["Gouty arthritis"]
    assert Cause.objects.count() == 1


def test_obsolete_ids_lead_through_others_to_a_page_in_the_first_run(run_import):
    records = (
        ACHE | {"causes": []},
        {"type": "retired", "id": "S:5", "title": "Ouch", "replaced_by": "S:4"},
        {"type": "retired", "id": "S:4", "title": "Old ache", "replaced_by": "S:1"},
        {"type": "retired", "id": "S:6", "title": "Round", "replaced_by": "S:7"},
        {"type": "retired", "id": "S:7", "title": "And round", "replaced_by": "S:6"},
        {"type": "retired", "id": "S:8", "title": "Lost", "replaced_by": "S:99"},
    )
    report = run_import(*records)
    pages = {row.key: row.article.title for row in ExternalId.objects.select_related("article")}
    assert pages == dict.fromkeys(["S:1", "S:4", "S:5"], "Ache")
    assert report["counts"]["retired"] == {"new": 2, "unchanged": 3}
    findings = "\n".join(report["findings"])
    assert findings.count("lead round in a circle (S:6 → S:7 → S:6)") == 1
    assert findings.count("S:99 took its place, which has no page") == 1
    report = run_import(*records)
    assert report["counts"]["retired"] == {"unchanged": 5}


def test_an_obsolete_id_whose_successor_stays_out_is_nothing_to_write(run_import, ann):
    factories.make_symptom(ann, title="Ache")
    for _ in range(2):
        report = run_import(
            ACHE, {"type": "retired", "id": "S:4", "title": "Old ache", "replaced_by": "S:1"}
        )
        assert report["counts"]["retired"] == {"unchanged": 1}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (CARE | {"body": "<p>lo\ufffdt</p>"}, "body: Character 3 is U+FFFD"),
        (
            ACHE | {"causes": [{"cause": "C:1", "html": "<p>lo\ufffdt</p>"}]},
            "causes.0.html: Character 3 is U+FFFD",
        ),
        (CARE | {"id": "A:1\u200b"}, "id: has the character U+200B, which nobody sees"),
        (CARE | {"also": ["A:2\ufeff"]}, "also.0: has the character U+FEFF"),
    ],
)
def test_lost_letters_and_ids_that_look_the_same_are_refused(run_import, record, reason):
    report = run_import(record)
    assert len(report["findings"]) == 1
    assert reason in report["findings"][0]


# What a cause is


def test_a_cause_comes_with_its_description_and_as_a_catch_all(run_import, tmp_path):
    pages = [FULL | {"causes": [{"cause": "C:9"}]}, CARE]
    cause = {
        "type": "cause",
        "id": "C:9",
        "name": "Side effects",
        "catch_all": True,
        "description": CARE["id"],
    }
    report = run_import(*pages, cause)
    assert any("that describes it is not here yet" in text for text in report["findings"])
    assert get_document("S:1").all_causes[0].catch_all
    assert get_document("S:1").all_causes[0].description is None
    again = run_import(*pages, cause)
    assert again["changes"]["C:9"] == [f"description: none → {CARE['id']}"]
    described = get_document("S:1").all_causes[0].description
    assert (described.uuid, described.title) == (get_page(CARE["id"]).uuid, CARE["title"])
    assert get_verdicts(run_import(*pages, cause)) == {"unchanged"}
    records = [json.loads(line) for line in export_content(tmp_path).decode().splitlines()]
    (exported,) = [record for record in records if record["type"] == "cause"]
    assert exported["catch_all"] is True
    assert exported["description"] == str(described.uuid)


def test_what_editors_chose_for_a_cause_stays_unless_the_import_takes_it(run_import, ann):
    other = factories.make_article(ann)
    cause = {"type": "cause", "id": "C:9", "name": "Side effects"}
    run_import(CARE, cause)
    row = Cause.objects.get()
    row.description, row.catch_all = other, True
    row.save()
    changed = cause | {"catch_all": False, "description": CARE["id"]}
    run_import(CARE, changed)
    row.refresh_from_db()
    assert (row.description_id, row.catch_all) == (other.pk, True)
    run_import(CARE, changed | {"also": ["C:10"]}, on_conflict="take")
    row.refresh_from_db()
    assert (row.description_id, row.catch_all) == (get_page(CARE["id"]).pk, False)
