"""The admin of images: the figures in a page's form, chosen or uploaded in place; and the list."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from articles.admin.inline_formsets import RowForm, RowFormSet
from articles.admin.inlines import RowInline
from articles.admin.readonly import ReadOnlyAdmin
from articles.content import kinds
from articles.display import get_admin_url
from articles.images import processing, store
from articles.models import Article, Figure, Image

ACCEPTED_FORMATS = ",".join(processing.FORMATS.values())
NO_IMAGE_CHOSEN = (
    "Upload a file, or choose an image that is here already. "
    "Or remove this image; the rest is kept."
)
NO_UPLOAD_PERMISSION = "Your account may not upload images. Choose one that is here already."


class FigureForm(RowForm):
    """One figure. Its file is stored as soon as it is sent, so an error elsewhere loses nothing."""

    upload = forms.FileField(
        label=_("New file"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED_FORMATS}),
        help_text="PNG, JPEG or WebP, at most 12 MB. It is resized for the page, and freed "
        "of where and with what it was taken. It shows in the preview once saved.",
    )
    data: QueryDict  # once it is bound
    by = None  # the user who sent the form

    class Meta:
        widgets = {
            "alt": forms.Textarea(attrs={"rows": 2}),
            "caption": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_image(self):
        image = self.cleaned_data["image"]
        if image is None and not self.files.get(self.add_prefix("upload")):
            raise ValidationError(NO_IMAGE_CHOSEN, code="required")
        return image

    def clean(self):
        cleaned = super().clean()
        upload = cleaned.get("upload")
        if not upload:
            return cleaned
        if not self.by.has_perm("articles.add_image"):
            self.add_error("upload", NO_UPLOAD_PERMISSION)
            return cleaned
        try:
            image = store.store_upload(upload, by=self.by)
        except processing.UnusableImage as refusal:
            self.add_error("upload", str(refusal))
        else:
            self._select_image(image)
            cleaned["image"] = image
        return cleaned

    def _select_image(self, image: Image) -> None:
        """Choose an image, so that a form that comes back with errors shows it."""
        self.data = self.data.copy()
        self.data[self.add_prefix("image")] = str(image.pk)
        self.fields["image"].widget.widget.preloaded_labels = {str(image.pk): str(image)}


class FigureFormSet(RowFormSet):
    by = None

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.by = self.by


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
        links = []
        for page in pages:
            links.append((get_admin_url(kinds.get(page.kind), "change", page.pk), page.title))
        if not links:
            return "–"
        return format_html_join(", ", '<a href="{}">{}</a>', links)
