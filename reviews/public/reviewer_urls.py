"""Addresses of reviewers."""

from django.urls import path

from reviews.public import reviewer_views

app_name = "reviewers"
urlpatterns = [
    path("", reviewer_views.reviewer_list, name="index"),
    path("page/<int:number>/", reviewer_views.reviewer_list, name="index"),
    path("<slug:slug>/", reviewer_views.reviewer, name="reviewer"),
    path("<slug:slug>/<int:number>/", reviewer_views.reviewer, name="reviewer"),
]
