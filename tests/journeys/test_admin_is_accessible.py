"""axe finds nothing on any form, list and history page of the admin, in light and in dark."""

import pytest

from articles.models import Article, CopyrightNotice, Image, Topic
from reviews.models import LedgerEntry, Reviewer
from symptoms.models import Cause
from tests.journeys.conftest import find_violations, log_in

pytestmark = pytest.mark.django_db(transaction=True)


def list_paths() -> list[str]:
    """Every sort of page of the admin, on pages in the states that show the most."""
    symptom, article = (f"/admin/{path}/" for path in ("symptoms/symptom", "articles/article"))
    tiredness, diary, cramps = (
        Article.objects.get(slug=slug).pk
        for slug in ("tiredness", "keeping-a-symptom-diary", "muscle-cramps")
    )
    return [
        "/admin/",
        *(f"{symptom}{path}" for path in ("", "?q=eye", "?q=nothing-at-all", "add/", "export/")),
        *(
            f"{symptom}{tiredness}/{page}/"
            for page in ("change", "revisions", "ask", "address", "withdraw")
        ),
        f"{symptom}{tiredness}/compare/?old=1&new=2",
        f"{symptom}{cramps}/discard/",
        *(f"{article}{path}" for path in ("", "add/", f"{diary}/change/", f"{diary}/revisions/")),
        "/admin/articles/image/",
        f"/admin/articles/image/{Image.objects.first().pk}/change/",
        "/admin/symptoms/cause/",
        f"/admin/symptoms/cause/{Cause.objects.first().pk}/change/",
        f"/admin/symptoms/cause/{Cause.objects.first().pk}/merge/",
        f"/admin/symptoms/cause/{Cause.objects.get(slug='stroke').pk}/merge/?other={Cause.objects.get(slug='migraine').pk}",
        f"{symptom}{tiredness}/merge/?other={cramps}",
        "/admin/reports/",
        *(
            f"/admin/reports/{name}/"
            for name in ("one-way-relations", "untouched-drafts", "missing-codes")
        ),
        "/admin/reports/untouched-drafts/?days=30",
        "/admin/articles/topic/",
        f"/admin/articles/topic/{Topic.objects.first().pk}/change/",
        "/admin/articles/copyrightnotice/",
        f"/admin/articles/copyrightnotice/{CopyrightNotice.objects.first().pk}/change/",
        *(f"/admin/articles/{log}/" for log in ("revision", "publicationevent", "redirect")),
        "/admin/reviews/reviewer/",
        f"/admin/reviews/reviewer/{Reviewer.objects.first().pk}/change/",
        "/admin/reviews/medicalreview/",
        "/admin/reviews/ledgerentry/",
        "/admin/reviews/ledgerentry/earlier/",
        f"/admin/reviews/ledgerentry/{LedgerEntry.objects.first().pk}/change/",
    ]


def test_axe_finds_nothing_in_the_admin(demo, open_page):
    page = open_page(
        bypass_csp=True, reduced_motion="reduce"
    )  # axe styles pages, and measures colours that hold still
    log_in(page, "morgan")
    found = []
    for address in list_paths():
        page.goto(address)
        found += [f"{address}: {problem}" for problem in find_violations(page, dark=True)]
    assert not found, "\n".join(found)
