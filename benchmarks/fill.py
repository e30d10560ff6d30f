"""Fills an empty database: the demonstration, and many signed pages as long as its fullest one."""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from articles.publishing import related_pages  # noqa: E402
from symptoms.models import Symptom  # noqa: E402
from tests import factories  # noqa: E402

MODEL_SLUG = "facial-spasms"
COPIED_FIELDS = (
    "advice",
    "body",
    "spotlight_title",
    "spotlight",
    "causes_intro",
    "diagnosis_questions",
    "treatment",
    "complications",
)


def main(count: int) -> dict:
    call_command("migrate", verbosity=0)
    call_command("load_demo", verbosity=0)
    full = Symptom.objects.get(slug=MODEL_SLUG)
    texts = {name: getattr(full, name) for name in COPIED_FIELDS}
    people = User.objects.in_bulk(["ann", "ravi"], field_name="username")
    many = {"causes": full.symptom_causes.count(), "related": full.related_symptoms.count()}
    slugs = factories.publish_symptoms(
        count, by=people["ann"], signer=people["ravi"], **many, **texts
    )
    related_pages.renew()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    visitor = Client(headers={"host": "127.0.0.1"})
    warm, cold = (len(visitor.get(f"/symptoms/{slug}/").content) for slug in (MODEL_SLUG, slugs[0]))
    return {"size": warm, "cold_size": cold, "addresses": [f"/symptoms/{slug}/" for slug in slugs]}


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
