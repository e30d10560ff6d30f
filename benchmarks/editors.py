"""What an editor waits for: CPU, queries and bytes.

The form of a full symptom, opened, saved and composed while typing, beside a bare one with the same
rows, and beside the plain fields of the page alone.
"""

import json
import os
import time
from statistics import median
from urllib.parse import urlencode

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from tests import factories  # noqa: E402
from tests.html import make_cause_row, read_form  # noqa: E402

ROUNDS = 15
PLAIN_FORM = "/plain/symptoms/symptom/{}/change/"
BARE_FORM, OUR_FORM = "/stock/symptoms/symptom/{}/change/", "/admin/symptoms/symptom/{}/change/"
LARGE = 2_500  # causes


@override_settings(ROOT_URLCONF="benchmarks.stock_urls")
def main() -> dict:
    call_command("migrate", verbosity=0)
    ann = User.objects.create_superuser(
        "ann", password="not-needed", first_name="Ann", last_name="Archer"
    )
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=12, related=18)
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(ann)
    large = factories.make_large_symptom(ann, causes=LARGE)
    plain, bare, ours = (form.format(symptom.pk) for form in (PLAIN_FORM, BARE_FORM, OUR_FORM))
    large_form = OUR_FORM.format(large.pk)
    found = {}
    found["plain fields: open"], found["our form: open"] = measure_beside(
        lambda: client.get(plain), lambda: client.get(ours)
    )
    found["bare form: open"] = measure_request(lambda: client.get(bare))
    for name, form in (("bare form", bare), ("our form", ours)):
        found[f"{name}: save one word"] = measure_saving(client, form)
    found[f"our form, {LARGE:,} causes: open"] = measure_request(lambda: client.get(large_form))
    found[f"our form, {LARGE:,} causes: save one word"] = measure_saving(client, large_form)
    for name, form in (("our form", ours), (f"our form, {LARGE:,} causes", large_form)):
        for edit, change in EDITS.items():
            found[f"{name}: compose, {edit}"] = measure_composing(client, form, change)
    return found


# What differs from the form as it was opened, by the number of the draft.
EDITS = {
    "unchanged": lambda number: {},
    "a word of the text": lambda number: {"body": f"<p>A muscle tightens, {number}.</p>"},
    "a word of a row": lambda number: make_cause_row(4, text=f"<p>It may, {number}.</p>"),
    "a row moved": lambda number: make_cause_row(4, position=number % 9 + 1),
    "a row deleted": lambda number: make_cause_row(number % 9, DELETE="on"),
}


def measure_composing(client, form: str, change) -> tuple[float, int, int]:
    """The draft of a form in which each time something else was changed."""
    opened, numbers = read_form(client.get(form)), iter(range(10**6))

    def prepare() -> str:
        return urlencode(opened | change(next(numbers)), doseq=True)

    def send(values: str):
        kind = "application/x-www-form-urlencoded"
        return client.post(form.replace("change", "draft"), values, content_type=kind)

    return measure_request(send, prepare)


def measure_beside(*actions) -> list[tuple[float, int, int]]:
    """Several requests in turn, so that all meet the same noise."""
    times: list[list[float]] = [[] for _ in actions]
    for _ in range(ROUNDS):
        for action, measured in zip(actions, times, strict=True):
            begun = time.process_time()
            action()
            measured.append(1000 * (time.process_time() - begun))
    return [
        (round(median(measured), 1), *count(action))
        for action, measured in zip(actions, times, strict=True)
    ]


def count(action, *given) -> tuple[int, int]:
    """The queries of a request, and the bytes of its answer."""
    with CaptureQueriesContext(connection) as queries:
        answer = action(*given)
    return len(queries), len(answer.content)


def measure_saving(client, form: str) -> tuple[float, int, int]:
    words = iter(range(10**6))

    def changed() -> dict:
        return read_form(client.get(form)) | {
            "body": f"<p>A muscle tightens by itself, {next(words)}.</p>"
        }

    return measure_request(lambda values: client.post(form, values), changed, 302)


def measure_request(action, prepare=None, expected: int = 200) -> tuple[float, int, int]:
    """Milliseconds of CPU in the middle of so many rounds, queries, and bytes of the answer."""
    times = []
    for _ in range(ROUNDS):
        given = [prepare()] if prepare else []
        begun = time.process_time()
        answer = action(*given)
        times.append(1000 * (time.process_time() - begun))
        assert answer.status_code == expected, answer.text
    return round(median(times), 1), *count(action, *([prepare()] if prepare else []))


if __name__ == "__main__":
    print(json.dumps(main()))
