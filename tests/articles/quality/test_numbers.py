"""Numbers that lost their raised figure or ran together block a signature; others do not."""

import pytest

from articles import quality
from articles.content.document import ArticleDocument, DocumentFigure, DocumentReference
from articles.models import Article
from articles.quality.base import group_digits
from articles.quality.dose_notation import find_error_prone_doses
from articles.quality.numbers import find_doubtful_numbers
from symptoms.content.document import SymptomDocument
from tests import factories

LOST = [
    ("150 x 109/L", "150 x 10⁹/L"),
    ("150×109/L", "150×10⁹/L"),
    ("4.5 × 1012/L", "4.5 × 10¹²/L"),
    ("1 × 106", "1 × 10⁶"),
    ("1 * 106 cells", "1 * 10⁶ cells"),
    ("2 · 1012 /L", "2 · 10¹² /L"),
    ("2·109/L", "2·10⁹/L"),
    ("x109/L", "x10⁹/L"),
    ("150 x 10 9/L", "150 x 10⁹/L"),
    ("5 x 10-3 mol/L", "5 x 10⁻³ mol"),
    ("5 × 10−12 mol/L", "5 × 10⁻¹² mol"),
    ("109/L", "10⁹/L"),
    ("1012/L", "10¹²/L"),
    ("109 / l", "10⁹ / l"),
    ("109 cells/L", "10⁹ cells/L"),
    ("109 per litre", "10⁹ per litre"),
    ("105 CFU/mL", "10⁵ CFU/mL"),
    ("103/µL", "10³/µL"),
    ("106 cells/kg", "10⁶ cells/kg"),
    ("per 109 cells", "per 10⁹ cells"),
    ("10-3 mg", "10⁻³ mg"),
    ("10–3 mg", "10⁻³ mg"),
    ("10−3 mg", "10⁻³ mg"),
    ("10-6 g", "10⁻⁶ g"),
    ("10-9/L", "10⁻⁹/L"),
    ("10-9 mol/L", "10⁻⁹ mol"),
    ("50050 mg", "50,050 mg"),
    ("50050mg", "50,050mg"),
    ("50050-mg", "50,050-mg"),
    ("500250 mg", "500,250 mg"),
    ("5050 mg", "5,050 mg"),
    ("2010 mg", "2,010 mg"),
    ("1015 micrograms", "1,015 micrograms"),
    ("1020 ml", "1,020 ml"),
    ("50050 units", "50,050 units"),
    ("12345 g", "12,345 g"),
    ("1020 tablets", "1,020 tablets"),
    ("5050-100 mg", "5,050-100 mg"),
    ("11/2 tablets", "1½ tablets"),
    ("21/4 teaspoons", "2¼ teaspoons"),
    ("13/4 mg", "1¾ mg"),
]


@pytest.mark.parametrize(("text", "safe"), LOST)
@pytest.mark.parametrize(
    "around", ["{}", "Fewer than {}.", "(about {})", "Take {} a day, then rest."]
)
def test_a_number_that_lost_its_shape_is_named_with_what_to_write(text, safe, around):
    (doubt,) = find_doubtful_numbers(around.format(text))
    assert f"“{safe}" in doubt.fix
    assert text.split()[0] in doubt.text


@pytest.mark.parametrize(("text", "safe"), LOST)
def test_what_the_check_asks_for_passes_it(text, safe):
    (doubt,) = find_doubtful_numbers(text)
    for asked in doubt.fix.split("“")[1:]:
        assert not list(find_doubtful_numbers(asked.partition("”")[0]))
    assert not list(find_doubtful_numbers(safe))


HARMLESS = [
    *("H2O", "CO2", "PM2.5", "vitamin B12", "T4", "Omega-3", "ICD-10-CM R25.3"),
    *(
        "10 to 3 mg",
        "10-15 mg",
        "10–20 mg",
        "5-10 mg",
        "10-14 days",
        "3-10 minutes",
        "10-3 p.m.",
        "open 10-4",
    ),
    *(
        "3 x 10 minutes",
        "2 x 1000 mg",
        "2 × 100 mg",
        "5 x 100 m",
        "3 x 10-15 repetitions",
        "5 x 102 mm",
        "2 x 1050",
    ),
    *(
        "109 people",
        "1 in 109",
        "106 °F",
        "103.5 °F",
        "105 bpm",
        "109/70 mmHg",
        "120/109",
        "105 mg/dL",
        "106 mmol/L",
    ),
    *("109 U/L", "1012 hPa", "page 1012", "room 109", "pages 103-109", "chapter 10-3"),
    *(
        "in 2010",
        "10-3-2026",
        "2026-10-03",
        "10/3/2026",
        "11/2",
        "on 11/2 she",
        "1 1/2 tablets",
        "3/4 cup",
        "1/2 tablet",
    ),
    *(
        "call 020 7946 0958",
        "1-800-222-1222",
        "+44 7700 900123",
        "911",
        "112",
        "10115 Berlin",
        "ZIP 50050",
    ),
    *(
        "1000 mg",
        "1250 mg",
        "1500 ml",
        "1125 mg",
        "2000 IU",
        "2550 mg",
        "50000 IU",
        "100000 units",
        "1875 mg",
    ),
    *(
        "4000 mg",
        "1200 mg",
        "25000 units",
        "150000 units",
        "50,050 mg",
        "1,020 mg",
        "100 mg",
        "250 mg",
        "999 mg",
    ),
    *(
        "10⁹/L",
        "150 x 10⁹/L",
        "10⁻³ mg",
        "x 10^9/L",
        "10 ml",
        "10 mg",
        "10 g/L",
        "10 million",
        "10%",
    ),
    *("2500 kcal", "10000 steps", "12345 people", "1013 patients", "3250 g", "1013 g"),
    *(
        "2 of 10 5-year-olds",
        "a score of 10-3",
        "30 x 40 cm",
        "100 x 103 mm",
        "10 x 5 mm",
        "1 x 10 ml",
        "6 x 10 mg",
    ),
    *(
        "109 in each litre",
        "2 times 105 mg",
        "0.50050 mg",
        "1.25 mg",
        "5 mg x 10",
        "x 10",
        "Figure 10-3",
    ),
]


@pytest.mark.parametrize("text", HARMLESS)
def test_a_harmless_neighbour_is_left_alone(text):
    assert not list(find_doubtful_numbers(text))
    assert not list(find_doubtful_numbers(f"She had {text}, and more."))


def texts_of(kind: type, **fields) -> list[str]:
    values = dict.fromkeys(("language", "headline", "summary", "written_by", "body"), "")
    values |= {"uuid": "7b2a7f0e-0000-4000-8000-000000000000", "title": "Dose"}
    document = kind(**values | fields)
    return [problem.message for problem in quality.numbers.check_numbers(None, document)]


FIGURE = {"sha256": "0" * 64, "media_type": "image/png", "width": 1, "height": 1, "place": "text"}


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"title": "50050 mg"}, "Title"),
        ({"headline": "50050 mg"}, "Question at the top"),
        ({"summary": "50050 mg"}, "Summary"),
        ({"body": "<p>50<strong>050</strong> mg</p>"}, "Overview"),
        ({"body": "<table><tr><td>50050 mg</td></tr></table>"}, "Overview"),
        ({"tags": ("50050 mg",)}, "Tags"),
        ({"references": (DocumentReference(title="50050 mg"),)}, "References"),
        ({"figures": (DocumentFigure(alt="50050 mg", **FIGURE),)}, "Image 1"),
        ({"figures": (DocumentFigure(alt="a", caption="50050 mg", **FIGURE),)}, "Image 1"),
        ({"figures": (DocumentFigure(alt="a", credit="50050 mg", **FIGURE),)}, "Credits of images"),
    ],
)
def test_every_text_of_a_page_is_looked_at(fields, part):
    assert texts_of(ArticleDocument, **fields) == [
        f"{part}: “50050 mg” may be two numbers that ran together."
    ]


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"other_names": ("50050 mg",)}, "Other names"),
        ({"phrase": "50050 mg"}, "Name inside a sentence"),
        ({"spotlight_title": "50050 mg"}, "Title of the spotlight"),
        ({"treatment": "<p>50050 mg</p>"}, "Treatment"),
    ],
)
def test_every_text_of_a_symptom_is_looked_at(fields, part):
    (text,) = texts_of(SymptomDocument, **{"phrase": "dose"} | fields)
    assert text.startswith(f"{part}: “50050 mg”")


@pytest.mark.django_db
def test_a_doubtful_number_blocks_a_request_whatever_the_way_in(ann):
    page = factories.make_article(ann)
    Article.objects.filter(pk=page.pk).update(body="<p>Platelets fell below 150 x 109/L.</p>")
    page.refresh_from_db()
    factories.edit_page(page, by=ann)
    (problem,) = quality.find_blocking_problems(page, page.get_latest_revision().read())
    assert (
        problem.message
        == "Overview: “150 x 109/L” may be a power of ten that lost its raised figure."
    )
    assert problem.fix.startswith("Write “150 x 10⁹/L”")


@pytest.mark.parametrize("digits", ["1" + "0" * 5000, "12" + "3" * 5000, "0" * 5000 + "12345"])
def test_a_number_longer_than_python_reads_is_looked_at_all_the_same(digits):
    """Python refuses to read more than 4,300 digits, and a form with them was lost."""
    line = f"Take {digits} mg daily."
    found = [doubt.fix for doubt in (*find_doubtful_numbers(line), *find_error_prone_doses(line))]
    assert found
    assert all("," in fix for fix in found if "comma" in fix)


def test_commas_stand_as_python_writes_them():
    for digits in ("0", "7", "0012", "999", "1000", "1250000", "98765432109876543210"):
        assert group_digits(digits) == f"{int(digits):,}"
