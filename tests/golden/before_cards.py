"""What this build makes of the demonstration as build 576a0b7, the last before care cards, left it.

``python -m tests.golden.before_cards WORK`` with DATABASE_URL and IMAGES_ROOT. It brings the
database up to date, and reviews a page that nobody touched. The database was made by ``migrate``
and ``load_demo`` of that build.
"""

import datetime as dt
import json
import sys
from io import StringIO
from pathlib import Path

import django
import time_machine

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def main() -> None:
    django.setup()
    with time_machine.travel(NOW):
        observed = observe()
    (Path(sys.argv[1]) / "observed.json").write_text(json.dumps(observed))


def observe() -> dict:
    from django.core.management import call_command

    from tests.golden import facts

    before = facts.revisions()
    call_command("migrate", verbosity=0)
    found = {
        "revisions before": before,
        "revisions": facts.revisions(),
        "latest": facts.latest_texts(),
        "composed": facts.compositions(),
        "reviewed": review_untouched_page(),
        "revisions after": facts.revisions(),
    }
    call_command("verify_ledger", stdout=StringIO())
    return found


def review_untouched_page() -> str:
    """Sign a page again that says what was signed last. Gives the kind of the event."""
    from django.contrib.auth.models import User

    from articles.models import Article
    from reviews.models import LedgerEntry
    from tests import factories

    manager = User.objects.get(username="morgan")
    reviewed = LedgerEntry.objects.filter(review__trigger="first").values("article")
    waiting = Article.objects.filter(medical_reviews__decided_at__isnull=True)
    page = Article.objects.as_signed().filter(pk__in=reviewed).exclude(pk__in=waiting).first()
    signer = page.ledger_entries.positive().order_by("-sequence").first().by
    factories.sign_despite_checks(page, by=signer, manager=manager, trigger="annual")
    return Article.objects.get(pk=page.pk).live.kind


if __name__ == "__main__":
    main()
