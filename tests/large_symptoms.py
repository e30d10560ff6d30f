"""A symptom with thousands of causes and hundreds of related symptoms, as an import leaves it."""

from django.db import transaction
from django.utils.text import slugify

from articles.fields import fold
from articles.publishing.actions import record_revision
from symptoms.models import BodySystem, Cause, RelatedSymptom, Symptom, SymptomCause
from tests import scale, workflow

SYSTEMS = list(BodySystem.values)
SERIOUSNESS_CYCLE = ["", "", "", "serious", "", "", "life-threatening", ""]
FREQUENCY_CYCLE = ["common", "uncommon", "rare", ""]
CAUSE_TEXT = (
    "<p>In condition {}, one person in {} notices it, "
    "mostly at night and after a long day on their feet.</p>"
)


@transaction.atomic
def write_large_symptom(
    by, *, causes: int = 2_474, related: int = 0, title: str = "Weakness", text: str = CAUSE_TEXT
) -> Symptom:
    """A symptom with so many causes and related drafts. Positions begin with 0, as in an import."""
    page = workflow.write_symptom(by, slug=fold(title).replace(" ", "-"), title=title)
    names = [
        f"Condition {number:04} of {title.lower()}, autosomal type {number % 97}"
        for number in range(causes)
    ]
    made = Cause.objects.bulk_create(
        [Cause(name=name, slug=slugify(name), folded=fold(name)) for name in names], batch_size=500
    )
    SymptomCause.objects.bulk_create(
        [
            SymptomCause(
                symptom=page,
                cause=cause,
                group=f"Conditions of group {place // 500}",
                seriousness=SERIOUSNESS_CYCLE[place % 8],
                frequency=FREQUENCY_CYCLE[place % 4],
                text=text.format(place, place + 2),
                position=place,
            )
            for place, cause in enumerate(made)
        ],
        batch_size=500,
    )
    _add_related(page, by, related)
    record_revision(page, by=by)
    return page


def _add_related(page: Symptom, by, count: int) -> None:
    others = scale.write_symptoms(count, by, f"Companion {{}} of {page.title.lower()}", {})
    RelatedSymptom.objects.bulk_create(
        RelatedSymptom(
            symptom=page, other_id=other.pk, system=SYSTEMS[place % len(SYSTEMS)], position=place
        )
        for place, other in enumerate(others)
    )
