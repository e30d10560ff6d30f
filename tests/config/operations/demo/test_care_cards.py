"""Every page of the demonstration says when to get help: at which level, for whom, and why."""

import re
from html import unescape

from articles.care.emergency_help import find_emergency_help
from articles.care.phone_numbers import asks_to_call, extract_words
from config.operations.demo import loader

PAGES = {slug: loader.read_toml(f"pages/{slug}") for slug in loader.PAGE_SLUGS}
LEVELS = ["emergency", "urgent", "routine"]
CALL = ("emergency", "Call 911 now")
GO = ("emergency", "Go to an emergency department now")
TODAY = ("urgent", "Get help today")
VISIT = ("routine", "See a clinician if …")
HEADINGS = {CALL, GO, TODAY, VISIT}

# The gravest card of each page. Its reason stands in the page's file, as ``level_reason``.
GRAVEST = {
    "anxiety": CALL,
    "blurred-vision": CALL,
    "chest-pain": CALL,
    "dizziness": CALL,
    "dry-eyes": CALL,
    "eye-twitching": CALL,
    "facial-drooping": CALL,
    "facial-numbness": CALL,
    "facial-spasms": CALL,
    "headache": CALL,
    "hearing-loss": CALL,
    "jaw-pain": CALL,
    "muscle-cramps": CALL,
    "neck-stiffness": CALL,
    "rash": CALL,
    "ringing-in-the-ear": CALL,
    "seizure": CALL,
    "sensitivity-to-light": CALL,
    "sudden-loss-of-vision": CALL,
    "sudden-trouble-speaking": CALL,
    "sudden-weakness-on-one-side": CALL,
    "tiredness": CALL,
    "tremor": CALL,
    "trouble-breathing": CALL,
    "trouble-sleeping": CALL,
    "watery-eyes": CALL,
    # Articles
    "calling-for-emergency-help": CALL,
    "getting-ready-for-an-appointment": CALL,
    "how-to-read-a-symptom-page": CALL,
    "keeping-a-symptom-diary": VISIT,
    "resting-tired-eyes": CALL,
    "sleeping-better": CALL,
    "stretching-safely": CALL,
    "taking-medicines-safely": CALL,
    "what-is-a-stroke": CALL,
    # About the site
    "contact": CALL,
}
WITH_CRISIS_LINE = {
    "anxiety",
    "calling-for-emergency-help",
    "ringing-in-the-ear",
    "sleeping-better",
    "taking-medicines-safely",
    "tiredness",
    "trouble-sleeping",
}
GROUPS = {
    "babies and children": r"\b(?:bab(?:y|ies)|child(?:ren)?|newborn)\b",
    "pregnancy": r"\bpregnan(?:t|cy)\b",
    "the weeks after birth": r"\b(?:after|gave|given|since a) birth\b|\bbreastfeed",
    "older people": r"\bolder\b|\bover (?:50|65)\b",
    "weak immune system": r"\bimmune systems?\b",
}
FIRST_SENTENCE = re.compile(r"(.+?[.!?])(?:\s|$)")
LONGEST_FIRST_SENTENCE = 100  # characters: four lines on the smallest screen
# The same danger has one answer on every page: what is 911 on one is not "today" on another.
GROUP_LINE = re.compile(r"<li><strong>([^<]*):</strong>(.*?)</li>")
SETTLED_IN_PREGNANCY = re.compile(
    r"sight has not changed|no (?:headache and no )?change in sight|headache that goes away"
    r"|a medicine for migraine"
)
SENTENCE = re.compile(r"[^.!?]+[.!?]?")
AMOUNT = re.compile(r"\b\d+\s*(?:mg|milligrams?|g|grams?|ml|tablets?|pills?)\b", re.IGNORECASE)


def get_cards(page: dict) -> list[tuple[str, str, str]]:
    """Level, heading and words of each card, in the order of the file."""
    if "advice" not in page:
        return []
    first = (page["advice_level"], page["advice_heading"], extract_words(page["advice"]))
    further = page.get("care_cards", [])
    return [first] + [(one["level"], one["heading"], extract_words(one["html"])) for one in further]


def get_words_of_cards(page: dict) -> str:
    return unescape("\n".join(words for _, _, words in get_cards(page)))


def get_all_texts(page: dict) -> list[str]:
    texts = [value for value in page.values() if isinstance(value, str)]
    texts += [cause["text"] for cause in page.get("causes", [])]
    return texts + [card["html"] for card in page.get("care_cards", [])]


def test_every_page_has_the_gravest_card_that_was_chosen_for_it():
    found = {slug: get_cards(page)[0][:2] for slug, page in PAGES.items() if get_cards(page)}
    assert found == GRAVEST
    symptoms = {slug for slug, page in PAGES.items() if page["kind"] == "symptom"}
    assert symptoms <= set(GRAVEST)


def test_cards_have_one_level_each_by_gravity_and_the_heading_of_their_action():
    for slug, page in PAGES.items():
        cards = get_cards(page)
        levels = [level for level, _, _ in cards]
        assert levels == sorted(set(levels), key=LEVELS.index), slug
        assert {card[:2] for card in cards} <= HEADINGS, slug


def test_an_emergency_card_begins_with_its_action_and_the_number():
    for slug, page in PAGES.items():
        for level, heading, words in get_cards(page):
            if level != "emergency":
                continue
            first_paragraph = words.strip().splitlines()[0]
            first_sentence = FIRST_SENTENCE.match(first_paragraph)[1]
            assert first_sentence.startswith(heading.removesuffix(" now")), slug
            assert len(first_sentence) <= LONGEST_FIRST_SENTENCE, slug
            assert asks_to_call("911", first_paragraph), slug
            if slug not in {"contact", "how-to-read-a-symptom-page"}:
                assert re.search(r"\bnot drive (?:yourself|the person)\b", words), slug


def test_no_card_sends_anybody_to_the_help_of_another_level():
    gravest_help = r"911|emergenc\w+|ambulance|hospital|right away|at once|immediately"
    other_help = {
        "emergency": r"\b(?:today|same day|appointments?|clinics?|urgent care)\b",
        "urgent": rf"\b(?:{gravest_help}|appointments?)\b",
        "routine": rf"\b(?:{gravest_help}|today|same day)\b",
    }
    found = {}
    for slug, page in PAGES.items():
        for level, _, words in get_cards(page):
            wrong = re.findall(other_help[level], words, re.IGNORECASE)
            if level != "emergency" and find_emergency_help(words):
                wrong.append(find_emergency_help(words))
            if wrong:
                found[slug, level] = wrong
    assert found == {}


def test_a_page_without_an_emergency_card_mentions_no_emergency_help():
    for slug, page in PAGES.items():
        if slug in GRAVEST and GRAVEST[slug] not in {CALL, GO}:
            texts = [extract_words(text) for text in get_all_texts(page)]
            assert [text for text in texts if "911" in text or find_emergency_help(text)] == [], (
                slug
            )


def test_every_card_says_for_which_people_the_limits_are_lower():
    missing = {}
    for slug, page in PAGES.items():
        if page.get("same_for_everyone"):
            continue
        for level, _, words in get_cards(page):
            for group, pattern in GROUPS.items():
                if not re.search(pattern, words, re.IGNORECASE):
                    missing.setdefault((slug, level), []).append(group)
    assert missing == {}
    assert {slug for slug, page in PAGES.items() if page.get("same_for_everyone")} == {
        "contact",
        "how-to-read-a-symptom-page",
    }


def test_every_life_threatening_cause_is_named_with_its_signs_in_a_card():
    missing = {}
    for slug, page in PAGES.items():
        words = get_words_of_cards(page).casefold()
        for cause in page.get("causes", []):
            if cause["seriousness"] == "life-threatening" and cause["name"].casefold() not in words:
                missing.setdefault(slug, []).append(cause["name"])
    assert missing == {}


def test_every_page_says_why_and_by_which_of_its_references():
    for slug in GRAVEST:
        page = PAGES[slug]
        reason, _, sources = page["level_reason"].strip().partition(" Source")
        assert len(reason) > 100, slug
        if page["kind"] == "about":
            continue
        titles = [reference["title"] for reference in page.get("references", [])]
        for source in sources.partition(": ")[2].rstrip(".").split("; "):
            assert any(title in source for title in titles), (slug, source)


def test_the_crisis_line_is_a_strip_of_its_own():
    assert {slug for slug, page in PAGES.items() if page.get("shows_crisis_line")} == (
        WITH_CRISIS_LINE
    )
    assert [slug for slug, page in PAGES.items() if "988" in get_words_of_cards(page)] == []


def test_no_text_names_an_amount_of_a_medicine():
    found = {slug: AMOUNT.findall("\n".join(get_all_texts(page))) for slug, page in PAGES.items()}
    assert {slug: amounts for slug, amounts in found.items() if amounts} == {}


def get_lesser_group_lines(page: dict, group: str) -> list[str]:
    """What the cards that are no emergency say of a group of people."""
    cards = [card for card in page.get("care_cards", []) if card["level"] != "emergency"]
    lines = GROUP_LINE.findall("\n".join(card["html"] for card in cards))
    return [words for name, words in lines if group in name]


def get_all_words(page: dict) -> str:
    public = {name: value for name, value in page.items() if name != "level_reason"}
    return unescape("\n".join(extract_words(text) for text in get_all_texts(public)))


def test_a_lasting_headache_or_a_change_in_sight_in_pregnancy_waits_on_no_page():
    found = {}
    for slug, page in PAGES.items():
        for words in get_lesser_group_lines(page, "Pregnancy"):
            rest = SETTLED_IN_PREGNANCY.sub("", words)
            if re.search(r"\b(?:headache|migraine|sight|vision|blurr\w+|see)\b", rest):
                found[slug] = words
    assert found == {}


def test_a_fever_with_a_weak_immune_system_waits_on_no_page():
    found = {}
    for slug, page in PAGES.items():
        for words in get_lesser_group_lines(page, "eak immune system"):
            if "fever" in words.replace("no fever", ""):
                found[slug] = words
    assert found == {}


def test_a_chemical_in_the_eye_is_rinsed_first_while_somebody_calls_on_every_page():
    found = {}
    for slug, page in PAGES.items():
        words = get_all_words(page)
        wrong = [one for one in SENTENCE.findall(words) if "inse" in one and "20 minutes" in one]
        if re.search(r"chemical in (?:the|your) eye", words):
            wrong += [one for one in ("first", "while somebody calls") if one not in words]
        if wrong:
            found[slug] = wrong
    assert found == {}


def test_a_seizure_has_one_rule_and_one_threshold():
    for slug, page in PAGES.items():
        words = get_all_words(page)
        if "nothing in the mouth" in words:
            turning = r"[Ww]hen the jerking stops, or sooner if they vomit, turn the person on"
            assert re.search(turning, words), slug
        assert re.findall(r"lasts? more than (?!five)\w+ minutes\b[^.]*seizure", words) == [], slug


def test_no_page_sends_a_reader_to_a_department_where_another_says_to_call():
    """For each danger of the demonstration some page says to call 911."""
    pages = {slug for slug in PAGES if slug != "how-to-read-a-symptom-page"}
    sent = {slug for slug in pages if "emergency department" in get_all_words(PAGES[slug])}
    assert sent == set()
