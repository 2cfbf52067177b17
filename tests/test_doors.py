"""Law 7: closed by default. One table of every URL × every role × what the door answers.

A URL that is not in the table fails, and so does a line of the table that leads nowhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from innoskole.accounts.models import User
from tests.factories import NOW
from tests.world import World

pytestmark = pytest.mark.django_db

# --- The table --------------------------------------------------------------------------------------

# Who knocks, in the order of the columns:
ROLES = (
    "anonymous",
    "outsider",  # proven for Fjaler, and nothing to do with Bodø
    "unproven",  # asks to act for Bodø and Karasjok, and has been rejected for Vadsø
    "owner",  # proven for Bodø, and the contact person of its applications
    "colleague",  # proven for Bodø as well
    "partner",  # proven for Ørland, which Bodø has asked to take part in its applications
    "instructor",
    "administrator",
)

# A cell is the status, or, of a redirect that asks who one is, where it leads:
REDIRECTS = {
    "in": "account_login",
    "pwd": "account_reauthenticate",  # the password once more, before something delicate
}

# The second column is what stands in the address: objects of tests.world by name, other words as they are.
# «both»: GET and POST answer the same; a POST carries no data.
TABLE = """
#                                                               ano out unp own col par ins adm
# --- For everybody
front                               -                         both 200 200 200 200 200 200 200 200
privacy                             -                         both 200 200 200 200 200 200 200 200
accessibility                       -                         both 200 200 200 200 200 200 200 200
cookies                             -                         both 200 200 200 200 200 200 200 200
health_live                         -                         GET  200 200 200 200 200 200 200 200
health_live                         -                         POST 405 405 405 405 405 405 405 405
health_ready                        -                         GET  200 200 200 200 200 200 200 200
health_ready                        -                         POST 405 405 405 405 405 405 405 405
jobs:health                         -                         GET  503 503 503 503 503 503 503 503
jobs:health                         -                         POST 405 405 405 405 405 405 405 405
jobs:metrics                        -                         GET  404 404 404 404 404 404 404 404
jobs:metrics                        -                         POST 405 405 405 405 405 405 405 405
municipalities:list                 -                         GET  200 200 200 200 200 200 200 200
municipalities:list                 -                         POST 405 405 405 405 405 405 405 405
municipalities:detail               9001                      GET  200 200 200 200 200 200 200 200
municipalities:detail               9001                      POST 405 405 405 405 405 405 405 405
municipalities:detail               9002                      GET  404 404 404 404 404 404 404 404
municipalities:suggest              -                         GET  200 200 200 200 200 200 200 200
municipalities:suggest              -                         POST 405 405 405 405 405 405 405 405
applications:intakes                -                         both 200 200 200 200 200 200 200 200

# A planned intake exists for the administrators only.
applications:intake                 open                      both 200 200 200 200 200 200 200 200
applications:intake                 published                 both 200 200 200 200 200 200 200 200
applications:intake                 planned                   both 404 404 404 404 404 404 404 200
applications:intake_json            open                      both 200 200 200 200 200 200 200 200
applications:intake_json            planned                   both 404 404 404 404 404 404 404 200
applications:intake_ics             open                      both 200 200 200 200 200 200 200 200
applications:intake_ics             planned                   both 404 404 404 404 404 404 404 200

# The draw: nothing of a result before its time, of an annulled round everything.
applications:verifier               -                         both 200 200 200 200 200 200 200 200
applications:draw                   planned                   both 404 404 404 404 404 404 404 404
applications:draw                   open                      both 200 200 200 200 200 200 200 200
applications:draw                   frozen                    both 200 200 200 200 200 200 200 200
applications:draw                   drawn                     both 200 200 200 200 200 200 200 200
applications:draw                   published                 both 200 200 200 200 200 200 200 200
applications:draw_file              frozen/1/basis.json       both 200 200 200 200 200 200 200 200
applications:draw_file              frozen/1/seed.txt         both 404 404 404 404 404 404 404 404
applications:draw_file              frozen/1/protocol.json    both 404 404 404 404 404 404 404 404
applications:draw_file              drawn/1/basis.json        both 200 200 200 200 200 200 200 200
applications:draw_file              drawn/1/seed.txt          both 404 404 404 404 404 404 404 200
applications:draw_file              drawn/1/protocol.json     both 404 404 404 404 404 404 404 200
applications:draw_file              published/1/basis.json    both 200 200 200 200 200 200 200 200
applications:draw_file              published/2/basis.json    both 200 200 200 200 200 200 200 200
applications:draw_file              published/2/seed.txt      both 200 200 200 200 200 200 200 200
applications:draw_file              published/2/protocol.json both 200 200 200 200 200 200 200 200
applications:draw_file              published/2/digest        both 404 404 404 404 404 404 404 404
applications:draw_file              published/3/basis.json    both 404 404 404 404 404 404 404 404

# Links in letters to people without an account.
applications:partner_answer         draft-link                both 200 200 200 200 200 200 200 200
applications:partner_answer         sent-link                 both 200 200 200 200 200 200 200 200
applications:partner_answer         asked-link                both 200 200 200 200 200 200 200 200
applications:partner_answer         draft-old-link            both 404 404 404 404 404 404 404 404
applications:partner_answer         guarantee-link            both 404 404 404 404 404 404 404 404
applications:partner_answer         forged                    both 404 404 404 404 404 404 404 404
applications:guarantee_answer       guarantee-link            both 200 200 200 200 200 200 200 200
applications:guarantee_answer       old-guarantee-link        both 200 200 200 200 200 200 200 200
applications:guarantee_answer       draft-link                both 404 404 404 404 404 404 404 404
applications:guarantee_answer       forged                    both 404 404 404 404 404 404 404 404
applications:invitation             invitation-link           both 200 200 200 200 200 200 200 200
applications:invitation             old-invitation-link       both 404 404 404 404 404 404 404 404
applications:invitation             guarantee-link            both 404 404 404 404 404 404 404 404
applications:invitation             forged                    both 404 404 404 404 404 404 404 404

applications:appeal_by_link         told-person-link          both 200 200 200 200 200 200 200 200
applications:appeal_by_link         appealed-person-link      both 200 200 200 200 200 200 200 200
applications:appeal_by_link         guarantee-link            both 404 404 404 404 404 404 404 404
applications:appeal_by_link         forged                    both 404 404 404 404 404 404 404 404
applications:appeal_withdraw_by_link appealed-person-link     GET  200 200 200 200 200 200 200 200
applications:appeal_withdraw_by_link appealed-person-link     POST 302 302 302 302 302 302 302 302
applications:appeal_withdraw_by_link told-person-link         both 404 404 404 404 404 404 404 404
applications:appeal_withdraw_by_link forged                   both 404 404 404 404 404 404 404 404

# The internal call: anybody who has the link reads it; what is stored only by the mailed link.
applications:colleagues             open-call                 both 200 200 200 200 200 200 200 200
applications:colleagues             closed-call               both 200 200 200 200 200 200 200 200
applications:colleagues             00000000-0000-4000-8000-000000000000 both 404 404 404 404 404 404 404 404
applications:signed_up              open-call                 both 200 200 200 200 200 200 200 200
applications:interest               interest-link             GET  200 200 200 200 200 200 200 200
applications:interest               interest-link             POST 302 302 302 302 302 302 302 302
applications:interest               chosen-link               both 200 200 200 200 200 200 200 200
applications:interest               gone-link                 both 200 200 200 200 200 200 200 200
applications:interest               guarantee-link            both 404 404 404 404 404 404 404 404
applications:interest               forged                    both 404 404 404 404 404 404 404 404

# Why a letter came, and no more of its like: whoever has the letter has the link.
notifications:why                   letter-uuid               both 200 200 200 200 200 200 200 200
notifications:why                   reminder-uuid             both 200 200 200 200 200 200 200 200
notifications:why                   00000000-0000-4000-8000-000000000000 both 404 404 404 404 404 404 404 404
notifications:stop                  reminder-uuid             both 200 200 200 200 200 200 200 200
notifications:stop                  letter-uuid               both 404 404 404 404 404 404 404 404
notifications:stop                  00000000-0000-4000-8000-000000000000 both 404 404 404 404 404 404 404 404
notifications:resume                reminder-uuid             GET  405 405 405 405 405 405 405 405
notifications:resume                reminder-uuid             POST 302 302 302 302 302 302 302 302
notifications:resume                letter-uuid               POST 404 404 404 404 404 404 404 404

# --- Logging in and one's own account
accounts:language                   -                         GET  405 405 405 405 405 405 405 405
accounts:language                   -                         POST 302 302 302 302 302 302 302 302
account_login                       -                         both 200 302 302 302 302 302 302 302
account_logout                      -                         GET  302 200 200 200 200 200 200 200
account_logout                      -                         POST 302 302 302 302 302 302 302 302
account_signup                      -                         both 200 302 302 302 302 302 302 302
account_inactive                    -                         GET  200 200 200 200 200 200 200 200
account_inactive                    -                         POST 405 405 405 405 405 405 405 405
account_request_login_code          -                         both 200 302 302 302 302 302 302 302
account_confirm_login_code          -                         both 302 302 302 302 302 302 302 302
account_email_verification_sent     -                         both in  302 302 302 302 302 302 302
account_reset_password              -                         both 200 200 200 200 200 200 200 200
account_confirm_password_reset_code -                         both in  in  in  in  in  in  in  in
account_complete_password_reset     -                         both 302 302 302 302 302 302 302 302
account_password_reset_completed    -                         GET  200 200 200 200 200 200 200 200
account_password_reset_completed    -                         POST 405 405 405 405 405 405 405 405
mfa_authenticate                    -                         both in  302 302 302 302 302 302 302
home                                -                         both in  200 200 200 200 200 200 200
accounts:profile                    -                         both in  200 200 200 200 200 200 200
account_reauthenticate              -                         both in  200 200 200 200 200 200 200
account_email                       -                         GET  in  200 200 200 200 200 200 200
account_email                       -                         POST in  302 302 302 302 302 302 302
account_change_password             -                         both in  200 200 200 200 200 200 200
account_set_password                -                         both in  302 302 302 302 302 302 302
mfa_index                           -                         GET  in  200 200 200 200 200 200 200
mfa_index                           -                         POST in  405 405 405 405 405 405 405
mfa_reauthenticate                  -                         both in  pwd pwd pwd pwd pwd pwd pwd
mfa_activate_totp                   -                         both in  pwd pwd pwd pwd pwd pwd pwd
mfa_deactivate_totp                 -                         both in  404 404 404 404 404 404 404
mfa_view_recovery_codes             -                         GET  in  404 404 404 404 404 404 404
mfa_view_recovery_codes             -                         POST in  405 405 405 405 405 405 405
mfa_generate_recovery_codes         -                         both in  pwd pwd pwd pwd pwd pwd pwd
mfa_download_recovery_codes         -                         both in  404 404 404 404 404 404 404

# A calendar at a private address, for programs that cannot log in; its events as files for the person alone.
calendars:feed                      calendar-address          GET  200 200 200 200 200 200 200 200
calendars:feed                      calendar-address          POST 405 405 405 405 405 405 405 405
calendars:feed                      forged                    GET  404 404 404 404 404 404 404 404
calendars:mine                      -                         both in  200 200 200 200 200 200 200
calendars:event                     offer-in-calendar         GET  in  404 404 200 404 404 404 404
calendars:event                     offer-in-calendar         POST in  405 405 405 405 405 405 405

# --- The municipality's pages
applications:mine                   -                         both in  200 200 200 200 200 200 200
applications:start                  open                      both in  200 200 200 200 200 200 200
applications:start                  closed                    both in  200 200 200 200 200 200 200
applications:start                  planned                   both in  404 404 404 404 404 404 404

# An application
applications:tasks                  draft                     both in  404 404 200 200 404 404 200
applications:tasks                  sent                      both in  404 404 200 200 200 404 200
applications:tasks                  case                      both in  404 404 200 200 200 404 200
applications:tasks                  asked                     both in  404 404 200 200 404 404 200
applications:tasks                  foreign                   both in  200 404 404 404 404 404 200
applications:tasks                  hopeful                   both in  404 200 404 404 404 404 200
applications:tasks                  rejected                  both in  404 404 404 404 404 404 200
applications:tasks                  IS-2027H-9999             both in  404 404 404 404 404 404 404
applications:take_over              draft                     GET  in  405 405 405 405 405 405 405
applications:take_over              draft                     POST in  404 404 302 302 404 404 404
applications:take_over              hopeful                   POST in  404 302 404 404 404 404 404
applications:take_over              rejected                  POST in  404 404 404 404 404 404 404
applications:step                   draft/municipality        GET  in  404 404 200 200 404 404 404
applications:step                   draft/municipality        POST in  404 404 409 409 404 404 404
applications:step                   draft/team                both in  404 404 302 302 404 404 404
applications:step                   draft/problem             both in  404 404 200 200 404 404 404
applications:step                   draft/anchoring           both in  404 404 200 200 404 404 404
applications:step                   draft/composition         both in  404 404 200 200 404 404 404
applications:step                   draft/guarantee           both in  404 404 200 200 404 404 404
applications:step                   draft/secrets             both in  404 404 404 404 404 404 404
applications:step                   sent/problem              GET  in  404 404 302 302 404 404 404
applications:step                   sent/problem              POST in  404 404 200 200 404 404 404
applications:step                   case/problem              GET  in  404 404 302 302 404 404 404
applications:step                   case/problem              POST in  404 404 200 200 404 404 404
applications:step                   asked/anchoring           both in  404 404 200 200 404 404 404
applications:step                   asked/problem             GET  in  404 404 302 302 404 404 404
applications:step                   asked/problem             POST in  404 404 200 200 404 404 404
applications:step                   hopeful/problem           both in  404 200 404 404 404 404 404
applications:step                   rejected/problem          both in  404 404 404 404 404 404 404
applications:autosave               draft/problem             GET  in  405 405 405 405 405 405 405
applications:autosave               draft/problem             POST in  404 404 200 200 404 404 404
applications:autosave               draft/secrets             POST in  404 404 404 404 404 404 404
applications:autosave               draft/member-new          POST in  404 404 200 200 404 404 404
applications:autosave               draft/member-secrets      POST in  404 404 404 404 404 404 404
applications:autosave               sent/problem              POST in  404 404 409 409 404 404 404
applications:autosave               rejected/problem          POST in  404 404 404 404 404 404 404
applications:discard                draft/problem             GET  in  405 405 405 405 405 405 405
applications:discard                draft/problem             POST in  404 404 302 302 404 404 404
applications:discard                draft/secrets             POST in  404 404 404 404 404 404 404
applications:discard                rejected/problem          POST in  404 404 404 404 404 404 404
applications:partner_add            draft                     both in  404 404 200 200 404 404 404
applications:partner_add            sent                      GET  in  404 404 302 302 404 404 404
applications:partner_add            sent                      POST in  404 404 200 200 404 404 404
applications:partner_again          draft/draft-partner       both in  404 404 200 200 404 404 404
applications:partner_again          foreign/draft-partner     both in  404 404 404 404 404 404 404
applications:partner_remove         draft/draft-partner       GET  in  404 404 200 200 404 404 404
applications:partner_remove         draft/draft-partner       POST in  404 404 302 302 404 404 404
applications:partner_remove         foreign/draft-partner     both in  404 404 404 404 404 404 404
applications:partner_remove         sent/sent-partner         both in  404 404 302 302 404 404 404
applications:team                   draft                     both in  404 404 200 200 404 404 404
applications:team                   case                      both in  404 404 302 302 404 404 404
applications:member_add             draft                     both in  404 404 200 200 404 404 404
applications:member_add             case                      GET  in  404 404 302 302 404 404 404
applications:member_add             case                      POST in  404 404 200 200 404 404 404
applications:member                 draft/draft-member        both in  404 404 200 200 404 404 404
applications:member                 foreign/draft-member      both in  302 404 404 404 404 404 404
applications:member                 case/case-member          GET  in  404 404 302 302 404 404 404
applications:member                 case/case-member          POST in  404 404 200 200 404 404 404
applications:member_remove          draft/draft-member        GET  in  404 404 200 200 404 404 404
applications:member_remove          draft/draft-member        POST in  404 404 302 302 404 404 404
applications:member_remove          foreign/draft-member      both in  302 404 404 404 404 404 404
applications:member_remove          case/case-member          both in  404 404 302 302 404 404 404
applications:document               draft/draft-document      both in  404 404 200 200 404 404 200
applications:document               foreign/draft-document    both in  404 404 404 404 404 404 404
applications:document               case/case-document        both in  404 404 200 200 404 404 200
applications:document_remove        draft/draft-document      GET  in  404 404 200 200 404 404 404
applications:document_remove        draft/draft-document      POST in  404 404 302 302 404 404 404
applications:document_remove        foreign/draft-document    both in  404 404 404 404 404 404 404
applications:document_remove        case/case-document        both in  404 404 302 302 404 404 404
applications:call                   draft                     both in  404 404 200 200 404 404 404
applications:call                   sent                      both in  404 404 200 200 404 404 404
applications:call                   case                      both in  404 404 200 200 404 404 404
applications:call                   asks                      both in  404 404 200 200 404 404 404
applications:call                   foreign                   both in  200 404 404 404 404 404 404
applications:call                   hopeful                   both in  404 200 404 404 404 404 404
applications:call                   rejected                  both in  404 404 404 404 404 404 404
applications:call_edit              asks                      both in  404 404 200 200 404 404 404
applications:call_edit              sent                      GET  in  404 404 302 302 404 404 404
applications:call_edit              sent                      POST in  404 404 200 200 404 404 404
applications:call_edit              draft                     both in  404 404 404 404 404 404 404
applications:call_close             asks                      GET  in  405 405 405 405 405 405 405
applications:call_close             asks                      POST in  404 404 302 302 404 404 404
applications:call_close             draft                     POST in  404 404 404 404 404 404 404
applications:call_pick              asks                      both in  404 404 200 200 404 404 404
applications:call_pick              draft                     both in  404 404 404 404 404 404 404
applications:check                  draft                     both in  404 404 200 200 404 404 404
applications:check                  sent                      both in  404 404 302 302 404 404 404
applications:check                  hopeful                   both in  404 200 404 404 404 404 404
applications:check                  rejected                  both in  404 404 404 404 404 404 404
applications:receipt                draft                     both in  404 404 302 302 404 404 302
applications:receipt                sent                      both in  404 404 200 200 200 404 200
applications:receipt                case                      both in  404 404 200 200 200 404 200
applications:receipt                asked                     both in  404 404 200 200 404 404 200
applications:receipt_json           draft                     both in  404 404 404 404 404 404 404
applications:receipt_json           sent                      both in  404 404 200 200 200 404 200
applications:receipt_json           asked                     both in  404 404 200 200 404 404 200
applications:receipt_pdf            draft                     both in  404 404 404 404 404 404 404
applications:receipt_pdf            sent                      both in  404 404 200 200 200 404 200
applications:receipt_pdf            asked                     both in  404 404 200 200 404 404 200
applications:reopen                 draft                     both in  404 404 302 302 404 404 404
applications:reopen                 sent                      GET  in  404 404 200 200 404 404 404
applications:reopen                 sent                      POST in  404 404 302 302 404 404 404
applications:reopen                 case                      GET  in  404 404 302 302 404 404 404
applications:reopen                 case                      POST in  404 404 200 200 404 404 404
applications:paper                  draft                     both in  404 404 302 302 404 404 302
applications:paper                  sent                      both in  404 404 302 302 302 404 302
applications:paper                  hopeful                   both in  404 302 404 404 404 404 302
applications:paper                  rejected                  both in  404 404 404 404 404 404 302
applications:paper_text             draft/nb                  GET  in  404 404 200 200 404 404 200
applications:paper_text             draft/nb                  POST in  404 404 200 200 404 404 404
applications:paper_text             sent/nn                   GET  in  404 404 200 200 200 404 200
applications:paper_text             sent/nn                   POST in  404 404 200 200 404 404 404
applications:paper_text             draft/en                  both in  404 404 404 404 404 404 404
applications:paper_file             draft/nb/docx             both in  404 404 200 200 404 404 200
applications:paper_file             sent/nn/pdf               both in  404 404 200 200 200 404 200
applications:paper_file             sent/en/pdf               both in  404 404 404 404 404 404 404
applications:paper_file             sent/nb/odt               both in  404 404 404 404 404 404 404
applications:paper_file             rejected/nb/pdf           both in  404 404 404 404 404 404 200
applications:outcome                draft                     GET  in  404 404 302 302 404 404 404
applications:outcome                draft                     POST in  404 404 200 200 404 404 404
applications:outcome                sent                      both in  404 404 200 200 404 404 404
applications:outcome                case                      both in  404 404 200 200 404 404 404
applications:outcome                rejected                  both in  404 404 404 404 404 404 404
applications:withdraw               draft                     both in  404 404 200 200 404 404 404
applications:withdraw               sent                      both in  404 404 200 200 404 404 404
applications:withdraw               case                      both in  404 404 200 200 404 404 404
applications:withdraw               hopeful                   both in  404 200 404 404 404 404 404
applications:withdraw               rejected                  both in  404 404 404 404 404 404 404
applications:information            draft                     both in  404 404 302 302 404 404 404
applications:information            asked                     both in  404 404 200 200 404 404 404

# The persons of a team: the colleagues who work on the application, and the school.
applications:people                 placed                    both in  404 404 200 200 404 404 200
applications:people                 draft                     both in  404 404 200 200 404 404 200
applications:people                 foreign                   both in  200 404 404 404 404 404 200
applications:people                 hopeful                   both in  404 200 404 404 404 404 200
applications:people                 rejected                  both in  404 404 404 404 404 404 200
applications:reserve_add            placed                    both in  404 404 200 200 404 404 200
applications:reserve_add            draft                     both in  404 404 200 200 404 404 200
applications:reserve_remove         placed/reserve            GET  in  404 404 200 200 404 404 200
applications:reserve_remove         placed/reserve            POST in  404 404 302 302 404 404 302
applications:reserve_remove         foreign/reserve           both in  404 404 404 404 404 404 404
applications:person_correct         placed/invited            both in  404 404 200 200 404 404 200
applications:person_correct         foreign/invited           both in  404 404 404 404 404 404 404
applications:person_invite          placed/invited            both in  404 404 200 200 404 404 200
applications:person_invite          foreign/invited           both in  404 404 404 404 404 404 404
applications:person_withdraw        placed/invited            both in  404 404 200 200 404 404 200
applications:person_withdraw        foreign/invited           both in  404 404 404 404 404 404 404
applications:person_replace         placed/gone               both in  404 404 200 200 404 404 200
applications:person_replace         placed/invited            both in  404 404 200 200 404 404 200
applications:person_replace         foreign/gone              both in  404 404 404 404 404 404 404
applications:person_replace_new     placed/gone               both in  404 404 200 200 404 404 200
applications:person_replace_new     foreign/gone              both in  404 404 404 404 404 404 404
applications:person_reopen          placed/gone               GET  in  404 404 200 200 404 404 200
applications:person_reopen          placed/gone               POST in  404 404 302 302 404 404 302
applications:person_reopen          foreign/gone              both in  404 404 404 404 404 404 404
# --- The school's pages: intakes
applications:admin_intakes          -                         both in  403 403 403 403 403 403 200
applications:intake_add             -                         both in  403 403 403 403 403 403 200
applications:intake_admin           open                      both in  403 403 403 403 403 403 200
applications:intake_admin           no-such                   both in  403 403 403 403 403 403 404
applications:intake_edit            planned                   both in  403 403 403 403 403 403 200
applications:intake_edit            open                      both in  403 403 403 403 403 403 302
applications:intake_quotas          planned                   both in  403 403 403 403 403 403 200
applications:intake_quotas          open                      both in  403 403 403 403 403 403 302
applications:intake_describe        open                      both in  403 403 403 403 403 403 200
applications:intake_open            planned                   GET  in  403 403 403 403 403 403 200
applications:intake_open            planned                   POST in  403 403 403 403 403 403 302
applications:intake_open            open                      both in  403 403 403 403 403 403 200
applications:intake_extend          open                      both in  403 403 403 403 403 403 200
applications:intake_extend          closed                    both in  403 403 403 403 403 403 404
applications:queue                  open                      both in  403 403 403 403 403 403 200
applications:queue_bulk             open                      both in  403 403 403 403 403 403 302
applications:queue_export           open/xlsx                 both in  403 403 403 403 403 403 200
applications:queue_export           open/csv                  both in  403 403 403 403 403 403 200
applications:queue_export           open/pdf                  both in  403 403 403 403 403 403 404

# Applications
applications:case                   case                      both in  403 403 403 403 403 403 200
applications:case                   IS-2027H-9999             both in  403 403 403 403 403 403 404
applications:case_plain             case/check                GET  in  403 403 403 403 403 403 405
applications:case_plain             case/check                POST in  403 403 403 403 403 403 302
applications:case_plain             sent/review               POST in  403 403 403 403 403 403 302
applications:case_plain             case/no-such              POST in  403 403 403 403 403 403 404
applications:case_form              case/request              both in  403 403 403 403 403 403 200
applications:case_form              asked/recall              both in  403 403 403 403 403 403 200
applications:case_form              case/reject               both in  403 403 403 403 403 403 200
applications:case_form              case/return               both in  403 403 403 403 403 403 200
applications:case_form              case/withdraw             both in  403 403 403 403 403 403 200
applications:case_form              case/no-such              both in  403 403 403 403 403 403 404
applications:assess                 case/case-member          both in  403 403 403 403 403 403 200
applications:assess                 case/draft-member         both in  403 403 403 403 403 403 404
applications:assessment_approve     case/case-member/1        GET  in  403 403 403 403 403 403 405
applications:assessment_approve     case/case-member/1        POST in  403 403 403 403 403 403 302
applications:assessment_approve     case/case-member/2        POST in  403 403 403 403 403 403 404
applications:assessment_discard     case/case-member/1        both in  403 403 403 403 403 403 200
applications:assessment_discard     case/draft-member/1       both in  403 403 403 403 403 403 404
applications:assess                 placed/newcomer           both in  403 403 403 403 403 403 200
applications:assess                 placed/reserve            both in  403 403 403 403 403 403 200
applications:person_letter          placed/newcomer           GET  in  403 403 403 403 403 403 405
applications:person_letter          placed/newcomer           POST in  403 403 403 403 403 403 302
applications:person_letter          draft/newcomer            POST in  403 403 403 403 403 403 404
applications:teams                  with-team                 both in  403 403 403 403 403 403 200
applications:teams                  open                      both in  403 403 403 403 403 403 200
applications:teams                  no-such                   both in  403 403 403 403 403 403 404
applications:teams_export           with-team/xlsx            both in  403 403 403 403 403 403 200
applications:teams_export           with-team/csv             both in  403 403 403 403 403 403 200
applications:teams_export           with-team/pdf             both in  403 403 403 403 403 403 404

# The draw
applications:selection              closed                    both in  403 403 403 403 403 403 200
applications:selection              frozen                    both in  403 403 403 403 403 403 200
applications:selection_what_if      closed                    both in  403 403 403 403 403 403 200
applications:selection_freeze       closed                    both in  403 403 403 403 403 403 200
applications:selection_freeze       frozen                    both in  403 403 403 403 403 403 200
applications:selection_no_draw      closed                    both in  403 403 403 403 403 403 200
applications:selection_source       frozen/1                  both in  403 403 403 403 403 403 200
applications:selection_source       frozen/3                  both in  403 403 403 403 403 403 404
applications:selection_source       closed/1                  both in  403 403 403 403 403 403 404
applications:selection_fetch        frozen/1                  GET  in  403 403 403 403 403 403 405
applications:selection_fetch        frozen/1                  POST in  403 403 403 403 403 403 302
applications:selection_draw         closed                    both in  403 403 403 403 403 403 404
applications:selection_draw         frozen                    both in  403 403 403 403 403 403 200
applications:selection_draw         drawn                     both in  403 403 403 403 403 403 200
applications:selection_check        frozen                    both in  403 403 403 403 403 403 200
applications:selection_check        drawn                     GET  in  403 403 403 403 403 403 200
applications:selection_check        drawn                     POST in  403 403 403 403 403 403 302
applications:selection_decide       drawn                     both in  403 403 403 403 403 403 200
applications:selection_annul        closed                    both in  403 403 403 403 403 403 404
applications:selection_annul        drawn                     both in  403 403 403 403 403 403 200
applications:selection_annul        published                 both in  403 403 403 403 403 403 200

# Decisions: before their minute for the school alone; a letter then also for those to whom it is written.
applications:release                decided                   both in  403 403 403 403 403 403 200
applications:release                open                      both in  403 403 403 403 403 403 200
applications:release                no-such                   both in  403 403 403 403 403 403 404
applications:release_prepare        decided                   both in  403 403 403 403 403 403 200
applications:release_prepare        no-such                   both in  403 403 403 403 403 403 404
applications:release_approve        decided                   GET  in  403 403 403 403 403 403 200
applications:release_approve        decided                   POST in  403 403 403 403 403 403 302
applications:release_approve        open                      both in  403 403 403 403 403 403 404
applications:release_cancel         decided                   both in  403 403 403 403 403 403 200
applications:release_cancel         open                      both in  403 403 403 403 403 403 404
applications:decision               untold-decision           both in  403 403 403 403 403 403 200
applications:decision               told-decision             both in  403 403 403 403 403 403 200
applications:decision               0                         both in  403 403 403 403 403 403 404
applications:decision_deed          untold-decision/approve   GET  in  403 403 403 403 403 403 200
applications:decision_deed          untold-decision/approve   POST in  403 403 403 403 403 403 302
applications:decision_deed          untold-decision/void      both in  403 403 403 403 403 403 200
applications:decision_deed          untold-decision/suppress  both in  403 403 403 403 403 403 200
applications:decision_deed          told-decision/approve     both in  403 403 403 403 403 403 200
applications:decision_deed          told-decision/no-such     both in  403 403 403 403 403 403 404
applications:letter                 told-letter               both in  404 404 200 200 404 404 200
applications:letter                 person-letter             both in  200 404 404 404 404 404 200
applications:letter                 untold-letter             both in  404 404 404 404 404 404 200
applications:letter                 0                         both in  404 404 404 404 404 404 404
applications:letter_by_link         person-letter-link        both 200 200 200 200 200 200 200 200
applications:letter_by_link         told-letter-link          both 404 404 404 404 404 404 404 404
applications:letter_by_link         forged                    both 404 404 404 404 404 404 404 404

# Offers: the answer is the municipality's, all the rest the school's.
applications:offer                  offered                   both in  404 404 200 200 404 404 404
applications:offer                  case                      both in  404 404 200 200 404 404 404
applications:offer                  ready                     both in  404 404 404 404 404 404 404
applications:offer_list             with-offers               both in  403 403 403 403 403 403 200
applications:offer_list             open                      both in  403 403 403 403 403 403 200
applications:offer_list             no-such                   both in  403 403 403 403 403 403 404
applications:offer_export           with-offers/xlsx          both in  403 403 403 403 403 403 200
applications:offer_export           with-offers/csv           both in  403 403 403 403 403 403 200
applications:offer_export           with-offers/pdf           both in  403 403 403 403 403 403 404
applications:waiting_list_close     with-offers               both in  403 403 403 403 403 403 200
applications:waiting_list_close     open                      both in  403 403 403 403 403 403 200
applications:offer_case             offer                     both in  403 403 403 403 403 403 200
applications:offer_case             0                         both in  403 403 403 403 403 403 404
applications:offer_deed             offer/accept              both in  403 403 403 403 403 403 200
applications:offer_deed             offer/decline             both in  403 403 403 403 403 403 200
applications:offer_deed             offer/undo                both in  403 403 403 403 403 403 200
applications:offer_deed             offer/withdraw            both in  403 403 403 403 403 403 200
applications:offer_deed             held-offer/take-back      both in  403 403 403 403 403 403 200
applications:offer_deed             offer/no-such             both in  403 403 403 403 403 403 404

# Fees
applications:invoice                accepted                  both in  404 404 200 200 404 404 200
applications:invoice                case                      GET  in  404 404 200 200 404 404 200
applications:invoice                case                      POST in  404 404 409 409 404 404 409
applications:invoice                IS-2027H-9999             both in  404 404 404 404 404 404 404
applications:fee_rates              -                         both in  403 403 403 403 403 403 200
applications:course_fees            fees                      both in  403 403 403 403 403 403 200
applications:course_fees            no-such                   both in  403 403 403 403 403 403 404
applications:course_fees_export     fees/xlsx                 both in  403 403 403 403 403 403 200
applications:course_fees_export     fees/csv                  both in  403 403 403 403 403 403 200
applications:course_fees_export     fees/xml                  both in  403 403 403 403 403 403 404
applications:course_fees_exported   fees                      GET  in  403 403 403 403 403 403 200
applications:course_fees_exported   fees                      POST in  403 403 403 403 403 403 302
applications:semester_fees          fees                      both in  403 403 403 403 403 403 200
applications:semester_fees_export   fees/xlsx                 both in  403 403 403 403 403 403 200
applications:semester_fees_export   fees/xml                  both in  403 403 403 403 403 403 404
applications:semester_fee_import    fees                      both in  403 403 403 403 403 403 200
applications:semester_fee_record    fees/accepted-member/1    GET  in  403 403 403 403 403 403 405
applications:semester_fee_record    fees/accepted-member/1    POST in  403 403 403 403 403 403 302
applications:semester_fee_record    fees/draft-member/1       POST in  403 403 403 403 403 403 404

# Appeals: a decision on a person is that person's own, and not for the municipality.
applications:appeal                 told/waiting-decision     both in  404 404 200 200 404 404 404
applications:appeal                 appealed/appealed-decision both in 404 404 200 200 404 404 404
applications:appeal                 told/appealed-decision    both in  404 404 404 404 404 404 404
applications:appeal                 told/told-person          both in  404 404 404 404 404 404 404
applications:appeal_withdraw        told/waiting-decision     both in  404 404 404 404 404 404 404
applications:appeal_withdraw        told/told-person          both in  404 404 404 404 404 404 404
applications:appeal_withdraw        appealed/appealed-decision GET in  404 404 200 200 404 404 404
applications:appeal_withdraw        appealed/appealed-decision POST in 404 404 302 302 404 404 404
applications:appeals                -                         both in  403 403 403 403 403 403 200
applications:appeals_export         xlsx                      both in  403 403 403 403 403 403 200
applications:appeals_export         csv                       both in  403 403 403 403 403 403 200
applications:appeals_export         pdf                       both in  403 403 403 403 403 403 404
applications:appeal_register        waiting-decision          both in  403 403 403 403 403 403 200
applications:appeal_register        0                         both in  403 403 403 403 403 403 404
applications:appeal_case            appeal                    both in  403 403 403 403 403 403 200
applications:appeal_case            0                         both in  403 403 403 403 403 403 404
applications:appeal_plain           appeal/take               GET  in  403 403 403 403 403 403 405
applications:appeal_plain           appeal/take               POST in  403 403 403 403 403 403 302
applications:appeal_plain           appeal/no-such            POST in  403 403 403 403 403 403 404
applications:appeal_deed            appeal/dismiss            both in  403 403 403 403 403 403 200
applications:appeal_deed            appeal/board              both in  403 403 403 403 403 403 200
applications:appeal_deed            appeal/no-such            both in  403 403 403 403 403 403 404

# Free places after the deadline
applications:late                   late                      both in  403 403 403 403 403 403 200
applications:late                   planned                   both in  403 403 403 403 403 403 404
applications:late_close             late                      both in  403 403 403 403 403 403 200
applications:late_close             appeals                   both in  403 403 403 403 403 403 404
applications:late_give              late/came-late            both in  403 403 403 403 403 403 200
applications:late_give              late/told                 both in  403 403 403 403 403 403 404
applications:late_decline           late/came-late            both in  403 403 403 403 403 403 200
applications:late_decline           late/told                 both in  403 403 403 403 403 403 404

# The machinery
jobs:jobs                           -                         GET  in  403 403 403 403 403 403 200
jobs:jobs                           -                         POST in  403 403 403 403 403 403 405

# People and letters
applications:affiliations           -                         both in  403 403 403 403 403 403 200
applications:claim                  claim                     both in  403 403 403 403 403 403 200
applications:claim                  0                         both in  403 403 403 403 403 403 404
accounts:people                     -                         both in  403 403 403 403 403 403 200
accounts:new_person                 -                         both in  403 403 403 403 403 403 200
accounts:person                     somebody                  both in  403 403 403 403 403 403 200
accounts:person                     0                         both in  403 403 403 403 403 403 404
accounts:domains                    -                         both in  403 403 403 403 403 403 200
accounts:remove_domain              exception                 GET  in  403 403 403 403 403 403 405
accounts:remove_domain              exception                 POST in  403 403 403 403 403 403 302
accounts:remove_domain              0                         POST in  403 403 403 403 403 403 404
notifications:messages              -                         both in  403 403 403 403 403 403 200
notifications:message               letter                    GET  in  403 403 403 403 403 403 200
notifications:message               letter                    POST in  403 403 403 403 403 403 302
notifications:message               0                         both in  403 403 403 403 403 403 404
notifications:messages_export       xlsx                      both in  403 403 403 403 403 403 200
notifications:messages_export       csv                       both in  403 403 403 403 403 403 200
notifications:messages_export       pdf                       both in  403 403 403 403 403 403 404

# Reminders: the ledger and its rules are the school's, each person has a page of their own.
reminders:ledger                    -                         both in  403 403 403 403 403 403 200
reminders:export                    xlsx                      both in  403 403 403 403 403 403 200
reminders:export                    csv                       both in  403 403 403 403 403 403 200
reminders:export                    pdf                       both in  403 403 403 403 403 403 404
reminders:line                      reminder                  both in  403 403 403 403 403 403 200
reminders:line                      0                         both in  403 403 403 403 403 403 404
reminders:again                     reminder                  both in  403 403 403 403 403 403 200
reminders:again                     0                         both in  403 403 403 403 403 403 404
reminders:preview                   -                         GET  in  403 403 403 403 403 403 200
reminders:preview                   -                         POST in  403 403 403 403 403 403 405
reminders:rules                     -                         GET  in  403 403 403 403 403 403 200
reminders:rules                     -                         POST in  403 403 403 403 403 403 405
reminders:rule                      settle                    both in  403 403 403 403 403 403 200
reminders:rule                      no-such                   both in  403 403 403 403 403 403 404
reminders:pauses                    -                         both in  403 403 403 403 403 403 200
reminders:new_pause                 -                         both in  403 403 403 403 403 403 200
reminders:pause                     pause                     GET  in  403 403 403 403 403 403 200
reminders:pause                     pause                     POST in  403 403 403 403 403 403 302
reminders:pause                     0                         both in  403 403 403 403 403 403 404
reminders:mine                      -                         GET  in  200 200 200 200 200 200 200
reminders:mine                      -                         POST in  405 405 405 405 405 405 405
reminders:stop                      settle                    GET  in  405 405 405 405 405 405 405
reminders:stop                      settle                    POST in  302 302 302 302 302 302 302
reminders:stop                      no-such                   POST in  404 404 404 404 404 404 404
reminders:start                     settle                    GET  in  405 405 405 405 405 405 405
reminders:start                     settle                    POST in  302 302 302 302 302 302 302

# Deadlines
deadlines:rules                     -                         GET  in  403 403 403 403 403 403 200
deadlines:rules                     -                         POST in  403 403 403 403 403 403 405
deadlines:new_version               grading                   both in  403 403 403 403 403 403 200
deadlines:new_version               no-such                   both in  403 403 403 403 403 403 404

# The demo's calendar: for those whom people play in a demo, and for nobody in production.
demo                                -                         both in  403 403 403 403 403 403 404
"""


@dataclass(frozen=True)
class Door:
    """A line of the table. address: the arguments of the URL; answers: role → cell."""

    name: str
    address: tuple[str, ...]
    methods: tuple[str, ...]
    answers: dict[str, str]

    def __str__(self) -> str:
        return " ".join((*self.methods, self.name, "/".join(self.address)))

    def url(self, world: World) -> str:
        return reverse(self.name, args=[world.objects.get(word, word) for word in self.address])


def doors() -> Iterator[Door]:
    for line in TABLE.splitlines():
        if line and not line.startswith("#"):
            name, address, method, *cells = line.split()
            yield Door(
                name,
                () if address == "-" else tuple(address.split("/")),
                ("GET", "POST") if method == "both" else (method,),
                dict(zip(ROLES, cells, strict=True)),
            )


DOORS = list(doors())
CLOSED_DOORS = [door for door in DOORS if door.answers["anonymous"] == "in" and "GET" in door.methods]


# --- Knocking ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    """Built once: whatever a knock changes is undone."""
    with django_db_blocker.unblock(), transaction.atomic(), time_machine.travel(NOW, tick=False):
        yield World()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def browser() -> Client:
    """One for all: a new one looks up every static file."""
    return Client()


@pytest.fixture(autouse=True)
def _quiet_and_ready(caplog, settings, tmp_path: Path) -> None:
    """Refusals are what we ask for; and health_ready looks for the broker's folder."""
    caplog.set_level(logging.ERROR, "django.request")
    settings.BROKER_FOLDER = tmp_path


@pytest.fixture
def knock(world: World, browser: Client):
    """`knock(role, method, door)`: the answer to one request, whose doings are undone."""

    def knocked(role: str, method: str, door: Door) -> HttpResponseBase:
        browser.cookies = SimpleCookie(world.cookies.get(role, {}))
        with transaction.atomic():
            response = browser.generic(method, door.url(world))
            response.getvalue()  # a streamed file is closed when it has been read
            transaction.set_rollback(True)
        return response

    return knocked


def cell(response: HttpResponseBase) -> str:
    destination = response.headers.get("Location", "").partition("?")[0]
    leads_to = {reverse(name): word for word, name in REDIRECTS.items()}
    return leads_to.get(destination, str(response.status_code))


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_every_door_answers_as_the_table_says(knock, door):
    for method in door.methods:
        assert {role: cell(knock(role, method, door)) for role in ROLES} == door.answers, method


@pytest.mark.parametrize("role", ["instructor", "administrator"])
def test_no_closed_door_opens_to_a_role_without_its_second_factor(knock, settings, role):
    settings.REQUIRE_SECOND_FACTOR = True
    closed = [door for door in CLOSED_DOORS if not door.name.startswith(("account_", "mfa_"))]
    led_to = {str(door): knock(role, "GET", door).headers.get("Location") for door in closed}
    assert led_to == dict.fromkeys(led_to, reverse("mfa_activate_totp"))


def test_a_closed_account_is_nobody(world, knock):
    with transaction.atomic():
        User.objects.filter(pk=world.people["administrator"].pk).update(is_active=False)
        answers = {str(door): cell(knock("administrator", "GET", door)) for door in CLOSED_DOORS}
        transaction.set_rollback(True)
    assert answers == dict.fromkeys(answers, "in")


# --- The table is whole -----------------------------------------------------------------------------


def names(patterns, namespace: str = "") -> Iterator[str]:
    """The name of every URL; of one without a name its pattern, so that it cannot hide."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name or pattern.pattern}"
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from names(pattern.url_patterns, inner)


def test_the_table_has_every_url_with_both_methods_and_no_other():
    known = list(names(get_resolver().url_patterns))
    assert len(known) == len(set(known)), "of two URLs with one name the table would know only one"
    asked = {(door.name, method) for door in DOORS for method in door.methods}
    assert asked == {(name, method) for name in known for method in ("GET", "POST")}


def test_the_table_asks_nothing_twice():
    asked = [f"{method} {door.name} {door.address}" for door in DOORS for method in door.methods]
    assert len(asked) == len(set(asked))
