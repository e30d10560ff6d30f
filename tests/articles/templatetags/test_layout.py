"""Long lines of templates are written on several lines and printed as one."""

from django.template import engines


def render(source: str, **context) -> str:
    return engines["django"].from_string(source).render(context)


def test_line_breaks_of_the_template_are_not_printed():
    source = (
        '{% joinlines %}<p\n class="a">One\n{% if yes %} two\n three{% endif %}</p>{%'
        " endjoinlines %}"
    )
    assert render(source, yes=True) == '<p class="a">One two three</p>'


def test_line_breaks_of_a_variable_stay():
    source = "{% joinlines %}a\n {{ text }}{% endjoinlines %}"
    assert render(source, text="b\n  c") == "a b\n  c"


def test_what_is_around_the_block_stays():
    assert render("a\n{% joinlines %}b\nc{% endjoinlines %}\nd") == "a\nbc\nd"
