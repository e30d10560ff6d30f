"""Addresses of the pages about the site."""

from django.urls import path

from articles.public import about_views as views

app_name = "about"
urlpatterns = [
    path("", views.index, name="index"),
    path("<slug:slug>/", views.page, name="page"),
    path("<slug:slug>/history/", views.history, name="history"),
    path("<slug:slug>/history/page/<int:number>/", views.history, name="history"),
    path("<slug:slug>/history/<int:number>/", views.version, name="version"),
]
