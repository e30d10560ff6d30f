"""Codes of files: mended or refused with line and field, each once, and old ones left alone."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from articles.imports import formats
from articles.imports.plan import plan_import
from articles.models import ExternalId, Redirect
from articles.publishing.actions import record_revision
from symptoms.models import Code, Symptom
from tests import factories

pytestmark = pytest.mark.django_db
ITCH = {"type": "symptom", "id": "S:1", "title": "Itch", "body": "<p>It itches.</p>"}


@pytest.fixture
def run_import(tmp_path, morgan):
    """Imports a file, or records as JSON lines; gives the counts and the findings."""

    def bring(*records, path=None, source="test"):
        if path is None:
            path = tmp_path / "records.jsonl"
            path.write_text("\n".join(map(json.dumps, records)))
        reader = formats.detect(path.name)
        with plan_import(path, reader=reader, format=reader.name, source=source, by=morgan) as plan:
            counts = {kind: dict(verdicts) for kind, verdicts in plan.counts.items()}
            plan.apply()
            return counts, [f"{row.line} {row.field}: {row.text}" for row in plan.findings()]

    return bring


def make_codes(*codes: str, system: str = "ICD-10-CM") -> list[dict]:
    return [{"system": system, "code": code} for code in codes]


def list_codes() -> list[str]:
    return [str(row) for row in Code.objects.order_by("system", "code")]


def test_codes_are_mended_and_the_same_one_is_once(run_import):
    codes = make_codes("r070", "R07.0", "R07 .0") + make_codes("162 397 003", system="SNOMEDCT_US")
    _, findings = run_import(ITCH | {"codes": codes})
    assert list_codes() == ["ICD-10-CM R07.0", "SNOMED CT 162397003"]
    assert not findings


@pytest.mark.parametrize("format", ["jsonl", "csv"])
def test_what_is_no_code_refuses_its_record_with_an_example(run_import, tmp_path, format):
    path = None
    if format == "csv":
        path = tmp_path / "a.csv"
        path.write_text("type,id,title,codes\nsymptom,S:1,Itch,ICD-10-CM RO7.0\n")
    _, findings = run_import(ITCH | {"codes": make_codes("RO7.0")}, path=path)
    assert len(findings) == 1
    assert findings[0].startswith("1 " if format == "jsonl" else "2 ")
    assert "“RO7.0” is no code of ICD-10-CM" in findings[0]
    assert "An example of the form: R07.0." in findings[0]
    assert not ExternalId.objects.exists()


def test_an_export_with_old_codes_is_nothing_to_write(run_import, tmp_path, ann):
    page = factories.make_symptom(ann, title="Itch")
    page.codes.all().delete()
    Code.objects.bulk_create(
        [Code(symptom=page, system="ICD-10-CM", code=code) for code in ("r070", "no code")]
    )
    record_revision(page, by=ann)
    path = tmp_path / "out.jsonl"
    call_command("export_content", path, "--no-progress")
    revision = Symptom.objects.get(pk=page.pk).get_latest_revision()
    counts, findings = run_import(path=path)
    assert (counts["symptom"], findings) == ({"here already": 1}, [])
    assert list_codes() == ["ICD-10-CM no code", "ICD-10-CM r070"]
    record = json.loads(path.read_text()) | {"summary": "Changed."}
    run_import(record)
    assert list_codes() == ["ICD-10-CM no code", "ICD-10-CM r070"]
    assert page.get_latest_revision().pk != revision.pk
    run_import(record | {"codes": make_codes("R07.0")})
    assert list_codes() == ["ICD-10-CM r070"]


def test_the_obsolete_ids_of_case_13_are_settled_in_the_first_run(run_import):
    path = Path("tests/fixtures/fidelity/13-obsolete-chain.obo")
    run_import(path=path)
    pages = {row.key: row.article.title for row in ExternalId.objects.select_related("article")}
    assert {key: pages[key] for key in ("CH:2", "CH:3", "CH:4", "CH:5")} == {
        "CH:2": "Living ache",
        "CH:3": "Living ache",
        "CH:4": "Other living ache",
        "CH:5": "Other living ache",
    }
    before = set(ExternalId.objects.values_list("key", "article", "run"))
    redirects = set(Redirect.objects.values_list())
    counts, _ = run_import(path=path)
    assert counts["symptom"] == {"unchanged": 2}
    assert counts["retired"] == {"unchanged": 3}
    assert set(ExternalId.objects.values_list("key", "article", "run")) == before
    assert set(Redirect.objects.values_list()) == redirects
