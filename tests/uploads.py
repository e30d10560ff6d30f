"""What Morgan does with files in the admin: sends them, reads the plan, and presses."""

import json
import re
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from config.imports.uploads import root

RUNS = "/admin/articles/importrun/"
ADD = f"{RUNS}add/"
CAUSE = {"type": "cause", "id": "C:1", "name": "Nettles"}
PAIN = {"type": "symptom", "id": "S:1", "title": "Jaw pain", "body": "<p>It hurts.</p>"}
RASH = {"type": "symptom", "id": "S:2", "title": "Rash", "body": "<p>It itches.</p>", "causes": [{"cause": "C:1"}]}
THREE = (CAUSE, PAIN, RASH)
NO_TITLE = {"type": "symptom", "id": "S:3"}


def file_of(*records, name: str = "pages.jsonl") -> SimpleUploadedFile:
    lines = [record if isinstance(record, str) else json.dumps(record) for record in records]
    return SimpleUploadedFile(name, "\n".join(lines).encode())


def send(client, *records, file=None, **wishes):
    """Send a file, in the way that the form offers first."""
    wishes = {"source": "symp", "on_conflict": "keep"} | wishes
    return client.post(ADD, wishes | {"file": file or file_of(*records)})


def plan_of(client, *records, **wishes):
    """Send a file, and read its plan; its address is ``plan.address``."""
    response = send(client, *records, **wishes)
    assert response.status_code == 302, response.context["form"].errors
    plan = client.get(response["Location"])
    plan.address = response["Location"]
    return plan


def press(client, plan):
    """Press the button that writes, as that plan shows it."""
    seen = re.search(r'name="seen" value="(\w+)"', plan.text)
    assert seen, "there is nothing to press"
    return client.post(plan.address, {"write": "", "seen": seen[1]}, follow=True)


def bring_in(client, *records, **wishes):
    """Send, read, press: what comes is the run."""
    return press(client, plan_of(client, *records, **wishes))


def kept() -> list[Path]:
    """The files that wait."""
    return [path for path in root().rglob("file/*") if path.is_file()]
