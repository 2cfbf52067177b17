"""The team: its rules, its people and their documents."""

import re
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from applications.actions.drafts import Conflict
from applications.actions.team import (
    add_document,
    add_member,
    change_member,
    remove_document,
    remove_member,
)
from applications.models import Document, StepDraft, TeamMember
from applications.models.content import MEMBER_FIELDS, values_of, version_of_member
from applications.models.summary import member_rows
from applications.uploads import Upload, inspect
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from tests.applications.coordinator.conftest import reread
from tests.applications.coordinator.test_steps import hidden, open_choices
from tests.factories import (
    NOW,
    ApplicationFactory,
    PartnerFactory,
    TeamMemberFactory,
    municipality,
    person_for,
)

pytestmark = pytest.mark.django_db

PERSON = {
    "name": "Solveig Prøve",
    "email": "solveig@example.no",
    "position": "Nurse",
    "unit": "Home care",
    "sector": "health_care",
    "role_type": "key_function",
    "education": "three_years",
    "education_details": "",
    "experience_years": 4,
    "experience_details": "",
}
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"


def file(name="diploma.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def url(application, *args, name="team"):
    return reverse(f"applications:{name}", args=[application.reference, *args])


# --- People -----------------------------------------------------------------------------------------


def test_adding_a_person(draft, coordinator):
    member = add_member(draft, PERSON, by=coordinator, now=NOW)
    assert values_of(TeamMember.objects.get(), MEMBER_FIELDS) == PERSON
    event = audit.history(draft).get()
    assert (event.verb, event.changes["name"], event.changes["sector"]) == (
        "added a person to the team",
        [None, "Solveig Prøve"],
        [None, "Health and care"],
    )
    assert member.added_at == NOW
    assert member_rows(member)[-1] == ("Documents", "No documents")


def test_no_more_than_the_rule_allows(intake, coordinator):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, team=4)
    with pytest.raises(Refused, match="at most 4 people"):
        add_member(application, PERSON, by=coordinator, now=NOW)
    assert application.members.count() == 4


def test_the_same_address_twice(draft, coordinator):
    add_member(draft, PERSON, by=coordinator, now=NOW)
    with pytest.raises(Refused, match="Solveig Prøve is in the team already with the address solveig@"):
        add_member(draft, {**PERSON, "email": "Solveig@Example.no"}, by=coordinator, now=NOW)
    other = add_member(draft, {**PERSON, "email": "b@example.no"}, by=coordinator, now=NOW)
    with pytest.raises(Refused, match="in the team already"):
        change_member(other, PERSON, version=version_of_member(other), by=coordinator, now=NOW)
    assert draft.members.count() == 2


def test_changing_a_person(draft, coordinator):
    member = add_member(draft, PERSON, by=coordinator, now=NOW)
    change_member(
        member, {**PERSON, "unit": "Library"}, version=version_of_member(member), by=coordinator, now=NOW
    )
    assert TeamMember.objects.get().unit == "Library"
    assert audit.history(draft).first().changes == {
        "Person": [None, "Solveig Prøve"],
        "unit": ["Home care", "Library"],
    }


def test_a_lost_update_is_impossible(draft, coordinator, colleague):
    member = add_member(draft, PERSON, by=coordinator, now=NOW)
    version = version_of_member(member)
    change_member(member, {**PERSON, "unit": "Library"}, version=version, by=coordinator, now=NOW)
    with pytest.raises(Conflict) as conflict:
        change_member(member, {**PERSON, "unit": "School"}, version=version, by=colleague, now=NOW)
    assert conflict.value.theirs == {**PERSON, "unit": "Library"}
    assert TeamMember.objects.get().unit == "Library"


def test_a_person_whom_somebody_else_has_removed(draft, coordinator):
    member = add_member(draft, PERSON, by=coordinator, now=NOW)
    gone = TeamMember.objects.get()
    remove_member(member, by=coordinator, now=NOW)
    for deed in (
        lambda: change_member(gone, PERSON, version="", by=coordinator, now=NOW),
        lambda: remove_member(gone, by=coordinator, now=NOW),
        lambda: add_document(gone, inspect(file()), by=coordinator, now=NOW),
    ):
        with pytest.raises(Refused, match="Somebody else has removed this person"):
            deed()


@pytest.mark.parametrize("state", ["submitted", "in_review", "ready", "withdrawn", "not_submitted"])
def test_only_a_drafts_team_can_be_changed(intake, coordinator, state):
    member = TeamMemberFactory(application=ApplicationFactory(intake=intake, state=state))
    with pytest.raises(Refused):
        add_member(member.application, PERSON, by=coordinator, now=NOW)
    with pytest.raises(Refused):
        change_member(member, PERSON, version=version_of_member(member), by=coordinator, now=NOW)
    with pytest.raises(Refused):
        remove_member(member, by=coordinator, now=NOW)
    with pytest.raises(Refused):
        add_document(member, inspect(file()), by=coordinator, now=NOW)
    assert list(TeamMember.objects.all()) == [member]
    assert not Document.objects.exists()


def test_the_last_second(draft, coordinator, last_second):
    add_member(draft, PERSON, by=coordinator, now=last_second)
    assert draft.members.count() == 1


def test_too_late(draft, coordinator, too_late):
    with pytest.raises(Refused, match="The deadline has passed"):
        add_member(draft, PERSON, by=coordinator, now=too_late)
    assert draft.members.count() == 0


# --- Documents --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "content_type"),
    [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")],
)
def test_content_decides_what_a_file_is(content, content_type):
    upload = inspect(file("wrong-ending.txt", content))
    assert (upload.name, upload.content_type, upload.size, upload.digest) == (
        "wrong-ending.txt",
        content_type,
        len(content),
        sha256(content).hexdigest(),
    )


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"<html><script>alert(1)</script></html>", "is not a PDF, JPEG or PNG file"),
        ("a.pdf", b"MZ\x90\x00\x03\x00\x00\x00", "is not a PDF, JPEG or PNG file"),
        ("a.png", b"GIF89a\x01\x00\x01\x00", "is not a PDF, JPEG or PNG file"),
        ("a.pdf", b"", "is empty"),
    ],
)
def test_other_files_are_refused(name, content, sentence):
    with pytest.raises(Refused, match=sentence):
        inspect(file(name, content))


def test_a_file_at_the_limit_and_above(settings):
    settings.DOCUMENT_MAX_BYTES = len(PDF)
    assert inspect(file()).size == len(PDF)
    settings.DOCUMENT_MAX_BYTES = len(PDF) - 1
    with pytest.raises(Refused, match="is too large"):
        inspect(file())


def test_a_long_name_keeps_its_ending():
    assert inspect(file("x" * 300 + ".pdf")).name == "x" * 196 + ".pdf"


@pytest.fixture
def document(draft, coordinator, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    member = TeamMemberFactory(application=draft)
    return add_document(member, inspect(file("Vitnemål.pdf")), by=coordinator, now=NOW)


def test_a_document_is_kept_under_a_name_that_tells_nothing(document, tmp_path):
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [PDF]
    assert re.fullmatch(r"[0-9a-f]{32}", kept[0].name)
    assert (document.original_name, document.content_type) == ("Vitnemål.pdf", "application/pdf")
    assert audit.history(document.member.application).first().verb == "uploaded a document"


def test_the_same_file_twice_is_one_document(document, coordinator, tmp_path):
    with pytest.raises(Refused, match="has been uploaded already"):
        add_document(document.member, inspect(file("again.pdf")), by=coordinator, now=NOW)
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_removed_document_leaves_no_file(
    document, coordinator, tmp_path, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        remove_document(document, by=coordinator, now=NOW)
    assert not Document.objects.exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_removed_person_leaves_no_files(
    document, coordinator, tmp_path, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        remove_member(document.member, by=coordinator, now=NOW)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_who_may_download(now, document, coordinator, colleague, administrator, instructor, outsider, log_in):
    address = url(document.member.application, document.pk, name="document")
    statuses = []
    for person in (coordinator, colleague, administrator, instructor, outsider):
        answer = log_in(person).get(address)
        if answer.streaming:
            b"".join(answer.streaming_content)  # to the end, so that the file is closed
        statuses.append(answer.status_code)
    assert statuses == [200, 200, 200, 404, 404]


def test_a_partners_people_do_not_see_documents(now, document, log_in):
    PartnerFactory(application=document.member.application, confirmed=True)
    neighbour = person_for("5057", "Olga Ørland", "olga@orland.kommune.no")
    browser = log_in(neighbour)
    assert browser.get(document.member.application.get_absolute_url()).status_code == 200
    assert browser.get(url(document.member.application, document.pk, name="document")).status_code == 404


def test_a_document_is_sent_as_an_attachment(now, document, coordinator, log_in):
    answer = log_in(coordinator).get(url(document.member.application, document.pk, name="document"))
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=utf-8''Vitnem%C3%A5l.pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_document_is_found_only_under_its_own_application(now, document, coordinator, log_in, intake):
    other = ApplicationFactory(intake=intake, coordinator=coordinator, lead=municipality("4646"))
    assert log_in(coordinator).get(url(other, document.pk, name="document")).status_code == 404


# --- The pages --------------------------------------------------------------------------------------


def test_adding_a_person_with_a_document(now, draft, coordinator, log_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    answer = log_in(coordinator).post(
        url(draft, name="member_add"), {**PERSON, "documents": [file(), file("b.png", PNG)]}, follow=True
    )
    page = answer.content.decode()
    assert answer.redirect_chain == [(url(draft), 302)]
    assert "Solveig Prøve is saved." in page
    assert "People: 1 of 3–4. Sectors: 1 of at least 2." in page
    assert "The team lacks 2 people." in page
    names = Document.objects.values_list("original_name", flat=True)
    assert sorted(names) == ["b.png", "diploma.pdf"]


def test_the_page_of_a_person_can_count_them_in(now, complete, coordinator, log_in):
    browser = log_in(coordinator)
    first = complete.members.first()
    pages = [
        browser.get(url(complete, name="member_add")),
        browser.get(url(complete, first.pk, name="member")),
    ]
    assert [(page.context["sectors_of_others"], page.context["counter_with_person"]) for page in pages] == [
        (
            ["administration", "culture", "health_care"],
            "People: 4 of 3–4. Sectors: {sectors} of at least 2.",
        ),
        (["administration", "culture"], "People: 3 of 3–4. Sectors: {sectors} of at least 2."),
    ]


def test_the_limit_of_a_file_is_told_beforehand(now, draft, coordinator, log_in, settings):
    settings.DOCUMENT_MAX_BYTES = 3 * 1024 * 1024
    page = log_in(coordinator).get(url(draft, name="member_add")).content.decode()
    assert "PDF, JPEG or PNG, at most 3.0\xa0MB per file; you can choose several." in page


def test_a_refused_form_asks_for_the_file_again(now, draft, coordinator, log_in):
    answer = log_in(coordinator).post(
        url(draft, name="member_add"), {**PERSON, "email": "", "documents": [file()]}
    )
    page = answer.content.decode()
    assert "<title>Error: Add a person" in page
    assert "Choose the files again: a browser does not keep them when a form is refused." in page
    assert 'value="Solveig Prøve"' in page
    assert not TeamMember.objects.exists()
    assert StepDraft.objects.get().step == "member-new"


def test_a_refused_file_says_which(now, draft, coordinator, log_in):
    answer = log_in(coordinator).post(
        url(draft, name="member_add"),
        {**PERSON, "documents": [file(), file("virus.pdf", b"MZ\x90\x00\x03\x00")]},
    )
    assert "The file “virus.pdf” is not a PDF, JPEG or PNG file." in answer.content.decode()
    assert not TeamMember.objects.exists()


def test_a_full_team_offers_no_more(now, intake, coordinator, log_in):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, team=4)
    page = log_in(coordinator).get(url(application)).content.decode()
    assert "The team is full." in page
    assert url(application, name="member_add") not in page
    answer = log_in(coordinator).post(url(application, name="member_add"), PERSON)
    assert "at most 4 people" in answer.content.decode()


def test_the_conflict_page_of_a_person(now, draft, coordinator, colleague, log_in):
    member = add_member(draft, PERSON, by=coordinator, now=now)
    address = url(draft, member.pk, name="member")
    browser = log_in(colleague)
    version = re.search(r'name="version" value="(\w+)"', browser.get(address).content.decode())[1]
    change_member(member, {**PERSON, "unit": "Library"}, version=version, by=coordinator, now=now)
    answer = browser.post(address, {**PERSON, "unit": "School", "version": version})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Kari Koordinator saved something" in page
    assert open_choices(page) == [("Unit", "School", "Library")]
    assert browser.post(address, hidden(page) | {"choice-unit": "typed"}).status_code == 302
    assert TeamMember.objects.get().unit == "School"


def test_going_on_with_a_person_that_one_began(now, draft, coordinator, log_in):
    browser = log_in(coordinator)
    browser.post(url(draft, name="member_add"), {"name": "Half", "action": "later"})
    assert "Go on with the person you began" in browser.get(url(draft)).content.decode()
    assert 'value="Half"' in browser.get(url(draft, name="member_add")).content.decode()


def test_removing_asks_first(now, complete, coordinator, log_in):
    member = complete.members.first()
    browser = log_in(coordinator)
    address = url(complete, member.pk, name="member_remove")
    assert "This cannot be undone. Nobody gets an e-mail." in browser.get(address).content.decode()
    assert complete.members.count() == 3
    assert browser.post(address).url == url(complete)
    assert reread(complete).members.count() == 2
    assert browser.get(address, follow=True).redirect_chain == [(url(complete), 302)]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_team_takes_a_constant_number_of_queries(
    now, intake, coordinator, log_in, rows, django_assert_num_queries
):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, team=rows)
    browser = log_in(coordinator)
    with django_assert_num_queries(7):
        browser.get(url(application))


def test_upload_is_immutable():
    upload = inspect(file())
    assert isinstance(upload, Upload)
    with pytest.raises(AttributeError):
        upload.content_type = "text/html"
