"""Makes a long ledger in a database, and verifies it.

Each in a process of its own, for `benchmarks.verify`.
"""

import os
import resource
import sys
import time

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
django.setup()

from django.contrib.auth.models import User  # noqa: E402 - models need the settings first
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from reviews import verification  # noqa: E402
from tests import factories  # noqa: E402


def migrate() -> None:
    call_command("migrate", verbosity=0)


def fill(entries: int, pages: int) -> None:
    """Pages that one clinician signed, and then signed again, year after year."""
    ann, ravi = (User.objects.create_user(name) for name in ("ann", "ravi"))
    factories.make_reviewer(ravi, verified_by=ann, name="Ravi Rao", slug="ravi-rao")
    pages = min(pages, entries)
    factories.publish_symptoms(pages, by=ann, signer=ravi)
    factories.sign_all_again(entries - pages, signer=ravi)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def verify() -> str:
    """The seconds and the megabytes that it took."""
    begun = time.perf_counter()
    if found := list(verification.find_faults()):
        sys.exit(f"{len(found)} faults: {found[:3]}")
    return (
        f"{time.perf_counter() - begun} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}"
    )


if __name__ == "__main__":
    command, *numbers = sys.argv[1:]
    print(
        {"migrate": migrate, "fill": fill, "verify": verify}[command](*map(int, numbers)) or "done"
    )
