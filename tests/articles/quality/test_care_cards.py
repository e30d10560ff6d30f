"""Each care card asks for the help of its own level, first, and for everybody."""

import uuid

from articles.content.document import Advice, ArticleDocument
from articles.models import Article, SafetyAlert
from articles.quality import care_cards, safety
from symptoms import quality as symptom_quality
from symptoms.content.document import CauseGroup, DocumentCause, SymptomDocument

CALL = "<p>Call 911 if you faint.</p>"
SAME = {"same_for_everyone": True}


def make_document(*cards, document=ArticleDocument, title="Diary", **fields):
    """A document with cards, each a level and its HTML, or a level, a heading and its HTML."""
    made = [Advice(level=card[0], html=card[-1], heading="".join(card[1:-1])) for card in cards]
    values = {
        "uuid": uuid.uuid4(),
        "language": "en",
        "title": title,
        "headline": title,
        "summary": "",
        "written_by": "Ann",
        "advice": made[0] if made else None,
        "further_advice": tuple(made[1:]),
        "body": "",
    }
    return document(**values | fields)


def make_symptom_document(*cards, causes=(), title="Facial spasms", **fields):
    group = CauseGroup(
        heading="",
        causes=tuple(
            DocumentCause(uuid=uuid.uuid4(), slug="c", name=name, seriousness=grade, html=html)
            for name, grade, html in causes
        ),
    )
    fields |= {"phrase": title.lower(), "causes": (group,)}
    return make_document(*cards, document=SymptomDocument, title=title, **fields)


def find(check, document, *, blocking=None) -> list[str]:
    problems = list(check(Article(), document))
    assert all(problem.fix and problem.reason for problem in problems)
    return [problem.message for problem in problems if blocking in (None, problem.blocking)]


def test_a_lesser_card_may_not_send_anybody_to_emergency_help():
    for level in ("urgent", "routine"):
        for html in (
            "<p>If it gets worse, call 911.</p>",
            "<p>Go to an emergency department.</p>",
            "<p>An ambulance should be called.</p>",
            "<p>Do not drive yourself.</p>",
            '<p><a href="tel:911">Help</a></p>',
        ):
            document = make_document((level, html), **SAME)
            (problem,) = care_cards.check_level(Article(), document)
            assert problem.blocking
            assert problem.alert == SafetyAlert.AlertGravity.UNDERSTATED
            card = {"urgent": "urgent", "routine": "non-urgent"}[level]
            assert problem.message.startswith(f"The {card} card sends people to emergency help: “")
    for html in ("<p>You need no ambulance.</p>", "<p>See a doctor today, not the ER.</p>"):
        assert find(care_cards.check_level, make_document(("urgent", html))) == []


def test_the_heading_of_a_card_is_read_too():
    document = make_document(("urgent", "Call 911 now", "<p>One side droops.</p>"))
    assert "“Call 911 now”" in find(care_cards.check_level, document, blocking=True)[0]
    document = make_document(("emergency", "See a doctor today", CALL))
    assert "help on the same day" in find(care_cards.check_emergency_card, document)[0]


def test_an_emergency_card_asks_for_nothing_else():
    for html, words in (
        ("<p>Call 911 first, then make an appointment later.</p>", "an appointment"),
        ("<p>Call 911, or see a doctor today.</p>", "help on the same day"),
        ("<p>Call 911 or your doctor.</p>", "a clinician"),
        ("<p>Call 911.</p><p>Take paracetamol.</p>", "care at home"),
    ):
        (message,) = find(
            care_cards.check_emergency_card, make_document(("emergency", html)), blocking=True
        )
        assert f"also asks for {words}" in message


def test_first_aid_stands_on_an_emergency_card():
    html = (
        "<p>Call 911, then press on the wound, lay them on their side and stay with them.</p>"
        "<p>Give sugar. Use the adrenaline pen. Chew an aspirin. Rinse the eye. Do not drive "
        "yourself. Cool the burn under running water. Do not wait for an appointment.</p>"
    )
    assert find(care_cards.check_emergency_card, make_document(("emergency", html))) == []


def test_an_emergency_card_says_what_to_do_first():
    for html in (CALL, "<p>Go to an emergency department.</p>", '<p><a href="tel:911">H</a>.</p>'):
        assert find(care_cards.check_first_action, make_document(("emergency", html))) == []
    late = "<p>These are signs.</p><p>Call 911.</p>"
    assert find(care_cards.check_first_action, make_document(("emergency", "Call 911", late))) == []
    (message,) = find(
        care_cards.check_first_action, make_document(("emergency", late)), blocking=True
    )
    assert "says what to do late: “Call 911”" in message
    nothing = make_document(("emergency", "<p>One side droops.</p>"))
    (message,) = find(care_cards.check_first_action, nothing, blocking=True)
    assert "does not say to call" in message
    assert find(care_cards.check_first_action, make_document(("urgent", "<p>Today.</p>"))) == []


def test_an_emergency_card_without_a_number_or_a_place_is_told():
    document = make_document(("emergency", "<p>Get an ambulance.</p>"))
    assert find(care_cards.check_number_on_emergency_card, document, blocking=False)
    for html in (CALL, "<p>Go to the nearest ER.</p>"):
        document = make_document(("emergency", html))
        assert find(care_cards.check_number_on_emergency_card, document) == []


def test_lesser_cards_keep_to_their_own_level():
    for level, html, words in (
        ("urgent", "<p>Make an appointment.</p>", "Urgent card: it asks for an appointment"),
        ("urgent", "<p>See a doctor today, and rest.</p>", "Urgent card: it asks for care at home"),
        ("routine", "<p>See a doctor today.</p>", "Non-urgent card: it asks for help on the same"),
        ("routine", "<p>Get medical help right away.</p>", "“Get medical help right away” is in a"),
    ):
        (message,) = find(
            care_cards.check_lesser_cards, make_document((level, html)), blocking=False
        )
        assert words in message
    for card in (
        ("urgent", "Get help today", "<p>See a doctor if it spreads.</p>"),
        ("routine", "<p>See your clinician if it lasts two weeks.</p>"),
        ("emergency", "<p>Call 911 right away.</p>"),
    ):
        assert find(care_cards.check_lesser_cards, make_document(card)) == []


def test_each_card_says_what_differs_for_whom():
    everybody = (
        "<p>A baby, a child, in pregnancy, after birth, an older person, a weak immune system.</p>"
    )
    whole = make_document(("emergency", everybody), ("routine", everybody))
    assert find(care_cards.check_groups_of_people, whole) == []
    part = make_document(("emergency", everybody), ("routine", "<p>If you are pregnant.</p>"))
    (message,) = find(care_cards.check_groups_of_people, part, blocking=False)
    assert message == (
        "Say what differs for babies and children, the weeks after birth, older people and "
        "people with a weak immune system (missing on: non-urgent card)."
    )
    neither = make_document(("emergency", CALL), ("routine", "<p>If you are pregnant.</p>"))
    (message,) = find(care_cards.check_groups_of_people, neither)
    assert message.endswith("(missing on: emergency card, non-urgent card).")


def test_a_page_states_that_nothing_differs_or_says_what_does():
    assert find(care_cards.check_groups_of_people, make_document(("routine", CALL), **SAME)) == []
    assert find(care_cards.check_groups_of_people, make_document(**SAME)) == []
    both = make_document(("routine", "<p>See a doctor if you are pregnant.</p>"), **SAME)
    (message,) = find(care_cards.check_groups_of_people, both, blocking=False)
    assert "the same for everyone, and its cards mention pregnancy" in message


FAST = (
    "<p>Call 911 for any of these:</p><ul><li>the face droops on one side</li>"
    "<li>an arm is weak or numb</li><li>trouble speaking</li></ul>"
)


def test_the_general_signs_of_a_stroke_do_not_belong_on_every_page():
    rash = make_symptom_document(
        ("emergency", FAST), title="Rash", causes=[("Allergy", "serious", "")]
    )
    (message,) = find(care_cards.check_general_stroke_list, rash, blocking=False)
    assert "does not belong on every page" in message
    for document in (
        make_symptom_document(("emergency", FAST), causes=[("Stroke", "life-threatening", "")]),
        make_symptom_document(
            ("emergency", FAST),
            causes=[("Atrial fibrillation", "", "<p>It can cause a stroke.</p>")],
        ),
        make_symptom_document(("emergency", FAST), title="Facial drooping"),
        make_document(("emergency", FAST), title="Calling for help", body="<p>A stroke.</p>"),
        make_symptom_document(("emergency", "<p>Call 911 if your face droops.</p>"), title="Rash"),
    ):
        assert find(care_cards.check_general_stroke_list, document) == []


STROKE = (
    "Stroke",
    "life-threatening",
    "<p>A stroke makes one side of the face droop and the arm go limp.</p>",
)


def test_a_life_threatening_cause_needs_a_sign_on_a_card():
    check = symptom_quality.check_signs_of_dangerous_causes
    bare = make_symptom_document(("emergency", "<p>Call 911.</p>"), causes=[STROKE])
    (message,) = find(check, bare, blocking=False)
    assert message == "No care card names a sign of a life-threatening cause: Stroke."
    for html in (
        "<p>Call 911 if the face droops and an arm is limp.</p>",
        "<p>Call 911:</p><ul><li>a drooping face with a limp arm</li></ul>",
        "<p>Call 911 for signs of a stroke.</p>",
    ):
        document = make_symptom_document(("emergency", html), causes=[STROKE])
        assert find(check, document) == []
    document = make_symptom_document(("routine", "<p>See a doctor.</p>"), causes=[("Tics", "", "")])
    assert find(check, document) == []
    low = make_symptom_document(
        ("urgent", "<p>See a doctor today if the face droops and an arm is limp.</p>"),
        causes=[STROKE],
    )
    assert find(check, low) == []  # the level is a clinician's choice


TETANUS = (
    "Tetanus",
    "life-threatening",
    "<p>Tetanus makes muscles clamp tight, often in the jaw first. It can follow a wound.</p>",
)


def test_a_sign_is_found_in_a_few_words_and_a_missing_one_is_asked_for_in_words_of_the_cause():
    check = symptom_quality.check_signs_of_dangerous_causes
    for sign in ("a locked jaw", "clamping of the jaw", "stiffness (tetanus)"):
        html = f"<p>Call 911 for:</p><ul><li>{sign}, or a purple rash</li></ul>"
        document = make_symptom_document(("emergency", html), causes=[TETANUS])
        assert find(check, document) == [], sign
    for sign in ("a purple rash", "a purple rash that spreads from the jaw"):
        html = f"<p>Call 911 for {sign}.</p>"
        document = make_symptom_document(("emergency", html), causes=[TETANUS])
        (problem,) = check(Article(), document)
        assert problem.fix == (
            "Tetanus is life-threatening. Name on a card one of its signs, in words such as: "
            "muscles, clamp, tight, jaw, follow, wound; or with “(Tetanus)” behind it."
        )


def test_a_symptom_without_a_card_is_refused_and_its_life_threatening_cause_named():
    check = symptom_quality.check_care_advice
    assert "(Stroke)" in find(check, make_symptom_document(causes=[STROKE]), blocking=True)[0]
    assert find(check, make_symptom_document(), blocking=True)
    assert find(check, make_symptom_document(("routine", "<p>See a doctor.</p>"))) == []


def test_the_emergency_number_in_another_part_belongs_on_a_card_too():
    body = "<p>Call 911 if it spreads.</p>"
    routine = make_document(("routine", "<p>See a doctor.</p>"), body=body)
    assert find(safety.check_late_advice, routine, blocking=True)
    for card in (("emergency", CALL), ("emergency", "Call 911 now", "<p>One side droops.</p>")):
        cards = (card, ("routine", "<p>See a doctor.</p>"))
        assert find(safety.check_late_advice, make_document(*cards, body=body)) == []


def test_another_countrys_number_is_refused_in_any_card_and_heading():
    for cards in (
        (("emergency", CALL), ("routine", "<p>Call 999.</p>")),
        (("emergency", "Call 999", CALL),),
        (("emergency", "<p>Call 111.</p>"),),
    ):
        document = make_document(*cards)
        assert (
            "here the emergency number is 911" in find(safety.check_emergency_number, document)[0]
        )
    for html in ("<p>Call NHS 111 for advice.</p>", "<p>A pulse of 112 bpm.</p>"):
        assert find(safety.check_emergency_number, make_document(("routine", html))) == []


def test_the_number_for_advice_is_ours_where_999_is_called(settings):
    settings.EMERGENCY_NUMBER = "999"
    document = make_document(("routine", "<p>Call 111.</p>"))
    assert find(safety.check_emergency_number, document) == []
