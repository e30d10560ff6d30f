"""Merging a symptom into another: planned for the eye, and done in one transaction.

The page that is lost leaves by the rules of the house (``articles.merging``). What it lists and the kept page does not
goes into the kept page's draft, after what that has; its running texts are shown to be copied, never joined on.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import AbstractUser
from django.db import transaction
from django.db.models import F, QuerySet

from articles import merging
from articles.actions import record_revisions
from articles.content import ADVICE
from articles.merging import CannotMerge, Moved
from articles.models import Article, Authorship, Revision
from symptoms.merging import gains, twice
from symptoms.merging.gains import Gain
from symptoms.merging.twice import Twice
from symptoms.models import RelatedSymptom, Symptom

TEXTS = {
    "advice": ADVICE,
    "body": "Overview",
    "spotlight": "Spotlight",
    "causes_intro": "Introduction to the causes",
    "diagnosis_questions": "Questions at a diagnosis",
    "treatment": "Treatment",
    "complications": "Complications",
}


@dataclass(frozen=True)
class Plan:
    """What merging ``lost`` into ``kept`` does now. ``seen`` is its digest: what was looked at is what is done.

    ``gains`` is what the kept page's draft gets; ``doubles`` what both say; ``moves`` are rows of other pages that
    name the lost page, ``others`` those of them that name both, ``own`` the row of the kept page that names the lost.
    ``texts`` are the lost page's, by label, for copying; ``figures`` counts its pictures.
    """

    lost: Symptom
    kept: Symptom
    gains: list[Gain]
    doubles: list[Twice]
    moves: list[RelatedSymptom]
    others: list[Twice]
    own: list[RelatedSymptom]
    texts: dict[str, str]
    figures: int
    was_published: bool
    seen: str

    @property
    def pages(self) -> list[int]:
        """Other pages that get a new revision."""
        return sorted([row.symptom_id for row in self.moves] + [double.page for double in self.others])


@dataclass(frozen=True)
class Merged:
    """What came of it: other pages with a new revision, and whether the kept page's draft changed."""

    plan: Plan
    kept: Symptom
    pages: list[int]
    changed: bool


def why_not(lost: Symptom, kept: Symptom, *, by: AbstractUser) -> str:
    """Why somebody cannot merge one symptom into another; empty where they can."""
    if not by.has_perm("symptoms.change_symptom"):
        return "Only editors can merge symptoms."
    return merging.why_not(lost, kept, by=by)


def plan(lost: Symptom, kept: Symptom) -> Plan:
    """A fixed number of queries, however many pages name them."""
    lost, kept = (_loaded(page.pk) for page in (lost, kept))
    found, doubles = gains.of(lost, kept)
    rows = _naming(lost, kept)
    texts = {label: getattr(lost, name) for name, label in TEXTS.items() if getattr(lost, name)}
    return Plan(
        lost=lost,
        kept=kept,
        gains=found,
        doubles=doubles,
        texts=texts,
        figures=len(lost.figures.all()),
        was_published=lost.publications.exists(),
        seen=_seen(lost, kept, rows),
        **_sorted_out(rows, lost, kept),
    )


def _sorted_out(rows: list[RelatedSymptom], lost: Symptom, kept: Symptom) -> dict[str, list]:
    """What becomes of rows that name the lost page; those of drafts that were put away stay as they are."""
    named = {row.symptom_id: row for row in rows if row.other_id == kept.pk}
    moves, others, own = [], [], []
    for row in rows:
        if row.other_id != lost.pk:
            continue
        if row.symptom_id == kept.pk:
            own.append(row)
        elif row.symptom_id in named and not row.symptom.discarded_at:
            others.append(twice.related(row.symptom_id, row.symptom.title, named[row.symptom_id], row))
        elif not row.symptom.discarded_at:
            moves.append(row)
    return {"moves": moves, "others": others, "own": own}


def _loaded(key: int) -> Symptom:
    rows = Symptom.objects.select_related("live__revision").prefetch_related("figures")
    return gains.load(rows).get(pk=key)


def _naming(lost: Symptom, kept: Symptom) -> list[RelatedSymptom]:
    """What other pages and the kept one say of the two; nothing of the lost one."""
    rows = RelatedSymptom.objects.filter(other__in=[lost, kept]).exclude(symptom=lost)
    fields = ("title", "sort_key", "discarded_at", "live")
    rows = rows.select_related("symptom").only(
        "other", "position", *twice.RELATED_FIELDS, *(f"symptom__{name}" for name in fields)
    )
    found = sorted(rows, key=lambda row: (row.symptom.sort_key, row.pk))
    for row in found:
        row.other = kept if row.other_id == kept.pk else lost
    return found


def _seen(lost: Symptom, kept: Symptom, rows: list[RelatedSymptom]) -> str:
    newest = (
        Revision.objects.filter(article__in=[lost.pk, kept.pk]).order_by("-pk").values_list("pk", flat=True).first()
    )
    pages = [(page.pk, page.edition, page.live_id, page.title, page.slug) for page in (lost, kept)]
    told = [(r.pk, r.symptom_id, r.other_id, r.system, r.serious, r.symptom.discarded_at) for r in rows]
    return hashlib.sha256(repr((newest, pages, told)).encode()).hexdigest()


@transaction.atomic
def merge_symptoms(lost: Symptom, kept: Symptom, *, by: AbstractUser, seen: str | None = None) -> Merged:
    """One page in place of two, in every draft that names them; public pages stay as signed until signed again.

    ``seen`` is the digest of the plan that was looked at. Raises CannotMerge, or Moved where the plan is another now,
    or Refused where withdrawing is.
    """
    _hold(lost.pk, kept.pk)
    lost, kept = (Symptom.objects.select_related("live").get(pk=page.pk) for page in (lost, kept))
    if refusal := why_not(lost, kept, by=by):
        raise CannotMerge(refusal)
    planned = plan(lost, kept)
    if seen is not None and seen != planned.seen:
        raise Moved
    merging.retire(lost, kept, by=by)
    changed = _fill(planned, by)
    pages = planned.pages
    twice.keep(planned.others)
    twice.drop(planned.others)
    RelatedSymptom.objects.filter(pk__in=[row.pk for row in planned.moves]).update(other=kept)
    _revised(Symptom.objects.filter(pk__in=pages), by)
    return Merged(planned, kept, pages, changed)


def _hold(lost: int, kept: int) -> None:
    """Both pages and all that name the lost one, held until the transaction ends."""
    naming = RelatedSymptom.objects.filter(other=lost).values_list("symptom", flat=True)
    if not merging.hold({lost, kept, *naming}).issuperset(naming.all()):
        raise Moved  # a page came in while we waited: holding it now could block whoever waits for ours


def _fill(planned: Plan, by: AbstractUser) -> bool:
    """Write what the kept page gains into its draft, with all whose words come in. Whether its text changed."""
    lost, kept = planned.lost, planned.kept
    before = kept.latest_revision()
    for row in planned.own:
        row.delete()
    twice.keep(planned.doubles)
    gains.write(planned.gains, kept)
    authors = Authorship.objects.filter(revision__article=lost.pk).values_list("user", flat=True).distinct()
    latest = _revised(Symptom.objects.filter(pk=kept.pk), by, words_of=authors)
    return latest[0] != before


def _revised(pages: QuerySet, by: AbstractUser, words_of: Iterable[int] = ()) -> list[Revision]:
    """New revisions; and a new edition, which tells whoever has one of their forms open that it is not what it was."""
    Article.objects.filter(pk__in=pages.values("pk")).update(edition=F("edition") + 1)
    return record_revisions(pages, by=by, words_of=list(words_of))
