"""Nothing typed is lost: drafts, restoring, conflicts between colleagues, an expired session."""

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from applications.actions.drafts import Conflict, discard_draft, keep_draft, save_part
from applications.models import Part, StepDraft
from applications.models.content import FIELDS, values_of, version_of
from innoskole.accounts import audit
from innoskole.accounts.guards import Refused
from tests.applications.coordinator.conftest import reread
from tests.factories import NOW, ApplicationFactory

pytestmark = pytest.mark.django_db

PROBLEM = {
    "problem_title": "Fewer drop-outs",
    "problem_statement": "How can we keep pupils in school?",
    "problem_reason": "",
}


def url(application, part="problem", name="step"):
    return reverse(f"applications:{name}", args=[application.reference, part])


def version_on(page) -> str:
    """The fingerprint that the form on a page carries."""
    return re.search(r'name="version" value="([^"]*)"', page.content.decode())[1]


def saved(application, part=Part.PROBLEM):
    return values_of(reread(application), FIELDS[part])


# --- The action -------------------------------------------------------------------------------------


def test_saving_a_part_writes_it_and_the_audit(draft, coordinator):
    save_part(draft, Part.PROBLEM, PROBLEM, version=version_of(draft, Part.PROBLEM), by=coordinator, now=NOW)
    assert saved(draft) == PROBLEM
    event = audit.history(draft).get()
    assert (event.verb, event.by, event.changes) == (
        "saved “Problem statement”",
        coordinator,
        {
            "problem_title": ["", "Fewer drop-outs"],
            "problem_statement": ["", "How can we keep pupils in school?"],
        },
    )


def test_saving_what_is_saved_already_is_no_event(complete, coordinator):
    save_part(complete, Part.PROBLEM, saved(complete), version="stale", by=coordinator, now=NOW)
    assert not audit.history(complete).exists()


def test_a_lost_update_is_impossible(draft, coordinator, colleague):
    opened_by_both = version_of(draft, Part.PROBLEM)
    save_part(draft, Part.PROBLEM, PROBLEM, version=opened_by_both, by=coordinator, now=NOW)
    mine = PROBLEM | {"problem_title": "Another title"}
    with pytest.raises(Conflict) as conflict:
        save_part(draft, Part.PROBLEM, mine, version=opened_by_both, by=colleague, now=NOW)
    assert conflict.value.theirs == PROBLEM
    assert saved(draft) == PROBLEM


def test_parts_do_not_stand_in_each_others_way(draft, coordinator, colleague):
    problem, anchoring = version_of(draft, Part.PROBLEM), version_of(draft, Part.ANCHORING)
    save_part(draft, Part.PROBLEM, PROBLEM, version=problem, by=coordinator, now=NOW)
    plan = saved(draft, Part.ANCHORING) | {"plan_title": "The plan", "plan_year": 2026}
    save_part(draft, Part.ANCHORING, plan, version=anchoring, by=colleague, now=NOW)
    assert (saved(draft), saved(draft, Part.ANCHORING)) == (PROBLEM, plan)


def test_saving_drops_only_the_savers_own_draft(draft, coordinator, colleague):
    for person in (coordinator, colleague):
        keep_draft(draft, Part.PROBLEM, {"problem_title": ["x"]}, part=Part.PROBLEM, by=person, now=NOW)
    version = version_of(draft, Part.PROBLEM)
    save_part(draft, Part.PROBLEM, PROBLEM, version=version, by=coordinator, now=NOW)
    assert list(StepDraft.objects.values_list("user__name", flat=True)) == ["Kåre Kollega"]


@pytest.mark.parametrize("state", ["awaiting_approval", "submitted", "in_review", "ready", "withdrawn"])
def test_only_a_draft_can_be_changed(intake, coordinator, state):
    application = ApplicationFactory(intake=intake, coordinator=coordinator, state=state)
    version = version_of(application, Part.PROBLEM)
    with pytest.raises(Refused):
        save_part(application, Part.PROBLEM, PROBLEM, version=version, by=coordinator, now=NOW)
    with pytest.raises(Refused):
        keep_draft(application, Part.PROBLEM, {}, part=Part.PROBLEM, by=coordinator, now=NOW)
    assert saved(application)["problem_title"] == ""
    assert not StepDraft.objects.exists()


def test_the_last_second(draft, coordinator, last_second):
    version = version_of(draft, Part.PROBLEM)
    save_part(draft, Part.PROBLEM, PROBLEM, version=version, by=coordinator, now=last_second)
    assert saved(draft) == PROBLEM


def test_too_late(draft, coordinator, too_late):
    version = version_of(draft, Part.PROBLEM)
    with pytest.raises(Refused, match="The deadline has passed"):
        save_part(draft, Part.PROBLEM, PROBLEM, version=version, by=coordinator, now=too_late)
    assert saved(draft)["problem_title"] == ""


# --- The page ---------------------------------------------------------------------------------------


def test_next_step_saves_and_goes_on(now, draft, coordinator, log_in):
    browser = log_in(coordinator)
    version = version_on(browser.get(url(draft)))
    answer = browser.post(url(draft), {**PROBLEM, "version": version, "action": "next"})
    assert (answer.status_code, answer.url) == (302, url(draft, "anchoring"))
    assert saved(draft) == PROBLEM


@pytest.mark.parametrize(
    ("action", "target"),
    [("previous", "/applications/IS-2027H-1001/team/"), ("later", "/applications/IS-2027H-1001/")],
)
def test_leaving_saves_what_is_valid(now, draft, coordinator, log_in, action, target):
    browser = log_in(coordinator)
    version = version_on(browser.get(url(draft)))
    answer = browser.post(url(draft), {**PROBLEM, "version": version, "action": action})
    assert answer.url == target
    assert saved(draft) == PROBLEM


def test_leaving_keeps_what_is_not_valid(now, draft, coordinator, log_in):
    browser = log_in(coordinator)
    half = {"problem_title": "", "problem_statement": "Half a thought", "problem_reason": ""}
    answer = browser.post(url(draft), {**half, "version": "", "action": "later"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain == [(draft.get_absolute_url(), 302)]
    assert "What you wrote in “Problem statement” is kept." in page
    assert "Has text that is not included" in page
    assert saved(draft)["problem_statement"] == ""

    restored = browser.get(url(draft)).content.decode()
    assert "We have found what you typed earlier" in restored
    assert "Monday 3 May 2027 at 10:00" in restored
    assert "Half a thought" in restored
    assert "ds-error-summary" not in restored  # it is not judged before the writer says so


def test_leaving_untouched_leaves_nothing_behind(now, draft, coordinator, log_in):
    log_in(coordinator).post(
        url(draft),
        {"problem_title": "", "problem_statement": "", "problem_reason": "", "action": "later"},
    )
    assert not StepDraft.objects.exists()


def test_an_error_is_shown_at_the_field_and_in_the_summary(now, draft, coordinator, log_in):
    answer = log_in(coordinator).post(url(draft), {**PROBLEM, "problem_title": "", "action": "next"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<title>Error: Problem statement" in page
    assert '<a class="ds-link" href="#id_problem_title">Fill in “Working title”.</a>' in page
    assert page.count("Fill in “Working title”.") == 2
    assert "How can we keep pupils in school?" in page
    assert StepDraft.objects.get().data["problem_statement"] == ["How can we keep pupils in school?"]


def test_discarding_shows_what_is_saved(now, complete, coordinator, log_in):
    keep_draft(
        complete, Part.PROBLEM, {"problem_title": ["A whim"]}, part=Part.PROBLEM, by=coordinator, now=now
    )
    browser = log_in(coordinator)
    assert "A whim" in browser.get(url(complete)).content.decode()
    answer = browser.post(url(complete, name="discard"), follow=True)
    assert answer.redirect_chain == [(url(complete), 302)]
    assert "A whim" not in answer.content.decode()
    assert "Fewer drop-outs from upper secondary school" in answer.content.decode()


def test_one_does_not_discard_anothers_text(now, draft, coordinator, colleague):
    keep_draft(draft, Part.PROBLEM, {}, part=Part.PROBLEM, by=colleague, now=now)
    discard_draft(draft, Part.PROBLEM, by=coordinator)
    assert StepDraft.objects.get().user == colleague


def test_a_draft_that_says_what_is_saved_is_not_offered(now, complete, coordinator, log_in):
    """A late autosave may arrive after the step was saved, with the other kind of line ends."""
    complete.problem_statement = "Line one\nLine two"
    complete.save()
    typed = {
        "problem_title": [complete.problem_title],
        "problem_statement": ["Line one\r\nLine two"],
        "problem_reason": [complete.problem_reason],
    }
    keep_draft(complete, Part.PROBLEM, typed, part=Part.PROBLEM, by=coordinator, now=now)
    assert "We have found" not in log_in(coordinator).get(url(complete)).content.decode()


def test_colleagues_see_who_else_is_writing(now, draft, coordinator, colleague, log_in):
    keep_draft(draft, Part.PROBLEM, {"problem_title": ["x"]}, part=Part.PROBLEM, by=colleague, now=now)
    page = log_in(coordinator).get(draft.get_absolute_url()).content.decode()
    assert "Kåre Kollega has text in “Problem statement” that is not included" in page


TEAM_OF_BODØ = "/applications/IS-2027H-1001/team"


def test_before_sending_in_one_sees_what_is_not_included(now, complete, coordinator, colleague, log_in):
    first = complete.members.first()
    typed = {
        Part.PROBLEM: {"problem_title": ["New"]},
        "member-new": {"name": ["Solveig Prøve"]},
        f"member-{first.pk}": {"name": ["Another name"]},
        "member-999": {"name": ["Removed from the team"]},
        Part.ANCHORING: {name: [str(value)] for name, value in saved(complete, Part.ANCHORING).items()},
    }
    for step, data in typed.items():
        part = step if step in Part.values else Part.TEAM
        keep_draft(complete, step, data, part=part, by=coordinator, now=now)
    keep_draft(complete, Part.PROBLEM, {"problem_title": ["His"]}, part=Part.PROBLEM, by=colleague, now=now)
    browser = log_in(coordinator)
    page = browser.get(reverse("applications:check", args=[complete.reference])).content.decode()
    alert = page[page.index("Some text is not included") : page.index("Send in the application")]
    assert re.findall(r'href="([^"]*)">(You have[^<]*)<', alert) == [
        (url(complete), "You have text in “Problem statement” that is not included"),
        (f"{TEAM_OF_BODØ}/add/", "You have text in “The team” that is not included"),
        (f"{TEAM_OF_BODØ}/{first.pk}/", "You have text in “The team” that is not included"),
    ]
    assert "Kåre Kollega has text in “Problem statement” that is not included, last changed" in alert

    tasks = browser.get(complete.get_absolute_url()).content.decode()
    assert tasks.count("Has text that is not included") == 2
    assert "Ready to be sent in" not in tasks
    assert "Some text is not included" in tasks


# --- Two at once ------------------------------------------------------------------------------------


def conflicting(draft, coordinator, colleague, log_in):
    """Both open the step, the coordinator saves, the colleague presses «Next step»."""
    hers, his = log_in(coordinator), log_in(colleague)
    version = version_on(his.get(url(draft)))
    hers.post(url(draft), {**PROBLEM, "version": version, "action": "next"})
    mine = {**PROBLEM, "problem_title": "Another title", "version": version, "action": "next"}
    return his, his.post(url(draft), mine)


def open_choices(page: str) -> list[tuple[str, str, str]]:
    """(question, what I typed, what is saved) of each question for which the page lets me choose."""
    answer = r'.*?<p class="written"[^>]*>(.*?)</p>'
    found = re.findall(rf"<legend[^>]*>(.*?)</legend>{answer}{answer}", page, re.DOTALL)
    return [tuple(" ".join(text.split()) for text in each) for each in found]


def hidden(page: str) -> dict[str, str]:
    """What the form of the conflict page posts by itself, apart from the choices."""
    form = page[page.index('id="choices"') : page.index("</form>", page.index('id="choices"'))]
    return dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', form))


def test_the_conflict_page_shows_both(now, draft, coordinator, colleague, log_in):
    _browser, answer = conflicting(draft, coordinator, colleague, log_in)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "This part has been changed since you opened it" in page
    assert "Kari Koordinator saved something Monday 3 May 2027 at 10:00" in page
    assert open_choices(page) == [("Working title", "Another title", "Fewer drop-outs")]
    assert saved(draft) == PROBLEM
    assert StepDraft.objects.get(user=colleague).data["problem_title"] == ["Another title"]


def test_the_conflict_page_names_nobody_who_changed_something_else(
    now, draft, coordinator, colleague, log_in
):
    browser, step = log_in(colleague), url(draft)
    version = version_on(browser.get(step))
    browser.post(step, {**PROBLEM, "version": version})
    plan = saved(draft, Part.ANCHORING) | {"plan_title": "The plan", "plan_year": 2026}
    anchored = version_of(draft, Part.ANCHORING)
    save_part(draft, Part.ANCHORING, plan, version=anchored, by=coordinator, now=now)
    page = browser.post(step, {**PROBLEM, "problem_title": "My other window", "version": version})
    assert "You saved something else here Monday 3 May 2027 at 10:00" in page.content.decode()


@pytest.mark.parametrize(("choice", "title"), [("typed", "Another title"), ("saved", "Fewer drop-outs")])
def test_choosing_question_by_question(now, draft, coordinator, colleague, log_in, choice, title):
    browser, answer = conflicting(draft, coordinator, colleague, log_in)
    after = browser.post(url(draft), hidden(answer.content.decode()) | {"choice-problem_title": choice})
    assert after.url == url(draft, "anchoring")
    assert saved(draft) == PROBLEM | {"problem_title": title}
    assert not StepDraft.objects.filter(user=colleague).exists()


def test_what_only_one_has_changed_is_taken_from_them(now, complete, coordinator, colleague, log_in):
    """She changes the sectors, he the mitigation: nobody's words are put back."""
    browser, step = log_in(colleague), url(complete, "composition")
    version = version_on(browser.get(step))
    hers = {"problem_sectors": ["culture", "administration"], "mitigation": ""}
    save_part(complete, Part.COMPOSITION, hers, version=version, by=coordinator, now=now)
    his = {"problem_sectors": ["health_care", "culture"], "mitigation": "We ask them."}
    answer = browser.post(step, {**his, "version": version, "action": "next"})
    page = answer.content.decode()
    assert (answer.status_code, open_choices(page)) == (409, [])
    assert hidden(page)["choice-problem_sectors"] == "saved"
    browser.post(step, hidden(page))
    assert saved(complete, Part.COMPOSITION) == hers | {"mitigation": "We ask them."}


def test_keeping_theirs(now, draft, coordinator, colleague, log_in):
    browser, _answer = conflicting(draft, coordinator, colleague, log_in)
    browser.post(url(draft, name="discard"))
    assert saved(draft) == PROBLEM
    assert not StepDraft.objects.exists()


def test_a_kept_draft_meets_the_same_conflict_later(now, draft, coordinator, colleague, log_in):
    browser, _answer = conflicting(draft, coordinator, colleague, log_in)
    restored = browser.get(url(draft))
    again = browser.post(
        url(draft),
        {**PROBLEM, "problem_title": "Another title", "version": version_on(restored), "action": "next"},
    )
    assert again.status_code == 409


# --- Autosave ---------------------------------------------------------------------------------------


def test_autosave_keeps_and_tells_the_time(now, draft, coordinator, log_in):
    answer = log_in(coordinator).post(url(draft, name="autosave"), {**PROBLEM, "version": "v"})
    assert (answer.status_code, answer.json()) == (
        200,
        {"saved_at": "2027-05-03T08:00:00+00:00"},
    )
    kept = StepDraft.objects.get()
    assert (kept.step, kept.user, kept.data) == (
        "problem",
        coordinator,
        {name: [value] for name, value in {**PROBLEM, "version": "v"}.items()},
    )


def test_autosave_keeps_only_the_forms_own_fields(now, draft, coordinator, log_in):
    log_in(coordinator).post(url(draft, name="autosave"), {"problem_title": "T", "state": "admitted"})
    assert StepDraft.objects.get().data == {"problem_title": ["T"]}


def test_autosave_refuses_with_a_reason(draft, coordinator, log_in, too_late):
    answer = log_in(coordinator).post(url(draft, name="autosave"), PROBLEM)
    assert (answer.status_code, answer.json()) == (
        409,
        {"label": "The deadline has passed. The application can no longer be changed."},
    )
    assert not StepDraft.objects.exists()


def test_autosave_of_one_who_is_logged_out(now, draft):
    answer = Client().post(url(draft, name="autosave"), PROBLEM, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert not StepDraft.objects.exists()


@pytest.mark.parametrize("step", ["nonsense", "check"])
def test_autosave_of_no_step(now, draft, coordinator, log_in, step):
    assert log_in(coordinator).post(url(draft, step, "autosave")).status_code == 404


def test_what_was_typed_before_the_session_expired_comes_back(now, draft, coordinator):
    browser = Client()
    answer = browser.post(url(draft), {**PROBLEM, "problem_title": "Typed logged out", "action": "next"})
    assert answer.status_code == 302
    browser.force_login(coordinator, "innoskole.accounts.backends.Backend")
    page = browser.get(url(draft)).content.decode()
    assert "Typed logged out" in page
    assert "How can we keep pupils in school?" in page


# --- Each part's own rules --------------------------------------------------------------------------

PLAN = {
    "plan_title": "The municipal plan",
    "plan_year": "2026",
    "plan_page": "45",
    "plan_quote": "",
    "political_body": "The executive committee",
    "political_outcome": "planned",
    "political_case_number": "",
    "political_decided_on": "",
}


def errors(browser, application, part, data) -> list[str]:
    page = browser.post(url(application, part), {**data, "action": "next"}).content.decode()
    summary = re.search(r'id="error-summary-title".*?</ul>', page, re.DOTALL)
    return re.findall(r'href="#[^"]*">([^<]*)<', summary[0]) if summary else []


def test_a_case_that_is_still_to_come_needs_no_number(now, draft, coordinator, log_in):
    version = version_of(draft, Part.ANCHORING)
    log_in(coordinator).post(url(draft, "anchoring"), {**PLAN, "version": version})
    assert saved(draft, Part.ANCHORING) == {
        **PLAN,
        "plan_year": 2026,
        "political_decided_on": None,
    }


def test_a_decided_case_needs_number_and_date(now, draft, coordinator, log_in):
    browser = log_in(coordinator)
    decided = {**PLAN, "political_outcome": "supported"}
    assert errors(browser, draft, "anchoring", decided) == [
        "Fill in “Case number”.",
        "Fill in “Date of the meeting”.",
    ]
    version = version_of(draft, Part.ANCHORING)
    complete = {**decided, "political_case_number": "12/27", "political_decided_on": "2027-04-20"}
    browser.post(url(draft, "anchoring"), {**complete, "version": version})
    assert saved(draft, Part.ANCHORING)["political_decided_on"] == date(2027, 4, 20)


@pytest.mark.parametrize("year", ["1989", "2028", "twenty"])
def test_the_plans_year_is_a_year(now, draft, coordinator, log_in, year):
    assert len(errors(log_in(coordinator), draft, "anchoring", {**PLAN, "plan_year": year})) == 1


def test_a_gap_in_the_composition_warns_once_and_does_not_block(now, complete, coordinator, log_in):
    browser, step = log_in(coordinator), url(complete, "composition")
    opened = browser.get(step).content.decode()
    assert "Upbringing and school (nobody in the team)" in opened
    assert "Health and care (nobody in the team)" not in opened
    typed = {"problem_sectors": ["upbringing", "culture"], "mitigation": "", "action": "next"}
    answer = browser.post(step, {**typed, "version": version_on(browser.get(step))}, follow=True)
    assert answer.redirect_chain == [(step, 302)]
    page = answer.content.decode()
    assert "It is saved. Say how the team will involve the sectors that nobody comes from" in page
    assert "nobody in the team comes from: Upbringing and school." in page
    again = browser.post(step, {**typed, "version": version_on(answer)})
    assert again.url == url(complete, "guarantee")
    assert reread(complete).composition_gap() == ["upbringing"]
    warning = "nobody in the team comes from: Upbringing and school."
    for page in ("tasks", "team", "check"):
        address = reverse(f"applications:{page}", args=[complete.reference])
        assert warning in browser.get(address).content.decode()


@pytest.mark.parametrize("part", ["problem", "anchoring", "composition", "municipality", "guarantee"])
def test_a_closed_step_leads_back_with_the_reason(draft, coordinator, log_in, too_late, part):
    answer = log_in(coordinator).get(url(draft, part), follow=True)
    assert answer.redirect_chain == [(draft.get_absolute_url(), 302)]
    assert "The deadline has passed. The application can no longer be changed." in answer.content.decode()


def test_text_posted_too_late_is_still_on_the_page(draft, coordinator, log_in, too_late):
    answer = log_in(coordinator).post(url(draft), {**PROBLEM, "action": "next"})
    page = answer.content.decode()
    assert "The deadline has passed" in page
    assert "How can we keep pupils in school?" in page


@pytest.mark.parametrize("step", ["check", "nonsense"])
def test_no_such_part(now, draft, coordinator, log_in, step):
    assert log_in(coordinator).get(url(draft, step)).status_code == 404
