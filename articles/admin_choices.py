"""Boxes that suggest names while somebody types: what they show as chosen, and what they suggest."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Case, Value, When

from articles.fields import fold
from articles.forms import as_key


class KnownKeysMixin:
    """Shows what was chosen, and nothing for a choice that is no row's key, where Django's own would break.

    The field refuses such a choice, so that the form comes back with a word on it. What ``known`` names need not be
    asked of the database: its row brought it along.
    """

    known: dict[str, str] = {}

    def optgroups(self, name, value, attr=None):
        if len(value) == 1 and value[0] in self.known:
            option = self.create_option(name, value[0], self.known[value[0]], True, 0)
            return [(None, [option], 0)]
        return super().optgroups(name, [key for key in value if as_key(str(key)) is not None], attr)


class KnownAutocomplete(KnownKeysMixin, AutocompleteSelect):
    pass


class KnownAutocompleteMultiple(KnownKeysMixin, AutocompleteSelectMultiple):
    pass


class NameFirst(AutocompleteJsonView):
    """Suggests the likeliest first, always in the same order, twenty at a time.

    First the name that is what was typed, then those that begin so, those with a word that does, and the rest.
    ``named_by`` of the admin that is asked is the column of folded names.
    """

    def get_queryset(self):
        rows, name = super().get_queryset(), getattr(self.model_admin, "named_by", "")
        typed = fold(self.term)
        if not name:
            return rows
        ranks = (name, typed), (f"{name}__startswith", typed), (f"{name}__contains", f" {typed}")
        nearer = [When(**{how: what}, then=Value(rank)) for rank, (how, what) in enumerate(ranks)] if typed else []
        return rows.order_by(Case(*nearer, default=Value(len(ranks))), name, "pk")
