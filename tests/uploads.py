"""What Morgan does with files in the admin: sends them, reads the plan, and presses."""

import json
import re
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from articles.imports.admin.storage import get_root

RUNS_PATH = "/admin/articles/importrun/"
ADD_PATH = f"{RUNS_PATH}add/"
CAUSE = {"type": "cause", "id": "C:1", "name": "Nettles"}
PAIN = {"type": "symptom", "id": "S:1", "title": "Jaw pain", "body": "<p>It hurts.</p>"}
RASH = {
    "type": "symptom",
    "id": "S:2",
    "title": "Rash",
    "body": "<p>It itches.</p>",
    "causes": [{"cause": "C:1"}],
}
THREE_RECORDS = (CAUSE, PAIN, RASH)
UNTITLED = {"type": "symptom", "id": "S:3"}


def make_file(*records, name: str = "pages.jsonl") -> SimpleUploadedFile:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def upload(client, *records, file=None, **options):
    """Send a file, in the way that the form offers first."""
    values = {"source": "symp", "on_conflict": "keep", **options}
    return client.post(ADD_PATH, values | {"file": file or make_file(*records)})


def open_plan(client, *records, **options):
    """Send a file, and read its plan; its address is ``plan.address``."""
    response = upload(client, *records, **options)
    assert response.status_code == 302, response.context["form"].errors
    plan = client.get(response["Location"])
    plan.address = response["Location"]
    return plan


def submit_plan(client, plan):
    """Press the button that writes, as that plan shows it."""
    seen = re.search(r'name="seen" value="(\w+)"', plan.text)
    assert seen, "there is nothing to press"
    return client.post(plan.address, {"write": "", "seen": seen[1]}, follow=True)


def import_records(client, *records, **options):
    """Send, read, press: the response shows the run."""
    return submit_plan(client, open_plan(client, *records, **options))


def list_waiting_files() -> list[Path]:
    """The files that wait."""
    return [path for path in get_root().rglob("file/*") if path.is_file()]
