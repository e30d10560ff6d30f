"""Addresses of plain articles."""

from django.urls import path

from articles import views

app_name = "articles"
urlpatterns = [
    path("articles/", views.index, name="index"),
    path("articles/<slug:slug>/", views.article, name="article"),
]
