"""The coordinator's pages of the call, the colleagues' page, and the link to what is stored."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from applications import tokens
from applications.actions.interests import decide_interests
from applications.models import Interest, InternalCall, TeamMember
from applications.states import InterestState, State
from applications.waiting import call_waits
from innoskole.accounts import facts
from innoskole.notifications.models import Message
from tests.applications.calls.factories import CLOSES, InterestFactory, InternalCallFactory
from tests.applications.calls.test_actions import ANSWER
from tests.factories import NOW, ApplicationFactory, TeamMemberFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("now")]

AT = CLOSES.strftime("%Y-%m-%dT%H:%M")


def url(name, *args):
    return reverse(f"applications:{name}", args=args)


def call_url(application, name="call"):
    return url(name, application.reference)


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def without_token(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text_of(answer))


@pytest.fixture
def kari(log_in, coordinator):
    return log_in(coordinator)


@pytest.fixture
def anybody():
    client = Client()
    client.cookies["django_language"] = "en"
    return client


# --- The coordinator --------------------------------------------------------------------------------


def test_the_default_text_says_what_it_takes(draft, kari):
    page = kari.get(call_url(draft)).content.decode()
    for words in (
        "Bodø is applying for a place in the innovation school for municipalities, Autumn 2027.",
        "We are looking for 3 to 4 people from at least 2 different sectors.",
        "The problem that the team will work on is: Fewer drop-outs.",
        "There are six sessions of two or three days, 14 days in all",
    ):
        assert words in page


def test_the_default_text_without_a_problem(draft, kari):
    draft.problem_title = ""
    draft.save()
    assert "a real problem from our own municipality" in kari.get(call_url(draft)).content.decode()


def test_publishing_shows_the_link(draft, kari):
    answer = kari.post(call_url(draft), {"text": "Who?", "closes_at": AT}, follow=True)
    call = InternalCall.objects.get()
    page = text_of(answer)
    assert (call.text, call.closes_at) == ("Who?", CLOSES)
    assert f'value="http://testserver{url("colleagues", call.token)}" readonly' in page
    assert "Colleagues can sign up until Monday 17 May 2027 at 10:00, Norwegian time." in page
    assert "Nobody has signed up yet" in page


@pytest.mark.parametrize(
    ("closes_at", "sentence"),
    [
        ("2027-05-03T10:00", "The deadline for signing up must be later than now."),
        ("2027-06-01T15:01", "The deadline for signing up must come before the application deadline."),
    ],
)
def test_a_wrong_deadline_stands_at_its_field(draft, kari, closes_at, sentence):
    page = kari.post(call_url(draft), {"text": "Who?", "closes_at": closes_at}).content.decode()
    assert page.count(sentence) == 2  # in the summary and at the field
    assert not InternalCall.objects.exists()


def test_the_unproven_see_why_they_cannot(intake, log_in):
    user = UserFactory()
    draft = ApplicationFactory(intake=intake, coordinator=user)
    browser = log_in(user)
    assert "The school must confirm who you are" in text_of(browser.get(call_url(draft)))
    answer = browser.post(call_url(draft), {"text": "Who?", "closes_at": AT})
    assert "The school must confirm that you act for Bodø" in answer.content.decode()
    assert not InternalCall.objects.exists()


def test_a_sent_in_application_says_why_nobody_can_be_asked(intake, coordinator, kari):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.SUBMITTED)
    page = text_of(kari.get(call_url(application)))
    assert "The application is now «Submitted»." in page
    assert "<textarea" not in page


@pytest.mark.parametrize("name", ["call", "call_edit", "call_pick"])
def test_only_those_who_edit_the_application(call, name, log_in, colleague, outsider, administrator):
    address = call_url(call.application, name)
    statuses = [log_in(user).get(address).status_code for user in (colleague, outsider, administrator)]
    assert statuses == [200, 404, 404]


def test_changing_text_and_deadline(call, kari):
    address = call_url(call.application, "call_edit")
    version = re.search(r'name="version" value="(\w+)"', kari.get(address).content.decode())[1]
    data = {"text": "New", "closes_at": AT, "version": version}
    assert kari.post(address, data).url == call_url(call.application)
    assert InternalCall.objects.get().text == "New"
    page = kari.post(address, {**data, "text": "Newer"}).content.decode()
    assert "A colleague has changed the call since you opened this page." in page


def test_closing_and_opening_again(call, kari, anybody):
    page = text_of(kari.post(call_url(call.application, "call_close"), follow=True))
    assert "The page is closed" in page
    assert "Open again" in page
    public = url("colleagues", call.token)
    assert "It is no longer possible to sign up here." in text_of(anybody.get(public))
    address = call_url(call.application, "call_edit")
    version = re.search(r'name="version" value="(\w+)"', kari.get(address).content.decode())[1]
    kari.post(address, {"text": "Again", "closes_at": AT, "version": version})
    assert '<button type="submit" class="ds-button">Sign up</button>' in text_of(anybody.get(public))


def test_a_sent_in_call_is_not_edited(call, kari):
    call.application.state = State.SUBMITTED
    call.application.save()
    answer = kari.get(call_url(call.application, "call_edit"), follow=True)
    assert answer.redirect_chain == [(call_url(call.application), 302)]
    assert "Colleagues can be asked while" in answer.content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_a_constant_number_of_queries(call, kari, rows, django_assert_num_queries):
    InterestFactory.create_batch(rows, call=call)
    TeamMemberFactory.create_batch(rows, application=call.application)
    with django_assert_num_queries(7):
        page = kari.get(call_url(call.application))
    assert page.content.decode().count("Choice for") == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_the_preview_takes_a_constant_number_of_queries(call, kari, rows, django_assert_num_queries):
    chosen = {f"choice-{one.pk}": "not_chosen" for one in InterestFactory.create_batch(rows, call=call)}
    with django_assert_num_queries(7):
        kari.get(call_url(call.application, "call_pick"), chosen)


def test_the_team_with_the_choices_before_anything_is_decided(call, kari):
    teacher = InterestFactory(call=call, name="Tora Prøve")
    chosen = {f"choice-{teacher.pk}": "nominated"}
    before, after = (text_of(kari.get(call_url(call.application), query)) for query in ({}, chosen))
    assert "Nobody is in the team yet." in before
    assert "nobody in the team comes from: Health and care; Upbringing and school." in before
    assert "Tora Prøve: Upbringing and school, The lower secondary school" in after
    assert "nobody in the team comes from: Health and care." in after
    assert "The team lacks 2 people." in after
    assert '<option value="nominated" selected>In the team</option>' in after
    assert Interest.objects.get().state == InterestState.INTERESTED


def test_a_team_that_fulfils_the_rules(call, kari):
    TeamMemberFactory.create_batch(2, application=call.application)
    teacher, reserve = InterestFactory.create_batch(2, call=call)
    page = text_of(
        kari.get(
            call_url(call.application),
            {f"choice-{teacher.pk}": "nominated", f"choice-{reserve.pk}": "reserve"},
        )
    )
    assert "The team fulfils the rules of the intake." in page
    assert f"1 reserve: {reserve.name}" in page
    assert "The problem touches sectors" not in page


def test_the_preview_says_who_gets_what_and_the_post_does_it(call, kari):
    chosen, reserve, other, undecided = InterestFactory.create_batch(4, call=call)
    picks = {
        f"choice-{chosen.pk}": "nominated",
        f"choice-{reserve.pk}": "reserve",
        f"choice-{other.pk}": "not_chosen",
        f"choice-{undecided.pk}": "",
    }
    address = call_url(call.application, "call_pick")
    page = text_of(kari.get(address, picks))
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert headings[:4] == ["Nominated", "Reserve", "Not chosen", "The team with these choices"]
    for one in (chosen, reserve, other):
        assert f"<li>{one.name}, {one.email}</li>" in page
    assert undecided.name not in page
    assert "Choose, and send 3 e-mails" in page
    assert not Message.objects.exists()
    assert set(Interest.objects.values_list("state", flat=True)) == {"interested"}

    hidden = dict(re.findall(r'type="hidden" name="(choice-\d+)" value="(\w+)"', page))
    answer = kari.post(address, hidden, follow=True)
    assert answer.redirect_chain == [(call_url(call.application), 302)]
    assert "The choices are made. 3 people get an e-mail." in text_of(answer)
    assert sorted(Message.objects.values_list("to_email", flat=True)) == sorted(
        [chosen.email, reserve.email, other.email]
    )
    assert text_of(answer).count("Choice for") == 2  # of the reserve and the undecided


def test_a_refused_choice_says_why_and_sends_nothing(call, kari):
    picks = {f"choice-{one.pk}": "nominated" for one in InterestFactory.create_batch(5, call=call)}
    page = text_of(kari.post(call_url(call.application, "call_pick"), picks))
    assert "The team may have at most 4 people. Remove somebody first." in page
    assert not TeamMember.everyone.exists()
    assert not Message.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_chosen_sends_nothing(call, kari, method):
    InterestFactory(call=call)
    page = text_of(getattr(kari, method)(call_url(call.application, "call_pick")))
    assert "You have chosen nothing yet, so nobody gets an e-mail." in page
    assert not Message.objects.exists()


def test_a_choice_that_is_not_offered_is_an_error(intake, coordinator, kari):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.ADMITTED)
    one = InterestFactory(call=InternalCallFactory(application=application))
    answer = kari.post(call_url(application, "call_pick"), {f"choice-{one.pk}": "nominated"})
    assert "Select a valid choice" in answer.content.decode()
    assert not TeamMember.everyone.exists()


def test_the_way_to_the_call(draft, kari):
    for address in (draft.get_absolute_url(), url("team", draft.reference)):
        assert f'href="{call_url(draft)}">Ask colleagues who want to take part</a>' in text_of(
            kari.get(address)
        )


def test_no_way_to_the_call_of_what_is_over(intake, coordinator, kari):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=State.WITHDRAWN)
    assert "Ask colleagues" not in text_of(kari.get(application.get_absolute_url()))


# --- Colleagues -------------------------------------------------------------------------------------


def test_the_colleagues_page_says_who_asks_until_when_and_what_is_stored(call, anybody):
    page = text_of(anybody.get(url("colleagues", call.token)))
    for words in (
        "Kari Koordinator in Bodø asks, for the innovation school for municipalities, Autumn 2027.",
        "who would like to take part?",
        "The deadline is Monday 17 May 2027 at 10:00, Norwegian time.",
        "Those who work on the application in Bodø read it.",
        "it is deleted 30 days after you have been told. Everybody is told, at the latest 180 days after",
        '<meta name="robots" content="noindex">',
    ):
        assert words in page


@pytest.mark.parametrize(("language_form", "html"), [("nn", '<html lang="nn">'), ("nb", '<html lang="nb">')])
def test_the_page_speaks_the_municipalitys_language(call, language_form, html):
    call.application.lead.language_form = language_form
    call.application.lead.save()
    assert html in Client().get(url("colleagues", call.token)).content.decode()


def test_signing_up_leads_to_thanks(call, anybody):
    answer = anybody.post(url("colleagues", call.token), ANSWER, follow=True)
    assert answer.redirect_chain == [(url("signed_up", call.token), 302)]
    assert "Thank you for answering" in text_of(answer)
    assert Interest.objects.get().email == "solveig@example.no"


def test_a_second_answer_looks_like_the_first(call, anybody):
    first, second = (anybody.post(url("colleagues", call.token), ANSWER, follow=True) for _time in range(2))
    assert without_token(first) == without_token(second)
    assert first.redirect_chain == second.redirect_chain
    assert Interest.objects.count() == 1


def test_the_same_rules_as_for_a_nominated_person(call, anybody):
    bad = {**ANSWER, "name": "", "experience_years": "71", "sector": "moon"}
    page = text_of(anybody.post(url("colleagues", call.token), bad))
    assert "<title>Error: " in page
    summary = re.search(r'class="ds-error-summary.*?</ul>', page)[0]
    assert re.findall(r'href="#id_(\w+)"', summary) == ["name", "sector", "experience_years"]
    assert not Interest.objects.exists()


def test_the_form_asks_for_no_more_than_is_stored(call, anybody):
    page = anybody.get(url("colleagues", call.token)).content.decode()
    form = page[page.index("<main") :]
    names = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', form))
    assert names == {*ANSWER, "csrfmiddlewaretoken"}


def test_too_late(call, anybody):
    call.closes_at = NOW - timedelta(seconds=1)
    call.save()
    page = text_of(anybody.post(url("colleagues", call.token), ANSWER))
    assert "It is no longer possible to sign up here." in page
    assert "<textarea" not in page
    assert not Interest.objects.exists()


def test_the_sixth_answer_of_an_address_within_an_hour_is_refused(call, anybody):
    statuses = [anybody.post(url("colleagues", call.token), ANSWER).status_code for _time in range(6)]
    assert statuses == [302, 302, 302, 302, 302, 429]
    other = {**ANSWER, "email": "other@example.no"}
    assert anybody.post(url("colleagues", call.token), other).status_code == 302


def test_one_place_cannot_fill_the_list(call, anybody, settings):
    settings.ACCOUNT_RATE_LIMITS = {"answer_call": "2/h/ip,5/h/key"}
    answers = [
        anybody.post(url("colleagues", call.token), {**ANSWER, "email": f"a{number}@example.no"})
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert "Too many have signed up from here just now." in answers[-1].content.decode()
    assert Interest.objects.count() == 2


@pytest.mark.parametrize("name", ["colleagues", "signed_up"])
def test_an_unknown_call(name, anybody):
    assert anybody.get(url(name, uuid4())).status_code == 404


# --- What is stored ---------------------------------------------------------------------------------


def address_of(interest):
    return url("interest", tokens.interest_url(interest).rstrip("/").rpartition("/")[2])


def test_the_link_in_the_letter_shows_what_is_stored(call, anybody):
    anybody.post(url("colleagues", call.token), ANSWER)
    body = Message.objects.get().body_text
    link = re.search(r"/interest/\S+", body)[0]
    page = text_of(anybody.get(link))
    assert "You signed up Monday 3 May 2027 at 10:00 to take part for Bodø" in page
    for words in ("Solveig Prøve", "solveig@example.no", "Home care", "Health and care", "I want to."):
        assert words in page


def test_opening_the_link_changes_nothing_and_the_post_deletes(call, anybody):
    link = address_of(InterestFactory(call=call))
    assert "Withdraw and delete what is stored about me" in text_of(anybody.get(link))
    assert Interest.objects.count() == 1
    answer = anybody.post(link, follow=True)
    assert answer.redirect_chain == [(link, 302)]
    assert "Nothing is stored about you" in text_of(answer)
    assert not Interest.objects.exists()


@pytest.mark.parametrize(
    ("state", "heading", "may_delete"),
    [
        ("nominated", "You are chosen for the team", False),
        ("reserve", "You are a reserve", False),
        ("not_chosen", "You are not in the team this time", True),
    ],
)
def test_what_the_chosen_and_the_others_see(call, coordinator, anybody, state, heading, may_delete):
    interest = InterestFactory(call=call)
    decide_interests(call, {interest.pk: state}, by=coordinator, now=NOW)
    page = text_of(anybody.get(address_of(interest)))
    assert heading in page
    assert ("Delete what is stored about me" in page) is may_delete
    answer = text_of(anybody.post(address_of(interest), follow=True))
    assert ("You have been chosen. Write to Kari Koordinator" in answer) is not may_delete
    assert Interest.objects.exists() is not may_delete


def test_who_is_taken_out_of_the_team_again(call, anybody):
    interest = InterestFactory(call=call, state=InterestState.NOMINATED)
    assert "What is stored is deleted within a day." in text_of(anybody.get(address_of(interest)))


def test_a_forged_link(anybody):
    assert anybody.get(url("interest", "forged")).status_code == 404


# --- What waits -------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_a_closed_call_waits_for_its_choices(call, coordinator, colleague, rows, django_assert_num_queries):
    InterestFactory.create_batch(rows, call=call)
    assert call_waits(coordinator, CLOSES) == []
    later, person = CLOSES + timedelta(seconds=1), facts.known(coordinator)
    with django_assert_num_queries(1):
        (waiting,) = call_waits(person, later)
    assert (waiting.title, waiting.url, waiting.count, waiting.since_at) == (
        "Choose the team among the colleagues of Bodø",
        call_url(call.application),
        rows,
        NOW,
    )
    assert call_waits(colleague, later) == [waiting]


def test_nothing_waits_when_everybody_is_answered(call, coordinator, outsider, administrator):
    later = CLOSES + timedelta(seconds=1)
    interest = InterestFactory(call=call)
    assert call_waits(outsider, later) == []
    assert call_waits(administrator, later) == []
    decide_interests(call, {interest.pk: "not_chosen"}, by=coordinator, now=NOW)
    assert call_waits(coordinator, later) == []
