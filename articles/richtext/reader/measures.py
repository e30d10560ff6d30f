"""Lengths and colours as styles write them."""

import re

LONGEST = 1e6  # pixels; a number of 400 digits is infinite otherwise
LENGTH = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))(px|pt|pc|in|cm|mm|em|rem|ex|ch|vw|vh|%)?(?![\w.])")
UNITS = ("", "px", "pt", "pc", "in", "cm", "mm", "em", "rem", "ex", "ch", "%", "vw", "vh")
IN_PIXELS = (1, 1, 4 / 3, 16, 96, 37.8, 3.78, 16, 16, 8, 8, 0.16, 10, 10)
PIXELS = dict(zip(UNITS, IN_PIXELS, strict=True))
COLOR_NUMBERS = re.compile(r"(?:rgb|rgba)\(([^()]*)\)")
NUMBER = re.compile(r"[\d.]+%?")
COLORS = """
    white=ffffff window=ffffff canvas=ffffff black=000000 windowtext=000000 canvastext=000000
    red=ff0000 lime=00ff00 blue=0000ff yellow=ffff00 aqua=00ffff cyan=00ffff fuchsia=ff00ff
    magenta=ff00ff gray=808080 grey=808080 silver=c0c0c0 maroon=800000 olive=808000 green=008000
    teal=008080 navy=000080 purple=800080 snow=fffafa ivory=fffff0 whitesmoke=f5f5f5
    ghostwhite=f8f8ff floralwhite=fffaf0 azure=f0ffff mintcream=f5fffa
"""
NAMED_COLORS = dict(re.findall(r"(\w+)=(\w+)", COLORS))
TRANSPARENT = "transparent"
MAX_COLOR_DIFFERENCE = 12  # of one part of two colours that look alike

Color = tuple[int, int, int]


def parse_length(value: str) -> float | None:
    """A length in pixels, roughly; None if it is none."""
    found = LENGTH.match(value.strip())
    if not found:
        return None
    length = float(found[1]) * PIXELS[found[2] or ""]
    return max(-LONGEST, min(LONGEST, length))


def get_unit(value: str) -> str:
    """The unit of a length; empty if it has none."""
    found = LENGTH.match(value.strip())
    return found[2] or "" if found else ""


def parse_color(value: str) -> Color | None:
    """A colour as its red, green and blue; None if it is unknown, or can be seen through."""
    value = value.strip()
    if value.startswith("#"):
        return _parse_hex(value[1:])
    if found := COLOR_NUMBERS.match(value):
        parts = list(map(_parse_number, NUMBER.findall(found[1])))
        if len(parts) < 3 or (len(parts) > 3 and parts[3] < 1):
            return None
        red, green, blue = (int(min(255, part)) for part in parts[:3])
        return red, green, blue
    return _parse_hex(NAMED_COLORS.get(value, ""))


def _parse_hex(digits: str) -> Color | None:
    if len(digits) in (3, 4):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch("[0-9a-f]{6}(?:ff)?", digits):
        return None
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _parse_number(text: str) -> float:
    digits = text.rstrip("%")
    number = float(digits) if digits.count(".") <= 1 and digits != "." else 0.0
    return number * 2.55 if text.endswith("%") else number


def is_transparent(value: str) -> bool:
    """Whether nobody sees what has this colour."""
    if value.strip() == TRANSPARENT:
        return True
    if value.startswith("#"):
        digits = value[1:]
        return len(digits) in (4, 8) and set(digits[-(len(digits) // 4) :]) == {"0"}
    if found := COLOR_NUMBERS.match(value.strip()):
        parts = list(map(_parse_number, NUMBER.findall(found[1])))
        return len(parts) > 3 and parts[3] < 0.05
    return False


def look_alike(one: Color, other: Color) -> bool:
    """Whether words of one colour cannot be read on the other."""
    differences = (abs(part - other_part) for part, other_part in zip(one, other, strict=True))
    return max(differences) <= MAX_COLOR_DIFFERENCE
