"""The pages: what each sees, what a new examiner never sees, and what a button does."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from assessment.actions.exam import explanations, new_orals, regrading
from assessment.models import Explanation, Grade, GradeAppeal, PaperGrade
from assessment.reminders.exam_redress import APPEAL, EXPLANATION, REGRADING
from innoskole.accounts.waiting import waiting_for
from innoskole.notifications.models import Message
from innoskole.reminders.actions import sweep
from innoskole.reminders.kinds import only
from tests.assessment.exam.redress.conftest import SECRET_GROUNDS, make_group
from tests.factories import NOW, OSLO, UserFactory

pytestmark = pytest.mark.django_db
IN_A_WEEK = NOW + timedelta(days=7)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=False):
        yield


def as_(user) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    type(user).objects.filter(pk=user.pk).update(language="en")
    return client


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(plain.split())


def own(group, *deed) -> str:
    name = "assessment:grade_deed" if deed else "assessment:grade_rights"
    return reverse(name, args=[group.exam.cohort.slug, group.exam.number, *deed])


def staff(group, name, *args) -> str:
    return reverse(f"assessment:{name}", args=[group.exam.cohort.slug, group.exam.number, *args])


# --- The candidate ---------------------------------------------------------------------------------------


def test_a_candidate_reads_every_deadline_with_its_reason(group):
    said = text(as_(group.user()).get(own(group)))
    for words in (
        "Your grade C",
        "until Monday 10 May 2027 at 23:59 , Norwegian time",
        "Monday 24 May 2027 at 23:59 3 weeks from 3 May 2027 is 24 May 2027",
        "The oral is explained only if you ask at once: until Monday 3 May 2027 at 23:59.",
    ):
        assert words in said


def test_a_candidate_asks_appeals_and_withdraws(group):
    client = as_(group.user())
    assert client.post(own(group, "explanation"), {"of_oral": "on"}).status_code == 302
    assert Explanation.objects.get().of_oral is True
    assert client.post(own(group, "take-back")).status_code == 302
    assert client.post(own(group, "against-grade"), {"words": "Usamd."}).status_code == 302
    assert client.post(own(group, "formal-fault"), {"words": "Alarm."}).status_code == 302
    said = text(client.get(own(group)))
    assert ("Received" in said, "Usamd." in said, "Alarm." in said) == (True, True, True)
    for deed in ("withdraw", "withdraw-fault"):
        assert client.post(own(group, deed)).status_code == 302
    assert list(GradeAppeal.objects.values_list("state", flat=True)) == ["withdrawn"] * 2


def test_each_deed_says_what_follows_and_who_gets_mail(group):
    client = as_(group.user())
    for deed, words in (
        ("explanation", "Your examiners get an e-mail, and you a receipt."),
        ("against-grade", "The appeal counts for you alone. The others in your group keep their grades."),
        ("formal-fault", "You get a receipt by e-mail."),
    ):
        assert words in text(client.get(own(group, deed)))
    assert "No explanation waits to be given." in text(client.get(own(group, "take-back")))


def test_before_publication_there_is_no_page(db):
    group = make_group()
    Grade.objects.filter(candidate__in=group.people).update(published_at=None)
    assert as_(group.user()).get(own(group)).status_code == 404
    assert as_(group.user()).post(own(group, "against-grade")).status_code == 404


def test_a_candidate_reads_the_explanation_and_nobody_elses(group):
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    explanations.give(asked, words="Ordrett slik.", by=group.old[0], now=NOW)
    assert "Ordrett slik." in text(as_(group.user()).get(own(group)))
    assert "Ordrett slik." not in text(as_(group.user(1)).get(own(group)))


def test_an_explanation_stays_readable_when_a_new_grade_takes_the_place_of_the_old(group):
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    explanations.give(asked, words="Ordrett slik.", by=group.old[0], now=NOW)
    Grade.objects.filter(candidate=group.people[0]).update(superseded_at=NOW)
    former = Grade.objects.get(candidate=group.people[0])
    former.pk, former.version, former.mark, former.superseded_at = None, 2, "B", None
    former.save(force_insert=True)
    said = text(as_(group.user()).get(own(group)))
    assert "Of the former grade C, published 3 May 2027" in said
    assert "Ordrett slik." in said


def test_until_it_is_decided_a_candidate_sees_no_new_mark_nor_that_the_grades_differ(group):
    appeal = group.regraded("A")
    said = text(as_(group.user()).get(own(group)))
    assert ("With new examiners" in said, "examiner more" in said) == (True, False)
    assert "Your grade C" in said
    assert (appeal.state, group.marks()[0]) == ("third_assessment", "C")


def test_a_group_reads_its_own_answer(db):
    group = make_group(appeal_is_joint=True, new_oral_after_change=False)
    Grade.objects.filter(candidate=group.people[2]).update(mark="E", steps=-2)
    group.joint("B")
    answers = [text(as_(group.user(number)).get(own(group))) for number in (0, 2)]
    assert ["The grade was changed" in said for said in answers] == [True, True]
    assert ["Your grade B" in answers[0], "Your grade D" in answers[1]] == [True, True]


# --- The examiners who gave the grade --------------------------------------------------------------------


def test_an_examiner_explains_with_what_was_written_at_hand(group):
    asked = explanations.ask(group.people[0], of_oral=True, by=group.user(), now=NOW)
    url = reverse("assessment:explanation", args=[asked.pk])
    client = as_(group.old[0])
    said = text(client.get(url))
    assert (SECRET_GROUNDS in said, "The paper and the oral" in said) == (True, True)
    assert client.post(url, {"words": "Slik er det."}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.given_by) == ("given", group.old[0])
    assert "Slik er det." in text(client.get(url))


def test_whoever_did_not_grade_finds_no_explanation(group):
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    url = reverse("assessment:explanation", args=[asked.pk])
    for user in (group.user(), group.user(1), group.new[0].user, group.teacher, UserFactory()):
        assert as_(user).get(url).status_code == 404
        assert as_(user).post(url, {"words": "Nei."}).status_code == 404
    assert Explanation.objects.get().state == "asked"


# --- The new examiners see nothing -----------------------------------------------------------------------


def blind_pages(group, appeal) -> list[str]:
    return [reverse("assessment:regrading", args=[appeal.pk]), reverse("home")]


def secrets_of(group) -> list[str]:
    return [
        SECRET_GROUNDS,
        "Løyndomen.",
        "Usamd.",
        "Forklart slik.",
        str(group.paper.team),
        group.paper.team.reference,
        *(str(each) for each in group.people),
        *(user.email for user in group.old),
        *(str(user) for user in group.old),
    ]


def test_a_new_examiners_pages_hold_neither_grounds_nor_words_nor_names(group):
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    explanations.give(asked, words="Forklart slik.", by=group.old[0], now=NOW)
    appeal = group.appeal(words="Usamd.")
    group.appoint(appeal)
    seen = []
    for examiner in group.new[:2]:
        client = as_(examiner.user)
        seen += [client.get(url).content.decode() for url in blind_pages(group, appeal)]
    group.grade(appeal, "A")
    group.appoint(appeal, places=(3,))
    for examiner in group.new:
        client = as_(examiner.user)
        seen += [client.get(url).content.decode() for url in blind_pages(group, appeal)]
    assert len(seen) == 10
    for page in seen:
        assert [secret for secret in secrets_of(group) if secret in page] == []
    assert group.paper.code in seen[0]


def test_a_new_examiners_page_is_the_same_whatever_the_grade_was(group):
    appeal = group.appeal()
    group.appoint(appeal)
    url = reverse("assessment:regrading", args=[appeal.pk])
    pages = []
    for mark in ("A", "C", "F"):
        Grade.objects.filter(candidate__in=group.people).update(mark=mark, paper_mark=mark)
        PaperGrade.objects.filter(paper=group.paper).update(mark=mark)
        page = as_(group.new[0].user).get(url).content.decode()
        pages.append(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert pages[0] == pages[1] == pages[2]


def test_the_page_of_the_further_examiner_tells_nothing_of_the_difference(group):
    appeal = group.regraded("A")
    group.appoint(appeal, places=(3,))
    page = text(as_(group.new[2].user).get(reverse("assessment:regrading", args=[appeal.pk])))
    for words in ("Sakleg.", "colleague", "urther examiner", "urther assessment", "differ", "third"):
        assert words not in page


def test_new_examiners_reach_none_of_the_pages_that_know(group):
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    appeal = group.appeal()
    group.appoint(appeal)
    urls = [
        own(group),
        staff(group, "exam_appeals"),
        staff(group, "exam_appeal", appeal.pk),
        staff(group, "exam"),
        reverse("assessment:explanation", args=[asked.pk]),
        reverse("assessment:exam_paper", args=[group.exam.cohort.slug, 1, group.paper.code]),
    ]
    assert [as_(group.new[0].user).get(url).status_code for url in urls] == [404] * len(urls)


def test_a_stranger_and_a_former_examiner_find_no_regrading(group):
    appeal = group.appeal()
    group.appoint(appeal)
    url = reverse("assessment:regrading", args=[appeal.pk])
    for user in (*group.old, group.new[2].user, group.user(), group.admin, group.teacher, UserFactory()):
        assert as_(user).get(url).status_code == 404


def test_new_examiners_grade_agree_and_hold_the_oral_on_their_pages(group):
    appeal = group.appeal()
    group.appoint(appeal)
    url = reverse("assessment:regrading", args=[appeal.pk])
    one, other = (as_(each.user) for each in group.new[:2])
    assert one.post(url, {"mark": "B", "grounds": "", "draft": "1"}).status_code == 302
    assert 'value="B"' in one.get(url).content.decode()
    assert "Write the grounds for the grade." in text(one.post(url, {"mark": "B", "grounds": ""}))
    for client in (one, other):
        assert client.post(url, {"mark": "B", "grounds": "Mine ord."}).status_code == 302
    assert one.post(url, {"mark": "B", "grounds": "Våre ord."}).status_code == 302
    page = other.get(url).content.decode()
    read = re.search(r'name="read" value="([^"]+)"', page)[1]
    assert other.post(f"{url}agree/", {"read": "no moment"}).status_code == 302
    assert other.post(f"{url}agree/", {"read": read}).status_code == 302
    appeal.refresh_from_db()
    assert appeal.state == "new_oral"
    assert one.get(f"{url}oral/").status_code == 404
    admin = as_(group.admin)
    planned = {"room": "R1", "starts_at": "2027-05-10T10:00", "minutes": "45", "seen": ""}
    assert admin.post(staff(group, "exam_appeal_deed", appeal.pk, "oral"), planned).status_code == 302
    row = appeal.candidates.get()
    with time_machine.travel(IN_A_WEEK + timedelta(hours=1), tick=False):
        one, other = (as_(each.user) for each in group.new[:2])
        noted = {f"steps_{row.pk}": "0", f"note_{row.pk}": "Som før."}
        assert one.post(f"{url}oral/", noted).status_code == 302
        assert "Noted by" in text(other.get(f"{url}oral/"))
        read = re.search(r'name="read" value="([^"]+)"', other.get(f"{url}oral/").content.decode())[1]
        assert other.post(f"{url}oral/confirm/", {"read": read}).status_code == 302
    appeal.refresh_from_db()
    assert (appeal.state, group.marks()) == ("decided", ["B", "B", "D"])


def test_a_rejected_note_keeps_what_was_typed(group):
    appeal = group.regraded("B")
    new_orals.plan(appeal, room="R1", starts_at=IN_A_WEEK, minutes=45, seen="", by=group.admin, now=NOW)
    row = appeal.candidates.get()
    url = reverse("assessment:regrading_oral", args=[appeal.pk])
    answer = as_(group.new[0].user).post(url, {f"steps_{row.pk}": "1", f"note_{row.pk}": "Teke vare på."})
    assert answer.status_code == 200
    assert appeal.oral.results.count() == 0


LIST_QUERIES = 9

# --- The school ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_one_as_for_three(group, rows, django_assert_num_queries):
    for number in range(rows):
        group.appeal(number)
        explanations.ask(group.people[number], of_oral=False, by=group.user(number), now=NOW)
    client = as_(group.teacher)
    url = staff(group, "exam_appeals")
    client.get(url)
    with django_assert_num_queries(LIST_QUERIES):
        said = text(client.get(url))
    assert f"{rows} appeal{'s' if rows > 1 else ''}, the oldest first" in said


def test_the_staff_reads_how_far_and_never_what(group):
    appeal = group.regraded("A")
    for user in (group.teacher, group.admin):
        said = text(as_(user).get(staff(group, "exam_appeal", appeal.pk)))
        assert "Has graded" in said
        assert ("Sakleg." in said, SECRET_GROUNDS in said) == (False, False)


def test_the_teacher_reads_and_the_administrator_decides(group):
    appeal = group.appeal()
    teacher, admin = as_(group.teacher), as_(group.admin)
    assert "Dismiss the appeal" not in text(teacher.get(staff(group, "exam_appeal", appeal.pk)))
    for name, args in (("exam_appeal_deed", (appeal.pk, "dismiss")), ("exam_appeal_examiners", (appeal.pk,))):
        assert teacher.get(staff(group, name, *args)).status_code == 403
        assert teacher.post(staff(group, name, *args), {"grounds": "Nei."}).status_code == 403
    chosen = {"place_1": str(group.new[0].pk), "place_2": str(group.new[1].pk)}
    assert admin.post(staff(group, "exam_appeal_examiners", appeal.pk), chosen).status_code == 302
    assert admin.get(staff(group, "exam_appeal_deed", appeal.pk, "nothing")).status_code == 404
    appeal.refresh_from_db()
    assert appeal.state == "regrading"


def test_who_cannot_grade_anew_stands_on_the_page_with_the_reason(group):
    appeal = group.appeal()
    group.paper.appointments.filter(place=1).update(examiner=group.new[2])
    said = text(as_(group.admin).get(staff(group, "exam_appeal_examiners", appeal.pk)))
    assert f"{group.new[2].user} has graded this paper before." in said


# --- What waits, and reminders ---------------------------------------------------------------------------


def titles(user) -> list[str]:
    return [each.title for each in waiting_for(user, NOW) if "semester fee" not in each.title]


def test_each_step_waits_with_whoever_has_it(group):
    appeal = group.appeal()
    explanations.ask(group.people[1], of_oral=False, by=group.user(1), now=NOW)
    handle = f"Handle an appeal against a grade: {group.exam}"
    assert handle in titles(group.admin)
    assert titles(group.old[0]) == ["Explain a grade"]
    group.appoint(appeal)
    assert handle not in titles(group.admin)
    assert titles(group.new[0].user) == [f"Grade the paper {group.paper.code} anew"]
    group.grade(appeal, "A")
    assert titles(group.new[0].user) == []
    assert f"Appoint an examiner more after an appeal: {group.exam}" in titles(group.admin)
    group.appoint(appeal, places=(3,))
    assert titles(group.new[2].user) == [f"Grade the paper {group.paper.code} anew"]
    regrading.submit(appeal, mark="B", grounds="Ja.", by=group.new[2].user, now=NOW)
    assert f"Plan a new oral after an appeal: {group.exam}" in titles(group.admin)


def reminded(kind, now) -> list[str]:
    """The addresses that a sweep writes to about nothing but this kind."""
    before = set(Message.objects.values_list("pk", flat=True))
    with only(kind):
        sweep(now)
    return list(Message.objects.exclude(pk__in=before).order_by("pk").values_list("to_email", flat=True))


def at(day: int) -> datetime:
    return datetime(2027, 5, day, 8, 0, tzinfo=OSLO)


def test_who_owes_an_explanation_is_reminded_a_week_before(group):
    """Asked on Monday 3 May: due on Tuesday 18 May, as 17 May is a holiday."""
    asked = explanations.ask(group.people[0], of_oral=False, by=group.user(), now=NOW)
    assert reminded(EXPLANATION, at(10)) == []
    assert sorted(reminded(EXPLANATION, at(11))) == sorted(user.email for user in group.old)
    explanations.give(asked, words="Slik.", by=group.old[0], now=at(12))
    assert reminded(EXPLANATION, at(26)) == []


def test_who_has_graded_anew_is_not_reminded(group):
    """Appointed on 3 May: fifteen working days are over on Wednesday 26 May."""
    appeal = group.appeal()
    group.appoint(appeal)
    regrading.submit(appeal, mark="B", grounds="Ja.", by=group.new[0].user, now=NOW)
    assert reminded(REGRADING, at(18)) == []
    assert reminded(REGRADING, at(19)) == [group.new[1].user.email]
    assert str(group.paper.team) not in Message.objects.latest("pk").body_text


def test_the_school_is_reminded_of_an_appeal_until_it_is_taken_up(group):
    appeal = group.appeal()
    assert reminded(APPEAL, at(10)) == [group.admin.email]
    group.appoint(appeal)
    assert reminded(APPEAL, at(18)) == []
