"""Names and numbers as they are shown to staff."""


def format_user_name(user) -> str:
    return user.get_full_name() or user.get_username()


def shorten_printable(text: str) -> str:
    """A value from a URL's query, made safe and short enough to show it again."""
    shown = "".join(filter(str.isprintable, text)).strip()
    if len(shown) > 40:
        return f"{shown[:40]}…"
    return shown


def format_page_count(count: int) -> str:
    if count == 1:
        return "1 page"
    return f"{count:,} pages"
