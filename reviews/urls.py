"""Addresses of the desk."""

app_name = "reviews"
urlpatterns = []
