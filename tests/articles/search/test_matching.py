"""What is found, in which order, and by which words; from signed documents only."""

import pytest

from articles.models import SearchEntry, SearchKey, SearchStart
from articles.publishing.actions import change_slug, record_revision
from articles.search import vocabulary
from articles.search.matching import find_matches
from articles.search.suggestions import suggest
from reviews.signing.actions import withdraw_page
from symptoms.models import Code, OtherName, Symptom, SymptomCause
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def shared_library(module_db):
    """Facial spasms with other names, a cause and a code; other symptoms, and an article."""
    ann, ravi = map(factories.get_person, ("ann", "ravi"))
    spasms = factories.make_symptom(
        ann, body="<p>A muscle of the face tightens by itself, often near the eye.</p>"
    )
    for name in ("Eye twitching", "Face tics"):
        OtherName.objects.create(symptom=spasms, name=name)
    Code.objects.create(symptom=spasms, system="ICD-10-CM", code="R25.3")
    sjogren = factories.make_cause(ann, name="Sjögren's syndrome", slug="sjogrens-syndrome")
    SymptomCause.objects.create(symptom=spasms, cause=sjogren)
    record_revision(spasms, by=ann)
    pages = [spasms]
    for slug, title in [
        ("limb-edema", "Limb edema"),
        ("respiratory-paralysis", "Respiratory paralysis"),
        ("chronic-cough", "Chronic cough"),
        ("diarrhea", "Diarrhea"),
        ("paresthesia", "Paresthesia"),
        ("headache", "Headache"),
        ("cough-syrup-taste", "Taste of cough syrup"),
    ]:
        summary = "It comes and it goes."
        pages.append(
            factories.make_symptom(
                ann, slug=slug, title=title, summary=summary, body="<p>It is felt.</p>"
            )
        )
    pages.append(factories.make_article(ann, slug="twitching", title="Living with twitching"))
    for page in pages:
        factories.sign_page(page, by=ravi, asked_by=ann)
    return spasms


@pytest.fixture
def library(shared_library, db):
    return Symptom.objects.get(pk=shared_library.pk)


def find_titles(text: str) -> list[str]:
    return [answer.candidate.title for answer in find_matches(text).candidates]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("facial spasms", "Facial spasms"),
        ("FACIAL SPASM", "Facial spasms"),
        ("eye twitching", "Facial spasms"),
        ("eye wont stop twitching", "Facial spasms"),
        ("why does my eye twitch?", "Facial spasms"),
        ("R25.3", "Facial spasms"),
        ("icd-10 r25.3", "Facial spasms"),
        ("R25", "Facial spasms"),
        ("paralysis, respiratory", "Respiratory paralysis"),
        ("oedema of the limbs", "Limb edema"),
        ("diarrhoea", "Diarrhea"),
        ("the runs", "Diarrhea"),
        ("pins and needles", "Paresthesia"),
        ("sjogrens syndrome", "Sjögren's syndrome"),
        ("head ache", "Headache"),
        ("chroniccough", "Chronic cough"),
        ("cough", "Chronic cough"),
    ],
)
def test_the_page_that_was_meant_comes_first(library, asked, first):
    assert find_titles(asked)[0] == first
    assert not find_matches(asked).corrected_query or asked in ("head ache", "chroniccough")


@pytest.mark.parametrize(
    ("typed", "meant", "first"),
    [
        ("facail spasms", "facial spasms", "Facial spasms"),
        ("chronc cough", "chronic cough", "Chronic cough"),
        ("diarhea", "diarrhea", "Diarrhea"),
    ],
)
def test_a_mistyped_word_is_taken_for_the_one_that_was_meant_and_it_is_said(
    library, typed, meant, first
):
    found = find_matches(typed)
    assert found.corrected_query == meant
    assert found.candidates[0].candidate.title == first


def test_a_word_that_fits_is_never_taken_for_another(library, ann, ravi):
    page = factories.make_symptom(ann, slug="facal", title="Facal rash")
    factories.sign_page(page, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    assert find_matches("facal").corrected_query == ""
    assert find_titles("facal") == ["Facal rash"]


@pytest.mark.parametrize(
    "asked", ["", "   ", "?!", "\x00", "Z99.9", "qwxz", "((\"'*:", "AND OR NOT", "a" * 5000]
)
def test_what_nothing_answers_is_answered_with_nothing(library, asked):
    assert find_matches(asked).candidates == []


def test_the_title_comes_before_other_names_and_these_before_the_text(library):
    assert find_titles("twitching") == ["Living with twitching", "Facial spasms"]
    assert find_titles("muscle") == ["Facial spasms"]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("oedema leg", "Œdema of the leg"),
        ("œdema", "Œdema of the leg"),
        ("edema of the leg", "Œdema of the leg"),
        ("ostergaard", "Østergaard sign"),
        ("ØSTERGAARD sign", "Østergaard sign"),
        ("alpha gal rash", "α-Gal rash"),
        ("頭痛", "頭痛"),
    ],
)
def test_letters_that_have_no_decomposition_are_found_as_people_type_them(asked, first, ann, ravi):
    titles = ["Œdema of the leg", "Østergaard sign", "α-Gal rash", "頭痛"]
    for number, title in enumerate(titles):
        page = factories.make_symptom(ann, slug=f"page-{number}", title=title)
        factories.sign_page(page, by=ravi, asked_by=ann)
    assert find_titles(asked)[0] == first


def test_advice_is_not_what_a_page_is_about(library):
    assert find_titles("droops") == []


def test_only_signed_words_are_found(library, ann):
    factories.make_symptom(ann, slug="zebra", title="Zebra vision")
    factories.edit_page(library, by=ann, title="Zebra face", summary="Zebra.", body="<p>Zebra.</p>")
    OtherName.objects.create(symptom=library, name="Zebra name")
    record_revision(library, by=ann)
    vocabulary.clear_cache()
    assert find_titles("zebra") == []
    assert suggest("zebra") == suggest("zeb") == []


def test_a_new_text_is_found_once_it_is_signed_and_the_old_one_no_more(library, ann, ravi):
    library.other_names.filter(name="Face tics").delete()
    factories.edit_page(library, by=ann, title="Grimaces")
    assert find_titles("face tics")[:1] == ["Facial spasms"]
    factories.sign_page(library, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    assert find_titles("grimaces") == ["Grimaces"]
    assert not SearchStart.objects.filter(name="Face tics").exists()


def test_what_is_withdrawn_is_found_no_more_nor_are_its_causes(library, morgan):
    assert find_titles("sjogrens syndrome")
    withdraw_page(library, reason="safety", by=morgan)
    vocabulary.clear_cache()
    assert "Facial spasms" not in find_titles("facial spasms eye twitching")
    assert find_titles("sjogrens syndrome") == []
    assert suggest("faci") == []
    assert not SearchKey.objects.filter(uuid=library.uuid).exists()
    assert not SearchStart.objects.filter(uuid=library.uuid).exists()


def test_a_cause_is_found_by_the_name_that_was_signed_whatever_it_is_called_now(library, ann):
    cause = library.symptom_causes.get().cause
    cause.name = "Zebra disease"
    cause.save()
    assert find_titles("zebra") == []
    assert find_titles("sjogren")[0] == "Sjögren's syndrome"


def test_a_page_that_moved_is_found_at_its_new_address(library, morgan):
    change_slug(library, slug="face-spasms", by=morgan)
    (suggestion,) = suggest("facial sp")
    assert suggestion.url == "/symptoms/face-spasms/"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("fac", "Facial spasms"),
        ("spa", "Facial spasms"),
        ("EYE TW", "Eye twitching"),
        ("oedem", "Limb edema"),
    ],
)
def test_names_are_suggested_from_any_of_their_words(library, typed, name):
    assert name in [one.name for one in suggest(typed)]


def test_each_page_is_suggested_once_and_a_mistyped_beginning_still_helps(library):
    assert [one.name for one in suggest("face")] == ["Face tics"]
    assert [one.title for one in suggest("facail spasms")][:1] == ["Facial spasms"]
    assert suggest("f") == []


@pytest.mark.parametrize("number", [1, 3])
def test_a_search_asks_the_database_the_same_number_of_times(
    library, ann, ravi, number, django_assert_max_num_queries, django_assert_num_queries
):
    for place in range(number):
        page = factories.make_symptom(ann, slug=f"ache-{place}", title=f"Ache {place}")
        factories.sign_page(page, by=ravi, asked_by=ann)
    find_matches("ache")
    with django_assert_num_queries(2):
        assert len(find_matches("ache").candidates) == number
    with django_assert_max_num_queries(2):
        suggest("ache")


def test_the_index_says_what_the_log_says(library):
    from articles.publishing import projections

    assert list(projections.find_faults()) == []
    before = sorted(
        SearchEntry.objects.values_list("uuid", "title_words", "name_words", "text_words")
    )
    projections.rebuild()
    assert (
        sorted(SearchEntry.objects.values_list("uuid", "title_words", "name_words", "text_words"))
        == before
    )
    assert find_titles("facial spasms")[0] == "Facial spasms"


@pytest.mark.parametrize(
    ("title", "asked", "others"),
    [
        (
            "Bad breath",
            "bad breath",
            ["breath", "can't breathe", "cannot breathe", "breathing", "no breath"],
        ),
        ("Feeling sick", "i feel sick", ["sick"]),
        ("Sudden hearing loss", "sudden loss of hearing", ["loss of hearing"]),
        ("Itchy rash", "itchy rash", ["rash not itchy", "rash without itch"]),
        ("Not sleeping", "why am i not sleeping", ["sleeping"]),
    ],
)
@pytest.mark.parametrize("where", ["title", "other name"])
def test_a_name_is_whole_only_with_its_small_words_too(ann, ravi, where, title, asked, others):
    page = factories.make_symptom(
        ann, slug="page", title=title if where == "title" else "Qwertitis"
    )
    page.other_names.all().delete()
    if where != "title":
        OtherName.objects.create(symptom=page, name=title)
        record_revision(page, by=ann)
    factories.sign_page(page, by=ravi, asked_by=ann)
    vocabulary.clear_cache()
    assert find_matches(asked).candidates[0].score > 1.5
    for other in others:
        assert all(answer.score <= 1 for answer in find_matches(other).candidates), other


@pytest.mark.parametrize(
    "asked", ["bad breath", "the bad breath", "why do i have bad breath", "breath, bad"]
)
def test_a_whole_name_is_asked_for_in_any_order_with_words_of_asking_around_it(ann, ravi, asked):
    factories.sign_page(
        factories.make_symptom(ann, slug="page", title="Bad breath"), by=ravi, asked_by=ann
    )
    vocabulary.clear_cache()
    assert find_matches(asked).candidates[0].score > 1.5


def test_of_two_names_with_the_same_telling_word_the_one_that_was_asked_for_comes_first(ann, ravi):
    for slug, title in (("breathing", "Breathing"), ("bad-breath", "Bad breath")):
        factories.sign_page(
            factories.make_symptom(ann, slug=slug, title=title), by=ravi, asked_by=ann
        )
    vocabulary.clear_cache()
    assert find_titles("bad breath")[0] == "Bad breath"
    assert find_titles("breathing")[0] == "Breathing"


def test_without_guessing_no_word_is_taken_for_another(library):
    assert find_matches("facail spasms", named_only=True).corrected_query == ""
    assert (
        find_matches("facial spasms", named_only=True).candidates
        == find_matches("facial spasms").candidates
    )
