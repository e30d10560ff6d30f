"""The forms of emergency pages and of the table of phrases: who may, what is refused, the log."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from articles.emergencies.checks import check_subject
from articles.emergencies.phrases import add_phrase, change_phrase, remove_phrase
from articles.models import EmergencyPage, PhraseEvent
from articles.search import floor
from tests import factories, html
from tests.html import read_form

pytestmark = pytest.mark.django_db
PAGES = "/admin/articles/emergencypage/"
TABLE = "/admin/articles/phraseevent/"
FACTS = {"text": "his face went funny", "meaning": "now", "subject": "stroke", "language": "en"}


@pytest.fixture
def phrase(morgan):
    return add_phrase(**FACTS, by=morgan)


def save(client, address: str, **fields):
    return client.post(address, read_form(client.get(address)) | fields, follow=True)


# Emergency pages


def test_a_new_page_has_the_card_and_its_level_and_high_risk_from_the_start(ann_client, ann):
    symptom = factories.make_symptom(ann)
    fields = {
        "title": "What to do in a stroke",
        "slug": "stroke",
        "subject": "stroke",
        "act": "Note the time.",
        "next_page": symptom.pk,
        "body": "<p>It is sudden.</p>",
    }
    assert "is saved" in save(ann_client, f"{PAGES}add/", **fields).text
    page = EmergencyPage.objects.get()
    assert (page.advice_level, page.risk, page.next_page_id) == ("emergency", "high", symptom.pk)
    assert "Put the phone on speaker" in page.advice
    assert page.get_latest_revision().read().subject == "stroke"


def test_the_form_has_the_emergency_box_alone_and_others_only_to_empty_them(ann_client, ann):
    page = factories.make_emergency(ann)
    address = f"{PAGES}{page.pk}/change/"
    fields = read_form(ann_client.get(address))
    assert {"emergency_heading", "emergency_text"} <= fields.keys()
    assert fields.keys().isdisjoint({"urgent_text", "routine_text", "same_for_everyone"})
    assert "shows_crisis_line" not in fields
    save(ann_client, address, emergency_heading="Call 911 now", urgent_text="<p>Forged.</p>")
    page = EmergencyPage.objects.get()
    assert (page.advice_heading, page.care_cards.count()) == ("Call 911 now", 0)
    page.care_cards.create(level="urgent", html="<p>Go today.</p>")
    save(ann_client, address, emergency_heading="Call 911")
    assert page.care_cards.count() == 1
    save(ann_client, address, urgent_text="")
    assert page.care_cards.count() == 0


def test_emergencies_with_a_public_page_are_marked_and_linked(ann_client, ann, ravi):
    page = factories.make_emergency(ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    form = ann_client.get(f"{PAGES}add/").text
    assert "Stroke (has a public page)" in form
    assert "Choking (has a public page)" not in form
    assert f'Public pages: <a href="{PAGES}{page.pk}/change/">Stroke</a>.' in form
    other = factories.make_emergency(ann, slug="other")
    (problem,) = check_subject(other, other.get_latest_revision().read())
    assert "Withdraw" not in problem.message + problem.fix


def test_who_withdraws_reads_what_visitors_keep_and_lose(morgan_client, ann, ravi):
    page = factories.make_emergency(ann, subject="choking")
    address = f"{PAGES}{page.pk}/withdraw/"
    factories.sign_page(page, by=ravi, asked_by=ann)
    assert (
        "Searches for choking will show only whom to call: no other page is public for Choking."
        in morgan_client.get(address).text
    )


def test_home_and_list_say_which_emergencies_have_no_public_page(morgan_client, ann, ravi):
    title = "Without a public emergency page"
    assert title not in morgan_client.get("/admin/").text
    assert "There is no emergency page yet." in morgan_client.get(PAGES).text
    factories.sign_page(factories.make_emergency(ann), by=ravi, asked_by=ann)
    counts = set()
    for subject in ("seizure", "choking"):
        with CaptureQueriesContext(connection) as queries:
            text = morgan_client.get("/admin/").text
        counts.add(len(queries))
        assert title in text
        assert "Danger from another person, Carbon monoxide" in text
        listed = html.get_text(morgan_client.get(PAGES).text)
        assert "a search shows only whom to call: Danger from another person," in listed
        assert "Choking" in listed
        factories.sign_page(factories.make_emergency(ann, subject=subject), by=ravi, asked_by=ann)
    assert len(counts) == 1
    assert "Choking" not in morgan_client.get("/admin/").text


def test_pages_of_every_kind_are_suggested_to_go_on_with(ann_client, ann):
    factories.make_symptom(ann, title="Stroke signs", slug="stroke-signs")
    factories.make_article(ann, title="Stroke care", slug="stroke-care")
    box = {"app_label": "articles", "model_name": "emergencypage", "field_name": "next_page"}
    answer = ann_client.get("/admin/autocomplete/", box | {"term": "stroke"}).json()
    found = [result["text"] for result in answer["results"]]
    assert found == ["Stroke care (Article)", "Stroke signs (Symptom)"]


def test_saving_without_a_change_records_nothing(ann_client, ann):
    page = factories.make_emergency(ann, next_page=factories.make_symptom(ann))
    save(ann_client, f"{PAGES}{page.pk}/change/")
    assert page.revisions.count() == 1


def test_the_history_and_the_preview_show_the_act_and_the_page_to_go_on_with(ann_client, ann):
    page = factories.make_emergency(ann, next_page=factories.make_symptom(ann))
    factories.edit_page(page, by=ann, act="Lay them down.", next_page=None)
    compared = ann_client.get(f"{PAGES}{page.pk}/compare/?old=1&new=2")
    text = html.get_text(compared.text)
    assert "The one act more" in text
    assert "Page to go on with" in text


# The table


def test_a_managing_editor_adds_changes_and_removes_a_phrase(morgan_client, morgan):
    save(morgan_client, f"{TABLE}add/", **FACTS)
    added = PhraseEvent.objects.get()
    assert (added.action, added.by) == ("add", morgan)
    save(morgan_client, f"{TABLE}{added.pk}/change/", text="her face went funny")
    changed = PhraseEvent.objects.current().get()
    assert (changed.text, changed.number) == ("her face went funny", 2)
    listed = html.get_text(morgan_client.get(TABLE).text)
    assert "her face went funny" in listed
    assert "his face went funny" not in listed
    morgan_client.post(f"{TABLE}{changed.pk}/delete/", {"post": "yes"})
    assert not PhraseEvent.objects.current().exists()
    log = html.get_text(morgan_client.get(f"{TABLE}log/").text)
    assert log.index("Removed") < log.index("Changed") < log.index("Added")
    history = html.get_text(morgan_client.get(f"{TABLE}{added.pk}/history/").text)
    assert "Removed" in history


def test_removing_a_phrase_is_said_in_words_of_its_own(morgan_client, phrase):
    page = morgan_client.get(f"{TABLE}{phrase.pk}/delete/")
    text = " ".join(html.get_text(page.text).split())
    assert "Searches with these words will no longer show the emergency help for “Stroke”" in text
    assert 'value="Remove phrase"' in page.text
    for shown in (page, morgan_client.get(f"{TABLE}{phrase.pk}/change/")):
        crumbs = html.get_text(shown.text.split('class="breadcrumbs">')[1].split("</div>")[0])
        assert "Articles" not in crumbs
        assert "Phrases" in crumbs


def test_the_table_begins_with_how_many_come_with_the_program(ann_client):
    count = sum(len(lines) for _heading, lines in floor.list_floor())
    text = html.get_text(ann_client.get(TABLE).text)
    assert f"{count} phrases come with Countersign and cannot be removed" in text.replace(",", "")


def test_editors_read_the_table_and_change_nothing(ann_client, phrase):
    assert "his face went funny" in ann_client.get(TABLE).text
    assert ann_client.get(f"{TABLE}floor/").status_code == 200
    for path in ("add/", f"{phrase.pk}/delete/"):
        assert ann_client.get(TABLE + path).status_code == 403
        assert ann_client.post(TABLE + path, FACTS | {"post": "yes"}).status_code == 403
    assert ann_client.post(f"{TABLE}{phrase.pk}/change/", FACTS).status_code == 403
    assert PhraseEvent.objects.count() == 1


def test_charlie_sees_and_changes_nothing(client, charlie, phrase):
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    for path in ("", "add/", "log/", "floor/", f"{phrase.pk}/change/", f"{phrase.pk}/history/"):
        assert client.get(TABLE + path).status_code == 403, path
    client.post(f"{TABLE}{phrase.pk}/delete/", {"post": "yes"})
    assert PhraseEvent.objects.count() == 1


def test_what_another_changed_meanwhile_is_said_and_a_second_save_decides(
    morgan_client, morgan, olga, phrase
):
    address = f"{TABLE}{phrase.pk}/change/"
    opened = read_form(morgan_client.get(address)) | {"text": "my face went funny"}
    change_phrase(phrase, **FACTS | {"text": "her face went funny"}, by=olga)
    answer = morgan_client.post(address, opened)
    assert "Olga Orr changed this phrase after you opened it" in answer.text
    assert "my face went funny" in answer.text
    assert PhraseEvent.objects.count() == 2
    morgan_client.post(address, read_form(answer))
    assert PhraseEvent.objects.current().get().text == "my face went funny"


def test_a_phrase_that_was_removed_meanwhile_is_not_brought_back(
    morgan_client, morgan, olga, phrase
):
    address = f"{TABLE}{phrase.pk}/change/"
    opened = read_form(morgan_client.get(address)) | {"text": "my face went funny"}
    remove_phrase(phrase, by=olga)
    assert "doesn’t exist" in morgan_client.post(address, opened, follow=True).text
    assert not PhraseEvent.objects.current().exists()


REFUSED = [
    ({"text": "His face went FUNNY"}, "is in the table already"),
    ({"text": "another", "subject": ""}, "Choose the emergency of the phrase"),
    ({"text": "another", "meaning": "crisis"}, "leave it empty for a crisis"),
    ({"text": ""}, "This field is required"),
    ({"text": "x" * 101}, "at most 100 characters"),
    ({"text": "another", "subject": "no-such-thing"}, "Select a valid choice"),
    ({"text": "is he the"}, "These words say nothing by themselves"),
    ({"text": "my knee"}, "harmless text"),
    ({"text": "my knee"}, "Use more words, such as who it happens to."),
]


def test_a_phrase_that_cannot_be_is_refused_in_place(morgan_client, phrase):
    for fields, message in REFUSED:
        answer = morgan_client.post(f"{TABLE}add/", FACTS | fields)
        assert message in html.get_text(answer.text)
        assert PhraseEvent.objects.count() == 1, message


def test_markup_in_a_phrase_is_shown_as_text(morgan_client, morgan):
    add_phrase(**FACTS | {"text": "<script>alert(1)</script>"}, by=morgan)
    for path in ("", "log/"):
        text = morgan_client.get(TABLE + path).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_the_list_is_searched_by_phrases_and_by_names_of_emergencies(morgan_client, morgan, phrase):
    add_phrase(**FACTS | {"text": "slumped over", "subject": "unconscious"}, by=morgan)
    for query, found in (
        ("FUNNY", "face went"),
        ("unconscious", "slumped"),
        ("slumped", "slumped"),
    ):
        text = html.get_text(morgan_client.get(TABLE, {"q": query}).text)
        assert found in text
        assert ("slumped" in text) != ("face went" in text)


def test_the_list_costs_the_same_for_one_phrase_and_for_three(morgan_client, morgan, phrase):
    counts = []
    for number in (1, 3):
        while PhraseEvent.objects.count() < number:
            text = f"phrase {PhraseEvent.objects.count()}"
            add_phrase(**FACTS | {"text": text}, by=morgan)
        morgan_client.get(TABLE)
        with CaptureQueriesContext(connection) as asked:
            morgan_client.get(TABLE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_phrases_of_the_program_are_shown_and_cannot_be_changed(morgan_client):
    text = html.get_text(morgan_client.get(f"{TABLE}floor/").text)
    assert "Nobody can change or remove them here" in text
    assert "Stroke: it is happening now" in text
    assert "Crisis: somebody thinks of it" in text
    assert all(lines for _, lines in floor.list_floor())
    assert morgan_client.post(f"{TABLE}floor/").status_code == 405
