"""Addresses of feedback. Each names the revision that was read."""

from django.urls import path

from articles.feedback import views

app_name = "feedback"
urlpatterns = [
    path("<uuid:revision>/helpful/", views.helpful, name="helpful"),
    path("<uuid:revision>/problem/", views.problem, name="problem"),
    path("<uuid:revision>/thanks/", views.thanks, name="thanks"),
]
