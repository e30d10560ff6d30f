"""The numbers of the site are checked when the program starts, and go with their country."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from articles.care.site_numbers import get_outside_words
from config import checks
from config import settings as program


@pytest.mark.parametrize("value", ["911", "116 123", "1-800-222-1222", "+44 20 7946 0000"])
def test_a_number_is_digits_and_signs_between_them(monkeypatch, value):
    monkeypatch.setenv("POISON_LINE", value)
    assert program._phone_number("POISON_LINE", "") == value


@pytest.mark.parametrize("value", ["call us", "911<script>", "9a1", "-911", "x" * 40])
def test_anything_else_stops_the_program_and_says_which_setting(monkeypatch, value):
    monkeypatch.setenv("POISON_LINE", value)
    with pytest.raises(ImproperlyConfigured, match="POISON_LINE is a number to call"):
        program._phone_number("POISON_LINE", "")


def test_the_emergency_number_is_never_empty(monkeypatch):
    monkeypatch.setenv("EMERGENCY_NUMBER", " ")
    with pytest.raises(ImproperlyConfigured, match="EMERGENCY_NUMBER"):
        program._phone_number("EMERGENCY_NUMBER", "911", required=True)
    assert program._phone_number("CRISIS_LINE", "") == ""


@pytest.mark.parametrize("value", ["http://chat.example.org", "javascript:alert(1)", 'https://"x"'])
def test_a_chat_is_at_a_safe_address(monkeypatch, value):
    monkeypatch.setenv("CRISIS_CHAT", value)
    with pytest.raises(ImproperlyConfigured, match="CRISIS_CHAT"):
        program._chat_address("CRISIS_CHAT", "")


def test_who_is_elsewhere_is_told_so_with_and_without_a_name_of_the_country(settings):
    assert get_outside_words() == ("Outside the United States: call your local emergency number.")
    settings.NUMBERS_COUNTRY = ""
    assert get_outside_words() == "In another country: call your local emergency number."


def test_numbers_without_a_country_or_a_line_to_call_are_warned_of(settings):
    assert checks.check_numbers(None) == []
    settings.NUMBERS_COUNTRY = settings.CRISIS_LINE = ""
    found = [warning.id for warning in checks.check_numbers(None)]
    assert found == ["countersign.W002", "countersign.W003"]
