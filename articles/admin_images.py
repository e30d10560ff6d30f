"""The admin of images: the rows of pictures in a page's form, and the list of all that were ever uploaded."""

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst

from articles import kinds
from articles.admin_log import LogAdmin
from articles.admin_rows import RowInline
from articles.figure_forms import FigureForm, FigureFormSet
from articles.models import Article, Figure, Image


def thumbnail(image: Image):
    """A picture beside its own words, so that it needs none here."""
    address = reverse("staff_images:image", args=[image.sha256, image.extension])
    tag = '<img class="thumbnail" src="{}" alt="" width="{}" height="{}" loading="lazy">'
    return format_html(tag, address, image.width, image.height)


class FigureInline(RowInline):
    model = Figure
    form, formset = FigureForm, FigureFormSet
    fields = (("position", "picture", "upload", "image"), "place", "alt", ("caption", "credit"))
    readonly_fields = ("picture",)
    looked_up = ("image",)

    @property
    def kind(self) -> kinds.Kind:
        return kinds.of(self.parent_model)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "place":
            places = list(self.kind.places.items())
            label = capfirst(db_field.verbose_name)
            return forms.ChoiceField(label=label, choices=places, initial=db_field.default, required=False)
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "image":
            field.required, field.label = False, "Or one that is here"
        return field

    def picture(self, row):
        return thumbnail(row.image) if row.image_id else "None yet"


class ImageAdmin(LogAdmin):
    """Images come in through a page's form; here they are looked for."""

    list_display = ("name", "picture", "pixels", "uploaded_by", "uploaded_at")
    list_select_related = ("uploaded_by",)
    list_per_page = 24
    search_fields = ("name", "sha256")
    fields = readonly_fields = (
        *("picture", "name", "media_type", "pixels", "length", "uploaded_by", "uploaded_at"),
        *("sha256", "used_on"),
    )

    def picture(self, image):
        return thumbnail(image)

    def pixels(self, image):
        return f"{image.width:,} × {image.height:,}"

    def used_on(self, image):
        """Pages whose working copy has it."""
        pages = Article.objects.kept().filter(figures__image=image).distinct()
        return format_html_join(", ", '<a href="{}">{}</a>', ((form_of(page), page.title) for page in pages)) or "–"


def form_of(page: Article) -> str:
    opts = kinds.get(page.kind).model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[page.pk])
