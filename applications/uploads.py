"""What may be uploaded: PDF, JPEG and PNG, told by their content and not by their name."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePath

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from innoskole.accounts.guards import Refused

ALLOWED = ("application/pdf", "image/jpeg", "image/png")
ACCEPT = ".pdf,.jpg,.jpeg,.png"
LONGEST_NAME = 200


@dataclass(frozen=True)
class Upload:
    """A file whose content has been checked. size in bytes, digest SHA-256 in hex."""

    file: "UploadedFile[bytes]"
    name: str
    content_type: str
    size: int
    digest: str


def largest() -> str:
    """How large a file may be, for people."""
    return filesizeformat(settings.DOCUMENT_MAX_BYTES)


def inspect(file: "UploadedFile[bytes]") -> Upload:
    """Check size and content of an uploaded file. Raises Refused with a sentence that names the file."""
    name = _short(PurePath((file.name or "").replace("\\", "/")).name)
    size = file.size or 0
    if not size:
        raise Refused(_("The file “%(name)s” is empty.") % {"name": name})
    if size > settings.DOCUMENT_MAX_BYTES:
        raise Refused(
            _("The file “%(name)s” is too large: at most %(limit)s.") % {"name": name, "limit": largest()}
        )
    content = file.read()
    file.seek(0)
    content_type = _content_type(content)
    if content_type not in ALLOWED:
        raise Refused(_("The file “%(name)s” is not a PDF, JPEG or PNG file.") % {"name": name})
    return Upload(file, name, content_type, size, sha256(content).hexdigest())


def _content_type(content: bytes) -> str:
    """The media type by the magic bytes; empty when they tell nothing."""
    try:
        matches = puremagic.magic_string(content)
    except puremagic.PureError:
        return ""
    return matches[0].mime_type if matches else ""


def _short(name: str) -> str:
    """The name within the column's length, its ending kept."""
    ending = PurePath(name).suffix[:10]
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending
