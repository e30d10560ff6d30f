"""Names, numbers and links as they are shown to staff."""

from django.urls import reverse


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


def get_admin_url(kind, page: str, *args) -> str:
    """The address of a page of a kind's admin, such as “changelist” or “change”."""
    options = kind.model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)
