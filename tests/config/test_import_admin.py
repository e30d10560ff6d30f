"""Morgan brings in files from the admin: what is shown first is what is written; Ann and Charlie must not."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile

from articles.models import Article, ImportRun
from symptoms.models import Symptom

pytestmark = pytest.mark.django_db
RUNS = "/admin/articles/importrun/"
ADD = f"{RUNS}add/"
PAIN = {"type": "symptom", "id": "S:1", "title": "Jaw pain", "body": "<p>It hurts.</p>"}
RASH = {"type": "symptom", "id": "S:2", "title": "Rash", "body": "<p>It itches.</p>", "causes": [{"cause": "C:1"}]}
CAUSE = {"type": "cause", "id": "C:1", "name": "Nettles"}
DIARY = {"type": "article", "id": "A:1", "title": "Keeping count", "body": "<p>Two lines a day.</p>"}
THREE = [CAUSE, PAIN, RASH]


@pytest.fixture
def morgan_at_work(client, morgan):
    client.force_login(morgan)
    return client


def packed(*records, name="pages.jsonl") -> SimpleUploadedFile:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def send(client, *records, name="pages.jsonl", **wishes):
    """Send a file; what comes is where that leads."""
    wishes = {"source": "symp", "on_conflict": "keep"} | wishes
    return client.post(ADD, {"file": packed(*records, name=name), **wishes})


def plan_of(client, *records, **wishes):
    """Send a file, and read its plan; its address is ``plan.address``."""
    response = send(client, *records, **wishes)
    assert response.status_code == 302, response.context["form"].errors
    plan = client.get(response["Location"])
    plan.address = response["Location"]
    return plan


def seen(plan) -> str:
    return re.search(r'name="seen" value="(\w+)"', plan.text)[1]


def press(client, plan, **more):
    return client.post(plan.address, {"write": "", "seen": seen(plan)} | more, follow=True)


def bring_in(client, *records, **wishes):
    return press(client, plan_of(client, *records, **wishes))


def kept() -> list[Path]:
    return [path for path in Path(settings.UPLOADS_ROOT).rglob("*") if path.is_file() and path.name != "note.json"]


@pytest.fixture(autouse=True)
def empty_directory(tmp_path, settings):
    settings.UPLOADS_ROOT = str(tmp_path)
    settings.STORAGES["import_export"]["OPTIONS"]["location"] = str(tmp_path)


def test_morgan_sends_a_file_reads_its_plan_and_writes_it_as_drafts(morgan_at_work, morgan):
    plan = plan_of(morgan_at_work, *THREE, {"type": "symptom", "id": "S:3"})
    for said in ("Jaw pain", "Nettles", "Write 3 records as drafts", "1 record refused", "title", "is missing"):
        assert said in plan.text
    assert not Article.objects.exists()
    assert not ImportRun.objects.exists()
    done = press(morgan_at_work, plan)
    assert "Written: 3 new, 1 refused. All of it is drafts" in done.text
    run = ImportRun.objects.get()
    assert (run.by, run.source, run.file_name, run.format) == (morgan, "symp", "pages.jsonl", "jsonl")
    assert set(Symptom.objects.values_list("title", "live", "writer")) == {
        ("Jaw pain", None, morgan.pk),
        ("Rash", None, morgan.pk),
    }
    assert kept() == []
    assert LogEntry.objects.filter(user=morgan, object_id=str(run.pk)).count() == 1
