"""The line of a signed text that says most of what was asked, with the words marked."""

from articles.content import ADVICE, Document
from articles.fields import fold
from articles.lines import plain
from articles.search.spelling import one_spelling
from articles.search.words import WORD, stem

LONGEST = 220  # characters
BEFORE = 60  # characters that stay in front of the first word that was found

Part = tuple[str, bool]  # a text, and whether it is what was asked for


def snippet(document: Document, asked: frozenset[str]) -> list[Part]:
    """The summary, or that line of the text which has more of the words; in parts, some of them marked."""
    lines = [document.summary] if document.summary else []
    wanted = asked - _in(document.title, asked)
    if wanted - _in(document.summary, asked):
        texts = [html for label, html in document.rich_texts().items() if label != ADVICE]
        lines += [line for html in texts for line in plain(html).splitlines()]
    best = max(lines, key=lambda line: len(_in(line, wanted)), default="")
    return _marked(_cut(best, wanted), asked)


def marked(text: str, asked: frozenset[str]) -> list[Part]:
    """A name in parts."""
    return _marked(text, asked)


def _in(text: str, asked: frozenset[str]) -> frozenset[str]:
    return frozenset(_stem(found[0]) for found in WORD.finditer(text)) & asked


def _stem(word: str) -> str:
    return stem(one_spelling(fold(word).replace("’", "'").removesuffix("'s").replace("'", "")))


def _cut(line: str, asked: frozenset[str]) -> str:
    """A long line from a little before the first word that was found, and not in the middle of a word."""
    if len(line) <= LONGEST:
        return line
    first = next((found.start() for found in WORD.finditer(line) if _stem(found[0]) in asked), 0)
    begin = line.find(" ", max(first - BEFORE, 0)) + 1 if first > BEFORE else 0
    end = line.rfind(" ", begin, begin + LONGEST) if begin + LONGEST < len(line) else len(line)
    return f"{'… ' if begin else ''}{line[begin:end].strip()}{' …' if end < len(line) else ''}"


def _marked(text: str, asked: frozenset[str]) -> list[Part]:
    parts, at = [], 0
    for found in WORD.finditer(text):
        if _stem(found[0]) in asked:
            parts += [(text[at : found.start()], False), (found[0], True)]
            at = found.end()
    return [part for part in [*parts, (text[at:], False)] if part[0]]
