"""Small letters set high or low, as plain characters: 10⁹ must never be read as 109."""

RAISED, LOWERED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
MINUS = "−‐‑–"  # the sign itself, and the hyphens and the dash that are typed for it


def _table(plain: str, small: str) -> dict[int, str]:
    """What each letter becomes. A small one stays, and every sign typed for a minus is one."""
    table = str.maketrans(plain, small) | {ord(sign): sign for sign in small}
    return table | {ord(sign): table[ord("-")] for sign in MINUS}


HIGH = _table("0123456789+-=()ni", RAISED)
LOW = _table("0123456789+-=()", LOWERED)
TABLES = {"sup": HIGH, "sub": LOW}


def plain(texts: list[str], tag: str, *, inner: bool = False) -> list[str]:
    """What stood in ``<sup>`` or ``<sub>``, piece by piece: as small characters, where there is one for each.

    Else as it is (1st, Tmax, [3]), and in brackets where a digit would run into the number or word
    before it. What is raised within what is raised (``inner``) stands in small brackets.
    """
    table, said = TABLES[tag], "".join(texts).strip()
    if not said:
        return texts
    if all(ord(letter) in table for letter in said):
        small = [text.translate(table) for text in texts]
        return _between("(".translate(table), small, ")".translate(table)) if inner else small
    bare = said.isalpha() or not any(letter.isdigit() for letter in said) or said[0] in "([{"
    return texts if bare else _between("(", texts, ")")


def _between(opening: str, texts: list[str], closing: str) -> list[str]:
    begun = [opening + texts[0].lstrip(), *texts[1:]]
    return [*begun[:-1], begun[-1].rstrip() + closing]
