"""Draws the pictures of the demonstration.

``python -m config.operations.demo.draw``. They are ours, like its words.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FIGURES_DIRECTORY = Path(__file__).parent / "figures"
SCALE = 3  # drawn so many times larger, then made smaller, so that lines are smooth
INK, SKIN, LINE, RED, GREY = "#1c2127", "#f3e4d7", "#8a6f5c", "#9f1420", "#d9dad3"
# Of the facial nerve, from in front of the ear: its bend, where it ends, and where its number
# stands.
BRANCHES = [
    ((412, 200), (345, 125), (302, 125)),
    ((418, 292), (388, 274), (372, 232)),
    ((375, 345), (320, 378), (276, 378)),
    ((385, 430), (312, 452), (340, 502)),
    ((410, 500), (320, 640), (276, 640)),
]
DAYS = (2, 3, 3, 2, 5, 6, 4, 3, 2, 2, 1, 2, 1, 1)  # how bad it was, of ten


class Drawing:
    """White paper on which everything is drawn larger than it will be."""

    def __init__(self, width: int, height: int):
        self.size = (width, height)
        self.image = Image.new("RGB", (width * SCALE, height * SCALE), "white")
        self.pen = ImageDraw.Draw(self.image)

    def _scale(self, points):
        return [(x * SCALE, y * SCALE) for x, y in points]

    def line(self, points, colour=INK, width=3):
        self.pen.line(self._scale(points), colour, width * SCALE, joint="curve")

    def oval(self, left, top, right, bottom, fill=None, outline=None, width=3):
        self.pen.ellipse(
            [v * SCALE for v in (left, top, right, bottom)], fill, outline, width * SCALE
        )

    def arc(self, left, top, right, bottom, start, end, colour=LINE, width=3):
        self.pen.arc(
            [v * SCALE for v in (left, top, right, bottom)], start, end, colour, width * SCALE
        )

    def text(self, x, y, text, size=26, colour=INK, anchor="mm"):
        self.pen.text(
            (x * SCALE, y * SCALE), text, colour, ImageFont.load_default(size * SCALE), anchor
        )

    def number(self, x, y, text):
        self.oval(x - 23, y - 23, x + 23, y + 23, "white", RED)
        self.text(x, y, text, 32, RED)

    def save(self, name: str) -> None:
        small = self.image.resize(self.size, Image.Resampling.LANCZOS).quantize(
            36, dither=Image.Dither.NONE
        )
        small.save(FIGURES_DIRECTORY / name, "PNG", optimize=True)


def draw_face() -> None:
    """A face, and on one side of it the five branches of the facial nerve."""
    sheet = Drawing(680, 680)
    for side in (-1, 1):
        sheet.line([(250 + side * 95, 560), (250 + side * 105, 680)], LINE)
    sheet.oval(55, 40, 445, 610, SKIN, LINE)
    for side in (-1, 1):
        sheet.oval(250 + side * 195 - 22, 270, 250 + side * 195 + 22, 370, SKIN, LINE)
        sheet.arc(250 + side * 80 - 50, 195, 250 + side * 80 + 50, 265, 200, 340)
        sheet.oval(250 + side * 90 - 38, 265, 250 + side * 90 + 38, 305, "white", LINE)
        sheet.oval(250 + side * 90 - 14, 271, 250 + side * 90 + 14, 299, LINE)
    sheet.line([(250, 290), (232, 390), (262, 392)], LINE)
    sheet.arc(185, 430, 315, 500, 15, 165)
    sheet.line([(188, 470), (312, 470)], LINE)
    for number, (bend, end, beside) in enumerate(BRANCHES, start=1):
        sheet.line(
            [interpolate_curve((426, 335), bend, end, step / 24) for step in range(25)], RED, 4
        )
        sheet.oval(end[0] - 7, end[1] - 7, end[0] + 7, end[1] + 7, RED)
        sheet.number(*beside, str(number))
    for number, name in enumerate(("forehead", "eye", "cheek", "mouth", "neck"), start=1):
        sheet.number(508, 110 + number * 80, str(number))
        sheet.text(540, 110 + number * 80, name, anchor="lm", size=32)
    sheet.save("facial-nerve.png")


def interpolate_curve(start, bend, end, part: float):
    rest = 1 - part
    return tuple(
        rest * rest * a + 2 * rest * part * b + part * part * c
        for a, b, c in zip(start, bend, end, strict=True)
    )


def draw_diary() -> None:
    """Two weeks of a diary as points on a line."""
    sheet = Drawing(720, 460)
    left, bottom, step, up = 70, 370, 47, 29
    for value in range(0, 11, 2):
        y = bottom - value * up
        sheet.line([(left - 10, y), (710, y)], GREY, 1)
        sheet.text(left - 20, y, str(value), 28, anchor="rm")
    points = [(left + place * step + 5, bottom - value * up) for place, value in enumerate(DAYS)]
    sheet.line(points, INK, 3)
    for day, (x, y) in enumerate(points, start=1):
        sheet.oval(x - 8, y - 8, x + 8, y + 8, INK)
        if day % 2 == 0:
            sheet.text(x, bottom + 30, str(day), 28)
    sheet.text(390, 438, "day", 28)
    sheet.text(left - 10, 34, "how bad, 0 to 10", 28, anchor="lm")
    sheet.save("two-weeks.png")


if __name__ == "__main__":
    FIGURES_DIRECTORY.mkdir(exist_ok=True)
    draw_face()
    draw_diary()
