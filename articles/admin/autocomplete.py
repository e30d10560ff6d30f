"""Fields that suggest names while somebody types: what they show as chosen, what they suggest."""

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.paginator import Page, Paginator
from django.db.models import Case, Value, When

from articles.admin.forms import parse_key
from articles.names import fold


class UncountedPaginator(Paginator):
    """Pages of suggestions: keys first, and one more row than is shown, in place of a count."""

    def page(self, number):
        number = int(number)
        start = (number - 1) * self.per_page
        rows = self.object_list
        keys = list(rows.values_list("pk", flat=True)[start : start + self.per_page + 1])
        loaded = rows.order_by().in_bulk(keys[: self.per_page])
        shown = [loaded[key] for key in keys if key in loaded]
        return UncountedPage(shown, number, self, has_more=len(keys) > self.per_page)


class UncountedPage(Page):
    def __init__(self, object_list, number, paginator, *, has_more: bool):
        super().__init__(object_list, number, paginator)
        self.has_more = has_more

    def has_next(self):
        return self.has_more


class PreloadedChoicesMixin:
    """Shows what was chosen, and nothing for a choice that cannot be a row's key.

    Django's own widget would raise an error there; the field refuses such a choice with a message.
    ``preloaded_labels`` gives the labels of rows that were loaded already, which cost no query.
    """

    preloaded_labels: dict[str, str] = {}

    def optgroups(self, name, value, attr=None):
        if len(value) == 1 and value[0] in self.preloaded_labels:
            option = self.create_option(name, value[0], self.preloaded_labels[value[0]], True, 0)
            return [(None, [option], 0)]
        keys = [key for key in value if parse_key(str(key)) is not None]
        return super().optgroups(name, keys, attr)


class PreloadedAutocomplete(PreloadedChoicesMixin, AutocompleteSelect):
    pass


class PreloadedAutocompleteMultiple(PreloadedChoicesMixin, AutocompleteSelectMultiple):
    pass


class RankedAutocompleteView(AutocompleteJsonView):
    """Suggests the likeliest first, always in the same order, twenty at a time.

    First the name that is what was typed, then those that begin so, those with a word that does,
    and the rest. ``name_field`` of the model's admin is the column of folded names; an admin
    without one keeps its own order.
    """

    def get_paginator(self, queryset, per_page, **options):
        return UncountedPaginator(queryset, per_page)

    def get_queryset(self):
        rows = super().get_queryset()
        name = getattr(self.model_admin, "name_field", "")
        typed = fold(self.term)
        if not name:
            return rows
        if not typed:
            return rows.order_by(name, "pk")
        rank = Case(
            When(**{name: typed}, then=Value(0)),
            When(**{f"{name}__startswith": typed}, then=Value(1)),
            When(**{f"{name}__contains": f" {typed}"}, then=Value(2)),
            default=Value(3),
        )
        return rows.order_by(rank, name, "pk")
