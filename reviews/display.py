"""Links into the admin, due dates and lists of names, as staff read them."""

from urllib.parse import urlencode

from articles.display import get_admin_url


def get_changelist_url(kind, **filters: str) -> str:
    """The address of a kind's list in the admin, filtered."""
    return f"{get_admin_url(kind, 'changelist')}?{urlencode(filters)}"


def format_days_until_due(days: int) -> str:
    """A due date in so many days, such as “due in 1 day” or “2 days overdue”."""
    if days == 0:
        return "due today"
    unit = "day" if abs(days) == 1 else "days"
    if days < 0:
        return f"{-days} {unit} overdue"
    return f"due in {days} {unit}"


def join_names(names: list[str]) -> str:
    """The names as a list in a sentence, such as “A, B and C”."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
