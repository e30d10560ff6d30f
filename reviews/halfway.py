"""What a reviewer has filled in and not yet sent, kept while they pin a comment: never a password or a code."""

KEPT = ("conflicts", "statement", "comment", "part", "text")


def keep(request, review, *, without: tuple[str, ...] = ()) -> None:
    """Hold in the session what stands in the form of the decision, until there is a decision."""
    filled = {name: said for name, said in request.POST.items() if name in KEPT or name.startswith("check_")}
    request.session[_name(review)] = {name: said for name, said in filled.items() if name not in without}


def kept(request, review) -> dict[str, str]:
    return request.session.get(_name(review), {})


def forget(request, review) -> None:
    request.session.pop(_name(review), None)


def _name(review) -> str:
    return f"halfway {review.uuid}"
