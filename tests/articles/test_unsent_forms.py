"""Unsent forms: saved by person and subject, the older beside the newer, and purged."""

import datetime as dt

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from articles import unsent_forms
from articles.models import UnsentForm
from articles.unsent_forms import clear_form, load_form, load_forms, save_form

pytestmark = pytest.mark.django_db
SUBJECT = "review:1"


def type_in(user, words: str, subject: str = SUBJECT, **page) -> UnsentForm | None:
    return save_form(user, subject, MultiValueDict({"comment": [words]}), **page)


def read(user, subject: str = SUBJECT) -> list[str]:
    """What is saved on a subject: the newest, then what was typed elsewhere before."""
    saved = load_form(user, subject)
    if saved is None:
        return []
    return [form["comment"] for form in (saved.data, *(old.fields for old in saved.earlier_forms))]


def test_what_was_typed_is_there_for_the_same_person_and_subject_alone(ann, ravi):
    type_in(ann, "Ten minutes of words.")
    assert read(ann) == ["Ten minutes of words."]
    assert read(ravi) == []
    assert read(ann, "review:2") == []


def test_no_secret_is_saved_and_what_no_database_stores_is_marked(ann):
    secrets = ("password", "oldpassword", "code", "csrfmiddlewaretoken", "ticket", "unsent")
    typed = {name: ["secret"] for name in secrets}
    typed |= {"comment": ["a\0b\ud800"], "topics": ["1", "2"], "codes-0-code": ["R25.2"]}
    save_form(ann, SUBJECT, MultiValueDict(typed))
    assert UnsentForm.objects.get().fields == {
        "comment": ["a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"],
        "topics": ["1", "2"],
        "codes-0-code": ["R25.2"],
    }


def test_a_page_replaces_its_own_words_and_those_that_it_showed(ann):
    type_in(ann, "a", page="phone")
    saved = type_in(ann, "ab", page="phone")
    assert saved
    type_in(ann, "abc", page="reloaded", base=saved.saved_at.isoformat())
    type_in(ann, "abcd", page="reloaded")
    assert read(ann) == ["abcd"]


def test_of_two_devices_the_newer_wins_and_the_older_stays_beside_it(ann):
    type_in(ann, "On the phone.", page="phone")
    type_in(ann, "At the desk.", page="desk")
    type_in(ann, "At the desk, more.", page="desk")
    assert read(ann) == ["At the desk, more.", "On the phone."]
    type_in(ann, "On the phone, more.", page="phone")  # its own older words are not offered to it
    assert read(ann) == ["On the phone, more.", "At the desk, more."]
    saved = load_form(ann, SUBJECT)
    assert saved
    assert unsent_forms.use_earlier(ann, SUBJECT, saved.earlier_forms[0].key)
    assert read(ann) == ["At the desk, more.", "On the phone, more."]
    assert not unsent_forms.use_earlier(ann, SUBJECT, "2020-01-01")
    assert not unsent_forms.use_earlier(ann, "review:2", "2020-01-01")


def test_the_same_words_twice_are_no_difference(ann):
    type_in(ann, "The same.", page="phone")
    type_in(ann, "The same.", page="desk")
    assert read(ann) == ["The same."]


def test_an_empty_form_is_not_saved_and_emptied_words_are_still_offered(ann):
    assert type_in(ann, " ", page="phone") is None
    type_in(ann, "On the phone.", page="phone")
    type_in(ann, "", page="desk")
    saved = load_form(ann, SUBJECT)
    assert saved
    assert saved.is_empty
    assert read(ann) == ["", "On the phone."]


def test_it_is_bounded_in_bytes_in_number_and_in_what_is_kept_beside(ann, monkeypatch):
    with pytest.raises(unsent_forms.FormTooLong):
        type_in(ann, "x" * unsent_forms.MAX_BYTES)
    assert not UnsentForm.objects.exists()
    monkeypatch.setattr(unsent_forms, "MAX_FORMS", 2)
    for number in range(4):
        type_in(ann, "words", f"review:{number}")
    subjects = [f"review:{number}" for number in range(4)]
    assert set(load_forms(ann, subjects)) == {"review:2", "review:3"}
    for number in range(9):
        type_in(ann, f"words {number}", "review:3", page=f"page {number}")
    assert len(read(ann, "review:3")) == 1 + unsent_forms.MAX_EARLIER


def test_deleting_a_subject_deletes_what_belongs_to_it_and_nothing_else(ann, ravi):
    for subject in (SUBJECT, f"{SUBJECT}:decline", f"{SUBJECT}2"):
        type_in(ann, "words", subject)
        type_in(ravi, "words", subject)
    clear_form(ann, SUBJECT)
    assert list(load_forms(ann, [SUBJECT, f"{SUBJECT}:decline", f"{SUBJECT}2"])) == [f"{SUBJECT}2"]
    assert UnsentForm.objects.filter(user=ravi).count() == 3


def test_saving_and_loading_take_a_fixed_number_of_queries(ann):
    def count(number: int) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as saving:
            type_in(ann, f"words {number}", page=f"{number}")
        with CaptureQueriesContext(connection) as loading:
            load_forms(ann, [SUBJECT, *(f"{SUBJECT}:{at}" for at in range(number))])
        return len(saving), len(loading)

    type_in(ann, "words")
    for number in range(3):
        type_in(ann, "words", f"{SUBJECT}:{number}")
    assert count(1) == count(3)
    assert count(3)[1] == 1


def test_after_thirty_days_it_is_gone(ann, capsys):
    type_in(ann, "words")
    with time_machine.travel(timezone.now() + dt.timedelta(days=29)):
        call_command("purge_unsent_forms")
        type_in(ann, "newer words", "review:2")
    assert "Deleted 0 unsent forms" in capsys.readouterr().out
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        call_command("purge_unsent_forms")
    assert "Deleted 1 unsent form older" in capsys.readouterr().out
    assert read(ann, "review:2") == ["newer words"]


def test_a_token_names_who_opened_the_page_and_cannot_be_forged(ann):
    saved = type_in(ann, "words")
    text = unsent_forms.make_token(ann, SUBJECT, saved)
    token = unsent_forms.read_token(text)
    assert saved
    assert token
    assert (token.user_id, token.subject) == (ann.pk, SUBJECT)
    assert token.base == saved.saved_at.isoformat()
    assert token.page != unsent_forms.read_token(unsent_forms.make_token(ann, SUBJECT, None)).page
    for forged in ("", "forged", text[:-1], text.replace(":", "")):
        assert unsent_forms.read_token(forged) is None
    with time_machine.travel(timezone.now() + dt.timedelta(days=31)):
        assert unsent_forms.read_token(text) is None
