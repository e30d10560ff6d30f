"""Emergencies are understood by rules: numbers, denials, signs, languages, added phrases."""

import pytest

from articles.care.emergencies import EMERGENCIES
from articles.search.added_phrases import AddedPhrase, check_phrase
from articles.search.emergency import detect_urgent_help, suggest_urgent_help
from articles.search.lexicon import split_typed
from articles.search.quantities import iter_quantities
from articles.search.urgent_phrases import load_phrase_books


def find_subjects(text: str) -> tuple[str, ...]:
    found = detect_urgent_help(text)
    return found.subjects if found.is_happening else ()


class TestOfNumbers:
    @pytest.mark.parametrize(
        "age", ["2 month old", "2mo", "two month old", "6 week old", "9 day old", "3 wk old"]
    )
    def test_a_fever_under_three_months_is_an_emergency(self, age):
        for text in (f"{age} fever", f"fever in my {age} baby", f"my {age} temp 38.4"):
            assert find_subjects(text)[:1] == ("fever-under-three-months",), text

    @pytest.mark.parametrize("age", ["6 month old", "9mo", "14 week old", "3 year old"])
    def test_of_an_older_child_it_is_none(self, age):
        assert not detect_urgent_help(f"{age} fever 38.4")

    def test_how_long_it_lasts_is_no_age(self):
        for text in ("baby fever for 3 days", "fever since 2 weeks", "5 weeks pregnant mild fever"):
            assert "fever-under-three-months" not in detect_urgent_help(text).subjects, text

    def test_numbers_are_read_with_their_units(self):
        for typed, expected in [
            ("38.5", {"#number", "#many", "#fever", "#temperature", "#highsugar"}),
            ("101.2 f", {"#number", "#many", "#fever", "#temperature"}),
            ("2.4", {"#number", "#lowsugar"}),
            ("1,000", {"#number", "#many", "#highsugar"}),
            ("thirty six weeks", {"#number", "#many", "#gestation", "#lowsugar"}),
            ("a month old", set()),
        ]:
            words = split_typed(typed)
            english, _ = load_phrase_books()
            found = iter_quantities(words, 0, english.language.numbers)
            assert set().union(*(quantity.readings for quantity in found)) == expected, typed

    def test_blood_sugar_is_read(self):
        assert find_subjects("blood sugar 41") == ("low-blood-sugar",)
        assert find_subjects("glucose is 2.1") == ("low-blood-sugar",)
        assert find_subjects("blood sugar 520") == ("high-blood-sugar",)
        assert not detect_urgent_help("blood sugar 110")


class TestOfDenials:
    def test_what_a_text_denies_is_not_there(self):
        for text in (
            "rash without fever",
            "rash not itchy",
            "headache no fever or stiff neck",
            "no chest pain just tired",
            "sin fiebre pero con tos",
        ):
            assert not detect_urgent_help(text), text

    def test_a_denied_symptom_takes_no_emergency_away(self):
        for text in (
            "he is not breathing no fever",
            "my dad cant breathe, no cough, no pain",
            "stroke no headache",
            "no fever but she wont wake up",
            "no heartbeat",
            "no respira y no tiene fiebre",
        ):
            assert detect_urgent_help(text), text


class TestOfLanguages:
    def test_spanish_is_read_by_its_sounds(self):
        for text in (
            "no respira",
            "no rrespira",
            "NO RESPIRA!!",
            "mi bebé no respira",
            "nose despierta mi hijo",
            "mi ijo no despierta",
            "bomita sangre mi papa",
        ):
            found = detect_urgent_help(text)
            assert (found.is_happening, found.language) == (True, "es"), text

    def test_english_with_spanish_names_stays_english(self):
        for text in ("chest pain san jose", "dolores is not breathing", "el paso suicide hotline"):
            assert detect_urgent_help(text).language == "en", text

    def test_other_languages_are_not_guessed_at(self):
        for text in ("er atmet gut", "il respire bien", "я сплю", "頭痛", "mal di testa"):
            assert not detect_urgent_help(text), text


class TestOfCrises:
    def test_who_did_something_is_told_from_who_thinks_of_it(self):
        done = detect_urgent_help("i took all my pills")
        assert done.is_done
        assert done.is_happening
        assert done.subjects == ("overdose",)
        thought = detect_urgent_help("i want to take all my pills and die")
        assert thought.is_crisis
        assert not thought.is_done

    def test_it_may_be_somebody_else(self):
        assert detect_urgent_help("my daughter took all her pills").is_done
        assert detect_urgent_help("my friend says he wants to die").is_crisis

    def test_a_small_child_that_took_pills_is_no_crisis_of_the_mind(self):
        assert detect_urgent_help("i took all my pills and my baby is here").is_done
        found = detect_urgent_help("my toddler took all my pills")
        assert found.is_happening
        assert not found.is_crisis

    def test_who_asks_for_methods_is_told_apart(self):
        for text in ("how many tylenol to die", "painless ways to die", "lethal dose of insulin"):
            found = detect_urgent_help(text)
            assert (found.is_crisis, found.asks_for_methods) == (True, True), text
        for text in ("how many tylenol can i take", "i want to die", "how to tie a tie"):
            assert not detect_urgent_help(text).asks_for_methods, text

    def test_who_wants_to_kill_somebody_is_in_a_crisis_and_is_not_told_to_flee(self):
        for text in (
            "i want to kill him",
            "im gonna kill her",
            "i want to kill my son",
            "i want to hurt people",
            "lo quiero matar",
            "quiero matar a mi esposo",
        ):
            found = detect_urgent_help(text)
            assert found.is_crisis, text
            assert set(found.subjects) <= found.withheld, text
        for text in ("i want to kill the weeds", "kill time"):
            assert not detect_urgent_help(text), text

    def test_in_spanish_who_wants_to_kill_whom_is_told_apart(self):
        for text in ("me quiero matar", "me voy a matar", "mi hija se quiere matar"):
            found = detect_urgent_help(text)
            assert (found.is_crisis, found.subjects) == (True, ()), text
        for text in ("me quiere matar", "me van a matar", "mi novio me quiere matar"):
            found = detect_urgent_help(text)
            assert found.subjects == ("danger-from-another-person",), text
            assert not found.is_crisis, text


class TestOfOneSubjectForAnother:
    def test_who_is_choked_is_not_choking(self):
        for text in ("my boyfriend is choking me", "he is choking me", "mi novio me esta ahogando"):
            assert find_subjects(text) == ("danger-from-another-person",), text
        for text in ("he is choking help me", "food is choking me", "mi papa se ahoga con carne"):
            assert find_subjects(text) == ("choking",), text

    def test_an_unborn_baby_that_does_not_move_is_not_unconscious(self):
        for text in ("8 months pregnant baby stopped moving", "34 weeks pregnant baby not moving"):
            assert find_subjects(text) == ("pregnancy-danger-signs",), text
        assert "unconscious" in find_subjects("my pregnant wife is not moving")

    def test_a_chemical_in_somebodys_eye_is_there_now(self):
        for text in (
            "bleach in my eye",
            "acid in his eye",
            "cleaner in her eyes",
            "cloro en el ojo",
        ):
            assert find_subjects(text) == ("chemical-in-the-eye",), text
        assert detect_urgent_help("chemical in the eye").names_emergency

    def test_something_in_a_drink_is_poison(self):
        for text in ("someone put something in my drink", "alguien puso algo en mi bebida"):
            assert find_subjects(text) == ("poisoning",), text
        assert not detect_urgent_help("put sugar in my drink")

    def test_who_hit_her_own_head_is_attacked_by_nobody(self):
        assert "danger-from-another-person" not in find_subjects(
            "mom wont wake up she hit her head"
        )


class TestOfActsThatCouldDoHarm:
    @pytest.mark.parametrize(
        ("subject", "texts"),
        [
            (
                "unconscious",
                (
                    "mom fell and wont wake up",
                    "se cayo y no despierta",
                    "car crash unconscious",
                    "hit his head and passed out",
                    "found unconscious at the bottom of the stairs",
                    "my baby wont wake up",
                ),
            ),
            (
                "severe-bleeding",
                (
                    "coughing up blood",
                    "tosiendo sangre",
                    "vomiting blood",
                    "nosebleed wont stop",
                    "period bleeding through pads soaking",
                    "pregnant and bleeding alot",
                    "knife stuck in his leg bleeding badly",
                ),
            ),
            ("not-breathing", ("baby not breathing", "11 month old not breathing")),
            ("not-breathing", ("mi bebe no respira",)),
            ("choking", ("my baby is choking", "pregnant wife choking")),
        ],
    )
    def test_the_emergency_is_told_without_its_act(self, subject, texts):
        for text in texts:
            found = detect_urgent_help(text)
            assert subject in found.subjects, text
            assert subject in found.withheld, text

    def test_otherwise_the_act_is_shown(self):
        for text in (
            "my dad wont wake up",
            "he fell asleep and wont wake up",
            "wound wont stop bleeding",
            "my dad is not breathing",
            "my toddler is choking",
            "no despierta mi papa",
        ):
            found = detect_urgent_help(text)
            assert found.subjects, text
            assert found.withheld.isdisjoint(found.subjects), text

    def test_a_fall_far_before_or_after_counts(self):
        between = "and it was a warm day with nobody there " * 12
        found = detect_urgent_help(f"he fell down the stairs {between} and now he wont wake up")
        assert "unconscious" in found.withheld & set(found.subjects)


class TestWhileSomebodyTypes:
    @pytest.mark.parametrize(
        ("begun", "whole"),
        [
            ("stro", "stroke"),
            ("strok", "stroke"),
            ("heart att", "heart attack"),
            ("not breat", "not breathing"),
            ("notbreat", "notbreathing"),
            ("seizur", "seizure"),
            ("over dos", "over dose"),
            ("i want to di", "i want to die"),
            ("suicid", "suicide"),
            ("no respi", "no respira"),
        ],
    )
    def test_only_whole_phrases_are_answered(self, begun, whole):
        assert not suggest_urgent_help(begun)
        assert suggest_urgent_help(whole)

    def test_a_mistyped_word_is_read_once_it_is_finished(self):
        assert not suggest_urgent_help("strok")
        assert suggest_urgent_help("strok ")
        assert suggest_urgent_help("sucide")
        assert suggest_urgent_help("heart atack")

    def test_a_phrase_before_the_word_that_is_typed_is_answered(self):
        assert suggest_urgent_help("he is not breathing and his li").is_happening


class TestOfAddedPhrases:
    ADDED = (
        AddedPhrase("my arm fell off", "now", "severe-bleeding"),
        AddedPhrase("zombie bite", "topic", "bites-and-stings"),
        AddedPhrase("jumping into the void", "crisis"),
        AddedPhrase("uña negra rota", "now", "severe-injury"),
        AddedPhrase("the my", "now", "burns"),
        AddedPhrase("", "topic", "burns"),
    )

    def test_they_are_recognised_with_mistakes_and_joined_or_torn_words(self):
        for typed in ("my arm just fell right off", "MY ARM FELL OFF!", "armfelloff"):
            assert detect_urgent_help(typed, self.ADDED).subjects == ("severe-bleeding",), typed
        for typed in ("zombi bite", "zombie bites", "zombiebite", "zom bie bite"):
            assert detect_urgent_help(typed, self.ADDED).names_emergency, typed
        assert detect_urgent_help("jumpng into void", self.ADDED).is_crisis
        assert detect_urgent_help("una negra rota", self.ADDED).is_happening

    def test_they_mean_nothing_on_a_site_that_has_not_added_them(self):
        assert not detect_urgent_help("zombie bite")

    def test_they_take_nothing_away(self):
        added = (AddedPhrase("not breathing", "topic"), AddedPhrase("stroke", "topic", "burns"))
        for text in ("he is not breathing", "took all my pills", "my mum had a stroke"):
            with_them, without = detect_urgent_help(text, added), detect_urgent_help(text)
            assert with_them == without
            assert set(without.subjects) <= set(with_them.subjects)

    def test_a_phrase_that_says_nothing_is_refused(self):
        for text, why in [
            ("", "Write the words"),
            ("?!", "Write the words"),
            ("the my", "say nothing"),
            ("headache", "everyday word"),
            ("pain", "harmless texts"),
            ("heart rate zones", "harmless text would"),
            ("one two three four five six seven eight nine ten eleven twelve more", "at most 12"),
        ]:
            [problem] = check_phrase(text)
            assert why in problem, text

    def test_a_phrase_of_its_own_is_taken(self):
        for text in ("zombie bite", "arm fell off", "se le cayo el brazo"):
            assert check_phrase(text) == [], text


class TestOfThePhrases:
    def test_every_emergency_can_happen_and_be_named_in_both_languages(self):
        for book in load_phrase_books():
            now = book.list_subjects("now")
            named = book.list_subjects("topic") | book.list_subjects("alone")
            assert EMERGENCIES.keys() - now == set(), book.language.code
            assert EMERGENCIES.keys() - named == set(), book.language.code

    def test_no_phrase_is_about_an_emergency_that_is_not_known(self):
        for book in load_phrase_books():
            for kind in ("now", "topic", "alone", "name", "done"):
                assert book.list_subjects(kind) <= EMERGENCIES.keys(), kind

    def test_each_emergency_is_known_by_its_name(self):
        for key, name in EMERGENCIES.items():
            found = detect_urgent_help(name)
            assert found, name
            assert found.subjects[0] == key, name

    def test_what_changes_what_to_do_comes_first(self):
        assert find_subjects("he was choking and now he is not breathing")[0] == "choking"
        assert find_subjects("asthma attack cant breathe help")[0] == "asthma-attack"

    def test_grave_signs_together_call_for_help_though_no_phrase_has_them(self):
        assert detect_urgent_help("my aunt is grey and confused").is_happening
        assert detect_urgent_help("uncle clammy what should i do").is_happening
        assert not detect_urgent_help("clammy hands")
