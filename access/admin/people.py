"""Users and groups as staff see them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ManyToManyField
from django.forms import ModelMultipleChoiceField
from django.http import HttpRequest
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminSelect2MultipleWidget

from .reasons import ReasonedAdmin

admin.site.unregister(User)
admin.site.unregister(Group)


class OneFieldForMany(ReasonedAdmin):
    """One field to search and choose in: Django's two lists are wider than a screen."""

    filter_horizontal = ()

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any]:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        field.widget = UnfoldAdminSelect2MultipleWidget()
        field.widget.choices = field.choices
        field.help_text = ""
        return field


@admin.register(User)
class UserAdmin(OneFieldForMany, DjangoUserAdmin[User]):  # type: ignore[misc]
    """Django's own page of users, in this admin's clothes."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    add_fieldsets = DjangoUserAdmin.add_fieldsets


@admin.register(Group)
class GroupAdmin(OneFieldForMany, DjangoGroupAdmin):  # type: ignore[misc]
    """Django's own page of groups, in this admin's clothes."""
