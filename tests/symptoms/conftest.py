"""Symptoms that name causes and each other, signed in one line."""

import pytest
from django.conf import settings

from symptoms.models import Cause, RelatedSymptom, SymptomCause
from tests import factories


@pytest.fixture
def publish(ann, ravi):
    """Sign a symptom with causes, each as (name, seriousness, frequency), and related symptoms.

    A fourth value makes a cause a catch-all. Advice without the number gets a heading with it.
    """

    def sign(slug, *causes, system="neurological", related=(), serious=(), **fields):
        advice = fields.get("advice", "")
        if (
            advice
            and "911" not in advice
            and fields.get("advice_level", "emergency") == "emergency"
        ):
            fields.setdefault("advice_heading", f"Call {settings.EMERGENCY_NUMBER} now")
        page = factories.make_symptom(
            ann, slug=slug, **{"title": slug.replace("-", " ").capitalize()} | fields
        )
        for place, (name, seriousness, frequency, *catch_all) in enumerate(causes):
            address = name.lower().replace(" ", "-")
            cause = Cause.objects.filter(slug=address).first() or factories.make_cause(
                ann, name=name, slug=address, catch_all=bool(catch_all)
            )
            labels = {"seriousness": seriousness, "frequency": frequency, "text": f"<p>{name}.</p>"}
            SymptomCause.objects.create(symptom=page, cause=cause, position=place, **labels)
        for grave, others in ((False, related), (True, serious)):
            for place, other in enumerate(others):
                RelatedSymptom.objects.create(
                    symptom=page, other=other, system=system, serious=grave, position=place
                )
        factories.edit_page(page, by=ann)
        factories.sign_page(page, by=ravi, asked_by=ann)
        return page

    return sign
