"""How long cleaning HTML from elsewhere takes, next to parsing the same bytes.

Run it with `python -m benchmarks.reader`. Each row is one kind of text in growing lengths; a ratio
that stays the same says that the time grows with the length alone.
"""

import time
from collections.abc import Callable
from itertools import count

from selectolax.lexbor import LexborHTMLParser

from articles.richtext.reader.cleaning import clean

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
ROUNDS_OF_SMALL = 20  # of texts up to 10 kB; larger ones are read once
WORD_ITEM = (
    "<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span "
    "style='mso-list:Ignore'>{0}.<span>&nbsp;&nbsp; </span></span><![endif]>Take "
    "<del>500</del> 50 mg, 10<sup>9</sup>/L.<o:p></o:p></p>\n"
)
KINDS = {
    "as a page carries it": "<p>Some words, <strong>bold</strong> and <em>italic</em>.</p>",
    "web page": '<div class="x"><p style="color:red">Some <b>bold</b> words.</p></div>\n',
    "list of Word": WORD_ITEM,
    "paragraphs that never end": "<p>Some words <b>bold",
    "formatting that never ends": '<b id="{0}"><p>x',
    "deletions that never end": "<p>Give <del>500<table><tr><td>50",
    "lists without end": "<ul><li>x",
    "tags without end": "<a href='",
}


def main() -> None:
    print("| text | " + " | ".join(f"{size // 1000:,} kB" for size in SIZES) + " |")
    print("|---|" + "---:|" * len(SIZES))
    for name, piece in KINDS.items():
        ratios = [f"{_measure_ratio(_build_text(piece, size)):,.0f}" for size in SIZES]
        print(f"| {name} | {' | '.join(ratios)} |", flush=True)


def _build_text(piece: str, size: int) -> str:
    """A text of a size, of one piece again and again, each with a number of its own."""
    parts = []
    length = 0
    for number in count(1):
        parts.append(piece.format(number))
        length += len(parts[-1])
        if length >= size:
            break
    return "".join(parts)


def _measure_ratio(html: str) -> float:
    """How many times longer cleaning takes than parsing a plain text of the same length."""
    plain = _build_text("<p>Some words.</p>", len(html))
    rounds = ROUNDS_OF_SMALL if len(html) < 20_000 else 1
    return _measure(lambda: clean(html), rounds) / _measure(lambda: _parse(plain), rounds + 2)


def _parse(html: str) -> None:
    LexborHTMLParser(html, is_fragment=True)


def _measure(action: Callable[[], object], rounds: int) -> float:
    """The shortest of some rounds, in seconds of this process."""
    measured = []
    for _ in range(rounds):
        start = time.process_time()
        action()
        measured.append(time.process_time() - start)
    return min(measured)


if __name__ == "__main__":
    main()
