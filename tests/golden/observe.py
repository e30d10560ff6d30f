"""Writes everything that must not move of one database as JSON, in a process and on a fixed day.

``python -m tests.golden.observe WORK [--archive FOLDER]`` with DATABASE_URL and IMAGES_ROOT. It
uses what stays: commands, addresses, raw SQL and Django's registries.
"""

import argparse
import datetime as dt
import json
from io import StringIO
from pathlib import Path

import django
import time_machine

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--archive", type=Path)
    parser.add_argument("--history", action="store_true", help="tables, texts and ledger alone")
    parser.add_argument("--rows", action="store_true", help="what is stored, and no page of it")
    options = parser.parse_args()
    django.setup()
    with time_machine.travel(NOW):
        prepare(options.archive)
        result = history() if options.history else observe(options)
    (options.work / "observed.json").write_text(json.dumps(result, ensure_ascii=False))


def prepare(archive: Path | None) -> None:
    """Bring the database up to date, bring the archive in, and verify all of it."""
    from django.conf import settings
    from django.core.management import call_command

    settings.STATIC_ROOT = settings.BASE_DIR / "static"
    call_command("migrate", verbosity=0)
    if archive:
        call_command("import_archive", archive, no_progress=True, stdout=StringIO())
    call_command("verify_ledger", stdout=StringIO())


def history() -> dict:
    from tests.golden import facts, schema

    found = {
        "schema": schema.observe(),
        "ledger": facts.ledger(),
        "revisions": facts.revisions(),
        "latest": facts.latest_texts(),
        "composed": facts.compositions(),
    }
    facts.save_all_again()
    return found | {"composed after a save": facts.compositions()}


def observe(options: argparse.Namespace) -> dict:
    from tests.golden import facts, program, rows, schema, visits

    work = options.work
    result = {
        "schema": schema.observe(),
        "rows": rows.observe(imported=bool(options.archive)),
        "ledger": facts.ledger(),
        "revisions": facts.revisions(),
        "composed": facts.compositions(),
        "archive": facts.archive(work / "archive"),
    }
    if options.rows:
        return result
    result |= {
        "site": facts.site(work / "site"),
        "evidence": facts.evidence(work),
        "content": facts.content(work / "content.jsonl"),
        "public": visits.public(),
        "search": visits.search(),
    }
    if options.archive is None:
        # Sessions first: visits begin others. Letters last: they are written down.
        result |= {
            "sessions": visits.sessions(),
            "second_factor": visits.second_factor(),
            "staff": visits.staff(),
        }
        result |= {
            "sheets": visits.sheets(),
            "bookmarks": visits.bookmarks(),
            "mail": visits.mail(),
        }
        result |= {"addresses": program.addresses(), "commands": program.commands()}
        result |= {"settings": program.settings_names(), "models": program.models()}
    return result


if __name__ == "__main__":
    main()
