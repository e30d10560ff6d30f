"""What a box suggests while somebody types a name: the likeliest first, always in the same order, twenty at a time."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Case, Value, When

from articles.fields import fold


class NameFirst(AutocompleteJsonView):
    """First the name that is what was typed, then those that begin so, those with a word that does, and the rest.

    ``named_by`` of the admin that is asked is the column of folded names.
    """

    def get_queryset(self):
        rows, name = super().get_queryset(), getattr(self.model_admin, "named_by", "")
        typed = fold(self.term.replace("\0", " "))
        if not name:
            return rows
        ranks = (name, typed), (f"{name}__startswith", typed), (f"{name}__contains", f" {typed}")
        nearer = [When(**{how: what}, then=Value(rank)) for rank, (how, what) in enumerate(ranks)] if typed else []
        return rows.order_by(Case(*nearer, default=Value(len(ranks))), name, "pk")
