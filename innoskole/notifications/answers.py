"""What the mail server's answer means in plain words, and what staff can do about it.

Sources: RFC 5321 (three figures) and RFC 3463 with IANA's registry (the enhanced code, «5.1.1»). The enhanced
code is asked first, because servers use 550 and 554 for nearly everything.
"""

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from innoskole.notifications.models import Message

CODE = re.compile(r"(?<![\d.])([45]\d\d)(?![\d.])")
ENHANCED = re.compile(r"(?<![\d.])([45])\.(\d{1,3}\.\d{1,3})(?!\.?\d)")  # and no part of an IP address


@dataclass(frozen=True)
class Answer:
    """meaning, advice: whole sentences."""

    meaning: str | Promise
    advice: str | Promise


ASK_FOR_ADDRESS = _(
    "Ask the person or the municipality for the right address and correct it where it is written."
    " Then let a new letter go there, and cancel this one."
)
NOBODY = Answer(_("The recipient's mail server knows nobody with this address."), ASK_FOR_ADDRESS)
NO_DOMAIN = Answer(_("No mail server was found for what stands after the @ of the address."), ASK_FOR_ADDRESS)
NO_ADDRESS = Answer(
    _("The address cannot be used: it is not written as e-mail addresses are."), ASK_FOR_ADDRESS
)
CLOSED = Answer(_("The mailbox is closed or takes no letters."), ASK_FOR_ADDRESS)
FULL = Answer(
    _("The recipient's mailbox is full."),
    _("Reach the person by telephone or ask a colleague to, and send the letter again when there is room."),
)
POLICY = Answer(
    _("The recipient's mail server does not want letters like this one: it takes them for unwanted mail."),
    _(
        "Ask the IT department of the municipality to let letters from the school through, and your own to"
        " look at SPF, DKIM and DMARC of the sender's address. Then send the letter again."
    ),
)
WAITED = Answer(
    _("The recipient's mail server asked us to wait each time, until we gave up after two days."),
    _("Send the letter again. If that does not help, ask the IT department of the municipality."),
)
NOT_FOUND_YET = Answer(
    _("The mail server of the address could not be reached, until we gave up after two days."),
    _("Check what stands after the @ of the address. If it is right, send the letter again."),
)
UNKNOWN = Answer(
    _("The recipient's mail server did not take the letter."),
    _("Read its answer, check the address, and send the letter again, or reach the person in another way."),
)
NO_ANSWER = Answer(
    _("The connection to the mail server broke each time, until we gave up."),
    _("Tell those who run the mail server, and send the letter again when it works."),
)

BY_ENHANCED_CODE = {
    "1.1": NOBODY,
    "1.2": NO_DOMAIN,
    "1.3": NO_ADDRESS,
    "1.6": NOBODY,  # has moved and left no address
    "1.10": NOBODY,  # Exchange Online; by the registry a domain without mail, which is 556 as well
    "2.1": CLOSED,
    "2.2": FULL,
    "4.4": NO_DOMAIN,
    "6.7": NO_ADDRESS,  # signs such as ø before the @ (RFC 6531)
}
BY_CODE = {"501": NO_ADDRESS, "550": NOBODY, "551": NOBODY, "552": FULL, "553": NO_ADDRESS, "554": POLICY}
UNREACHABLE = {"1.2", "4.1", "4.3", "4.4"}
# Of what Python says when there is no answer at all.
UNWRITABLE = {"SMTPNotSupportedError", "ValueError"}
BROKEN = {"SMTPServerDisconnected", "TimeoutError", "OSError", "ConnectionResetError", "BrokenPipeError"}


def answer_to(message: Message) -> Answer | None:
    """What the last answer to a letter means; None for one that was not given up."""
    return meaning_of(message.error) if message.state == Message.State.FAILED else None


def meaning_of(error: str) -> Answer:
    """error: as `Message.error` keeps it, or pasted from the mail that came back."""
    code, enhanced = CODE.search(error), ENHANCED.search(error)
    detail = enhanced[2] if enhanced else ""
    if (enhanced[1] if enhanced else code[1][0] if code else "") == "4":
        return FULL if detail == "2.2" else NOT_FOUND_YET if detail in UNREACHABLE else WAITED
    if code and code[1] == "556":  # the domain takes no mail (RFC 7504)
        return NO_DOMAIN
    if detail.startswith("7."):
        return POLICY
    if detail in BY_ENHANCED_CODE:
        return BY_ENHANCED_CODE[detail]
    if code:
        return BY_CODE.get(code[1], UNKNOWN)
    name = error.partition(":")[0]
    return NO_ADDRESS if name in UNWRITABLE else NO_ANSWER if name in BROKEN else UNKNOWN
