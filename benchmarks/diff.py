"""How long the desk takes to find what changed in a page of 3,200 words.

Run it with `python -m benchmarks.diff`.
"""

import random
import time
from statistics import median

from articles.content.blocks import Block
from articles.content.diff import compare_parts, split_rich_text

WORDS, PARAGRAPH, ROUNDS = 3200, 80, 7


def main() -> None:
    random.seed(3200)
    vocabulary = [f"word{number}" for number in range(400)]
    old = [random.choices(vocabulary, k=PARAGRAPH) for _ in range(WORDS // PARAGRAPH)]
    causes = [f"Cause {number}" for number in range(40)]
    four = [list(paragraph) for paragraph in old]
    four[3][7], four[9][40] = "10", '<a href="https://b.example/">link</a>'
    rewritten = [random.choices(vocabulary, k=PARAGRAPH) for _ in old]
    every = [[*paragraph[:40], "another", *paragraph[41:]] for paragraph in old]
    print(
        f"{WORDS:,} words in {len(old)} paragraphs, {len(causes)} causes; median of {ROUNDS}"
        " rounds\n"
    )
    print("| what changed | milliseconds |\n|---|---:|")
    for name, texts, order in [
        ("nothing", old, causes),
        ("a dose, a link, a level and a cause's place", four, [*causes[5:], *causes[:5]]),
        ("a word in every paragraph", every, causes),
        ("every paragraph, from end to end", rewritten, causes[::-1]),
    ]:
        before, after = (
            _build_blocks(old, causes, "Urgent"),
            _build_blocks(texts, order, "Emergency"),
        )
        print(f"| {name} | {_measure_milliseconds(before, after):.1f} |")


def _build_blocks(texts: list[list[str]], causes: list[str], level: str) -> list[Block]:
    body = "".join(f"<p>{' '.join(words)}.</p>" for words in texts)
    named = [Block("causes", "Cause, in order", cause) for cause in causes]
    return [
        Block("level", "Level of the advice", level),
        *split_rich_text("body", "Overview", body),
        *named,
    ]


def _measure_milliseconds(before: list[Block], after: list[Block]) -> float:
    measured = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        compare_parts(before, after)
        measured.append((time.perf_counter() - start) * 1000)
    return median(measured)


if __name__ == "__main__":
    main()
