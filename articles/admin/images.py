"""The admin of images: the figures in a page's form, and the list of all uploaded images."""

from django import forms
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from articles.admin.figure_forms import FigureForm, FigureFormSet
from articles.admin.inlines import RowInline
from articles.admin.readonly import ReadOnlyAdmin
from articles.content import kinds
from articles.models import Article, Figure, Image


def render_thumbnail(image: Image):
    """A small image. Its alternative text is empty, because its name stands beside it."""
    address = reverse("staff_images:image", args=[image.sha256, image.extension])
    tag = '<img class="thumbnail" src="{}" alt="" width="{}" height="{}" loading="lazy">'
    return format_html(tag, address, image.width, image.height)


class FigureInline(RowInline):
    model = Figure
    form = FigureForm
    formset = FigureFormSet
    fields = (("position", "picture", "upload", "image"), "place", "alt", ("caption", "credit"))
    readonly_fields = ("picture",)
    select_related_fields = ("image",)

    @property
    def kind(self) -> kinds.PageKind:
        return kinds.get_for_model(self.parent_model)

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.by = request.user
        return formset

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "place":
            places = list(self.kind.figure_places.items())
            label = capfirst(db_field.verbose_name)
            return forms.ChoiceField(
                label=label, choices=places, initial=db_field.default, required=False
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "image":
            field.required = False
            field.label = _("Or an existing image")
        return field

    def picture(self, row):
        if not row.image_id:
            return "None yet"
        return render_thumbnail(row.image)


class ImageAdmin(ReadOnlyAdmin):
    """Images are uploaded in a page's form; here they are found."""

    list_display = ("name", "picture", "pixels", "uploaded_by", "uploaded_at")
    list_select_related = ("uploaded_by",)
    list_per_page = 24
    search_fields = ("name", "sha256")
    fields = readonly_fields = (
        *("picture", "name", "media_type", "pixels", "length", "uploaded_by", "uploaded_at"),
        *("sha256", "used_on"),
    )

    def picture(self, image):
        return render_thumbnail(image)

    def pixels(self, image):
        return f"{image.width:,} × {image.height:,}"

    def used_on(self, image):
        """Pages whose working copy has it."""
        pages = Article.objects.active().filter(figures__image=image).distinct()
        links = [(get_change_url(page), page.title) for page in pages]
        if not links:
            return "–"
        return format_html_join(", ", '<a href="{}">{}</a>', links)


def get_change_url(page: Article) -> str:
    """The address of a page in the admin of its kind."""
    opts = kinds.get(page.kind).model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[page.pk])
