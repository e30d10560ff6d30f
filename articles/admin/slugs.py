"""The URL slug of something new: made from its name where nobody typed one."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from articles.publishing import slugs


class SlugFromNameMixin:
    """A model form whose ``slug`` may be left empty for a new row: it gets a free one."""

    slug_source = "name"
    instance: Any

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "slug" in self.fields and not self.instance.pk:
            field = self.fields["slug"]
            field.required = False
            made = _("Empty: made from the name.")
            field.help_text = f"{field.help_text} {made}".strip()

    def clean(self):
        cleaned = super().clean()
        name = cleaned.get(self.slug_source)
        if name and cleaned.get("slug") == "":
            options = self.instance._meta
            longest = options.get_field("slug").max_length
            slug = slugs.make_slug(name, options.model_name)
            (free,) = slugs.assign_free_slugs([slug], self.find_taken_slugs, longest)
            cleaned["slug"] = self.instance.slug = free
        return cleaned

    def find_taken_slugs(self, wanted: Iterable[str]) -> set[str]:
        """Those of some slugs that another row has."""
        rows = type(self.instance)._base_manager.filter(slug__in=list(wanted))
        return set(rows.values_list("slug", flat=True))
