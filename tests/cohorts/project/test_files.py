"""What a team may store, how much, in which versions, and who may fetch and delete it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cohorts import uploads
from cohorts.actions import files as actions
from cohorts.actions.files import add_file, add_version, delete_file
from cohorts.models import FileVersion, Participant, Project, TeamFile
from cohorts.models.files import stored_bytes
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from innoskole.accounts.models import User
from tests.cohorts.project.factories import PDF, TeamFileFactory, archive, docx, pdf
from tests.cohorts.project.test_project import complete
from tests.factories import NOW

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def kept(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# --- What may be stored -------------------------------------------------------------------------------


def odt(declared: str) -> SimpleUploadedFile:
    return archive("notes.odt", ("mimetype", declared), ("content.xml", "<office/>"))


# Method and flags in the two headers of a member: in front of it, and in the archive's list.
STORED, DEFLATED, UNKNOWN = (b"\x14\x00\x00\x00" + method for method in (b"\0\0", b"\x08\0", b"\x63\0"))


def garbled(name: str, old: bytes, new: bytes) -> SimpleUploadedFile:
    """An open document with some bytes changed."""
    text = "application/vnd.oasis.opendocument.text"
    content = archive(name, ("mimetype", text), ("mimetypé", "")).read()
    assert old in content
    return SimpleUploadedFile(name, content.replace(old, new))


@pytest.mark.parametrize(
    ("file", "content_type"),
    [
        (pdf("../../report.pdf"), "application/pdf"),
        (docx("paper.exe"), DOCX),
        (odt("application/vnd.oasis.opendocument.text"), "application/vnd.oasis.opendocument.text"),
    ],
)
def test_the_content_tells_what_a_file_is(file: SimpleUploadedFile, content_type: str) -> None:
    found = uploads.inspect(file)
    assert (found.content_type, found.size, "/" in found.name) == (content_type, file.size, False)
    assert file.tell() == 0


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("photo.pdf", b"MZ\x90\x00 a program"),
        SimpleUploadedFile("page.pdf", b"<html><script>alert(1)</script></html>"),
        SimpleUploadedFile("broken.docx", b"PK\x03\x04 no archive at all"),
        archive("any.docx", ("readme.txt", "hello")),
        archive("any.docx", ("[Content_Types].xml", ""), ("readme.txt", "hello")),
        docx("macro.docm", ("word/vbaProject.bin", "x")),
        odt("application/zip"),
        garbled("named.odt", b"mimetyp\xc3\xa9", b"mimetyp\xff\xff"),
        garbled("packed.odt", STORED, DEFLATED),
        garbled("strange.odt", STORED, UNKNOWN),
    ],
    ids=lambda file: file.name,
)
def test_other_content_is_refused(file: SimpleUploadedFile) -> None:
    with pytest.raises(Refused, match=f"“{file.name}” cannot be stored"):
        uploads.inspect(file)


def test_too_large_and_empty_files_are_refused(settings) -> None:
    settings.DOCUMENT_MAX_BYTES = 20
    for file in (pdf(), docx()):
        with pytest.raises(Refused, match="too large"):
            uploads.inspect(file)
    with pytest.raises(Refused, match="empty"):
        uploads.inspect(SimpleUploadedFile("nothing.pdf", b""))


# --- Storing and deleting -----------------------------------------------------------------------------


def test_a_file_and_its_versions(
    project: Project, kari: Participant, ola: Participant, tmp_path: Path
) -> None:
    file = add_file(project, "Guide", uploads.inspect(pdf()), by=kari.member.user, now=NOW)
    add_version(file, uploads.inspect(pdf(extra=b"2")), by=ola.member.user, now=NOW)
    versions = file.versions.all()
    assert [(v.number, v.original_name, v.size, v.uploaded_by) for v in versions] == [
        (2, "guide.pdf", len(PDF) + 1, ola.member.user),
        (1, "guide.pdf", len(PDF), kari.member.user),
    ]
    assert (kept(tmp_path), stored_bytes(project)) == (sorted([PDF, PDF + b"2"]), 2 * len(PDF) + 1)
    with pytest.raises(Refused, match="stored already"):
        add_version(file, uploads.inspect(pdf()), by=kari.member.user, now=NOW)
    assert [event.verb for event in audit.history(project)] == [
        "stored a new version of a file",
        "stored a file",
    ]


def test_the_team_has_so_much_room(project: Project, kari: Participant, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(actions, "QUOTA_BYTES", 2 * len(PDF))
    user = kari.member.user
    file = add_file(project, "One", uploads.inspect(pdf()), by=user, now=NOW)
    with pytest.raises(Refused, match="not room"):
        add_version(file, uploads.inspect(pdf(extra=b"1")), by=user, now=NOW)
    with pytest.raises(Refused, match="not room"):
        add_file(project, "Two", uploads.inspect(pdf(extra=b"1")), by=user, now=NOW)
    add_file(project, "Two", uploads.inspect(pdf()), by=user, now=NOW)
    assert (list(TeamFile.objects.values_list("title", flat=True)), len(kept(tmp_path))) == (
        ["One", "Two"],
        2,
    )


def test_the_one_who_uploaded_it_or_the_staff_deletes_it(
    project: Project,
    kari: Participant,
    ola: Participant,
    teacher: User,
    tmp_path: Path,
    django_capture_on_commit_callbacks,
) -> None:
    first, second = (TeamFileFactory(project=project, made_by=kari.member.user) for _ in range(2))
    with pytest.raises(Refused, match="Only the one who uploaded"):
        delete_file(first, by=ola.member.user, now=NOW)
    assert len(kept(tmp_path)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        delete_file(first, by=kari.member.user, now=NOW)
        delete_file(second, by=teacher, now=NOW)
    assert (TeamFile.objects.count(), FileVersion.objects.count(), kept(tmp_path)) == (0, 0, [])
    assert [(event.verb, event.changes) for event in audit.history(project)] == [
        ("deleted a file", {"File": ["Interview guide (guide.pdf)", None]})
    ] * 2
    with pytest.raises(Refused, match="Somebody else has deleted"):
        add_version(second, uploads.inspect(pdf()), by=kari.member.user, now=NOW)


def test_a_completed_project_takes_no_files(project: Project, kari: Participant, tmp_path: Path) -> None:
    complete(project)
    with pytest.raises(Refused, match="completed"):
        add_file(project, "Late", uploads.inspect(pdf()), by=kari.member.user, now=NOW)
    assert (TeamFile.objects.count(), kept(tmp_path)) == (0, [])


# --- The pages ----------------------------------------------------------------------------------------


def test_storing_and_fetching_in_a_browser(
    project: Project, kari: Participant, teacher: User, log_in: Callable[[User], Client], now
) -> None:
    browser = log_in(kari.member.user)
    reference = project.team.reference
    page = browser.post(
        reverse("cohorts:team_file_add", args=[reference]), {"title": "Guide", "file": pdf("gå.pdf")}
    )
    assert page.status_code == 302
    file = TeamFile.objects.get()
    url = reverse("cohorts:team_file_version", args=[reference, file.pk, 1])
    answer = log_in(teacher).get(url)
    assert (answer.getvalue(), answer.headers["Content-Type"]) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    page = browser.post(
        reverse("cohorts:team_file", args=[reference, file.pk]), {"file": SimpleUploadedFile("x.pdf", b"no")}
    )
    assert (page.status_code, page.context["form"].errors.keys()) == (200, {"file"})
    assert file.versions.count() == 1
