"""The routes of the pages."""

from django.urls import path

from .changes import DeleteWorkflow, DuplicateWorkflow, NewWorkflow
from .editor_page import EditorPage
from .list_page import ListPage
from .signing import ChangePassword, SignIn, SignOut

app_name = "pages"

urlpatterns = [
    path("", ListPage.as_view(), name="workflows"),
    path("workflows/new", NewWorkflow.as_view(), name="new"),
    path("workflows/<uuid:id>", EditorPage.as_view(), name="editor"),
    path(
        "workflows/<uuid:id>/duplicate", DuplicateWorkflow.as_view(), name="duplicate"
    ),
    path("workflows/<uuid:id>/delete", DeleteWorkflow.as_view(), name="delete"),
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    path("password", ChangePassword.as_view(), name="password"),
]
