"""Publishes a change of one page a second, until it is stopped.

Run in the folder of any build: it uses that build's own actions.
"""

import os
import random
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench_settings"
sys.path.insert(0, os.getcwd())
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first

from articles.publishing.actions import record_revision  # noqa: E402
from symptoms.models import Symptom  # noqa: E402
from tests import factories  # noqa: E402

INTERVAL = 1.0  # seconds


def main(seed: int) -> None:
    draw = random.Random(seed)
    people = User.objects.in_bulk(["ann", "ravi", "morgan"], field_name="username")
    pages = Symptom.objects.filter(slug__startswith="bench-", live__isnull=False)
    keys = list(pages.values_list("pk", flat=True))
    due = time.monotonic()
    for number in range(10**6):
        publish_change(draw.choice(keys), number, people)
        print("published", number, flush=True)
        due = max(due + INTERVAL, time.monotonic() - INTERVAL)
        time.sleep(max(0.0, due - time.monotonic()))


def publish_change(key: int, number: int, people: dict[str, User]) -> None:
    """One more sentence in the summary of a page, signed."""
    page = Symptom.objects.get(pk=key)
    page.summary = f"It hurts for a while, and that is number {number}."
    page.save()
    record_revision(page, by=people["ann"])
    factories.sign_despite_checks(page, by=people["ravi"], manager=people["morgan"])


if __name__ == "__main__":
    main(int(sys.argv[1]))
