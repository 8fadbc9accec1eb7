"""An image as an input: the address of one, or a file that is sent along."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from unfold.widgets import UnfoldAdminTextInputWidget

KINDS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
}
"""How files of each kind begin; none of them can hold a script."""

FILE = "file"


class ImageWidget(forms.Widget):
    """A line for an address, and beside it a choice of a file."""

    template_name = "admin/workflows/workflow/image_input.html"
    needs_multipart_form = True

    def value_from_datadict(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> UploadedFile[Any] | str:
        file: UploadedFile[Any] | None = files.get(f"{name}-{FILE}")
        return file or data.get(name, "")

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: Any, name: str
    ) -> bool:
        return name not in data and f"{name}-{FILE}" not in files

    def get_context(
        self, name: str, value: Any, attrs: dict[str, Any] | None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        id = context["widget"]["attrs"].get("id", f"id_{name}")
        text = value if isinstance(value, str) else ""
        line = UnfoldAdminTextInputWidget(attrs={"placeholder": "https://"})
        context |= {
            "line": line.render(name, text, {"id": id}),
            "file": f"{name}-{FILE}",
            "file_id": f"{id}-{FILE}",
            "kinds": ",".join(KINDS),
            "preview": text if _is_drawable(text) else "",
        }
        return context


class ImageField(forms.Field):
    """Reads as the text that stands for the image: a file becomes a ``data:`` URL."""

    widget = ImageWidget

    def to_python(self, value: Any) -> str:
        if isinstance(value, UploadedFile):
            return _data_url(value)
        return str(value or "").strip()

    def prepare_value(self, value: Any) -> Any:
        """A file that came in stays in the form, however often it is sent."""
        if not isinstance(value, UploadedFile):
            return value
        try:
            return _data_url(value)
        except forms.ValidationError:
            return ""


def _data_url(file: UploadedFile[Any]) -> str:
    """The file as a ``data:`` URL (RFC 2397). Raises ValidationError."""
    most: int = settings.WAYFLOW["MAX_INPUT_BYTES"]
    # In base 64 four bytes stand for three.
    if (file.size or 0) * 4 // 3 > most:
        raise forms.ValidationError(
            f"The file is too large: it must fit {most} bytes with all other inputs."
        )
    file.seek(0)
    content = file.read()
    for kind, start in KINDS.items():
        if content.startswith(start):
            return f"data:{kind};base64,{b64encode(content).decode()}"
    raise forms.ValidationError("This is no PNG, JPEG, GIF or WebP image.")


def _is_drawable(text: str) -> bool:
    return text.startswith(tuple(f"data:{kind};base64," for kind in KINDS))
