"""The fields of an unsent decision form, saved while a comment is pinned: no password, no code."""

SAVED_FIELDS = ("conflicts", "statement", "comment", "part", "text")


def save(request, review, *, exclude: tuple[str, ...] = ()) -> None:
    """Save the fields of the decision form in the session, until there is a decision."""
    fields = {}
    for name, value in request.POST.items():
        is_saved = name in SAVED_FIELDS or name.startswith("check_")
        if is_saved and name not in exclude:
            fields[name] = value
    request.session[_get_session_key(review)] = fields


def load(request, review) -> dict[str, str]:
    return dict(request.session.get(_get_session_key(review), {}))


def clear(request, review) -> None:
    request.session.pop(_get_session_key(review), None)


def _get_session_key(review) -> str:
    return f"halfway {review.uuid}"
