"""No page names an amount that kills or a method of suicide; warnings and first aid may stay."""

from articles.quality.lethal_amounts import check_lethal_amounts, find_lethal_words
from tests.articles.quality.test_care_cards import find, make_document

NAMED = [
    "A lethal dose is small.",
    "The fatal dose of paracetamol is not high.",
    "A deadly amount of caffeine.",
    "Its LD50 is 200 mg/kg.",
    "The LD₅₀ is low.",
    "10 grams is fatal.",
    "Ten grams can be fatal for a child.",
    "20 tablets can kill.",
    "More than 20 tablets can kill an adult.",
    "As few as ten tablets of this medicine may be enough to kill.",
    "5 ml of the oil is enough to kill a child.",
    "Swallowing 3 teaspoons has been fatal.",
    "It is fatal above 150 mg.",
    "It kills a child with only two tablets.",
    "A child died after swallowing two tablets.",
    "Two teaspoons of wintergreen oil are deadly.",
    "400 ppm is fatal within hours.",
    "Suicide by overdose is one cause.",
    "The most common methods of suicide are named here.",
    "People end their life by taking pills.",
    "He tried to hang himself.",
    "Do not drown yourself.",
    "There is no painless way to die.",
    "Slashing your wrists.",
]
FREE = [
    "An overdose can be fatal.",
    "Too much of it can kill.",
    "Any overdose can be fatal, even without signs at first.",
    "Do not take more than 4 grams in a day.",
    "More than 4 grams a day can harm the liver.",
    "If you have taken more than you should, call 911.",
    "A button battery can kill within two hours.",
    "The alarm sounds at 70 ppm.",
    "Carbon monoxide can kill within minutes.",
    "About 10 percent of strokes are fatal.",
    "One in 10 people dies.",
    "2 people died in the fire.",
    "If you think about ending your life, call or text 988.",
    "Ask whether they have a plan to kill themselves.",
    "Lock up medicines and guns.",
    "If you cut yourself, press on the wound.",
    "Suicide is a leading cause of death.",
    "Take 2 tablets with water.",
    "It kills germs within 2 minutes.",
    "A fatal heart rhythm is rare.",
]


def test_an_amount_that_kills_and_a_method_are_found_and_warnings_are_not():
    assert [line for line in NAMED if not find_lethal_words(line)] == []
    assert [line for line in FREE if find_lethal_words(line)] == []


def test_it_stops_a_request_wherever_it_stands_and_says_where():
    document = make_document(
        body="<p>Safe.</p><p>10 grams <strong>is</strong> fatal.</p>", summary="LD50."
    )
    messages = find(check_lethal_amounts, document, blocking=True)
    assert [message.partition(":")[0] for message in messages] == ["Summary", "Overview"]
    assert "“10 grams is fatal”" in messages[1]
