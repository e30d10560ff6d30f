"""Addresses of the pages that say what to do in an emergency."""

from django.urls import include, path

from articles.public import views

app_name = "emergencies"
KIND = {"kind": "emergency"}
urlpatterns = [
    path("", views.index, {**KIND, "template": "articles/emergency_index.html"}, name="index"),
    path("<slug:slug>/", views.article, KIND, name="page"),
    path("<slug:slug>/history/", include("articles.public.history_urls"), KIND),
]
