"""Publishes a library of symptoms from JSON lines, for measuring only.

Nobody clinical reads or signs it.
"""

import datetime as dt
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.text import slugify

from articles.models import Article
from articles.names import fold
from articles.publishing import projections, related_pages
from symptoms.models import Cause, Code, OtherName, Symptom, SymptomCause
from tests import factories

BATCH = 1000
CAUSES_PER_PAGE = 20


def read_lines(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def publish_library(pages: Path, causes: Path, *, causes_per_page: int = CAUSES_PER_PAGE) -> int:
    """Write, sign and publish each page of a file; returns how many. Nothing here was read by a
    clinician.
    """
    writer, signer = get_people()
    names = _create_causes(causes)
    rows = list({row["slug"]: row for row in read_lines(pages)}.values())
    for start in range(0, len(rows), BATCH):
        _publish_batch(rows[start : start + BATCH], names, writer, signer, causes_per_page)
        print(
            f"  {min(start + BATCH, len(rows)):,} of {len(rows):,} pages",
            file=sys.stderr,
            flush=True,
        )
    projections.rebuild()
    related_pages.renew()
    return len(rows)


def get_people() -> tuple[User, User]:
    """The writer, and the reviewer account that was made for measuring."""
    writer, _ = User.objects.get_or_create(
        username="bench-writer", defaults={"first_name": "Bench", "is_staff": True}
    )
    signer, made = User.objects.get_or_create(
        username="bench-reviewer", defaults={"first_name": "Nobody clinical"}
    )
    if made:
        signer.groups.add(Group.objects.get(name="Reviewers"))
        factories.make_reviewer(
            signer,
            verified_by=writer,
            name="Nobody clinical",
            slug="bench",
            specialty="None",
            licence_expires=dt.date(2100, 1, 1),
        )
    return writer, signer


def _create_causes(path: Path) -> dict[str, Cause]:
    found, taken = {}, {}
    for row in read_lines(path):
        name = row["name"][:200]
        cause = taken.get(fold(name)) or Cause(
            name=name, folded=fold(name)[:400], slug=slugify(row["id"].lower())
        )
        taken[fold(name)] = found[row["id"]] = cause
    Cause.objects.bulk_create(taken.values(), batch_size=BATCH, ignore_conflicts=False)
    return found


@transaction.atomic
def _publish_batch(
    rows: list[dict], causes: dict[str, Cause], writer: User, signer: User, causes_per_page: int
) -> None:
    pages = Article.objects.bulk_create(_build_article(row, writer) for row in rows)
    for page in pages:
        Symptom(article_ptr=page).save_base(raw=True, force_insert=True)
    OtherName.objects.bulk_create(
        _build_names(pages, rows), batch_size=BATCH, ignore_conflicts=True
    )
    Code.objects.bulk_create(_build_codes(pages, rows), batch_size=BATCH, ignore_conflicts=True)
    SymptomCause.objects.bulk_create(
        _build_relations(pages, rows, causes, causes_per_page), batch_size=BATCH
    )
    factories.sign_and_publish(pages, by=writer, signer=signer)


def _build_relations(
    pages: list[Article], rows: list[dict], causes: dict[str, Cause], limit: int
) -> Iterable[SymptomCause]:
    for page, row in zip(pages, rows, strict=True):
        known = (causes[one["id"]] for one in row["causes"] if one["id"] in causes)
        for place, cause in enumerate(
            list({cause.folded: cause for cause in known}.values())[:limit]
        ):
            yield SymptomCause(symptom_id=page.pk, cause=cause, position=place)


def _build_article(row: dict, writer: User) -> Article:
    text = row.get("lead") or row.get("definition") or ""
    return Article(
        kind="symptom",
        title=row["name"][:200],
        sort_key=fold(row["name"])[:200],
        slug=row["slug"],
        summary=text[:300],
        body=f"<p>{text}</p>" if text else "",
        writer=writer,
        notice=factories.make_notice(),
    )


def _build_names(pages: list[Article], rows: list[dict]) -> Iterable[OtherName]:
    for page, row in zip(pages, rows, strict=True):
        for place, name in enumerate(row["synonyms"]):
            yield OtherName(
                symptom_id=page.pk,
                name=name["text"][:200],
                folded=fold(name["text"])[:400],
                position=place,
            )


def _build_codes(pages: list[Article], rows: list[dict]) -> Iterable[Code]:
    known = set(Code.System.values)
    for page, row in zip(pages, rows, strict=True):
        for code in row.get("codes", ()):
            if code["system"] in known:
                yield Code(symptom_id=page.pk, system=code["system"], code=code["code"], display="")
