"""What an editor waits for.

The form of a full symptom, opened, saved and composed while typing, beside a bare one.
"""

import json
import os
import time
from statistics import median

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from tests import factories  # noqa: E402
from tests.html import read_form  # noqa: E402

ROUNDS = 15
BARE_FORM, OUR_FORM = "/stock/symptoms/symptom/{}/change/", "/admin/symptoms/symptom/{}/change/"


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
    found = {}
    for name, form in (
        ("bare form", BARE_FORM.format(symptom.pk)),
        ("our form", OUR_FORM.format(symptom.pk)),
    ):
        found[f"{name}: open"] = measure_request(lambda form=form: client.get(form))
        found[f"{name}: save one word"] = measure_saving(client, form)
    draft = OUR_FORM.format(symptom.pk).replace("change", "draft")
    typed = read_form(client.get(OUR_FORM.format(symptom.pk)))
    found["our form: compose while typing"] = measure_request(lambda: client.post(draft, typed))
    return found


def measure_saving(client, form: str) -> tuple[float, int]:
    words = iter(range(10**6))

    def changed() -> dict:
        return read_form(client.get(form)) | {
            "body": f"<p>A muscle tightens by itself, {next(words)}.</p>"
        }

    return measure_request(lambda values: client.post(form, values), changed, 302)


def measure_request(action, prepare=None, expected: int = 200) -> tuple[float, int]:
    """Milliseconds in the middle of so many rounds, and the number of queries."""
    times = []
    for _ in range(ROUNDS):
        given = [prepare()] if prepare else []
        begun = time.perf_counter()
        answer = action(*given)
        times.append(1000 * (time.perf_counter() - begun))
        assert answer.status_code == expected, answer.text
    given = [prepare()] if prepare else []
    with CaptureQueriesContext(connection) as queries:
        action(*given)
    return round(median(times), 1), len(queries)


if __name__ == "__main__":
    print(json.dumps(main()))
