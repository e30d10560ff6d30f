"""How much the page store has: rows, bytes by its own count, and bytes of its tables."""

import json
import os
import sys

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "bench_settings"
sys.path.insert(0, os.getcwd())
django.setup()

from django.db import connection  # noqa: E402 - models need the settings first

from articles.models import StoredPage, StoredPageSubject  # noqa: E402
from articles.page_store import bounds  # noqa: E402

TABLES = [model._meta.db_table for model in (StoredPage, StoredPageSubject)]


def measure_tables() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT SUM(pg_total_relation_size(t::regclass)) FROM unnest(%s) t", [TABLES]
            )
        else:
            cursor.execute(
                "SELECT SUM(pgsize) FROM dbstat WHERE name IN "
                "(SELECT name FROM sqlite_master WHERE tbl_name IN (%s, %s))",
                TABLES,
            )
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    rows, size = bounds.measure()
    print(json.dumps({"rows": rows, "size": size, "tables": measure_tables()}))
