"""The network: one round of drand, asked of several relays that know nothing of each other."""

import hashlib
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from applications.sources import DRAND_CHAIN

ENOUGH = 2
TIMEOUT_SECONDS = 5.0
LARGEST_ANSWER = 10_000
USER_AGENT = "Innoskole"


class BadAnswer(Exception):
    """A relay answered something that cannot be the value of the round."""


@dataclass(frozen=True)
class Survey:
    """What the relays said about one round.

    values: relay → value (64 hexadecimal digits). silent: relay → why it gave no answer. wrong: relay →
    what is wrong with its answer.
    """

    values: dict[str, str]
    silent: dict[str, str]
    wrong: dict[str, str]

    @property
    def agreed(self) -> str | None:
        """The value, when at least two relays answered and all that answered say the same; else None."""
        different = set(self.values.values())
        if self.wrong or len(self.values) < ENOUGH or len(different) != 1:
            return None
        return different.pop()


def ask(relays: Sequence[str], round_number: int, *, timeout: float = TIMEOUT_SECONDS) -> Survey:
    """Ask every relay (base addresses) at once; silent ones cost about `timeout` seconds together."""
    survey = Survey({}, {}, {})
    if not relays:
        return survey
    with ThreadPoolExecutor(max_workers=len(relays)) as pool:
        answers = {relay: pool.submit(_fetch, relay, round_number, timeout) for relay in relays}
    for relay, answer in answers.items():
        try:
            survey.values[relay] = answer.result()
        except BadAnswer as error:
            survey.wrong[relay] = str(error)
        except (OSError, http.client.HTTPException) as error:
            survey.silent[relay] = str(error) or type(error).__name__
    return survey


def _fetch(relay: str, round_number: int, timeout: float) -> str:
    """The round's randomness from one relay.

    Raises OSError or HTTPException when it gives no answer, BadAnswer when the answer is not of this round
    or the randomness is not the SHA-256 of the signature.
    """
    address = f"{relay.rstrip('/')}/{DRAND_CHAIN}/public/{round_number}"
    request = urllib.request.Request(
        address, headers={"User-Agent": USER_AGENT, "Accept": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=timeout) as response:
            content = response.read(LARGEST_ANSWER)
    except urllib.error.HTTPError as error:
        error.close()
        raise
    try:
        answer = json.loads(content)
        found, randomness, signature = (
            answer["round"],
            answer["randomness"],
            bytes.fromhex(answer["signature"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer(f"not an answer of drand: {error}") from error
    if found != round_number:
        raise BadAnswer(f"round {found}")
    if hashlib.sha256(signature).hexdigest() != randomness:
        raise BadAnswer("the randomness is not the SHA-256 of the signature")
    return str(randomness)
