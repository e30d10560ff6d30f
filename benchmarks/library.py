"""Publishes a library of symptoms from JSON lines, for measuring only: nobody clinical reads or signs it."""

import datetime as dt
import gzip
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from articles import projections
from articles.fields import fold
from articles.models import Article
from reviews.models import Reviewer
from symptoms.models import Cause, Code, OtherName, Symptom, SymptomCause
from tests import scale, stories

BATCH = 1000
CAUSES_A_PAGE = 20


def lines(path: Path) -> Iterator[dict]:
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        yield from map(json.loads, stream)


def publish(pages: Path, causes: Path, *, causes_a_page: int = CAUSES_A_PAGE) -> int:
    """Write, sign and publish each page of a file; returns how many. Nothing here was read by a clinician."""
    writer, signer = people()
    names = _causes(causes)
    rows = list({row["slug"]: row for row in lines(pages)}.values())
    for start in range(0, len(rows), BATCH):
        _publish(rows[start : start + BATCH], names, writer, signer, causes_a_page)
        print(f"  {min(start + BATCH, len(rows)):,} of {len(rows):,} pages", file=sys.stderr, flush=True)
    projections.rebuild()
    return len(rows)


def people() -> tuple[User, User]:
    """The writer, and the reviewer account that was made for measuring."""
    writer, _ = User.objects.get_or_create(username="bench-writer", defaults={"first_name": "Bench", "is_staff": True})
    signer, made = User.objects.get_or_create(username="bench-reviewer", defaults={"first_name": "Nobody clinical"})
    if made:
        signer.groups.add(Group.objects.get(name="Reviewers"))
        values = {"specialty": "None", "licence_jurisdiction": "None", "licence_expires": dt.date(2100, 1, 1)}
        verified = {"verified_by": writer, "verified_at": timezone.now()}
        Reviewer.objects.create(
            user=signer, name="Nobody clinical", slug="bench", licence_number="0", **values, **verified
        )
    return writer, signer


def _causes(path: Path) -> dict[str, Cause]:
    found, taken = {}, {}
    for row in lines(path):
        name = row["name"][:200]
        cause = taken.get(fold(name)) or Cause(name=name, folded=fold(name)[:400], slug=slugify(row["id"].lower()))
        taken[fold(name)] = found[row["id"]] = cause
    Cause.objects.bulk_create(taken.values(), batch_size=BATCH, ignore_conflicts=False)
    return found


@transaction.atomic
def _publish(rows: list[dict], causes: dict[str, Cause], writer: User, signer: User, causes_a_page: int) -> None:
    pages = Article.objects.bulk_create(_article(row, writer) for row in rows)
    for page in pages:
        Symptom(article_ptr=page).save_base(raw=True, force_insert=True)
    OtherName.objects.bulk_create(_names(pages, rows), batch_size=BATCH, ignore_conflicts=True)
    Code.objects.bulk_create(_codes(pages, rows), batch_size=BATCH, ignore_conflicts=True)
    SymptomCause.objects.bulk_create(_relations(pages, rows, causes, causes_a_page), batch_size=BATCH)
    scale.sign_and_publish(pages, by=writer, signer=signer)


def _relations(pages: list[Article], rows: list[dict], causes: dict[str, Cause], most: int) -> Iterable[SymptomCause]:
    for page, row in zip(pages, rows, strict=True):
        known = (causes[one["id"]] for one in row["causes"] if one["id"] in causes)
        for place, cause in enumerate(list({cause.folded: cause for cause in known}.values())[:most]):
            yield SymptomCause(symptom_id=page.pk, cause=cause, position=place)


def _article(row: dict, writer: User) -> Article:
    text = row.get("lead") or row.get("definition") or ""
    return Article(
        kind="symptom",
        title=row["name"][:200],
        sort_key=fold(row["name"])[:200],
        slug=row["slug"],
        summary=text[:300],
        body=f"<p>{text}</p>" if text else "",
        writer=writer,
        notice=stories.notice(),
    )


def _names(pages: list[Article], rows: list[dict]) -> Iterable[OtherName]:
    for page, row in zip(pages, rows, strict=True):
        for place, name in enumerate(row["synonyms"]):
            yield OtherName(
                symptom_id=page.pk, name=name["text"][:200], folded=fold(name["text"])[:400], position=place
            )


def _codes(pages: list[Article], rows: list[dict]) -> Iterable[Code]:
    known = set(Code.System.values)
    for page, row in zip(pages, rows, strict=True):
        for code in row.get("codes", ()):
            if code["system"] in known:
                yield Code(symptom_id=page.pk, system=code["system"], code=code["code"], display="")
