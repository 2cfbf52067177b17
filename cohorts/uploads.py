"""What a team may store: PDF, pictures and office documents, told by their content and not by their name."""

import zipfile
import zlib
from hashlib import sha256

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from applications.uploads import Upload
from applications.uploads import inspect as inspect_paper
from innoskole.accounts.guards import Refused

OFFICE = "application/vnd.openxmlformats-officedocument"
# The part that an office document cannot be without: the media type.
DOCUMENT_PARTS = {
    "word/document.xml": f"{OFFICE}.wordprocessingml.document",
    "ppt/presentation.xml": f"{OFFICE}.presentationml.presentation",
    "xl/workbook.xml": f"{OFFICE}.spreadsheetml.sheet",
}
OPEN_DOCUMENTS = {
    f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "presentation", "spreadsheet")
}
ACCEPT = ".pdf,.jpg,.jpeg,.png,.docx,.pptx,.xlsx,.odt,.odp,.ods"
LONGEST_NAME = 200
ZIP = b"PK\x03\x04"


def inspect(file: "UploadedFile[bytes]") -> Upload:
    """Check size and content of an uploaded file. Raises Refused with a sentence that names the file.

    Office documents are zip archives of a known shape; those with macros are refused.
    """
    start = file.read(len(ZIP))
    file.seek(0)
    if start != ZIP:
        return _paper(file)
    name, size = _name(file), file.size or 0
    if size > settings.DOCUMENT_MAX_BYTES:
        raise Refused(
            _("The file “%(name)s” is too large: at most %(limit)s.")
            % {"name": name, "limit": filesizeformat(settings.DOCUMENT_MAX_BYTES)}
        )
    content_type = _office_type(file)
    file.seek(0)
    if not content_type:
        raise _not_allowed(name)
    content = file.read()
    file.seek(0)
    return Upload(file, name, content_type, size, sha256(content).hexdigest())


def _paper(file: "UploadedFile[bytes]") -> Upload:
    """A PDF or a picture; a refusal of other content names everything that a team may store."""
    try:
        return inspect_paper(file)
    except Refused as refusal:
        file.seek(0)
        if not file.size or file.size > settings.DOCUMENT_MAX_BYTES:
            raise
        raise _not_allowed(_name(file)) from refusal


def _not_allowed(name: str) -> Refused:
    return Refused(
        _(
            "The file “%(name)s” cannot be stored. Choose a PDF, a JPEG or PNG picture, or a document, a"
            " presentation or a spreadsheet without macros (docx, pptx, xlsx, odt, odp, ods)."
        )
        % {"name": name}
    )


def _name(file: "UploadedFile[bytes]") -> str:
    return (file.name or "").replace("\\", "/").rpartition("/")[2][-LONGEST_NAME:]


def _office_type(file: "UploadedFile[bytes]") -> str:
    """The media type of an office document; empty for any other archive."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if any(name.endswith("vbaProject.bin") or name.startswith("Basic/") for name in names):
                return ""
            if "[Content_Types].xml" in names:
                return next((DOCUMENT_PARTS[name] for name in names if name in DOCUMENT_PARTS), "")
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < LONGEST_NAME:
                declared = archive.read("mimetype").decode("ascii", "replace").strip()
                return declared if declared in OPEN_DOCUMENTS else ""
    except (zipfile.BadZipFile, zlib.error, UnicodeDecodeError, RuntimeError, EOFError):
        return ""  # broken, encrypted, or packed in a way that zipfile does not know
    return ""
