"""What becomes of two rows that name the same thing once two are one: one stays, by rules that are told beforehand.

The row of the kept one stays where it is. What it leaves empty it takes from the other; of two warnings the graver one
stays. Where both say something and not the same, its own words stay, and the other's are shown.
"""

from dataclasses import dataclass

from symptoms.models import RelatedSymptom, SymptomCause

GRAVITY = ["", *SymptomCause.Seriousness.values]
CAUSE_FIELDS = ("group", "seriousness", "frequency", "text")
RELATED_FIELDS = ("system", "serious")
LABELS = {"group": "Heading", "seriousness": "How serious", "frequency": "How common", "text": "Text"}
LABELS |= {"system": "Body system", "serious": "Among the serious"}


@dataclass(frozen=True)
class Said:
    """What two rows say of one thing where they differ: what stays, and what goes."""

    name: str
    stays: str
    goes: str
    html: bool = False

    @property
    def label(self) -> str:
        return LABELS[self.name]


@dataclass(frozen=True)
class Twice:
    """Two rows for one thing on the page ``title``: ``kept`` as it will be, and ``lost``, which goes.

    ``said`` is what they say differently; ``taken`` names what the kept one takes over, as it said nothing there.
    """

    page: int
    title: str
    kept: SymptomCause | RelatedSymptom
    lost: SymptomCause | RelatedSymptom
    said: tuple[Said, ...]
    taken: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.kept)

    @property
    def taken_over(self) -> str:
        return ", ".join(LABELS[name].lower() for name in self.taken)


def causes(page: int, title: str, kept: SymptomCause, lost: SymptomCause) -> Twice:
    said, taken = [], []
    for name in CAUSE_FIELDS:
        stays, goes = getattr(kept, name), getattr(lost, name)
        if not goes or stays == goes:
            continue
        graver = name == "seriousness" and GRAVITY.index(goes) > GRAVITY.index(stays)
        if not stays or graver:
            setattr(kept, name, goes)
            taken.append(name)
        if stays:
            pair = (goes, stays) if graver else (stays, goes)
            said.append(Said(name, *(_in_words(kept, name, value) for value in pair), html=name == "text"))
    return Twice(page, title, kept, lost, tuple(said), tuple(taken))


def related(page: int, title: str, kept: RelatedSymptom, lost: RelatedSymptom) -> Twice:
    said, taken = [], []
    if lost.serious and not kept.serious:
        kept.serious = True
        taken.append("serious")
    if lost.system != kept.system:
        said.append(Said("system", kept.get_system_display(), lost.get_system_display()))
    return Twice(page, title, kept, lost, tuple(said), tuple(taken))


def _in_words(row, name: str, value: str) -> str:
    """A value as an editor reads it."""
    choices = row._meta.get_field(name).choices
    return str(dict(choices)[value]) if choices else value


def keep(rows: list[Twice]) -> None:
    """Write what kept rows took over."""
    for model, fields in ((SymptomCause, CAUSE_FIELDS), (RelatedSymptom, RELATED_FIELDS)):
        changed = [row.kept for row in rows if row.taken and isinstance(row.kept, model)]
        model.objects.bulk_update(changed, fields, batch_size=500)


def drop(rows: list[Twice]) -> None:
    """Delete the rows that go; all are of one sort."""
    if rows:
        type(rows[0].lost).objects.filter(pk__in=[row.lost.pk for row in rows]).delete()
