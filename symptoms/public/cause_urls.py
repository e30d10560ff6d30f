"""Addresses of causes."""

from django.urls import path

from symptoms.public import views

app_name = "causes"
urlpatterns = [
    path("", views.cause_list, name="index"),
    path("a-z/<slug:key>/", views.cause_letter, name="letter"),
    path("a-z/<slug:key>/<int:number>/", views.cause_letter, name="letter"),
    path("<slug:slug>/", views.cause, name="cause"),
    path("<slug:slug>/<int:number>/", views.cause, name="cause"),
]
