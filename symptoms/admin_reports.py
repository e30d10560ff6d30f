"""What can be done from the reports on symptoms and causes: the other way added, orphans deleted."""

import re
from collections import Counter
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, ProtectedError, QuerySet

from articles.actions import Refused, record_revisions
from articles.admin_bulk import counted
from articles.models import Article, MergedPage, Revision
from articles.reports.report import Deed, Done, Looked
from symptoms.models import BodySystem, Cause, CauseAddress, MergedCause, RelatedSymptom, Symptom, SymptomCause

A_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
BATCH = 200


def without_way_back(rows: QuerySet) -> QuerySet:
    """Relations between pages that stand, of which the other one does not name the first."""
    back = RelatedSymptom.objects.filter(symptom=OuterRef("other"), other=OuterRef("symptom"))
    kept = rows.filter(symptom__discarded_at__isnull=True, other__discarded_at__isnull=True).filter(~Exists(back))
    for name in ("symptom", "other"):
        kept = kept.filter(~Exists(MergedPage.objects.filter(page=OuterRef(name))))
    return kept


class SystemForm(forms.Form):
    system = forms.ChoiceField(
        label="Body system",
        required=False,
        choices=[("", "As most other pages list it"), *BodySystem.choices],
        help_text="Under which the other page lists it. Where no page lists it yet: as it lists the other.",
    )


class AddTheOtherWay(Deed):
    label = "Add the other way …"
    heading = "Add the other way of {count}"
    button = "Add {count}"
    explains = (
        "The other page names this one too, after those that it names already, and not among the serious. Each page "
        "that changes gets one new revision by you; visitors read it once it is signed."
    )
    right = "symptoms.change_symptom"
    form = SystemForm

    def look(self, keys, *, by):
        able, left_out = {}, []
        rows = RelatedSymptom.objects.filter(pk__in=keys).select_related("symptom", "other")
        open_ = set(without_way_back(RelatedSymptom.objects.filter(pk__in=keys)).values_list("pk", flat=True))
        fields = ("symptom__title", "other__title")
        for row in rows.only(*fields).order_by("other__sort_key", "symptom__sort_key", "pk"):
            told = f"{row.other.title} will name {row.symptom.title}"
            if row.pk in open_:
                able[str(row.pk)] = told
            else:
                left_out.append((f"{row.symptom.title} names {row.other.title}", "goes both ways by now."))
        return Looked(able, left_out)

    @transaction.atomic
    def do(self, keys, *, by, system):
        pages = sorted(RelatedSymptom.objects.filter(pk__in=keys).values_list("other", flat=True))
        list(Article.objects.select_for_update().filter(pk__in=pages).order_by("pk").values_list("pk"))
        # Read once they are held: another editor may have added some of it a moment ago.
        rows = list(without_way_back(RelatedSymptom.objects.filter(pk__in=keys, other__in=pages)).order_by("pk"))
        made = _turned(rows, pages, system)
        RelatedSymptom.objects.bulk_create(made)
        changed = {row.symptom_id for row in made}
        Article.objects.filter(pk__in=changed).update(edition=F("edition") + 1)
        record_revisions(Symptom.objects.filter(pk__in=changed), by=by)
        verb = "has" if len(changed) == 1 else "have"
        return Done(f"{len(made)} added. {counted(len(changed))} {verb} a new revision by you.")


def _turned(rows: list[RelatedSymptom], pages: list[int], system: str) -> list[RelatedSymptom]:
    """The other way of each of some relations, after what its page names already."""
    usual = {} if system else _usual_systems({row.symptom_id for row in rows})
    named = RelatedSymptom.objects.filter(symptom__in=pages).order_by().values("symptom")
    place = dict(named.annotate(last=Max("position")).values_list("symptom", "last"))
    made = []
    for row in rows:
        place[row.other_id] = place.get(row.other_id, -1) + 1
        listed = system or usual.get(row.symptom_id, row.system)
        turned = {"symptom_id": row.other_id, "other_id": row.symptom_id}
        made.append(RelatedSymptom(**turned, system=listed, position=place[row.other_id]))
    return made


def _usual_systems(keys: set[int]) -> dict[int, str]:
    """By symptom, the body system under which most pages list it."""
    rows = (
        RelatedSymptom.objects.filter(other__in=keys).order_by().values("other", "system").annotate(count=Count("pk"))
    )
    counts: dict[int, Counter] = {}
    for row in rows.order_by("other", "system"):
        counts.setdefault(row["other"], Counter())[row["system"]] = row["count"]
    return {key: found.most_common(1)[0][0] for key, found in counts.items()}


class CannotDelete(Refused):
    pass


class DeleteCauses(Deed):
    label = "Delete …"
    heading = "Delete {count}"
    button = "Delete {count}"
    explains = "No text of any page ever named these causes, so nothing is lost with them."
    right = "symptoms.delete_cause"

    def look(self, keys, *, by):
        rows = list(Cause.objects.filter(pk__in=keys).order_by("folded"))
        why = _why_kept(rows)
        able = {str(row.pk): row.name for row in rows if row.pk not in why}
        return Looked(able, [(row.name, why[row.pk]) for row in rows if row.pk in why])

    @transaction.atomic
    def do(self, keys, *, by):
        rows = list(Cause.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
        why = _why_kept(rows)
        gone = [row.pk for row in rows if row.pk not in why]
        try:
            Cause.objects.filter(pk__in=gone).delete()
        except ProtectedError as error:
            raise CannotDelete("Something else still needs one of these causes. Nothing was deleted.") from error
        count = f"{len(gone):,} cause{'' if len(gone) == 1 else 's'}"
        return Done(f"{count} deleted.", [(row.name, why[row.pk]) for row in rows if row.pk in why])


def _why_kept(rows: list[Cause]) -> dict[int, str]:
    """By key, why a cause has to stay; the texts of all revisions are read once, a few at a time."""
    keys, uuids = [row.pk for row in rows], {row.uuid: row.pk for row in rows}
    named = dict(SymptomCause.objects.filter(cause__in=keys).values_list("cause", "symptom__discarded_at"))
    why = {
        key: "is named by a draft that was put away." if put_away else "is named by a page by now."
        for key, put_away in named.items()
    }
    signed = CauseAddress.objects.filter(cause_uuid__in=list(uuids)).values_list("cause_uuid", flat=True)
    why |= {uuids[uuid]: "was signed: texts and addresses of old lead to it." for uuid in signed}
    merged = MergedCause.objects.filter(kept__in=keys).select_related("kept")
    why |= {row.kept_id: f"keeps the name “{row.name}”, which was merged into it." for row in merged}
    for uuid in _in_texts({uuid for uuid, key in uuids.items() if key not in why}):
        why[uuids[uuid]] = "is named in the history of a page. Restoring that text would need it."
    return why


def _in_texts(uuids: set[UUID]) -> set[UUID]:
    """Those of some causes that any revision names."""
    sought, found = {str(uuid) for uuid in uuids}, set()
    if not sought:
        return set()
    texts = Revision.objects.filter(article__kind="symptom").order_by("pk").values_list("document", flat=True)
    for text in texts.iterator(BATCH):
        found |= sought & set(A_UUID.findall(text))
        if found == sought:
            break
    return {UUID(text) for text in found}
