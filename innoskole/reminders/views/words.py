"""Steps, rules and pauses in plain words."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from innoskole.notifications.models import Message
from innoskole.reminders.forms import clock
from innoskole.reminders.kinds import Kind, all_kinds, kind_of
from innoskole.reminders.models import Pause, Reminder, Why
from innoskole.reminders.steps import Rule

NOT_SENT = (Message.State.FAILED, Message.State.UNSURE, Message.State.VOID)


def kind_label(key: str) -> str:
    """The name of a kind; its key, if no story knows it any more."""
    known = {kind.key: kind for kind in all_kinds()}
    return str(known[key].label) if key in known else key


def why(line: Reminder) -> str:
    """Why its recipient gets the reminder."""
    return str(kind_of(line.kind).why) if line.kind in {kind.key for kind in all_kinds()} else ""


def is_deadline(key: str) -> bool:
    """Whether the moment of a line is a deadline, or one since which the thing waits."""
    return all(kind.is_deadline for kind in all_kinds() if kind.key == key)


def step(days: int) -> str:
    """«2 days before»."""
    if days < 0:
        return ngettext("%(days)s day before", "%(days)s days before", -days) % {"days": -days}
    if days > 0:
        return ngettext("%(days)s day after", "%(days)s days after", days) % {"days": days}
    return _("On the day")


def state(line: Reminder) -> tuple[str, str]:
    """What became of a line, in words, and the colour of what needs a person."""
    if line.why_not:
        color = "warning" if line.why_not == Why.NOBODY else "neutral"
        return str(Why(line.why_not).label), color
    if line.message is None:
        return _("waiting to be sent"), "neutral"
    return str(line.message.get_state_display()), "danger" if line.message.state in NOT_SENT else "neutral"


def listed(items: Sequence[object]) -> str:
    """«7, 3 and 1»."""
    *first, last = [str(item) for item in items]
    return _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def rule(of: Rule, kind: Kind) -> list[str]:
    """A rule of a kind as whole sentences."""
    if not of.is_active or not of.steps:
        return [_("Nobody is reminded.")]
    said = []
    if of.before:
        days = sorted(of.before, reverse=True)
        said.append(
            ngettext("%(days)s day before the deadline.", "%(days)s days before the deadline.", days[0])
            % {"days": listed(days)}
        )
    if of.every and of.most:
        said.append(_after(of, kind) % {"every": of.every, "most": of.most})
    leaves = _("From %(hour)s on working days.") if of.on_working_days else _("From %(hour)s every day.")
    said.append(leaves % {"hour": clock(of.hour)})
    if of.quiet_from != of.quiet_until:
        said.append(
            _("Quiet from %(from)s to %(until)s.")
            % {"from": clock(of.quiet_from), "until": clock(of.quiet_until)}
        )
    said.append(
        _("Gathered in one e-mail a day.") if of.in_digest else _("Each reminder is an e-mail of its own.")
    )
    return said


def _after(of: Rule, kind: Kind) -> str:
    if of.most == 1 and kind.is_deadline:
        return ngettext(
            "%(every)s day after the deadline, once.", "%(every)s days after the deadline, once.", of.every
        )
    if kind.is_deadline:
        return ngettext(
            "Every day after the deadline, %(most)s times.",
            "Every %(every)s days after the deadline, %(most)s times.",
            of.every,
        )
    if of.most == 1:
        return ngettext("When it has waited %(every)s day.", "When it has waited %(every)s days.", of.every)
    return ngettext(
        "Every day while it waits, %(most)s times.",
        "Every %(every)s days while it waits, %(most)s times.",
        of.every,
    )


def paused(pause: Pause, title: str = "") -> str:
    """What a pause is about. title: of its row."""
    values = {
        "kind": kind_label(pause.kind),
        "email": pause.to_email,
        "title": title or kind_label(pause.kind),
    }
    match bool(pause.kind), bool(pause.to_email), pause.object_id is not None:
        case True, True, True:
            return _("%(title)s, to %(email)s") % values
        case True, False, True:
            return _("%(title)s, to everybody") % values
        case True, True, False:
            return _("Every reminder of the kind “%(kind)s” to %(email)s") % values
        case True, False, False:
            return _("Every reminder of the kind “%(kind)s”") % values
        case _:
            return _("Every reminder to %(email)s") % values
