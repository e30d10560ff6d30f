"""Addresses of causes."""

from django.urls import path

from symptoms.public import views

app_name = "causes"
urlpatterns = [
    path("<slug:slug>/", views.cause, name="cause"),
    path("<slug:slug>/<int:number>/", views.cause, name="cause"),
]
