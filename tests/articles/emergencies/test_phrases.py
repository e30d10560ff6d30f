"""The table of phrases: every change is an event, nobody undoes another's, the log is kept."""

import pytest
from django.db import OperationalError, connection

from articles.emergencies import phrases
from articles.emergencies.phrases import (
    CannotChangePhrases,
    TablePhrase,
    add_phrase,
    change_phrase,
    load_phrases,
    remove_phrase,
)
from articles.models import PhraseEvent
from tests.database import count_lost, expect_refusal, run_concurrently

pytestmark = pytest.mark.django_db

STROKE = {"meaning": "now", "subject": "stroke", "language": "en"}


@pytest.fixture
def phrase(morgan):
    return add_phrase(text="his face went funny", **STROKE, by=morgan)


def list_texts() -> list[str]:
    return [found.text for found in load_phrases()]


def test_a_phrase_is_added_changed_and_removed_and_the_log_keeps_all(morgan, olga, phrase):
    assert load_phrases() == (TablePhrase("his face went funny", "now", "stroke", "en"),)
    changed = change_phrase(phrase, text="her face went funny", **STROKE, by=olga)
    assert list_texts() == ["her face went funny"]
    remove_phrase(changed, by=morgan)
    assert list_texts() == []
    log = PhraseEvent.objects.filter(phrase=phrase.phrase).order_by("number")
    assert [(event.action, event.text, event.by) for event in log] == [
        ("add", "his face went funny", morgan),
        ("change", "her face went funny", olga),
        ("remove", "her face went funny", morgan),
    ]


def test_a_change_of_nothing_is_no_event(morgan, phrase):
    assert change_phrase(phrase, text=phrase.text, **STROKE, by=morgan).pk == phrase.pk
    assert PhraseEvent.objects.count() == 1


def test_nobody_undoes_what_another_did_meanwhile(morgan, olga, phrase):
    change_phrase(phrase, text="her face went funny", **STROKE, by=olga)
    with pytest.raises(CannotChangePhrases, match=r"Olga Orr changed .* “her face went funny”"):
        change_phrase(phrase, text="my face went funny", **STROKE, by=morgan)
    with pytest.raises(CannotChangePhrases, match="Olga Orr changed"):
        remove_phrase(phrase, by=morgan)
    assert list_texts() == ["her face went funny"]


def test_what_was_removed_is_not_changed(morgan, olga, phrase):
    removal = remove_phrase(phrase, by=olga)
    for event in (phrase, removal):
        with pytest.raises(CannotChangePhrases, match="Olga Orr removed"):
            change_phrase(event, text="another", **STROKE, by=morgan)


def test_a_text_is_in_the_table_once_whatever_its_capitals_and_accents(morgan, phrase):
    with pytest.raises(CannotChangePhrases, match="in the table already"):
        add_phrase(text="His face wént FUNNY", **STROKE, by=morgan)
    other = add_phrase(text="another", **STROKE, by=morgan)
    with pytest.raises(CannotChangePhrases, match="in the table already"):
        change_phrase(other, text="his face went funny", **STROKE, by=morgan)
    remove_phrase(phrase, by=morgan)
    add_phrase(text="his face went funny", **STROKE, by=morgan)
    add_phrase(text="his face went funny", **STROKE | {"language": "es"}, by=morgan)


def test_the_database_adds_events_in_their_order_and_changes_none(morgan, phrase):
    with expect_refusal("added and never changed"):
        PhraseEvent.objects.update(text="another")
    with expect_refusal("added and never changed"):
        PhraseEvent.objects.all().delete()
    facts = {"text": "x", **STROKE, "by": morgan, "at": phrase.at, "action": "change"}
    with expect_refusal("follows the one before it"):
        PhraseEvent.objects.create(phrase=phrase.phrase, number=3, **facts)
    with expect_refusal("added and never changed"):
        PhraseEvent.objects.create(phrase=phrase.phrase, number=1, **facts | {"action": "add"})
    remove_phrase(phrase, by=morgan)
    with expect_refusal("nothing follows its removal"):
        PhraseEvent.objects.create(phrase=phrase.phrase, number=3, **facts)


def test_a_crisis_has_no_emergency_and_every_other_phrase_has_one(morgan):
    for meaning, subject in (("now", ""), ("crisis", "stroke")):
        facts = {"text": "x", "meaning": meaning, "subject": subject, "language": "en"}
        with expect_refusal("phrase_has_subject_unless_crisis"):
            add_phrase(**facts, by=morgan)


def test_loading_asks_once_a_search_however_many_phrases_there_are(
    morgan, django_assert_num_queries
):
    for count in (1, 3):
        while PhraseEvent.objects.count() < count:
            add_phrase(text=f"phrase {PhraseEvent.objects.count()}", **STROKE, by=morgan)
        with django_assert_num_queries(2):
            assert len(load_phrases()) == count
        with django_assert_num_queries(1):
            assert len(load_phrases()) == count


def test_where_the_table_cannot_be_read_the_phrases_read_last_hold_else_none(phrase, caplog):
    def refuse(execute, sql, params, many, context):
        raise OperationalError("no connection")

    with connection.execute_wrapper(refuse):
        assert load_phrases() == ()
    assert list_texts() == ["his face went funny"]
    with connection.execute_wrapper(refuse):
        assert list_texts() == ["his face went funny"]
    assert "face" not in caplog.text


def test_the_lock_lets_others_read(phrase):
    phrases.lock_table()
    assert list_texts() == ["his face went funny"]


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_one_moment_one_is_told_what_the_other_did(morgan, olga, phrase):
    outcomes = run_concurrently(
        lambda: change_phrase(phrase, text="her face went funny", **STROKE, by=olga),
        lambda: change_phrase(phrase, text="my face went funny", **STROKE, by=morgan),
    )
    (lost,) = count_lost(outcomes)
    assert isinstance(lost, CannotChangePhrases)
    assert PhraseEvent.objects.filter(phrase=phrase.phrase).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_who_add_the_same_phrase_one_does(morgan, olga):
    outcomes = run_concurrently(
        *(lambda by=by: add_phrase(text="slumped over", **STROKE, by=by) for by in (morgan, olga))
    )
    assert [type(lost) for lost in count_lost(outcomes)] == [CannotChangePhrases]
