"""Actions of the reports on symptoms and causes: add reverse relations, delete orphan causes."""

import re
from collections import Counter
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, ProtectedError, QuerySet
from django.utils.translation import gettext_lazy as _

from articles.admin.confirmed_action import ActionPreview, ActionResult
from articles.display import format_page_count
from articles.models import Article, MergedPage, Revision
from articles.publishing.actions import ActionRefused, record_revisions
from articles.publishing.merging import lock_pages
from articles.reports.base import ReportAction
from symptoms.models import (
    BodySystem,
    Cause,
    CauseAddress,
    MergedCause,
    RelatedSymptom,
    Symptom,
    SymptomCause,
)

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BATCH_SIZE = 200


def filter_one_way(rows: QuerySet) -> QuerySet:
    """Relations between active pages of which the other page does not name the first."""
    reverse = RelatedSymptom.objects.filter(symptom=OuterRef("other"), other=OuterRef("symptom"))
    one_way = rows.filter(~Exists(reverse))
    # Of the few that are gone: counting them by a join with all pages takes ten times as long.
    gone = Article.objects.filter(discarded_at__isnull=False)
    for name in ("symptom", "other"):
        one_way = one_way.filter(
            ~Exists(gone.filter(pk=OuterRef(name))),
            ~Exists(MergedPage.objects.filter(page=OuterRef(name))),
        )
    return one_way


class BodySystemForm(forms.Form):
    system = forms.ChoiceField(
        label="Body system",
        required=False,
        choices=[("", "As most other pages list it"), *BodySystem.choices],
        help_text=(
            "Under which the other page lists it. "
            "Where no page lists it yet: as it lists the other."
        ),
    )


class AddReverseRelationsAction(ReportAction):
    label = _("Add reverse relations …")
    heading = _("Add the reverse relation of {count}")
    description = (
        "The other page names this one too, after those that it names already, and not among the "
        "serious. Each page that changes gets one new revision by you; visitors read it once it is "
        "signed."
    )
    permission = "symptoms.change_symptom"
    form_class = BodySystemForm

    def lock(self):
        relations = RelatedSymptom.objects.filter(pk__in=self.keys)
        lock_pages(relations.values_list("other", flat=True))

    def preview(self):
        rows = RelatedSymptom.objects.filter(pk__in=self.keys)
        one_way = set(filter_one_way(rows).values_list("pk", flat=True))
        rows = rows.select_related("symptom", "other").only("symptom__title", "other__title")
        preview = ActionPreview([])
        for row in rows.order_by("other__sort_key", "symptom__sort_key", "pk"):
            if row.pk in one_way:
                preview.add(row.pk, f"{row.other.title} will name {row.symptom.title}")
            else:
                name = f"{row.symptom.title} names {row.other.title}"
                preview.add(row.pk, name, reason="goes both ways already.")
        return preview

    def execute(self, preview, *, system):
        keys = [row.key for row in preview.rows]
        rows = list(RelatedSymptom.objects.filter(pk__in=keys).order_by("pk"))
        made = _build_reverse_relations(rows, [row.other_id for row in rows], system)
        RelatedSymptom.objects.bulk_create(made)
        changed = {row.symptom_id for row in made}
        Article.objects.filter(pk__in=changed).update(form_version=F("form_version") + 1)
        record_revisions(Symptom.objects.filter(pk__in=changed), by=self.by)
        verb = "has" if len(changed) == 1 else "have"
        return ActionResult(
            f"{len(made)} added. {format_page_count(len(changed))} {verb} a new revision by you.",
            list(changed),
        )


def _build_reverse_relations(
    rows: list[RelatedSymptom], page_ids: list[int], system: str
) -> list[RelatedSymptom]:
    """The reverse of each of some relations, after what its page names already."""
    usual_systems: dict[int, str] = {}
    if not system:
        usual_systems = _get_usual_systems({row.symptom_id for row in rows})
    named = RelatedSymptom.objects.filter(symptom__in=page_ids).order_by().values("symptom")
    positions = dict(named.annotate(last=Max("position")).values_list("symptom", "last"))
    made: list[RelatedSymptom] = []
    for row in rows:
        position = positions.get(row.other_id, -1) + 1
        positions[row.other_id] = position
        reverse = RelatedSymptom(
            symptom_id=row.other_id,
            other_id=row.symptom_id,
            system=system or usual_systems.get(row.symptom_id, row.system),
            position=position,
        )
        made.append(reverse)
    return made


def _get_usual_systems(symptom_ids: set[int]) -> dict[int, str]:
    """By symptom, the body system under which most pages list it."""
    relations = RelatedSymptom.objects.filter(other__in=symptom_ids).order_by()
    rows = relations.values("other", "system").annotate(count=Count("pk"))
    counts: dict[int, Counter] = {}
    for row in rows.order_by("other", "system"):
        counts.setdefault(row["other"], Counter())[row["system"]] = row["count"]
    systems: dict[int, str] = {}
    for key, count_by_system in counts.items():
        ((system, _),) = count_by_system.most_common(1)
        systems[key] = system
    return systems


class CannotDeleteCauses(ActionRefused):
    pass


class DeleteOrphanCausesAction(ReportAction):
    label = "Delete …"
    heading = "Delete {count}"
    description = "No text of any page ever named these causes, so nothing is lost with them."
    permission = "symptoms.delete_cause"

    def lock(self):
        rows = Cause.objects.select_for_update().filter(pk__in=self.keys).order_by("pk")
        list(rows.values_list("pk"))

    def preview(self):
        rows = list(Cause.objects.filter(pk__in=self.keys).order_by("folded"))
        reasons = _find_obstacles(rows)
        preview = ActionPreview([])
        for row in rows:
            preview.add(row.pk, row.name, reason=reasons.get(row.pk, ""))
        return preview

    def execute(self, preview):
        keys = [row.key for row in preview.rows]
        try:
            with transaction.atomic():
                Cause.objects.filter(pk__in=keys).delete()
        except ProtectedError as error:
            raise CannotDeleteCauses(
                "Something else still needs one of these causes. Nothing was deleted."
            ) from error
        noun = "cause" if len(keys) == 1 else "causes"
        return ActionResult(f"{len(keys):,} {noun} deleted.", keys)


def _find_obstacles(rows: list[Cause]) -> dict[int, str]:
    """By key, why a cause cannot be deleted; the last reason that was found.

    The texts of all revisions are read once, a few at a time.
    """
    keys = {row.uuid: row.pk for row in rows}
    reasons: dict[int, str] = {}
    named = SymptomCause.objects.filter(cause__in=list(keys.values()))
    for key, discarded_at in named.values_list("cause", "symptom__discarded_at"):
        if discarded_at:
            reasons[key] = "is named by a discarded draft."
        else:
            reasons[key] = "is named by a page now."
    signed = CauseAddress.objects.filter(cause_uuid__in=list(keys))
    for uuid in signed.values_list("cause_uuid", flat=True):
        reasons[keys[uuid]] = "was signed: old texts and links lead to it."
    merged = MergedCause.objects.filter(kept__in=list(keys.values())).select_related("kept")
    for row in merged:
        reasons[row.kept_id] = f"keeps the name “{row.name}”, which was merged into it."
    unexplained = {uuid for uuid, key in keys.items() if key not in reasons}
    for uuid in _find_in_revisions(unexplained):
        reasons[keys[uuid]] = (
            "is named in the history of a page. Restoring that text would need it."
        )
    return reasons


def _find_in_revisions(uuids: set[UUID]) -> set[UUID]:
    """Those of some causes that any revision names."""
    if not uuids:
        return set()
    wanted = {str(uuid) for uuid in uuids}
    found: set[str] = set()
    revisions = Revision.objects.filter(article__kind="symptom").order_by("pk")
    documents = revisions.values_list("document", flat=True)
    for document in documents.iterator(BATCH_SIZE):
        found |= wanted.intersection(UUID_PATTERN.findall(document))
        if found == wanted:
            break
    return {UUID(text) for text in found}
