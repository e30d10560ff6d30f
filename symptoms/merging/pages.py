"""Merging a symptom into another: planned and shown, then done in one transaction.

The lost page is withdrawn or discarded by ``articles.publishing.merging``. What it lists and the
kept page does not goes into the kept page's draft, after what that has. Its running texts are shown
for copying and never joined.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F, QuerySet

from articles.content.document import ADVICE_HEADING, CARE_CARD_LABELS
from articles.models import Article, Authorship, Revision
from articles.publishing import composing, merging
from articles.publishing.actions import StalePreview, record_revisions
from articles.publishing.merging import CannotMerge
from symptoms.merging import additions, duplicates
from symptoms.merging.additions import Addition
from symptoms.merging.duplicates import DuplicateRows
from symptoms.models import RelatedSymptom, Symptom

TEXT_LABELS = {
    "body": "Overview",
    "spotlight": "Spotlight",
    "causes_intro": "Introduction to the causes",
    "diagnosis_questions": "Questions at a diagnosis",
    "treatment": "Treatment",
    "complications": "Complications",
}
SYMPTOM_FIELDS = ("title", "sort_key", "discarded_at", "live")


@dataclass(frozen=True)
class SymptomMergePlan:
    """What merging ``lost`` into ``kept`` does now. ``facts`` are all that decides it.

    ``additions`` is what the kept page's draft gets, and ``duplicates`` what both list. ``moves``
    are rows of other pages that name the lost page, ``other_duplicates`` those that name both, and
    ``own_relations`` has the row of the kept page that names the lost one. ``texts`` are the lost
    page's by label; ``figures`` counts its images.
    """

    lost: Symptom
    kept: Symptom
    additions: list[Addition]
    duplicates: list[DuplicateRows]
    moves: list[RelatedSymptom]
    other_duplicates: list[DuplicateRows]
    own_relations: list[RelatedSymptom]
    texts: dict[str, str]
    figures: int
    was_published: bool
    facts: dict[str, tuple]

    @property
    def page_ids(self) -> list[int]:
        """Other pages that get a new revision."""
        moved = [row.symptom_id for row in self.moves]
        combined = [duplicate.page for duplicate in self.other_duplicates]
        return sorted(moved + combined)


@dataclass(frozen=True)
class SymptomMergeResult:
    """Other pages that got a new revision, and whether the kept page's draft changed."""

    plan: SymptomMergePlan
    kept: Symptom
    page_ids: list[int]
    changed: bool


def get_merge_error(lost: Symptom, kept: Symptom, *, by: User) -> str:
    """Why somebody cannot merge one symptom into another; empty where they can."""
    if not by.has_perm("symptoms.change_symptom"):
        return "Only editors can merge symptoms."
    return merging.get_merge_error(lost, kept, by=by)


def plan_merge(lost: Symptom, kept: Symptom) -> SymptomMergePlan:
    """A fixed number of queries, however many pages name them."""
    lost = _load_symptom(lost.pk)
    kept = _load_symptom(kept.pk)
    added, duplicate_rows = additions.collect_additions(lost, kept)
    rows = _get_relations(lost, kept)
    return SymptomMergePlan(
        lost=lost,
        kept=kept,
        additions=added,
        duplicates=duplicate_rows,
        texts=_collect_texts(lost),
        figures=len(lost.figures.all()),
        was_published=lost.publications.exists(),
        facts=_list_facts(lost, kept, rows),
        **_sort_relations(rows, lost, kept),
    )


def _collect_texts(symptom: Symptom) -> dict[str, str]:
    """The texts by label, the care cards first: the kept page has its own."""
    texts: dict[str, str] = {}
    cards = composing.compose_care_cards(symptom)
    for card in cards:
        label = CARE_CARD_LABELS[card.level] if len(cards) > 1 else ADVICE_HEADING
        texts[f"{label}: {card.heading}" if card.heading else label] = card.html
    for name, label in TEXT_LABELS.items():
        text = getattr(symptom, name)
        if text:
            texts[label] = text
    return texts


def _sort_relations(rows: list[RelatedSymptom], lost: Symptom, kept: Symptom) -> dict[str, list]:
    """What becomes of the rows that name the lost page; those of discarded drafts stay."""
    rows_of_kept = {row.symptom_id: row for row in rows if row.other_id == kept.pk}
    moves: list[RelatedSymptom] = []
    other_duplicates: list[DuplicateRows] = []
    own_relations: list[RelatedSymptom] = []
    for row in rows:
        if row.other_id != lost.pk:
            continue
        page = row.symptom
        if page.pk == kept.pk:
            own_relations.append(row)
        elif page.discarded_at:
            continue
        elif page.pk in rows_of_kept:
            twice = duplicates.combine_relations(page.pk, page.title, rows_of_kept[page.pk], row)
            other_duplicates.append(twice)
        else:
            moves.append(row)
    return {"moves": moves, "other_duplicates": other_duplicates, "own_relations": own_relations}


def _load_symptom(key: int) -> Symptom:
    rows = Symptom.objects.select_related("live__revision").prefetch_related(
        "figures", "care_cards"
    )
    return additions.prefetch(rows).get(pk=key)


def _get_relations(lost: Symptom, kept: Symptom) -> list[RelatedSymptom]:
    """The rows of other pages and of the kept one that name one of the two."""
    rows = RelatedSymptom.objects.filter(other__in=[lost, kept]).exclude(symptom=lost)
    symptom_fields = [f"symptom__{name}" for name in SYMPTOM_FIELDS]
    rows = rows.select_related("symptom").only(
        "other", "position", *duplicates.RELATED_FIELDS, *symptom_fields
    )
    found = sorted(rows, key=_get_sort_key)
    for row in found:
        row.other = kept if row.other_id == kept.pk else lost
    return found


def _get_sort_key(row: RelatedSymptom) -> tuple[str, int]:
    return row.symptom.sort_key, row.pk


def _list_facts(lost: Symptom, kept: Symptom, rows: list[RelatedSymptom]) -> dict[str, tuple]:
    """Everything that decides what a merge does. Rows have to be unchanged so far."""
    revisions = Revision.objects.filter(article__in=[lost.pk, kept.pk]).order_by("-pk")
    newest = revisions.values_list("pk", flat=True).first()
    pages: list[tuple] = []
    for page in (lost, kept):
        pages.append((page.pk, page.form_version, page.live_id, page.title, page.slug))
    values: list[tuple] = []
    for row in rows:
        own = (row.pk, row.symptom_id, row.other_id, row.system, row.serious)
        values.append((*own, row.symptom.discarded_at))
    return {"plan": (newest, pages, values)}


@contextmanager
def prepare_merge(lost: Symptom, kept: Symptom, *, by: User) -> Iterator[SymptomMergePlan]:
    """The plan, in a transaction in which it can be applied: everything that it reads is locked.

    Raises CannotMerge, or StalePreview where a page came in meanwhile.
    """
    with transaction.atomic():
        _lock_rows(lost.pk, kept.pk)
        symptoms = Symptom.objects.select_related("live")
        lost = symptoms.get(pk=lost.pk)
        kept = symptoms.get(pk=kept.pk)
        error = get_merge_error(lost, kept, by=by)
        if error:
            raise CannotMerge(error)
        yield plan_merge(lost, kept)


def apply_merge(plan: SymptomMergePlan, *, by: User) -> SymptomMergeResult:
    """One page in place of two, as planned, in every draft that names them.

    Public pages stay as signed until they are signed again. In the transaction of
    ``prepare_merge``. Raises ActionRefused where the lost page cannot be withdrawn.
    """
    kept = plan.kept
    lost = Symptom.objects.select_related("live").get(pk=plan.lost.pk)  # the plan's stays as it was
    merging.retire_page(lost, kept, by=by)
    changed = _fill_draft(plan, by)
    duplicates.save_kept(plan.other_duplicates)
    duplicates.delete_lost(plan.other_duplicates)
    moved = [row.pk for row in plan.moves]
    RelatedSymptom.objects.filter(pk__in=moved).update(other=kept)
    pages = plan.page_ids
    _record_revisions(Symptom.objects.filter(pk__in=pages), by)
    return SymptomMergeResult(plan, kept, pages, changed)


def _lock_rows(lost: int, kept: int) -> None:
    """Lock both pages, and all that name the lost one, until the transaction ends.

    Raises StalePreview.
    """
    naming = RelatedSymptom.objects.filter(other=lost).values_list("symptom", flat=True)
    pages = merging.lock_pages({lost, kept, *naming})
    if not pages.issuperset(naming.all()):
        # A page came in while we waited: locking it now could block whoever waits for ours.
        raise StalePreview


def _fill_draft(plan: SymptomMergePlan, by: User) -> bool:
    """Write what the kept page gains into its draft, with the authors of those words.

    Returns whether its text changed.
    """
    before = plan.kept.get_latest_revision()
    for row in plan.own_relations:
        row.delete()
    duplicates.save_kept(plan.duplicates)
    additions.save_additions(plan.additions, plan.kept)
    authorships = Authorship.objects.filter(revision__article=plan.lost.pk)
    authors = authorships.values_list("user", flat=True).distinct()
    pages = Symptom.objects.filter(pk=plan.kept.pk)
    latest = _record_revisions(pages, by, extra_author_ids=authors)
    return latest[0] != before


def _record_revisions(
    pages: QuerySet, by: User, extra_author_ids: Iterable[int] = ()
) -> list[Revision]:
    """New revisions, and a new form version, so that forms opened before are refused."""
    Article.objects.filter(pk__in=pages.values("pk")).update(form_version=F("form_version") + 1)
    return record_revisions(pages, by=by, extra_author_ids=list(extra_author_ids))
