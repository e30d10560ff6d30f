"""The finder's one address."""

from django.urls import path

from symptoms import finder_views

app_name = "finder"
urlpatterns = [path("", finder_views.find, name="find")]
