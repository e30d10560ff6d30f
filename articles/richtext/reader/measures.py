"""Lengths and colours as styles write them."""

import re

LENGTH = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+))(px|pt|pc|in|cm|mm|em|rem|ex|ch|vw|vh|%)?(?![\w.])")
PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "ch": 8.0,
    "%": 0.16,
    "vw": 10.0,
    "vh": 10.0,
}
COLOR_NUMBERS = re.compile(r"(?:rgb|rgba)\(([^()]*)\)")
NUMBER = re.compile(r"[\d.]+%?")
NAMED_COLORS = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "windowtext": (0, 0, 0),
    "canvastext": (0, 0, 0),
    "window": (255, 255, 255),
    "canvas": (255, 255, 255),
    "red": (255, 0, 0),
    "lime": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "aqua": (0, 255, 255),
    "cyan": (0, 255, 255),
    "fuchsia": (255, 0, 255),
    "magenta": (255, 0, 255),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "silver": (192, 192, 192),
    "maroon": (128, 0, 0),
    "olive": (128, 128, 0),
    "green": (0, 128, 0),
    "teal": (0, 128, 128),
    "navy": (0, 0, 128),
    "purple": (128, 0, 128),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "whitesmoke": (245, 245, 245),
    "ghostwhite": (248, 248, 255),
    "floralwhite": (255, 250, 240),
}
TRANSPARENT = "transparent"
MAX_COLOR_DIFFERENCE = 12  # of one part of two colours that look alike

Color = tuple[int, int, int]


def parse_length(value: str) -> float | None:
    """A length in pixels, roughly; None if it is none."""
    found = LENGTH.match(value.strip())
    return float(found[1]) * PIXELS[found[2] or ""] if found else None


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
        red, green, blue = (min(255, int(part)) for part in parts[:3])
        return red, green, blue
    return NAMED_COLORS.get(value)


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
