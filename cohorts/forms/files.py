"""Forms of the log and of the team's files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from applications.uploads import Upload
from cohorts.forms.project import PartForm
from cohorts.models import LogEntry, TeamFile
from cohorts.uploads import ACCEPT, inspect
from innoskole.accounts.guards import Refused


class LogEntryForm(PartForm):
    class Meta(PartForm.Meta):
        model = LogEntry
        fields = LogEntry.NAMES


class CheckedFileField(forms.FileField):
    """A file that a team may store; the value is an Upload."""

    widget = forms.ClearableFileInput(attrs={"accept": ACCEPT})

    def clean(self, data: Any, initial: Any = None) -> Upload:
        file: UploadedFile[bytes] = super().clean(data, initial)
        try:
            return inspect(file)
        except Refused as refusal:
            raise ValidationError(str(refusal)) from refusal


class VersionForm(forms.Form):
    """A newer content of a file."""

    file = CheckedFileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A PDF, a JPEG or PNG picture, or a document, a presentation or a spreadsheet without macros."
        ),
    )


class FileForm(VersionForm):
    title = forms.CharField(
        label=gettext_lazy("What is it?"),
        max_length=TeamFile._meta.get_field("title").max_length,
        help_text=gettext_lazy("The name that it has here, for example “Interview guide”."),
    )
    field_order = ("title", "file")
