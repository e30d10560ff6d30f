"""A symptom with thousands of causes and hundreds of related symptoms, as an import leaves it."""

from django.db import transaction
from django.utils.text import slugify

from articles.actions import record_revision
from articles.fields import fold
from symptoms.models import BodySystem, Cause, RelatedSymptom, Symptom, SymptomCause
from tests import scale, stories

SYSTEMS = list(BodySystem.values)
GRAVE = ["", "", "", "serious", "", "", "life-threatening", ""]
COMMON = ["common", "uncommon", "rare", ""]
SAID = "<p>In condition {}, one person in {} notices it, mostly at night and after a long day on their feet.</p>"


@transaction.atomic
def write_hub(by, *, causes: int = 2_474, related: int = 0, title: str = "Weakness", said: str = SAID) -> Symptom:
    """A symptom with so many causes and related drafts. Its numbers begin with 0, as those of an import do."""
    page = stories.write_symptom(by, slug=fold(title).replace(" ", "-"), title=title)
    names = [f"Condition {number:04} of {title.lower()}, autosomal type {number % 97}" for number in range(causes)]
    made = Cause.objects.bulk_create(
        [Cause(name=name, slug=slugify(name), folded=fold(name)) for name in names], batch_size=500
    )
    SymptomCause.objects.bulk_create(
        [
            SymptomCause(
                symptom=page,
                cause=cause,
                group=f"Conditions of group {place // 500}",
                seriousness=GRAVE[place % 8],
                frequency=COMMON[place % 4],
                text=said.format(place, place + 2),
                position=place,
            )
            for place, cause in enumerate(made)
        ],
        batch_size=500,
    )
    _relate(page, by, related)
    record_revision(page, by=by)
    return page


def _relate(page: Symptom, by, count: int) -> None:
    others = scale._write(count, by, f"Companion {{}} of {page.title.lower()}", {})
    RelatedSymptom.objects.bulk_create(
        RelatedSymptom(symptom=page, other_id=other.pk, system=SYSTEMS[place % len(SYSTEMS)], position=place)
        for place, other in enumerate(others)
    )
