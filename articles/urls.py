"""Addresses of plain articles, of topics and of the search."""

from django.urls import include, path

from articles.public import views
from articles.search import views as search

app_name = "articles"
urlpatterns = [
    path("articles/", views.index, name="index"),
    path("articles/<slug:slug>/", views.article, name="article"),
    path(
        "articles/<slug:slug>/history/",
        include("articles.public.history_urls"),
        {"kind": "article"},
    ),
    path("search/", search.search, name="search"),
    path("search/suggestions/", search.suggestions, name="suggestions"),
    path("images/<slug:digest>.<slug:extension>", views.image, name="image"),
    path("topics/", views.topic_list, name="topics"),
    path("topics/page/<int:number>/", views.topic_list, name="topics"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/<int:number>/", views.topic, name="topic"),
]
