"""What is confirmed is what was seen: every action that asks first, under people and bad input."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from articles.models import Article, CopyrightNotice, ImportRun, PublicationEvent, Revision
from articles.publishing.actions import discard
from reviews.models import MedicalReview, PlannedReview
from symptoms.models import Cause, MergedCause, RelatedSymptom, SymptomCause
from tests import factories
from tests.database import run_concurrently
from tests.files import PAIN, import_records, upload
from tests.html import choose_action, read_form

pytestmark = pytest.mark.django_db
SYMPTOMS = "/admin/symptoms/symptom/"
ARTICLES = "/admin/articles/article/"
NOTICES = "/admin/articles/copyrightnotice/"
REPORTS = "/admin/reports/"
CHANGED = "what you saw changed meanwhile"
LOOK_AGAIN = "Look again, then confirm."


@dataclass
class Case:
    """An action that asks first: how it is opened, where it is confirmed, what it would change."""

    address: str
    open: Callable  # by a client: the page that asks
    is_done: Callable[[], bool]
    change: Callable[[], None]  # somebody else changes what is shown
    remove: Callable[[], None] | None = None  # somebody else takes it away
    fields: dict = field(default_factory=dict)
    answer_twice: str = LOOK_AGAIN  # what the second of two equal confirmations reads

    def confirm(self, client, page, **changed):
        return client.post(self.address, read_form(page) | self.fields | changed, follow=True)


def prepare_topic(ann, ravi, morgan) -> Case:
    page = factories.make_symptom(ann)
    topic = factories.make_topic("Skin", "skin")
    return Case(
        SYMPTOMS,
        lambda client: choose_action(client, SYMPTOMS, "file_under", [page.pk]),
        topic.articles.exists,
        partial(factories.edit_page, page, by=ann, title="Facial twitches"),
        partial(discard, page, by=ann),
        {"topic": topic.pk},
        "Nothing changed",
    )


def prepare_request(ann, ravi, morgan) -> Case:
    page = factories.make_symptom(ann)
    return Case(
        SYMPTOMS,
        lambda client: choose_action(client, SYMPTOMS, "ask_for_many", [page.pk]),
        MedicalReview.objects.waiting().filter(note="Yearly.").exists,
        partial(factories.sign_page, page, by=ravi, asked_by=ann),
        partial(discard, page, by=ann),
        {"note": "Yearly."},
    )


def prepare_withdrawal(ann, ravi, morgan) -> Case:
    page = factories.make_symptom(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    return Case(
        SYMPTOMS,
        lambda client: choose_action(client, SYMPTOMS, "withdraw_many", [page.pk]),
        Article.objects.withdrawn().exists,
        partial(factories.edit_page, page, by=ann, title="Facial twitches"),
        fields={"reason": "outdated"},
    )


def prepare_year(ann, ravi, morgan) -> Case:
    notice = CopyrightNotice.objects.create(holder="First House", year=2020)
    year = timezone.localdate().year
    return Case(
        NOTICES,
        lambda client: choose_action(client, NOTICES, "roll_over", [notice.pk]),
        CopyrightNotice.objects.filter(pk=notice.pk, year=year).exists,
        partial(CopyrightNotice.objects.filter(pk=notice.pk).update, holder="Second House"),
        fields={"year": year, "confirm": "Update"},
    )


def prepare_retirement(ann, ravi, morgan) -> Case:
    notice = CopyrightNotice.objects.create(holder="First House", year=2020)
    CopyrightNotice.objects.create(holder="Second House", year=2020)
    address = f"{NOTICES}{notice.pk}/retire/"
    return Case(
        address,
        lambda client: client.get(address),
        CopyrightNotice.objects.filter(pk=notice.pk, retired_at__isnull=False).exists,
        lambda: factories.make_symptom(ann, notice=notice),
        fields={"replacement": ""},
        answer_twice="is retired already",
    )


def prepare_discarding(ann, ravi, morgan) -> Case:
    page = factories.make_symptom(ann)
    address = f"{REPORTS}untouched-drafts/"
    return Case(
        address,
        lambda client: client.post(address, {"key": page.pk}),
        Article.objects.filter(pk=page.pk, discarded_by__is_staff=True)
        .exclude(discarded_by=ann)
        .exists,
        partial(factories.sign_page, page, by=ravi, asked_by=ann),
        partial(discard, page, by=ann),
    )


def prepare_orphans(ann, ravi, morgan) -> Case:
    cause = factories.make_cause(ann)
    page = factories.make_symptom(ann)
    address = f"{REPORTS}orphan-causes/"
    return Case(
        address,
        lambda client: client.post(address, {"key": cause.pk}),
        lambda: not Cause.objects.exists(),
        partial(SymptomCause.objects.create, symptom=page, cause=cause),
    )


def prepare_relations(ann, ravi, morgan) -> Case:
    one, other = factories.make_symptom(ann), factories.make_symptom(ann, slug="o", title="Other")
    row = RelatedSymptom.objects.create(symptom=one, other=other, system="eyes")
    address = f"{REPORTS}one-way-relations/"
    return Case(
        address,
        lambda client: client.post(address, {"key": row.pk}),
        RelatedSymptom.objects.filter(symptom=other, system="skin").exists,
        partial(RelatedSymptom.objects.create, symptom=other, other=one, system="eyes"),
        row.delete,
        {"system": "skin"},
    )


def prepare_cause_merge(ann, ravi, morgan) -> Case:
    kept = factories.make_cause(ann)
    lost = factories.make_cause(ann, name="Tourette syndrome", slug="tourette-syndrome")
    page = factories.make_symptom(ann)
    address = f"/admin/symptoms/cause/{kept.pk}/merge/"
    return Case(
        address,
        lambda client: client.get(address, {"other": lost.pk}),
        MergedCause.objects.filter(kept=kept).exists,
        partial(SymptomCause.objects.create, symptom=page, cause=lost),
        lost.delete,
        answer_twice="no longer exists",
    )


def prepare_symptom_merge(ann, ravi, morgan) -> Case:
    kept = factories.make_symptom(ann)
    lost = factories.make_symptom(ann, slug="twitch", title="Twitch")
    address = f"{SYMPTOMS}{kept.pk}/merge/"
    return Case(
        address,
        lambda client: client.get(address, {"other": lost.pk}),
        lambda: Article.objects.filter(pk=lost.pk, discarded_by__username="morgan").exists(),
        partial(factories.edit_page, lost, by=ann, summary="Other."),
        partial(discard, lost, by=ann),
        answer_twice="no longer exists",
    )


def prepare_plan(ann, ravi, morgan) -> Case:
    page = factories.make_symptom(ann, review_months=3)
    factories.sign_page(page, by=ravi, asked_by=ann)
    address = "/desk/radar/plan/?until=2099-12-31"
    return Case(
        address,
        lambda client: client.get(address),
        PlannedReview.objects.pending().exists,
        partial(factories.edit_page, page, by=ravi, body="<p>Ravi wrote this.</p>"),
    )


def prepare_import(ann, ravi, morgan) -> Case:
    client = Client()
    client.force_login(morgan)
    import_records(client, PAIN)
    (page,) = Article.objects.filter(kind="symptom")
    sent = PAIN | {"body": "<p>It hurts much.</p>"}
    address = upload(client, sent, on_conflict="take")["Location"]
    return Case(
        address,
        lambda client: client.get(address),
        lambda: ImportRun.objects.count() == 2,
        partial(factories.edit_page, page.symptom, by=ann, summary="Mine."),
        answer_twice="imported already",
    )


BUILDERS = {
    name.removeprefix("prepare_"): builder
    for name, builder in list(globals().items())
    if name.startswith("prepare_")
}


@pytest.fixture
def case(request, ann, ravi, fiona, morgan) -> Case:
    return BUILDERS[request.param](ann, ravi, morgan)


def every_case(names=tuple(BUILDERS)):
    return pytest.mark.parametrize("case", names, indirect=True)


def count_rows() -> tuple[int, ...]:
    """What an action adds to, or takes from."""
    counted = (Article, Cause, Revision, PublicationEvent, MedicalReview, PlannedReview)
    return tuple(model.objects.count() for model in (*counted, RelatedSymptom, ImportRun))


@every_case()
def test_what_changed_meanwhile_is_shown_again_and_not_done(case, morgan_client):
    page = case.open(morgan_client)
    case.change()
    before = count_rows()
    again = case.confirm(morgan_client, page)
    assert again.status_code == 409
    assert CHANGED in again.text
    assert LOOK_AGAIN in again.text
    assert count_rows() == before
    assert not case.is_done()


@every_case(["topic", "request", "discarding", "relations", "cause_merge", "symptom_merge"])
def test_what_is_gone_meanwhile_is_said_and_nothing_is_done(case, morgan_client):
    page = case.open(morgan_client)
    case.remove()
    before = count_rows()
    again = case.confirm(morgan_client, page)
    assert again.status_code == 409
    assert CHANGED in again.text or "no longer exists" in again.text
    assert count_rows() == before
    assert not case.is_done()


@every_case()
def test_what_was_shown_is_done_and_a_double_click_does_nothing_twice_and_says_so(
    case, morgan_client
):
    page = case.open(morgan_client)
    assert not case.is_done()
    assert case.confirm(morgan_client, page).status_code == 200
    assert case.is_done()
    before = count_rows()
    assert case.answer_twice in case.confirm(morgan_client, page).text
    assert count_rows() == before


@every_case()
def test_what_somebody_else_saw_is_not_confirmed(case, client, morgan, olga):
    client.force_login(morgan)
    page = case.open(client)
    client.force_login(olga)
    case.confirm(client, page)
    assert not case.is_done()


@every_case(["topic", "request", "discarding", "year", "cause_merge", "plan"])
def test_a_digest_that_is_none_or_another_one_does_nothing(case, morgan_client, ann):
    values = read_form(case.open(morgan_client)) | case.fields
    article = factories.make_article(ann)
    other = read_form(choose_action(morgan_client, ARTICLES, "set_notice", [article.pk]))["seen"]
    for digest in ("", "\0", "x" * 1_000_000, "." * 1000, "é" * 64, other, values["seen"] * 2):
        assert morgan_client.post(case.address, values | {"seen": digest}).status_code == 409
    del values["seen"]
    morgan_client.post(case.address, values)
    assert not case.is_done()


def test_a_digest_of_another_action_on_the_same_rows_is_refused(morgan_client, ann):
    page = factories.make_symptom(ann)
    topic = factories.make_topic("Skin", "skin")
    page.topics.add(topic)
    asked = choose_action(morgan_client, SYMPTOMS, "file_under", [page.pk])
    values = read_form(asked) | {"action": "take_from", "topic": topic.pk}
    assert morgan_client.post(SYMPTOMS, values).status_code == 409
    assert topic.articles.exists()


@pytest.mark.parametrize("action", ["file_under", "set_notice"])
@pytest.mark.parametrize("query", ["q=ache", "topic={}"])
def test_a_filter_that_selects_other_rows_by_now_is_shown_again(morgan_client, ann, action, query):
    topic, new = factories.make_topic("Head", "head"), factories.make_topic("Skin", "skin")
    notice = CopyrightNotice.objects.create(holder="B", year=1999)
    pages = [factories.make_symptom(ann, slug=f"a{n}", title=f"Ache {n}") for n in range(3)]
    for page in pages[:2]:
        page.topics.add(topic)
    address = f"{SYMPTOMS}?{query.format(topic.pk)}"
    asked = choose_action(morgan_client, address, action, [pages[0].pk], across=True)
    factories.edit_page(pages[1], by=ann, title="Pain")
    pages[1].topics.remove(topic)
    fields = {"topic": new.pk, "notice": notice.pk}
    answer = morgan_client.post(address, read_form(asked) | fields)
    assert answer.status_code == 409
    assert CHANGED in answer.text
    assert not new.articles.exists()
    assert not notice.article_set.exists()
    assert morgan_client.post(address, read_form(answer) | fields).status_code == 302
    assert not pages[1].topics.filter(pk=new.pk).exists()
    assert not notice.article_set.filter(pk=pages[1].pk).exists()


def write_many(ann, numbers: range) -> None:
    rows = []
    for number in numbers:
        name = f"page-{number:05}"
        rows.append(Article(slug=name, title=name, sort_key=name, kind="article", writer=ann))
    Article.objects.bulk_create(rows, batch_size=1000)


@pytest.fixture
def clock_stands():
    """No minute passes: a session writes once a minute when somebody was seen."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def test_twenty_thousand_rows_take_as_many_queries_and_fields_as_three(
    clock_stands, morgan_client, ann
):
    def ask(action: str):
        first = Article.objects.order_by("pk").values_list("pk", flat=True)[:1]
        with CaptureQueriesContext(connection) as queries:
            page = choose_action(morgan_client, ARTICLES, action, first, across=True)
        return len(queries), page

    topic = factories.make_topic("Skin", "skin")
    write_many(ann, range(3))
    ask("set_notice")
    few = [ask(action)[0] for action in ("set_notice", "file_under")]
    write_many(ann, range(3, 20_000))
    answers = [ask(action) for action in ("set_notice", "file_under")]
    assert [count for count, _ in answers] == few
    for _, page in answers:
        assert "20,000 pages" in page.text
        assert page.text.count('type="hidden"') < 10
        assert len(page.text) < 100_000
    answer = morgan_client.post(ARTICLES, read_form(page) | {"topic": topic.pk}, follow=True)
    assert "20,000 pages were given the topic “Skin”." in answer.text
    assert topic.articles.count() == 20_000


def test_more_rows_than_can_be_done_at_once_are_refused_in_words(morgan_client, ann):
    write_many(ann, range(501))
    keys = list(Article.objects.values_list("pk", flat=True))
    answer = choose_action(morgan_client, ARTICLES, "ask_for_many", keys)
    assert "At most 500 pages can be changed at once, and you selected 501." in (
        morgan_client.get(answer["Location"]).text
    )
    answer = morgan_client.post(f"{REPORTS}untouched-drafts/", {"key": keys}, follow=True)
    assert "At most 200 drafts can be changed at once, and you selected 501." in answer.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("transactional_db")
@every_case(["topic", "discarding", "year", "retirement", "plan"])
def test_two_people_confirm_at_one_moment_and_it_is_done_once(case, morgan, olga):
    confirmations = []
    for person in (morgan, olga):
        client = Client()
        client.force_login(person)
        confirmations.append(partial(case.confirm, client, case.open(client)))
    answers = run_concurrently(*confirmations)
    assert {getattr(answer, "status_code", answer) for answer in answers} <= {200, 409}
    assert len([answer for answer in answers if case.answer_twice in answer.text]) == 1
    assert case.is_done()
