"""The figures in a page's form: images that are chosen, or uploaded in place."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from articles.admin.inline_formsets import RowForm, RowFormSet
from articles.images import processing, store
from articles.models import Image

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
