"""Small letters set high or low, as plain characters: 10⁹ must never be read as 109."""

HIGH = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
LOW = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
TABLES = {"sup": HIGH, "sub": LOW}


def plain(text: str, tag: str) -> str:
    """What stood in ``<sup>`` or ``<sub>``: as small characters, where there is one for each.

    Else as it is (1st, Tmax, [3]), and in brackets where a digit would run into the number or word before it.
    """
    table, said = TABLES[tag], text.strip()
    if said and all(ord(letter) in table for letter in said):
        return text.translate(table)
    bare = said.isalpha() or not any(letter.isdigit() for letter in said) or said[:1] in "([{"
    return text if bare else f"({said})"
