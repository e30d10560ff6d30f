"""Every staff address and who may enter it.

One table of answers, which every new address must join.
"""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from articles.emergencies.phrases import add_phrase
from articles.feedback.actions import close_report
from articles.images.store import get_file_name
from articles.models import Article, ImportRun
from articles.publishing.actions import change_slug
from reviews.expunging.actions import request_expunction
from reviews.models import LedgerEntry, Mail, Recall, SignatureDispute
from reviews.recalls.actions import open_recall
from reviews.signing.actions import request_review
from reviews.signing.assignment import record_absence
from tests import factories
from tests.factories import store_image

pytestmark = pytest.mark.django_db
SECTIONS = ("admin/", "desk/", "accounts/")

# What a GET answers: to nobody, Ann (editor), Ravi (the reviewer), Fiona (another reviewer), Morgan
# (managing editor). "in": led to the log-in page. "->": led elsewhere. {page} is a symptom or an
# article, {log} a list that nobody edits.
TABLE = r"""
desk/                                                                in   403  200  200  ->
desk/images/<digest>.<extension>                                     in   200  200  200  200
desk/reviews/<uuid>/                                                 in   403  200  200  403
desk/reviews/<uuid>/sign/                                            in   403  ->   ->   403
desk/reviews/<uuid>/send-back/                                       in   403  ->   ->   403
desk/reviews/<uuid>/done/                                            in   403  ->   ->   403
desk/away/                                                           in   403  ->   ->   403
desk/away/<pk>/back/                                                 in   403  ->   ->   403
desk/reviews/<uuid>/decline/                                         in   403  ->   ->   403
desk/reviews/<uuid>/recommend-withdrawal/                            in   403  ->   ->   403
desk/reviews/<uuid>/comment/                                         in   403  ->   ->   403
desk/reviews/<uuid>/hand-over/                                       in   403  ->   ->   403
desk/same-changes/<key>/                                             in   403  ->   ->   403
desk/danger/                                                          in   200  200  200  200
desk/unsent/                                                          in   403  ->   ->   403
desk/unsent/save/                                                     405  405  405  405  405
desk/reviews/<uuid>/take/                                             in   403  ->   ->   403
desk/reviews/<uuid>/give-back/                                        in   403  200  200  403
desk/reviews/<uuid>/not-me/                                           in   404  404  404  404
desk/reviews/<uuid>/read-along/                                       in   403  403  403  200
desk/status/                                                         in   403  403  403  200
desk/radar/                                                          in   403  403  403  200
desk/radar/plan/                                                     in   403  403  403  200
desk/radar/planned/                                                  in   403  403  403  200
desk/planned/<planned_uuid>/open/                                    in   403  405  405  403
desk/recall/                                                         in   403  403  403  200
desk/recall/<uuid>/                                                  in   403  403  403  200
accounts/start/                                                      in   ->   ->   ->   ->
accounts/login/                                                      200  ->   ->   ->   ->
accounts/logout/                                                     ->   200  200  200  200
accounts/inactive/                                                   200  200  200  200  200
accounts/signup/                                                     200  ->   ->   ->   ->
accounts/sessions/                                                   in   200  200  200  200
accounts/second-factor/                                              in   200  200  200  200
accounts/second-factor/code/                                         in   ->   ->   ->   ->
accounts/second-factor/confirm/                                      in   ->   200  ->   ->
accounts/second-factor/add/                                          in   ->   ->   ->   ->
accounts/second-factor/remove/                                       in   404  ->   404  404
accounts/second-factor/recovery/                                     in   404  404  404  404
accounts/second-factor/recovery/new/                                 in   ->   ->   ->   ->
accounts/second-factor/recovery/file/                                in   404  404  404  404
accounts/reauthenticate/                                             in   200  200  200  200
accounts/password/change/                                            in   200  200  200  200
accounts/password/set/                                               in   ->   ->   ->   ->
accounts/password/reset/                                             200  200  200  200  200
accounts/password/reset/done/                                        200  200  200  200  200
accounts/password/reset/key/done/                                    200  200  200  200  200
accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$  200  200  200  200  200
admin/                                                               in   200  in   in   200
admin/login/                                                         in   ->   403  403  ->
admin/logout/                                                        ->   405  ->   ->   405
admin/password_change/                                               in   200  in   in   200
admin/password_change/done/                                          in   200  in   in   200
admin/autocomplete/                                                  in   403  in   in   403
admin/jsi18n/                                                        in   200  in   in   200
admin/r/<content_type_id>/<object_id>/                               in   404  in   in   404
admin/auth/group/                                                    in   403  in   in   403
admin/auth/group/add/                                                in   403  in   in   403
admin/auth/group/<object_id>/history/                                in   403  in   in   403
admin/auth/group/<object_id>/delete/                                 in   403  in   in   403
admin/auth/group/<object_id>/change/                                 in   403  in   in   403
admin/auth/group/<object_id>/                                        in   ->   in   in   ->
admin/{page}/<object_id>/ask/                                        in   ->   in   in   ->
admin/{page}/<object_id>/take-back/                                  in   405  in   in   405
admin/{page}/<object_id>/withdraw/                                   in   403  in   in   200
admin/{page}/<object_id>/comments/                                   in   200  in   in   200
admin/{page}/<object_id>/evidence/                                   in   405  in   in   405
admin/{page}/<object_id>/expunge/                                    in   403  in   in   404
admin/{page}/add/draft/                                              in   405  in   in   405
admin/{page}/links/                                                   in   200  in   in   200
admin/{page}/<object_id>/draft/                                      in   405  in   in   405
admin/{page}/paste/                                                  in   405  in   in   405
admin/{page}/<object_id>/preview/                                    in   200  in   in   200
admin/{page}/<object_id>/revisions/                                  in   200  in   in   200
admin/{page}/<object_id>/compare/                                    in   200  in   in   200
admin/{page}/<object_id>/revision/                                   in   404  in   in   404
admin/{page}/<object_id>/restore/                                    in   405  in   in   405
admin/{page}/<object_id>/address/                                    in   403  in   in   200
admin/{page}/<object_id>/discard/                                    in   200  in   in   200
admin/{page}/export/                                                 in   200  in   in   200
admin/{page}/                                                        in   200  in   in   200
admin/{page}/add/                                                    in   200  in   in   200
admin/{page}/<object_id>/history/                                    in   ->   in   in   ->
admin/{page}/<object_id>/delete/                                     in   403  in   in   403
admin/{page}/<object_id>/change/                                     in   200  in   in   200
admin/{page}/<object_id>/                                            in   ->   in   in   ->
admin/reports/                                                       in   200  in   in   200
admin/reports/<name>/                                                in   200  in   in   200
admin/symptoms/symptom/<object_id>/merge/                            in   200  in   in   200
admin/symptoms/cause/<object_id>/merge/                              in   200  in   in   200
admin/symptoms/cause/export/                                         in   200  in   in   200
admin/symptoms/cause/                                                in   200  in   in   200
admin/symptoms/cause/add/                                            in   200  in   in   200
admin/symptoms/cause/<object_id>/history/                            in   200  in   in   200
admin/symptoms/cause/<object_id>/delete/                             in   403  in   in   200
admin/symptoms/cause/<object_id>/change/                             in   200  in   in   200
admin/symptoms/cause/<object_id>/                                    in   ->   in   in   ->
admin/articles/phraseevent/floor/                                    in   200  in   in   200
admin/articles/phraseevent/log/                                      in   200  in   in   200
admin/articles/phraseevent/                                          in   200  in   in   200
admin/articles/phraseevent/add/                                      in   403  in   in   200
admin/articles/phraseevent/<object_id>/history/                      in   200  in   in   200
admin/articles/phraseevent/<object_id>/delete/                       in   403  in   in   200
admin/articles/phraseevent/<object_id>/change/                       in   200  in   in   200
admin/articles/phraseevent/<object_id>/                              in   ->   in   in   ->
admin/articles/topic/export/                                         in   200  in   in   200
admin/articles/topic/                                                in   200  in   in   200
admin/articles/topic/add/                                            in   403  in   in   200
admin/articles/topic/<object_id>/history/                            in   200  in   in   200
admin/articles/topic/<object_id>/delete/                             in   403  in   in   403
admin/articles/topic/<object_id>/change/                             in   200  in   in   200
admin/articles/topic/<object_id>/                                    in   ->   in   in   ->
admin/articles/copyrightnotice/<object_id>/retire/                   in   403  in   in   200
admin/articles/copyrightnotice/<object_id>/bring-back/               in   405  in   in   405
admin/articles/copyrightnotice/                                      in   200  in   in   200
admin/articles/copyrightnotice/add/                                  in   403  in   in   200
admin/articles/copyrightnotice/<object_id>/history/                  in   200  in   in   200
admin/articles/copyrightnotice/<object_id>/delete/                   in   403  in   in   403
admin/articles/copyrightnotice/<object_id>/change/                   in   200  in   in   200
admin/articles/copyrightnotice/<object_id>/                          in   ->   in   in   ->
admin/reviews/ledgerentry/earlier/                                     in   403  in   in   200
admin/reviews/ledgerentry/earlier/rows/                                in   405  in   in   405
admin/reviews/ledgerentry/earlier/empty-sheet/                         in   403  in   in   200
admin/articles/redirect/export/                                      in   200  in   in   200
admin/reviews/medicalreview/export/                                  in   200  in   in   200
admin/{log}/                                                         in   200  in   in   200
admin/{log}/add/                                                     in   403  in   in   403
admin/{log}/<object_id>/history/                                     in   200  in   in   200
admin/{log}/<object_id>/delete/                                      in   403  in   in   403
admin/{log}/<object_id>/change/                                      in   200  in   in   200
admin/{log}/<object_id>/                                             in   ->   in   in   ->
admin/articles/readerreport/<object_id>/review/                      in   ->   in   in   ->
admin/articles/readerreport/                                         in   200  in   in   200
admin/articles/readerreport/add/                                     in   403  in   in   403
admin/articles/readerreport/<object_id>/history/                     in   200  in   in   200
admin/articles/readerreport/<object_id>/delete/                      in   403  in   in   403
admin/articles/readerreport/<object_id>/change/                      in   200  in   in   200
admin/articles/readerreport/<object_id>/                             in   ->   in   in   ->
admin/reviews/reviewer/                                              in   403  in   in   200
admin/reviews/reviewer/add/                                          in   403  in   in   200
admin/reviews/reviewer/<object_id>/history/                          in   403  in   in   200
admin/reviews/reviewer/<object_id>/delete/                           in   403  in   in   403
admin/reviews/reviewer/<object_id>/change/                           in   403  in   in   200
admin/reviews/reviewer/<object_id>/                                  in   ->   in   in   ->
admin/auth/user/<id>/password/                                       in   403  in   in   403
admin/auth/user/                                                     in   403  in   in   200
admin/auth/user/add/                                                 in   403  in   in   403
admin/auth/user/<object_id>/history/                                 in   403  in   in   200
admin/auth/user/<object_id>/delete/                                  in   403  in   in   403
admin/auth/user/<object_id>/change/                                  in   403  in   in   200
admin/auth/user/<object_id>/                                         in   ->   in   in   ->
admin/articles/importrun/add/<ticket>/                               in   403  in   in   ->
admin/articles/importrun/add/<ticket>/plan/                          in   403  in   in   ->
admin/articles/importrun/                                            in   403  in   in   200
admin/articles/importrun/add/                                        in   403  in   in   200
admin/articles/importrun/<object_id>/findings/                       in   403  in   in   200
admin/articles/importrun/<object_id>/history/                        in   403  in   in   200
admin/articles/importrun/<object_id>/delete/                         in   403  in   in   403
admin/articles/importrun/<object_id>/change/                         in   403  in   in   200
admin/articles/importrun/<object_id>/                                in   ->   in   in   ->
admin/reviews/mail/                                                  in   403  in   in   200
admin/reviews/mail/add/                                              in   403  in   in   403
admin/reviews/mail/<object_id>/history/                              in   403  in   in   200
admin/reviews/mail/<object_id>/delete/                               in   403  in   in   403
admin/reviews/mail/<object_id>/change/                               in   403  in   in   200
admin/reviews/mail/<object_id>/                                      in   ->   in   in   ->
admin/reviews/signaturedispute/                                      in   403  in   in   200
admin/reviews/signaturedispute/add/                                  in   403  in   in   403
admin/reviews/signaturedispute/<object_id>/history/                  in   403  in   in   200
admin/reviews/signaturedispute/<object_id>/delete/                   in   403  in   in   403
admin/reviews/signaturedispute/<object_id>/change/                   in   403  in   in   200
admin/reviews/signaturedispute/<object_id>/                          in   ->   in   in   ->
admin/reviews/expunction/                                            in   403  in   in   200
admin/reviews/expunction/add/                                        in   403  in   in   403
admin/reviews/expunction/<object_id>/history/                        in   403  in   in   200
admin/reviews/expunction/<object_id>/delete/                         in   403  in   in   403
admin/reviews/expunction/<object_id>/change/                         in   403  in   in   200
admin/reviews/expunction/<object_id>/                                in   ->   in   in   ->
admin/^articles/publication/(?P<rest>.*)$                            in   ->   in   in   ->
admin/^reviews/signature/(?P<rest>.*)$                               in   ->   in   in   ->
admin/mfa/authenticator/                                             in   403  in   in   403
admin/mfa/authenticator/add/                                         in   403  in   in   403
admin/mfa/authenticator/<object_id>/history/                         in   403  in   in   403
admin/mfa/authenticator/<object_id>/delete/                          in   403  in   in   403
admin/mfa/authenticator/<object_id>/change/                          in   403  in   in   403
admin/mfa/authenticator/<object_id>/                                 in   ->   in   in   ->
admin/^(?P<app_label>auth|symptoms|articles|reviews|mfa)/$               in   200  in   in   200
admin/(?P<url>.*)$                                                   in   404  in   in   404
"""
LISTS = {
    "page": [
        "symptoms/symptom",
        "articles/article",
        "articles/aboutpage",
        "articles/emergencypage",
    ],
    "log": [
        *(
            "articles/revision",
            "articles/publicationevent",
            "articles/redirect",
            "articles/image",
            "articles/harmdecision",
            "articles/readertally",
        ),
        *("reviews/medicalreview", "reviews/ledgerentry"),
    ],
}


def list_paths(patterns, before="") -> list[str]:
    """All the addresses below some patterns, each with <names> for its parts."""
    found = []
    for pattern in patterns:
        here = before + re.sub(r"<\w+:", "<", str(pattern.pattern))
        found += (
            [here] if isinstance(pattern, URLPattern) else list_paths(pattern.url_patterns, here)
        )
    return [address for address in found if address.startswith(SECTIONS)]


def list_expected() -> dict[str, list[str]]:
    table = {}
    for line in TABLE.strip().splitlines():
        address, *answers = line.split()
        group = re.search(r"{(\w+)}", address)
        for name in LISTS[group[1]] if group else [""]:
            table[re.sub(r"{\w+}", name, address)] = answers
    return table


@pytest.fixture
def whole_site(ann, ravi, fiona, morgan):
    """A row of everything, so that an address with a key leads to something."""
    symptom, article, about, emergency = (
        factories.make_symptom(ann),
        factories.make_article(ann),
        factories.make_about_page(ann),
        factories.make_emergency(ann),
    )
    add_phrase(text="slumped over", meaning="now", subject="unconscious", language="en", by=morgan)
    factories.add_facts(symptom, ann)
    for page in (symptom, article, about, emergency):
        factories.sign_page(page, by=fiona, asked_by=ann)
    change_slug(Article.objects.get(pk=article.pk), slug="diary", by=morgan)
    factories.report_problem(article)
    close_report(factories.report_problem(article, kind="harm"), by=ann, outcome="It is right.")
    review = request_review(symptom, by=ann, reviewer=ravi.reviewer)
    open_recall(
        [article.pk, about.pk, emergency.pk], trigger="safety", reason="An alert.", by=morgan
    )
    SignatureDispute.objects.create(
        entry=LedgerEntry.objects.signed().first(),
        reviewer=fiona.reviewer,
        at=timezone.now(),
        restored_by=morgan,
        restored_at=timezone.now(),
        identity_check="By phone.",
    )
    today = timezone.localdate()
    away = record_absence(ravi.reviewer, first_day=today, last_day=today)
    factories.edit_page(symptom, by=ann, summary="Newer.")
    request_expunction(
        symptom.revisions.get(number=1), reason="An order.", legal_basis="A law.", by=morgan
    )
    words = {
        "address": "ravi@example.org",
        "subject": "A request",
        "content": [],
        "made_at": timezone.now(),
    }
    Mail.objects.create(kind=Mail.MailKind.REQUEST, recipient=ravi, **words)
    ImportRun.objects.create(source="symp", by=morgan, started_at=timezone.now())
    TOTP.activate(ravi, "JBSWY3DPEHPK3PXP")
    kept = {"review": review, "symptom": symptom, "article": article, "aboutpage": about}
    kept["emergencypage"] = emergency
    return kept | {"image": store_image(ann), "away": away}


def fill_path(address: str, site: dict) -> str:
    """An address with keys of rows that are there."""
    if model := re.match(r"admin/(\w+)/(\w+)/<(object_id|id)>", address):
        row = site.get(model[2]) or apps.get_model(model[1], model[2]).objects.first()
        address = re.sub("<(object_id|id)>", str(row.pk), address)
    keys = {
        "<content_type_id>/<object_id>": (
            f"{ContentType.objects.get_for_model(Article).pk}/{site['article'].pk}"
        ),
        "desk/recall/<uuid>": f"desk/recall/{Recall.objects.get().uuid}",
        "desk/away/<pk>": f"desk/away/{site['away'].pk}",
        "<digest>.<extension>": get_file_name(site["image"]),
        "<ticket>": str(site["review"].uuid),  # of no file that is here
        "<planned_uuid>": str(site["review"].uuid),
        "<uuid>": str(site["review"].uuid),
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": "password/reset/key/1-x/",
        "^(?P<app_label>auth|symptoms|articles|reviews|mfa)/$": "articles/",
        "^articles/publication/(?P<rest>.*)$": "articles/publication/1/change/",
        "^reviews/signature/(?P<rest>.*)$": "reviews/signature/1/change/",
        "reports/<name>": "reports/orphan-causes",
        "<key>": "no-such-change",
        "(?P<url>.*)$": "no-such-address/",
    }
    for name, key in keys.items():
        address = address.replace(name, key)
    assert "<" not in address, f"say in this test what fills {address}"
    return f"/{address}"


def make_client(person) -> Client:
    client = Client()
    if person:
        client.force_login(person)
    return client


def get_answer(client: Client, address: str) -> str:
    response = client.get(address)
    if response.status_code in (301, 302):
        return "in" if "login" in response["Location"] else "->"
    return str(response.status_code)


def test_everybody_is_answered_as_the_table_says(whole_site, ann, ravi, fiona, morgan):
    browsers = [make_client(person) for person in (None, ann, ravi, fiona, morgan)]
    walked = {
        address: [get_answer(client, fill_path(address, whole_site)) for client in browsers]
        for address in list_paths(get_resolver().url_patterns)
    }
    assert walked == list_expected()
