"""Addresses of pictures for those who write and review."""

from django.urls import path

from articles import views

app_name = "staff_images"
urlpatterns = [path("<slug:digest>.<slug:extension>", views.staff_image, name="image")]
