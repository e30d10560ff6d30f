"""Addresses of images for staff."""

from django.urls import path

from articles.public import views

app_name = "staff_images"
urlpatterns = [path("<slug:digest>.<slug:extension>", views.staff_image, name="image")]
