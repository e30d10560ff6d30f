"""The boxes of care cards in a page's form: one for each level, and an empty one is no card."""

import pytest
from django.contrib.auth.models import Permission

from articles.models import Article, CareCard
from tests import factories
from tests.html import get_text, read_form

pytestmark = pytest.mark.django_db
NOW, TODAY, SOON = "<p>Call 911 now.</p>", "<p>Go today.</p>", "<p>Ask a clinician.</p>"


@pytest.fixture
def page(ann):
    page = factories.make_article(
        ann, advice_level="emergency", advice_heading="Call 911 now", advice=NOW
    )
    factories.add_card(page, "routine", SOON, "See a clinician if …")
    factories.edit_page(page, by=ann)
    return Article.objects.get(pk=page.pk)


def get_path(page) -> str:
    return f"/admin/articles/article/{page.pk}/change/"


def read(client, page) -> dict:
    return read_form(client.get(get_path(page)))


def save(client, page, **changed):
    return client.post(get_path(page), read(client, page) | changed)


def list_cards(page) -> list[tuple[str, str, str]]:
    document = Article.objects.get(pk=page.pk).get_latest_revision().read()
    return [(card.level, card.heading, card.html) for card in document.care_cards]


def list_rows(page) -> list[tuple[str, str, str]]:
    """What is stored: the gravest card with the page, and the others in rows."""
    page = Article.objects.get(pk=page.pk)
    rows = page.care_cards.values_list("level", "heading", "html")
    return [(page.advice_level, page.advice_heading, page.advice), *rows]


def test_each_card_stands_in_the_box_of_its_level(ann_client, page, settings):
    settings.EMERGENCY_NUMBER = "112"
    shown = ann_client.get(get_path(page))
    form = read_form(shown)
    assert form["emergency_text"] == [NOW]
    assert form["emergency_heading"] == ["Call 911 now"]
    assert form["urgent_text"] == [""]
    assert form["routine_text"] == [SOON]
    places = [
        shown.text.index(f'name="{level}_text"') for level in ("emergency", "urgent", "routine")
    ]
    assert places == sorted(places)
    assert '<option value="Call 112 now">' in shown.text
    assert "advice_level" not in form


def test_a_card_that_the_signed_page_had_is_named_when_it_is_gone(ann_client, ann, ravi, page):
    factories.sign_page(page, by=ravi, asked_by=ann)
    answer = ann_client.post(
        get_path(page),
        read(ann_client, page) | {"routine_text": "", "routine_heading": ""},
        follow=True,
    )
    gone = "The non-urgent card of the signed page is not here any more."
    assert gone in get_text(answer.text)
    fields = read(ann_client, page) | {"summary": "Other words."}
    answer = ann_client.post(get_path(page), fields, follow=True)
    assert gone in get_text(answer.text)
    fields = read(ann_client, page) | {"routine_text": SOON}
    assert gone not in ann_client.post(get_path(page), fields, follow=True).text


def test_an_untouched_form_writes_nothing(ann_client, page):
    before, rows = page.revisions.count(), list(CareCard.objects.values())
    assert save(ann_client, page).status_code == 302
    assert page.revisions.count() == before
    assert list(CareCard.objects.values()) == rows


def test_a_written_box_is_a_card_and_an_emptied_one_is_none(ann_client, page):
    save(ann_client, page, urgent_text=TODAY, urgent_heading="Get help today")
    assert list_cards(page) == [
        ("emergency", "Call 911 now", NOW),
        ("urgent", "Get help today", TODAY),
        ("routine", "See a clinician if …", SOON),
    ]
    save(ann_client, page, emergency_text="<p></p>", emergency_heading="")
    assert (
        list_cards(page)
        == list_rows(page)
        == [
            ("urgent", "Get help today", TODAY),
            ("routine", "See a clinician if …", SOON),
        ]
    )
    names = ("urgent_text", "urgent_heading", "routine_text", "routine_heading")
    empty = dict.fromkeys(names, "")
    save(ann_client, page, **empty)
    assert list_cards(page) == []
    assert list_rows(page) == [("", "", "")]


def test_cards_stored_in_any_order_are_shown_by_level_and_kept_until_one_changes(ann_client, page):
    Article.objects.filter(pk=page.pk).update(advice_level="urgent", advice=TODAY)
    CareCard.objects.filter(article=page).update(level="emergency", html=NOW)
    before = list_rows(page)
    save(ann_client, page, summary="Another.")
    assert list_rows(page) == before
    save(ann_client, page, routine_text=SOON)
    assert [level for level, _, _ in list_rows(page)] == ["emergency", "urgent", "routine"]


def test_a_text_that_lacks_its_level_is_shown_and_gets_one(ann_client, page):
    Article.objects.filter(pk=page.pk).update(advice_level="")
    page.care_cards.all().delete()
    assert read(ann_client, page)["routine_text"] == [NOW]
    assert save(ann_client, page).status_code == 302
    assert list_cards(page) == [("routine", "", NOW)]


REFUSED = [
    ({"urgent_heading": "Get help today"}, "has a heading and no text"),
    ({"emergency_text": ""}, "has a heading and no text"),
    ({"urgent_text": "<p><s>Go.</s></p>"}, "Nothing of this text can be kept"),
    ({"urgent_text": "<p>a\u202eb</p>"}, "U+202E"),
    ({"urgent_heading": "a\x00b", "urgent_text": TODAY}, "U+0000"),
    ({"urgent_heading": "x" * 121, "urgent_text": TODAY}, "at most 120 characters"),
    ({"urgent_text": '<p><a href="/no/such/">x</a></p>'}, "leads to no page of this site"),
]


def test_what_cannot_be_kept_is_refused_beside_its_box_and_nothing_is_lost(ann_client, page):
    before, opened = list_rows(page), read(ann_client, page)
    for changed, message in REFUSED:
        typed = opened | {"summary": "Typed a moment ago."} | changed
        answer = ann_client.post(get_path(page), typed)
        assert answer.status_code == 200, message
        assert message in get_text(answer.text)
        errors = answer.context["adminform"].form.errors
        assert set(errors) <= set(changed) | {"emergency_heading"}, message
        sent = read_form(answer)
        assert sent["summary"] == ["Typed a moment ago."], message
        assert [sent[name] for name in changed] == [[value] for value in changed.values()], message
        assert list_rows(page) == before, message
    assert page.revisions.count() == 2


def test_what_was_left_out_of_a_card_is_said_with_its_name(ann_client, page):
    sent = read(ann_client, page) | {"urgent_text": "<p>Go <s>tomorrow</s> today.</p>"}
    answer = ann_client.post(get_path(page), sent, follow=True)
    assert "Left out of the text: Urgent card:" in get_text(answer.text)
    assert list_cards(page)[1] == ("urgent", "", "<p>Go today.</p>")


def test_a_link_to_a_page_that_moved_gets_its_present_address(ann_client, ann, page, morgan, ravi):
    other = factories.make_symptom(ann)
    factories.sign_page(other, by=ravi, asked_by=ann)
    factories.change_slug(other, slug="face-spasms", by=morgan)
    link = '<p><a href="/symptoms/{}/">Spasms</a></p>'
    save(ann_client, page, emergency_text=link.format("facial-spasms"))
    save(ann_client, page, urgent_text=link.format("facial-spasms"))
    kept = link.format("face-spasms")
    assert [html for _, _, html in list_rows(page)] == [kept, kept, SOON]


def test_that_it_is_the_same_for_everyone_needs_a_card(ann_client, ann):
    page = factories.make_article(ann)
    answer = save(ann_client, page, same_for_everyone="on")
    assert "no card that this could be said of" in answer.text
    save(ann_client, page, same_for_everyone="on", shows_crisis_line="on", urgent_text=TODAY)
    document = page.get_latest_revision().read()
    assert (document.same_for_everyone, document.shows_crisis_line) == (True, True)


def test_two_editors_of_different_cards_lose_nothing(ann_client, morgan_client, page):
    opened = read(ann_client, page)
    save(morgan_client, page, urgent_text=TODAY)
    answer = ann_client.post(get_path(page), opened | {"routine_text": "<p>Wait.</p>"})
    assert "yours replaces theirs in “Non-urgent card”" in get_text(answer.text)
    shown = read_form(answer)
    assert (shown["urgent_text"], shown["routine_text"]) == ([TODAY], ["<p>Wait.</p>"])
    ann_client.post(get_path(page), shown)
    assert [html for _, _, html in list_cards(page)] == [NOW, TODAY, "<p>Wait.</p>"]


def test_a_form_that_was_opened_when_pages_had_one_card_is_understood(ann_client, page):
    page.care_cards.all().delete()
    Article.objects.filter(pk=page.pk).update(advice_heading="")
    opened = read(ann_client, page)
    names = [name for name in opened if name.split("_")[0] in ("emergency", "urgent", "routine")]
    older = {name: value for name, value in opened.items() if name not in names}
    older = {name: value for name, value in older.items() if not name.startswith("initial-")}
    older |= {"initial-advice_level": "emergency", "initial-advice": NOW}
    ann_client.post(get_path(page), older | {"advice_level": "urgent", "advice": TODAY})
    assert [(level, html) for level, _, html in list_cards(page)] == [("urgent", TODAY)]
    answer = ann_client.post(get_path(page), older | {"advice_level": "", "advice": "<p>New.</p>"})
    assert "opened before a page could have several cards" in get_text(answer.text)
    assert read_form(answer)["routine_text"] == ["<p>New.</p>"]


def test_the_live_preview_has_every_card_before_it_is_saved(ann_client, page):
    typed = read(ann_client, page) | {"urgent_text": TODAY, "emergency_text": ""}
    address = f"/admin/articles/article/{page.pk}/draft/"
    shown = ann_client.post(address, typed).json()["html"]
    assert "Call 911 now." not in shown
    assert shown.index("Go today.") < shown.index("Ask a clinician.")
    assert page.care_cards.count() == 1


def test_who_may_only_read_sees_the_cards(client, page, charlie):
    charlie.is_staff = True
    charlie.save()
    charlie.user_permissions.add(Permission.objects.get(codename="view_article"))
    client.force_login(charlie)
    shown = get_text(client.get(get_path(page)).text)
    assert "Emergency card: Call 911 now" in shown
    assert "Ask a clinician." in shown
