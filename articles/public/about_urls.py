"""Addresses of the pages about the site."""

from django.urls import include, path

from articles.public import views

app_name = "about"
KIND = {"kind": "about"}
urlpatterns = [
    path("", views.index, {**KIND, "template": "articles/about_index.html"}, name="index"),
    path("<slug:slug>/", views.article, KIND, name="page"),
    path("<slug:slug>/history/", include("articles.public.history_urls"), KIND),
]
