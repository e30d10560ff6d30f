"""Pages with every part that a page can have."""

from articles.models import CopyrightNotice, Reference
from articles.publishing.actions import record_revision
from symptoms.models import Code, OtherName, RelatedSymptom, Symptom, SymptomCause
from tests import workflow


def get_full_notice() -> CopyrightNotice:
    words = {
        "statement": "All rights kept.",
        "agreement_title": "Terms",
        "agreement_url": "https://example.org/terms",
    }
    return CopyrightNotice.objects.get_or_create(holder="Full House", year=2026, defaults=words)[0]


def write_complete_symptom(
    by, *, slug="facial-spasms", title="Facial spasms", others=(), **fields
) -> Symptom:
    """A symptom with every part, related to other symptoms, in one more revision."""
    values = {
        "headline": f"What makes {title.lower()}?",
        "phrase": title.lower(),
        "spotlight_title": "Spasm or tic?",
        "spotlight": "<p>A tic can be held back.</p>",
        "causes_intro": "<p>Most causes are harmless.</p>",
        "diagnosis_questions": "<p>When did it begin?</p>",
        "treatment": "<p>Rest helps.</p>",
        "complications": "<p>It may hurt.</p>",
        "notice": get_full_notice(),
    }
    symptom = workflow.write_symptom(by, slug=slug, title=title, **values | fields)
    symptom.tags.add("face", "muscle")
    Reference.objects.create(
        article_id=symptom.pk,
        title="Tics",
        publisher="NIH",
        url="https://www.nih.gov/",
        year=2025,
        position=1,
    )
    OtherName.objects.create(symptom=symptom, name=f"{title} by another name")
    Code.objects.create(symptom=symptom, system="ICD-10-CM", code="R25.3", display="Fasciculation")
    for place, (group, grave) in enumerate(
        [("", ""), ("Nerves", "life-threatening"), ("Nerves", "")]
    ):
        cause = workflow.write_cause(
            by, name=f"Cause {place} of {title}", slug=f"cause-{place}-of-{slug}"
        )
        SymptomCause.objects.create(
            symptom=symptom,
            cause=cause,
            group=group,
            seriousness=grave,
            frequency="rare",
            text=f"<p>Cause {place} may do it.</p>",
            position=place,
        )
    for place, other in enumerate(others):
        RelatedSymptom.objects.create(
            symptom=symptom, other=other, system="neurological", serious=place == 0, position=place
        )
    record_revision(symptom, by=by)
    return symptom


def write_minimal_symptom(by, *, slug="yawning", title="Yawning") -> Symptom:
    """A symptom with nothing that may be left out."""
    advice = {"advice_level": "routine", "advice": "<p>See a clinician if it does not stop.</p>"}
    symptom = Symptom.objects.create(
        slug=slug,
        title=title,
        writer=by,
        notice=workflow.get_notice(),
        body="<p>You yawn.</p>",
        **advice,
    )
    record_revision(symptom, by=by)
    return symptom
