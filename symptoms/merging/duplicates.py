"""Two rows that name the same thing once two causes or symptoms are one: which values stay.

The row of the one that stays keeps its place. It takes over what it leaves empty, and of two
warnings the graver one. Where both say something different, its own words stay, and the other's are
shown before anything is done.
"""

from dataclasses import dataclass

from django.db.models import Model

from symptoms.models import RelatedSymptom, SymptomCause

GRAVITY_ORDER = ["", *SymptomCause.Seriousness.values]
CAUSE_FIELDS = ("group", "seriousness", "frequency", "text")
RELATED_FIELDS = ("system", "serious")
MERGED_FIELDS: dict[type[Model], tuple[str, ...]] = {
    SymptomCause: CAUSE_FIELDS,
    RelatedSymptom: RELATED_FIELDS,
}
LABELS = {
    "group": "Group",
    "seriousness": "Seriousness",
    "frequency": "How common",
    "text": "Text",
    "system": "Body system",
    "serious": "Serious",
}


@dataclass(frozen=True)
class FieldDifference:
    """A field in which two rows for one thing differ: the value that stays, and the other."""

    name: str
    kept_value: str
    lost_value: str
    html: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.name]


@dataclass(frozen=True)
class DuplicateRows:
    """Two rows for one thing on the page ``title``: ``kept`` as it will be, ``lost`` goes.

    ``differences`` are the fields in which both say something else. ``taken_fields`` are those that
    the kept row takes over.
    """

    page: int
    title: str
    kept: SymptomCause | RelatedSymptom
    lost: SymptomCause | RelatedSymptom
    differences: tuple[FieldDifference, ...]
    taken_fields: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.kept)

    @property
    def is_same(self) -> bool:
        """Whether the row that goes says nothing that the other does not say."""
        return not self.differences and not self.taken_fields

    @property
    def taken_labels(self) -> str:
        return ", ".join(LABELS[name].lower() for name in self.taken_fields)


def combine_causes(page: int, title: str, kept: SymptomCause, lost: SymptomCause) -> DuplicateRows:
    """Let the kept row take over what it should; nothing is saved."""
    differences: list[FieldDifference] = []
    taken: list[str] = []
    for name in CAUSE_FIELDS:
        own, other = getattr(kept, name), getattr(lost, name)
        if not other or own == other:
            continue
        takes_other = not own or _is_graver(name, other, than=own)
        if takes_other:
            setattr(kept, name, other)
            taken.append(name)
        if own:
            dropped = own if takes_other else other
            differences.append(_describe_difference(kept, name, dropped))
    return DuplicateRows(page, title, kept, lost, tuple(differences), tuple(taken))


def _is_graver(name: str, value: str, *, than: str) -> bool:
    if name != "seriousness":
        return False
    return GRAVITY_ORDER.index(value) > GRAVITY_ORDER.index(than)


def _describe_difference(kept: SymptomCause, name: str, dropped: str) -> FieldDifference:
    """What a row has now, beside the value that goes."""
    stays = _format_value(kept, name, getattr(kept, name))
    goes = _format_value(kept, name, dropped)
    return FieldDifference(name, stays, goes, html=name == "text")


def combine_relations(
    page: int, title: str, kept: RelatedSymptom, lost: RelatedSymptom
) -> DuplicateRows:
    """Let the kept row take over what it should; nothing is saved."""
    differences: list[FieldDifference] = []
    taken: list[str] = []
    if lost.serious and not kept.serious:
        kept.serious = True
        taken.append("serious")
    if lost.system != kept.system:
        stays, goes = kept.get_system_display(), lost.get_system_display()
        differences.append(FieldDifference("system", stays, goes))
    return DuplicateRows(page, title, kept, lost, tuple(differences), tuple(taken))


def _format_value(row, name: str, value: str) -> str:
    """A value as an editor reads it."""
    choices = row._meta.get_field(name).choices
    if not choices:
        return value
    return str(dict(choices)[value])


def save_kept(rows: list[DuplicateRows]) -> None:
    """Save what the kept rows took over."""
    for model, fields in MERGED_FIELDS.items():
        changed = [row.kept for row in rows if row.taken_fields and isinstance(row.kept, model)]
        model._base_manager.bulk_update(changed, fields, batch_size=500)


def delete_lost(rows: list[DuplicateRows]) -> None:
    """Delete the rows that go; all are of one model."""
    if rows:
        keys = [row.lost.pk for row in rows]
        type(rows[0].lost).objects.filter(pk__in=keys).delete()
