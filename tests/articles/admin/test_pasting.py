"""What is pasted comes back clean, for those who may change pages alone, and nothing is kept."""

import json
import logging

import pytest
from django.test import Client

from articles.admin.pasting import MAX_BYTES, says_the_same
from articles.fields import MAX_RICH_TEXT_LENGTH, CleanedHtml
from articles.models import Article
from tests.factories import PASSWORD

PASTE = "/admin/articles/article/paste/"
STRUCK = "<p>Give <s>500</s> 50 mg.</p>"


def send(client: Client, body, path: str = PASTE, **options):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return client.post(path, body, content_type="application/json", **options)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["articles/article", "articles/aboutpage", "symptoms/symptom"])
def test_the_clipboard_comes_back_clean_with_what_was_left_out(ann_client, kind):
    answer = send(ann_client, {"html": STRUCK}, f"/admin/{kind}/paste/")
    assert answer.status_code == 200
    assert answer.json() == {
        "html": "<p>Give 50 mg.</p>",
        "left_out": ["1 passage that was struck out"],
    }
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_nobody_else_is_answered(client, charlie, ravi):
    assert "login" in send(client, {"html": STRUCK})["Location"]
    for person in (charlie, ravi):
        client.force_login(person)
        answer = send(client, {"html": STRUCK})
        assert "login" in answer["Location"], person
    charlie.is_staff = True
    charlie.save()
    client.force_login(charlie)
    assert send(client, {"html": STRUCK}).status_code == 403


@pytest.mark.django_db
def test_it_is_a_post_with_a_token(ann, ann_client):
    assert ann_client.get(PASTE).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.login(username="ann", password=PASSWORD)
    assert send(strict, {"html": STRUCK}).status_code == 403
    strict.get("/admin/articles/article/add/")
    token = strict.cookies["csrftoken"].value
    assert send(strict, {"html": STRUCK}, headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<p>x</p>",
        b"[]",
        b"{}",
        b'{"html": null}',
        b'{"html": ["x"]}',
        b'{"html": "x", "plain": 5}',
        b'{"html": "x", "more": ""}',
        b'{"html": "\xff"}',
        b'{"html": "\\ud800"}',
        b"[" * 100_000,
        b'{"html":' * 100_000,
    ],
)
def test_what_no_form_sends_is_refused_in_words(ann_client, body):
    answer = send(ann_client, body)
    assert answer.status_code == 400
    assert answer.json() == {
        "refused": "The copied text could not be read. Copy it again, then paste it again."
    }


@pytest.mark.django_db
def test_a_form_in_its_place_is_refused_too(ann_client):
    for options in ({}, {"content_type": "application/x-www-form-urlencoded"}):
        answer = ann_client.post(PASTE, {"html": STRUCK} if not options else b"html=x", **options)
        assert answer.status_code == 400
        assert "could not be read" in answer.json()["refused"]


@pytest.mark.django_db
def test_what_no_page_can_carry_is_refused_in_words(ann_client):
    too_big = send(ann_client, b'{"html": "' + b"x" * MAX_BYTES)
    assert too_big.status_code == 413
    assert too_big.json()["refused"].startswith("This is more than a page can carry.")
    too_long = send(ann_client, {"html": "x" * (MAX_RICH_TEXT_LENGTH + 1)})
    assert too_long.status_code == 400
    assert "a page can carry 1,000,000" in too_long.json()["refused"]
    unprintable = send(ann_client, {"html": "<p>a\x00b</p>"})
    assert unprintable.status_code == 400
    assert "U+0000" in unprintable.json()["refused"]


@pytest.mark.django_db
def test_a_request_costs_no_more_than_who_asks_and_leaves_nothing(
    ann_client, django_assert_num_queries, caplog
):
    with caplog.at_level(logging.DEBUG):
        with django_assert_num_queries(4):  # session, user and the rights
            send(ann_client, {"html": "<p>secret words</p>" * 3, "plain": "secret words"})
        send(ann_client, {"html": "<p>secret\x00words</p>"})
    assert "secret" not in caplog.text
    assert not Article.objects.exists()


SAME = [
    ("a b", "<p>a</p><p>b</p>"),
    ("a\tb\nc\td", "<table><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr>"),
    ("a\u00a0b\r\n\r\n", "<p>a b</p>"),
    ("a\u00adb e\u0301", "<p>ab \u00e9</p>"),
    ("1. one\n2) two\n(iii) three", "<ol><li>one</li><li>two</li><li>three</li></ol>"),
    ("• one\n\t◦ two\no\tthree", "<ul><li>one<ul><li>two</li></ul></li><li>three</li></ul>"),
    ("one\ntwo", "<ul><li>one</li><li>two</li></ul>"),
    ("10⁹/L", "<p>10⁹/L</p>"),
    ("bold words", "<p><strong>bo</strong>ld words</p>"),
]
ANOTHER = [
    ("Give 50050 mg.", "<p>Give 50 mg.</p>"),
    ("109/L", "<p>10⁹/L</p>"),
    ("1.5 mg", "<p>15 mg</p>"),
    ("5 0 mg", "<p>50 mg</p>"),
    ("- 5 mg", "<p>5 mg</p>"),
    ("2. 5 mg", "<p>5 mg</p>"),
    ("50 mg", "<p>50 mg</p><p>once</p>"),
    ("", "<p>50 mg</p>"),
]


@pytest.mark.parametrize(("plain", "html"), SAME)
def test_a_plain_text_with_the_same_words_says_the_same(plain, html):
    assert says_the_same(plain, CleanedHtml(html))


@pytest.mark.parametrize(("plain", "html"), ANOTHER)
def test_a_plain_text_with_other_words_or_signs_does_not(plain, html):
    assert not says_the_same(plain, CleanedHtml(html))


def test_where_something_was_left_out_no_sign_at_the_start_of_a_line_counts_as_a_mark():
    cleaned = CleanedHtml("<ul><li>5 mg</li></ul>", ("1 passage that was struck out",))
    assert says_the_same("5 mg", cleaned)
    assert not says_the_same("2. 5 mg", cleaned)


@pytest.mark.django_db
def test_a_plain_paste_is_told_whether_its_text_is_another(ann_client):
    def differs(html: str, plain: str) -> bool:
        return send(ann_client, {"html": html, "plain": plain}).json()["plain_differs"]

    assert differs(STRUCK, "Give 500 50 mg.")
    assert not differs(STRUCK, "Give 50 mg.")
    assert differs("<p>10<sup>9</sup>/L</p>", "109/L")
    assert differs("<p>H<sub>2</sub>O</p>", "H2O")
    assert not differs("<p>Plain words</p>", "Plain words")


def test_telling_the_texts_apart_takes_time_by_length_alone():
    assert not says_the_same("\n" * 1_000_000 + "x", CleanedHtml("<ul><li>y</li></ul>"))
