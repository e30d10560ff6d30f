"""What the safety checks refuse in live texts is stored, and is gone once the text is mended."""

import pytest
from django.core.management import CommandError, call_command

from articles.models import SafetyAlert
from articles.publishing import projections
from articles.quality import safety_alerts
from reviews import verification
from reviews.signing.actions import withdraw_page
from tests import factories

pytestmark = pytest.mark.django_db
Gravity = SafetyAlert.AlertGravity
BURIED = "<p>See a clinician.</p><p>If it gets worse, go to an emergency department.</p>"
MIXED = "<p>Call 911 now. Then make an appointment.</p>"


def publish_despite(by, signer, manager, slug, **fields):
    page = factories.make_symptom(by, slug=slug, title=slug, **fields)
    factories.sign_despite_checks(page, by=signer, manager=manager)
    return page


@pytest.fixture
def page(ann, ravi, morgan):
    return publish_despite(ann, ravi, morgan, "one", advice_level="routine", advice=BURIED)


def list_alerts() -> list[tuple]:
    rows = SafetyAlert.objects.order_by("gravity", "article__sort_key")
    return list(rows.values_list("article__slug", "gravity"))


def test_an_alert_comes_with_the_publication_and_goes_with_a_mended_text(page, ann, ravi):
    assert list_alerts() == [("one", Gravity.UNDERSTATED)]
    assert "go to an emergency department" in page.safety_alert.first_finding
    factories.edit_page(page, by=ann, advice_level="emergency", advice="<p>Call 911.</p>")
    assert list_alerts() == [("one", Gravity.UNDERSTATED)]  # visitors read the text as it was
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert list_alerts() == []


def test_a_withdrawn_page_has_none(page, morgan):
    withdraw_page(page, reason="safety", by=morgan)
    assert list_alerts() == []
    assert list(verification.find_faults()) == []


def test_several_findings_are_one_alert_of_the_gravest(ann, ravi, morgan):
    text = "<p>10 grams is fatal. Call 999.</p>"
    publish_despite(ann, ravi, morgan, "two", advice=MIXED, body=text)
    assert list_alerts() == [("two", Gravity.LETHAL)]
    assert len(SafetyAlert.objects.get().findings.splitlines()) == 3


def test_a_page_without_a_card_and_one_that_is_fine(ann, ravi, morgan):
    publish_despite(ann, ravi, morgan, "bare", advice="", advice_level="")
    factories.sign_page(factories.make_article(ann), by=ravi, asked_by=ann)
    assert list_alerts() == [("bare", Gravity.NO_CARD)]


def test_they_are_rebuilt_from_the_log_and_verified(page):
    SafetyAlert.objects.all().delete()
    assert any("safetyalert" in fault for fault in verification.find_faults())
    call_command("rebuild_projections", verbosity=0)
    assert list_alerts() == [("one", Gravity.UNDERSTATED)]
    assert list(projections.find_faults()) == []
    SafetyAlert.objects.all().delete()
    safety_alerts.rebuild()
    assert list_alerts() == [("one", Gravity.UNDERSTATED)]


def test_the_command_over_the_live_pages_names_them(page, capsys):
    with pytest.raises(CommandError):
        call_command("check_live_pages")
    assert "/symptoms/one/: Safety alert: The non-urgent card sends" in capsys.readouterr().out
