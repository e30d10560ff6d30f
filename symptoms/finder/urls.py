"""The finder's one address."""

from django.urls import path

from symptoms.finder import views

app_name = "finder"
urlpatterns = [path("", views.find, name="find")]
