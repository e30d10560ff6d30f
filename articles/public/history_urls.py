"""Addresses of the history of a page, below its own: include them with the page's ``kind``."""

from django.urls import path

from articles.public import history

urlpatterns = [
    path("", history.history, name="history"),
    path("page/<int:number>/", history.history, name="history"),
    path("<int:number>/", history.version, name="version"),
]
