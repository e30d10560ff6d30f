"""CSV files with a letter that cannot be read, for every reader of tables."""

WRONG = "is not {} text; save the file as UTF-8 (or Excel) and upload it again"
LOST = "A letter was lost, and � stands in its place"


def build_damaged_files(head: str, row: str) -> dict[str, tuple[bytes, int, str]]:
    """By what is wrong: a file, the line that has it, and the words of its refusal.

    ``row`` is a row of the table with {} for a name.
    """
    plain, accented = row.format("Rest"), row.format("Sjögren")
    start = f"{head}\n{plain}\n"
    long_start = start + f"{plain}\n" * 400
    utf_16 = f"{start}{accented}\n".encode("utf-16")
    return {
        "Latin-1 in the last line": (
            f"{head}\n{accented}\n".encode() + f"{accented}\n".encode("latin-1"),
            3,
            WRONG.format("UTF-8"),
        ),
        "a byte that no encoding has": (
            start.encode() + accented.encode("latin-1") + b"\x81\n",
            3,
            WRONG.format("UTF-8 or Windows-1252"),
        ),
        "UTF-8 cut within a letter": (
            start.encode() + accented.encode().partition(b"\xb6")[0],
            3,
            WRONG.format("UTF-8"),
        ),
        "UTF-8 cut within a letter of a line": (
            f"{head}\n{accented}\n".encode() + accented.encode().replace(b"\xb6", b"", 1) + b"\n",
            3,
            WRONG.format("UTF-8"),
        ),
        "UTF-16 cut within a letter": (utf_16[:-1], 3, WRONG.format("UTF-16")),
        "UTF-16 with half a letter": (
            utf_16.replace("ö".encode("utf-16-le"), b"\x00\xd8"),
            3,
            WRONG.format("UTF-16"),
        ),
        "UTF-16 of the other order": (
            b"\xfe\xff" + f"{start}{accented}".encode("utf-16-be") + b"\xd8",
            3,
            WRONG.format("UTF-16"),
        ),
        "a letter that was lost before": (
            f"{start}{row.format('Sj�gren')}\n".encode(),
            3,
            LOST,
        ),
        "a letter lost in UTF-16": (f"{start}{row.format('Sj�gren')}".encode("utf-16"), 3, LOST),
        "NUL behind the beginning": (
            f"{long_start}{row.format('Sj' + chr(0) + 'gren')}\n".encode(),
            403,
            "This is no text: it holds U+0000",
        ),
    }


def build_readable_files(head: str, row: str) -> dict[str, bytes]:
    """By what is unusual: files whose one row is that with “Sjögren’s”."""
    text = f"{head}\n{row.format('Sjögren’s')}\n"
    return {
        "UTF-8": text.encode(),
        "UTF-8 with a mark": text.encode("utf-8-sig"),
        "UTF-16": text.encode("utf-16"),
        "UTF-16 of the other order": b"\xfe\xff" + text.encode("utf-16-be"),
        "Windows-1252": text.encode("cp1252"),
        "semicolons": text.replace(",", ";").encode(),
        "tabs": text.replace(",", "\t").encode(),
        "bars": text.replace(",", "|").encode(),
    }
