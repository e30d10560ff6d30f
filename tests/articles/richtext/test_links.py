"""The links of texts without other attributes are read by a pattern: the same ones."""

from hypothesis import given
from hypothesis import strategies as st

from articles.richtext import links, plaintext

PIECES = [
    *("<p>", "</p>", "<li>", "</li>", "<ul>", "</ul>", "<strong>", "</strong>", "<br>", "<h2>"),
    *('<a href="https://example.org/?a=1&amp;b">', '<a href="tel:911">', "</a>", "word "),
    *('<a class="dial" href="tel:911">', '<a class="x" href="y">', " two"),
    *("&amp;", "&lt;", "&am", "p;", "&nbsp;", "\n", "\x1c", "é", "<", "<a>", '<ol start="3">'),
    *("<sup>", "2</sup>", "&#10;", "<table>", "<td>", "</td>", "<A HREF='x'>", "<script>"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


def read_with_parser(html: str) -> list[links.TextLink]:
    parser = links._LinkParser()
    parser.feed(html)
    parser.close()
    parser.end_link()
    return parser.links


def extract_with_parser(html: str) -> str:
    parser = plaintext._TextExtractor()
    parser.feed(html)
    parser.close()
    return "\n".join(filter(None, (line.close().text for line in parser.lines)))


@given(TEXTS)
def test_the_links_are_those_of_the_parser(html):
    assert links.find_links(html) == read_with_parser(html)


@given(TEXTS)
def test_the_words_are_those_of_the_parser(html):
    assert plaintext.extract_text(html) == extract_with_parser(html)


def test_plain_texts_are_read_without_the_parser():
    assert plaintext.PLAIN_HTML.fullmatch('<p>Call <a href="tel:911">911</a> <em>now</em>.</p>')
    assert not plaintext.PLAIN_HTML.fullmatch("<p>10<sup>9</sup></p>")
    assert not plaintext.PLAIN_HTML.fullmatch('<ol start="3"><li>x</li></ol>')
