"""Numbers that no column holds are found nowhere, whatever the way they are looked for."""

import pytest

from articles.models import Article, Revision
from symptoms.models import RelatedSymptom, Symptom
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("number", [10**30, -(10**30), 2**63, -(2**63) - 1])
def test_a_number_that_no_column_holds_finds_nothing_and_breaks_nothing(ann, number):
    symptom = factories.make_symptom(ann)
    found = Symptom.objects.filter(pk__in=[number, symptom.pk])
    assert [row.pk for row in found] == [symptom.pk]
    assert not Symptom.objects.filter(pk=number).exists()
    assert not Article.objects.filter(pk__in=[number]).exists()
    assert not Revision.objects.filter(article=number).exists()
    assert Revision.objects.filter(article__in=[number, symptom.pk]).count() == 1
    assert not RelatedSymptom.objects.filter(other=number).exists()
    assert Symptom.objects.exclude(pk=number).exclude(pk__in=[number]).count() == 1


def test_other_lookups_are_as_they_were(ann):
    symptom = factories.make_symptom(ann)
    assert Revision.objects.filter(article=symptom).count() == 1
    assert Revision.objects.filter(article__in=Article.objects.all()).count() == 1
    assert Revision.objects.filter(article__in=[symptom]).count() == 1
    assert Article.objects.filter(notice__in=[symptom.notice, None]).count() == 1
    assert not Article.objects.filter(pk__in=[]).exists()


def test_any_of_many_values_is_in_and_one_parameter(ann):
    symptom = factories.make_symptom(ann, slug="it-hurts")
    others = [factories.make_article(ann, slug=f"other-{number}") for number in range(3)]
    pages = Article.objects.order_by("pk")
    for name in ("id", "uuid", "slug"):
        wanted = [getattr(page, name) for page in (symptom, others[1])]
        found = pages.filter(**{f"{name}__any_of": wanted})
        assert [page.pk for page in found] == [symptom.pk, others[1].pk], name
        twice = pages.filter(**{f"{name}__any_of": wanted * 2})
        assert twice.query.sql_with_params()[0] == found.query.sql_with_params()[0]
    assert not pages.filter(uuid__any_of=[]).exists()
    assert pages.exclude(uuid__any_of=[]).count() == 4
    assert Revision.objects.filter(article__uuid__any_of=[symptom.uuid]).count() == 1
