"""The way in and out, and the password: for everybody, not for staff alone."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth import logout, views
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy

from .page import Guarded, Page


class SignIn(Guarded, views.LoginView):
    """Leads on to ``next``, which is never a page of another site."""

    http_method_names = ["get", "post", "head", "options"]
    template_name = "pages/sign_in.html"
    redirect_authenticated_user = True

    def get_success_url(self) -> str:
        """Never this page itself: it would lead round in a circle."""
        aim = super().get_success_url()
        is_circle = urlsplit(aim).path == reverse("pages:sign-in")
        return self.get_default_redirect_url() if is_circle else aim


class SignOut(Guarded):
    """Leads to the sign-in page."""

    def post(self, request: HttpRequest) -> HttpResponse:
        logout(request)
        return redirect("pages:sign-in")


class ChangePassword(Page, views.PasswordChangeView):
    """Whoever changes it stays signed in here, and nowhere else."""

    http_method_names = ["get", "post", "head", "options"]
    template_name = "pages/password.html"
    success_url = reverse_lazy("pages:workflows")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)
