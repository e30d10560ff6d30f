"""Addresses of symptoms."""

from django.urls import include, path

from symptoms.public import views

app_name = "symptoms"
urlpatterns = [
    path("", views.index, name="index"),
    path("a-z/<slug:key>/", views.letter, name="letter"),
    path("a-z/<slug:key>/<int:number>/", views.letter, name="letter"),
    path("<slug:slug>/", views.symptom, name="symptom"),
    path("<slug:slug>/causes/", views.causes, name="causes"),
    path("<slug:slug>/causes/<int:number>/", views.causes, name="causes"),
    path("<slug:slug>/history/", include("articles.public.history_urls"), {"kind": "symptom"}),
]
