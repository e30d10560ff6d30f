"""What every admin of the site does with values that no row can have: it refuses them and breaks at none."""

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError

from articles.admin_bulk import only_keys
from articles.admin_choices import KnownAutocomplete, KnownAutocompleteMultiple

PATTERNS = ("regex", "iregex")


class GuardMixin:
    """Mixed into every admin as it is registered, Django's own among them."""

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", KnownAutocompleteMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def lookup_allowed(self, lookup, value, request):
        """No pattern in an address: one that is no pattern breaks the database, and some keep it busy for minutes."""
        return not lookup.endswith(PATTERNS) and super().lookup_allowed(lookup, value, request)

    def get_changelist_instance(self, request):
        """A filter with a value that no column can have, such as the year 99999, is one that cannot be followed."""
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            if not set(request.GET) - {ERROR_FLAG}:
                raise  # nothing was asked for: it is no filter that broke
            raise IncorrectLookupParameters from error

    def response_action(self, request, queryset):
        only_keys(request)
        return super().response_action(request, queryset)


def guarded(admin_class: type) -> type:
    return type(admin_class.__name__, (GuardMixin, admin_class), {"__module__": admin_class.__module__})
