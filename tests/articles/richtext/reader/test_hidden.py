"""Struck out and hidden words and comments go, raised digits become characters, the rest stays."""

import json

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.fields import clean_html, clean_rich_text
from articles.models import Article, ExternalId
from tests import factories
from tests.html import read_form

STRUCK = "1 passage that was struck out"
HIDDEN = "1 passage that was hidden"
TRACKED = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><p class=MsoNormal>Give '
    '<del cite="mailto:A">500</del><ins cite="mailto:A">50</ins> mg once.</p></body></html>'
)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Give <del>500</del> <ins>50</ins> mg.</p>",
        "<p>Give <del>500 </del><ins>50</ins> mg.</p>",
        '<p>Give <DEL cite="x" datetime="2026-01-01">500</DEL><ins>50</ins> mg.</p>',
        "<p>Give <s>500</s> 50 mg.</p>",
        "<p>Give <strike>500</strike> 50 mg.</p>",
        "<p>Give <s><b>5<i>0</i></b>0</s> 50 mg.</p>",
        '<p>Give <span style="text-decoration: line-through">500</span> 50 mg.</p>',
        '<p>Give <span style="TEXT-DECORATION:underline LINE-THROUGH">500</span> 50 mg.</p>',
        '<p>Give <font style="color:red; text-decoration-line:line-through">500</font> 50 mg.</p>',
        "<p>Give <span class=msoDel>500</span> 50 mg.</p>",
        "<p class=MsoNormal>Give <s><span style='mso-bidi-font-weight:bold'>500</span></s> "
        "50 mg.</p>",
        "<p>Give 50 mg.</p><p><del>Give 500 mg.</del></p>",
        "<p>Give 50 mg.</p><del><p>Give 500 mg.</p></del>",
        "<del><p>Give 500 mg.</p><ul><li>at once</li></ul></del><p>Give 50 mg.</p>",
    ],
)
def test_struck_out_words_are_left_out(html):
    assert clean_rich_text(html).html == "<p>Give 50 mg.</p>"
    assert clean_rich_text(html).dropped == (STRUCK,)


@pytest.mark.parametrize(
    "html",
    [
        "<p hidden>500 mg</p>",
        "<p hidden=until-found>500 mg</p>",
        '<p style="display:none">500 mg</p>',
        '<div style="color:red;DISPLAY : none !important">500 <b>mg</b></div>',
        '<div style="visibility: hidden"><p>500 mg</p></div>',
        "<p><span style='mso-hide:all'>500 mg</span></p>",
        "<p class=MsoNormal><span style='font-size:11.0pt;display:none;mso-hide:all'>"
        "500 mg</span></p>",
        "<custom-part hidden>500 mg</custom-part>",
        '<ul style="display:/* gone */none"><li>500 mg</li></ul>',
        '<p style="display:none !important; display:block">500 mg</p>',
    ],
)
def test_hidden_words_are_left_out(html):
    html = f"<p>Rest.</p>{html}<p>Now.</p>"
    assert clean_rich_text(html).html == "<p>Rest.</p><p>Now.</p>"
    assert clean_rich_text(html).dropped == (HIDDEN,)


@pytest.mark.parametrize(
    "html",
    [
        '<p style="display:block">Give 50 mg.</p>',
        '<body bgcolor="#000000"><font color="white">Give 50 mg.</font></body>',
        "<style>body{background:#111;opacity:0}</style><p style='color:#fff'>Give 50 mg.</p>",
        "<style media=print>p{display:none}</style><p>Give 50 mg.</p>",
        "<style>@media print{p{display:none}}</style><p>Give 50 mg.</p>",
        '<div style="font-size:0"><p style="font-size:12px">Give 50 mg.</p></div>',
        '<p style="display:none;display:inline">Give 50 mg.</p>',
        '<p style="text-decoration: underline">Give 50 mg.</p>',
        "<p style='mso-hide:none'>Give 50 mg.</p>",
        "<p class=hidden>Give 50 mg.</p>",
        "<p aria-hidden=true>Give 50 mg.</p>",
        "<p>Give <ins>50</ins> mg.</p>",
        "<p>Give <u>50</u> mg.</p>",
        '<p>Give <span style="vertical-align: baseline">50</span> mg.</p>',
    ],
)
def test_words_that_can_be_read_stay(html):
    assert clean_rich_text(html).html == "<p>Give 50 mg.</p>"
    assert clean_rich_text(html).dropped == ()


WORD_COMMENT = """<p class=MsoNormal>Give <a
style='mso-comment-reference:A_1;mso-comment-date:20260101T0000'>50 mg</a>
<span
class=MsoCommentReference><span style='font-size:8.0pt'><a class=msocomanchor id="_anchor_1"
href="#_msocom_1"
name="_msoanchor_1">[A1]</a><![if !supportAnnotations]>&nbsp;<![endif]></span></span> once.</p>
<div style='mso-element:comment-list'><hr class=msocomoff align=left size=1 width="33%">
<div style='mso-element:comment'><div id="_com_1" class=msocomtxt><a name="_msocom_1"></a>
<p class=MsoCommentText><span class=MsoCommentReference>&nbsp;<a href="#_msoanchor_1"
class=msocomoff>[A1]</a></span>
Should it be 500?</p></div></div></div><p class=MsoNormal>Then rest.</p>"""
GOOGLE_COMMENT = (
    '<p>Give <span>50 mg</span><sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup> once.</p>'
    "<p>Then rest.</p>"
    '<div style="border:1px solid black;margin:5px"><p><a href="#cmnt_ref1" id="cmnt1">[a]</a>'
    "<span>Should it be 500?</span></p><p>Surely.</p></div>"
)


@pytest.mark.parametrize("html", [WORD_COMMENT, GOOGLE_COMMENT])
def test_comments_of_colleagues_are_left_out_and_what_they_speak_of_stays(html):
    cleaned = clean_rich_text(html)
    assert cleaned.html == "<p>Give 50 mg once.</p><p>Then rest.</p>"
    assert cleaned.dropped == ("1 comment",)


def test_each_comment_is_counted_once():
    two = (
        "<div style='mso-element:comment'><p class=MsoCommentText>One.</p>"
        "<p class=MsoCommentText>More.</p></div>" * 2
    )
    assert clean_rich_text(
        f"<p>a</p><div style='mso-element:comment-list'>{two}</div>"
    ).dropped == ("2 × comment",)


RAISED = [
    "150 x 10<sup>9</sup>/L",
    "H<sub>2</sub>O",
    "10<sup>−3</sup> mg",
    "1<sup>3</sup>/<sub>16</sub> of it",
    "1<sup>st</sup>",
    "Wonder<sup>TM</sup>",
    "T<sub>max</sub>",
    "pain<sup>1,2</sup>",
    "pain<sup>[3]</sup>",
    "<strong>10<sup>9</sup></strong>/L",
    "10<sup>1<em>2</em></sup>/L",
    "a<sup>&lt;5</sup>",
    "10<sup>9&nbsp;</sup>/L",
]
MEANT = [
    ("10<sup>&minus;3</sup> mg", "10<sup>−3</sup> mg"),
    ("1<sup>1</sup>/<sub>2</sub> tablets", "1½ tablets"),
    ("1<sup>1</sup>⁄<sub>2</sub> tablets", "1½ tablets"),
    ("1<sup>1</sup>⁄2 tablets", "1½ tablets"),
    ("<sup>3</sup>/<sub>4</sub> of it", "¾ of it"),
    ("10<sup>−3</sup> mg", "10<sup>−3</sup> mg"),
    ("1<sup>3</sup>/<sub>16</sub> of it", "1<sup>3</sup>/<sub>16</sub> of it"),
    ("T<sub>max</sub>", "T<sub>max</sub>"),
    ("pain<sup>[3]</sup>", "pain<sup>[3]</sup>"),
    ("<b>10<sup>9</sup></b>/L", "<strong>10<sup>9</sup></strong>/L"),
    (
        '1<span class="frac"><span class="num">1</span>⁄<span class="den">2</span></span> tablets',
        "1½ tablets",
    ),
    ("10<sup><strong>9</strong></sup>/L", "10<strong><sup>9</sup></strong>/L"),
    ('pain<sup><a href="/x/">1</a></sup>', 'pain<a href="/x/"><sup>1</sup></a>'),
    ("10<sup><sup>9</sup></sup>/L", "10<sup>9</sup>/L"),
    ("10<sup>2<sup>3</sup></sup>", "10<sup>2(3)</sup>"),
    ("x<sup>a<sub>1</sub></sup>", "x<sup>a(1)</sup>"),
    ('10<span style="vertical-align:super;font-size:0.6em">9</span>/L', "10<sup>9</sup>/L"),
    ('H<span style="vertical-align: sub">2</span>O', "H<sub>2</sub>O"),
    ('10<sup><span style="vertical-align:super">9</span></sup>/L', "10<sup>9</sup>/L"),
    ("10<SUP class=x>9</SUP>/L", "10<sup>9</sup>/L"),
    ('10<span style="position:relative;top:-4.0pt;mso-text-raise:4.0pt">9</span>/L', None),
    ('10<span style="position:relative;top:-.5em;font-size:75%">9</span>/L', None),
    ('10<span style="font-variant-position:super">9</span>/L', None),
    ('10<span role="superscript">9</span>/L', None),
    ('10<font style="vertical-align:6pt;font-size:7pt">9</font>/L', None),
    ('<style>.up{vertical-align:super}</style>10<span class="up">9</span>/L', None),
    ("10<sup></sup>/L", "10/L"),
    ("10<sup> </sup>/L", "10 /L"),
]


@pytest.mark.parametrize("html", RAISED)
def test_raised_and_lowered_words_stay_so(html):
    assert clean_html(f"<p>{html}</p>") == f"<p>{html}</p>"


@pytest.mark.parametrize(("html", "read"), MEANT)
def test_raised_and_lowered_figures_keep_their_meaning(html, read):
    assert clean_rich_text(f"<div>{html}</div>").html == f"<p>{read or '10<sup>9</sup>/L'}</p>"
    assert clean_rich_text(f"<div>{html}</div>").dropped == ()


MALFORMED = [
    ("<p>Give <del>500<p>Rest a day.</p><p>Then walk.</p>", "<p>Rest a day.</p><p>Then walk.</p>"),
    (
        "<p>Give <s>500</p><p>Rest a day.</p><p>Then walk.</p>",
        "<p>Rest a day.</p><p>Then walk.</p>",
    ),
    (
        "<del><p>Give 500.</p><p>Rest a day.</p><p>Then walk.</p>",
        "<p>Rest a day.</p><p>Then walk.</p>",
    ),
    ("Give <strike>500<br>Rest a day.<p>Then walk.</p>", "Rest a day.<p>Then walk.</p>"),
    ("<p>Give <del/>50 mg.</p>", "<p>Give <br>50 mg.</p>".replace("<br>", "")),
    (
        "<!-- <del> --!><p>Rest.</p><!--><p>Then <del>500</del> walk.</p>",
        "<p>Rest.</p><p>Then walk.</p>",
    ),
    ("<p>Give</del> 50 mg.</p>", "<p>Give 50 mg.</p>"),
    ("<b>Give <del>500</b></del> 50 mg.", "Give 50 mg."),
    ("<p>Give <del>500</p><p>or 600</del> 50 mg.</p><p>Rest.</p>", "50 mg.</p><p>Rest.</p>"),
    ("<p>Give <del>500 <b>mg</p><p>Rest a day.</b></p>", "Rest a day."),
    ("<table><tr><td>Give <del>500</td><td>50 mg</td></tr></table>", "50 mg"),
    ("<del><table><tr><td>500</del> Rest</td></tr></table><p>Then walk.</p>", "<p>Then walk.</p>"),
    (
        "<del><table><tr><td>500</td><td>Rest</td></tr></table><p>Then walk.</p>",
        "<p>Then walk.</p>",
    ),
    ("<p>Walk.</p><del><table><tr><td></p></div><p>Then rest.</p>", "<p>Then rest.</p>"),
    ("<del><ul><li>500</li><li>Rest.</li></ul>", "<li>Rest.</li>"),
    ("<table><tr><td><del>500</td><td>600</del></td><td>Rest</td></tr></table>", "Rest"),
    ("<p>10<sup>9/L of cells</p><p>Rest a day.</p>", "<p>Rest a day.</p>"),
]


@pytest.mark.parametrize(("html", "kept"), MALFORMED)
def test_a_mark_without_an_end_takes_no_other_line_with_it(html, kept):
    found = clean_rich_text(html).html
    lines = found.replace("<p>", "").replace("</p>", "")
    assert kept.replace("<p>", "").replace("</p>", "") in lines.replace("<strong>", "").replace(
        "</strong>", ""
    )
    assert "500" not in found
    assert "600" not in found


@pytest.mark.parametrize(
    "piece", ["<del>", "<s>", "<s id={}>", "<sup>", "<sup>1", "<del>a", "<b hidden>", "</del>"]
)
def test_a_hundred_thousand_tags_lose_nothing_that_follows(piece):
    html = (
        "<p>First.</p><p>"
        + "".join(piece.format(number) for number in range(100_000))
        + "</p><p>Last.</p>"
    )
    found = clean_html(html)
    assert "First." in found
    assert "Last." in found
    assert clean_html(found) == found


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "<p>",
                "</p>",
                "<b>",
                "</b>",
                "<ul><li>",
                "</li></ul>",
                "<br>",
                "<table><tr><td>",
                "</td></tr></table>",
            ),
            *(
                "<del>",
                "</del>",
                "<s>",
                "</s>",
                "<strike>",
                "<sup>",
                "</sup>",
                "<sub>",
                "</sub>",
                "<ins>",
                "</ins>",
            ),
            *(
                '<span style="text-decoration:line-through">',
                "</span>",
                "<p hidden>",
                '<i style="display:none">',
                "</i>",
            ),
            *(
                "<a class=msocomanchor>",
                "</a>",
                '<a href="#cmnt_ref1">',
                "9",
                "1,2",
                "mg",
                " ",
                "-",
                "&amp;",
                "&nbsp;",
            ),
            *(
                "<!-- <del> -->",
                "<div style='mso-element:comment-list'>",
                "</div>",
                "<del/>",
                "<p class=MsoNormal>",
                "<",
                "&lt;del>",
            ),
        ]
    ),
    max_size=25,
).map("".join)


@settings(max_examples=300)
@given(PIECES)
def test_cleaning_twice_changes_nothing(html):
    once = clean_rich_text(html)
    assert clean_rich_text(once.html).html == once.html
    assert clean_rich_text(once.html).dropped == ()


@settings(max_examples=200)
@given(PIECES)
def test_what_follows_a_whole_text_is_read_whatever_came_before(html):
    if not any(part in html for part in ("hidden", "style", "class", "#")):
        # The first “>” ends a tag that the pieces may leave open: it would eat the “</p>”.
        ended = f"{html}></p></div><p>The last line.</p>"
        assert "The last line." in clean_rich_text(ended).html


def test_a_deletion_over_several_lines_is_told_once():
    deleted = "<del><p>Take 500 mg.</p><p>Rest.</p></del><p>Walk.</p><p><del>Sit.</del></p>"
    assert clean_rich_text(deleted).dropped == ("2 × passage that was struck out",)


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["update", "bulk_create", "jsonl"])
def test_every_way_in_carries_the_marks_out(ann, morgan, tmp_path, way):
    if way == "update":
        page = factories.make_article(ann)
        Article.objects.filter(pk=page.pk).update(body=TRACKED)
    elif way == "bulk_create":
        Article.objects.bulk_create(
            [Article(kind="article", slug="b", title="B", writer=ann, body=TRACKED)]
        )
    else:
        path = tmp_path / "file.jsonl"
        path.write_text(
            json.dumps({"type": "article", "id": "1", "title": "B", "body": TRACKED}) + "\n"
        )
        call_command(
            "import_content", str(path), source="new", by="morgan", apply=True, verbosity=0
        )
    assert Article.objects.get().body == "<p>Give 50 mg once.</p>"


HIDING = '<p style="display:none">none words</p><p hidden>hidden words</p><p>seen words</p>'


@pytest.mark.django_db
def test_an_import_says_what_was_hidden(morgan, tmp_path):
    path = tmp_path / "file.jsonl"
    path.write_text(
        json.dumps({"type": "article", "id": "g18", "title": "Hidden words", "body": HIDING}) + "\n"
    )
    report = tmp_path / "report.csv"
    call_command("import_content", str(path), source="new", by="morgan", apply=True, report=report)
    assert ExternalId.objects.get(key="g18").article.body == "<p>seen words</p>"
    assert "2 × passage that was hidden" in report.read_text()


@pytest.mark.django_db
def test_the_editor_is_told_what_a_save_left_out(client, ann):
    symptom = factories.make_symptom(ann)
    factories.add_facts(symptom, ann, causes=1, related=0)
    client.force_login(ann)
    form = f"/admin/symptoms/symptom/{symptom.pk}/change/"
    typed = {
        "emergency_text": "<p>Call <del>999</del> 911 <s>now</s> "
        "<span class=MsoCommentReference>[A1]</span>.</p>",
        "symptom_causes-0-text": "<p>It <s>never</s> may cause it.</p>",
        "body": "<p>150 x 10<sup>9</sup>/L</p>",
    }
    response = client.post(form, read_form(client.get(form)) | typed, follow=True)
    messages = list(map(str, response.context["messages"]))
    [report] = [message for message in messages if "Left out" in message]
    assert "Emergency card: 1 comment, 2 × passage that was struck out." in report
    assert "Cause 0 of Facial spasms”, Text: 1 passage that was struck out." in report
    assert "Overview" not in report
    document = symptom.get_latest_revision().read()
    assert document.advice.html == "<p>Call 911 .</p>"
    assert document.body == "<p>150 x 10<sup>9</sup>/L</p>"


@pytest.mark.django_db
def test_a_save_that_loses_nothing_says_nothing_of_it(client, ann):
    article = factories.make_article(ann)
    client.force_login(ann)
    form = f"/admin/articles/article/{article.pk}/change/"
    typed = {"body": "<p>H<sub>2</sub>O</p>"}
    response = client.post(form, read_form(client.get(form)) | typed, follow=True)
    messages = map(str, response.context["messages"])
    assert not [message for message in messages if "Left out" in message]
