"""How every admin handles values that no row can have.

It refuses them, and none causes an error.
"""

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import DataError, models
from taggit.managers import TaggableManager

from articles.admin.autocomplete import PreloadedAutocomplete, PreloadedAutocompleteMultiple
from articles.admin.bulk_actions import drop_invalid_keys
from articles.admin.tags import TagFormField
from articles.form_fields import LineFormField, PlainTextFormField

REGEX_LOOKUPS = ("regex", "iregex")
TEXT_FORM_FIELDS = {
    models.CharField: LineFormField,
    models.TextField: PlainTextFormField,
    TaggableManager: TagFormField,
}
MAX_SEARCH_LENGTH = 1000  # characters; SQLite refuses a pattern of 50,000 bytes


class RequestValidationMixin:
    """Part of every admin of ours; those of Django and of libraries get it when registered."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Text that was sent as it was shown stays as it is; other text is mended or refused."""
        form_class = TEXT_FORM_FIELDS.get(type(db_field))
        if form_class and not db_field.choices:
            kwargs.setdefault("form_class", form_class)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", PreloadedAutocomplete(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", PreloadedAutocompleteMultiple(db_field, self.admin_site))
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def lookup_allowed(self, lookup, value, request):
        """No regular expressions in an address: an invalid one is a database error, and some keep
        it busy for minutes.
        """
        return not lookup.endswith(REGEX_LOOKUPS) and super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term[:MAX_SEARCH_LENGTH])

    def get_changelist_instance(self, request):
        """A filter with a value that no column can have, such as the year 99999, is an invalid
        link.
        """
        try:
            return super().get_changelist_instance(request)
        except (ValueError, OverflowError, DataError) as error:
            if not set(request.GET) - {ERROR_FLAG}:
                raise  # nothing was asked for: it is no filter that broke
            raise IncorrectLookupParameters from error

    def get_changelist_formset(self, request, **kwargs):
        """As many forms as a list shows rows at the most, whatever count was sent."""
        most = self.list_max_show_all
        kwargs = {"max_num": most, "absolute_max": most} | kwargs
        return super().get_changelist_formset(request, **kwargs)

    def response_action(self, request, *args, **kwargs):
        drop_invalid_keys(request)
        return super().response_action(request, *args, **kwargs)


def add_request_validation(admin_class: type) -> type:
    """The admin itself if it has the mixin, else a subclass that has it."""
    if issubclass(admin_class, RequestValidationMixin):
        return admin_class
    return type(
        admin_class.__name__,
        (RequestValidationMixin, admin_class),
        {"__module__": admin_class.__module__},
    )
