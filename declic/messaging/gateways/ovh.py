"""OVHcloud SMS: the signed REST dialect of `POST /sms/{service}/jobs` and `GET /sms/{service}/outgoing/{id}`.

Dialect: OVHcloud's API console (section /sms) and its guide for SMS users, whose receipt codes are 0 and 4 waiting,
8 buffered, 1 success, 2 failed, 16 failed and not charged. A request is signed with
`"$1$" + SHA1(secret + "+" + consumer + "+" + method + "+" + url + "+" + body + "+" + time)`, the time being theirs
(`GET /auth/time`). One credit is one SMS to a French number.
"""

import hashlib
import http.client
import json
import math
import ssl
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

from declic.messaging.gateways import Delivery, Receipt, Refused, TemporarilyDown, Uncertain, WrongNumber
from declic.messaging.sms import count_parts, is_gsm7

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_TIME_KEPT = 600
_MOST = 1_000_000
# Minutes during which the network keeps trying to reach the phone: two days.
_VALIDITY = 2880
_RECEIPTS = {1: Delivery.DELIVERED, 2: Delivery.FAILED, 16: Delivery.FAILED_FREE}


def signature(secret: str, consumer: str, method: str, url: str, body: str, timestamp: int) -> str:
    """The value of `X-Ovh-Signature` for one request."""
    words = "+".join((secret, consumer, method, url, body, str(timestamp)))
    # The provider's dialect, not a choice of ours: the secret inside is what proves who asks.
    return "$1$" + hashlib.sha1(words.encode(), usedforsecurity=False).hexdigest()


class OvhGateway:
    """One OVHcloud SMS account. Nothing is logged: neither keys, nor numbers, nor words."""

    def __init__(
        self,
        *,
        endpoint: str,
        application_key: str,
        application_secret: str,
        consumer_key: str,
        service: str,
        credit_mills: int,
        timeout: float = 15.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        parts = urlsplit(endpoint.rstrip("/"))
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise ValueError("The endpoint of the SMS gateway must be https.")
        self.secure, self.host, self.port = parts.scheme == "https", parts.hostname or "", parts.port
        self.base, self.path = endpoint.rstrip("/"), parts.path
        self.application_key, self.consumer_key, self.service = application_key, consumer_key, service
        self._secret = application_secret
        self.credit_mills, self.timeout, self.clock = credit_mills, timeout, clock
        self._lag: tuple[float, float] | None = None

    def estimate(self, parts: int) -> int:
        """One credit a part."""
        return parts * self.credit_mills

    def send(self, number: str, text: str, sender: str) -> Receipt:
        """Hand one SMS over. Raises as `SmsGateway.send` says."""
        job: dict[str, Any] = {
            "charset": "UTF-8",
            "coding": "7bit" if is_gsm7(text) else "8bit",
            "message": text,
            # Nothing commercial: no unsubscribe words, and no waiting for office hours.
            "noStopClause": True,
            "priority": "high",
            "receivers": [number],
            "senderForResponse": not sender,
            "validityPeriod": _VALIDITY,
        }
        if sender:
            job["sender"] = sender
        answer = self._call("POST", f"/sms/{quote(self.service, safe='')}/jobs", job)
        ids, valid = answer.get("ids") or [], answer.get("validReceivers")
        if answer.get("invalidReceivers") or valid == []:
            raise WrongNumber("the provider knows no such number")
        if not ids:
            raise Uncertain("the provider gave no id")
        try:
            charged = float(answer.get("totalCreditsRemoved") or 0)
        except (TypeError, ValueError):
            charged = 0.0
        parts = count_parts(text)
        return Receipt(str(ids[0])[:200], parts, math.ceil((charged if charged > 0 else parts) * self.credit_mills))

    def delivery(self, provider_id: str) -> Delivery:
        """Read the delivery receipt. Raises TemporarilyDown when it cannot be read."""
        path = f"/sms/{quote(self.service, safe='')}/outgoing/{quote(provider_id, safe='')}"
        try:
            answer = self._call("GET", path)
        except (Refused, Uncertain) as error:
            raise TemporarilyDown(str(error)) from None
        code = answer.get("deliveryReceipt")
        return _RECEIPTS.get(code, Delivery.PENDING) if isinstance(code, int) else Delivery.PENDING

    # -------------------------------------------------------------------------------------------------- the exchange
    def _call(self, method: str, path: str, content: dict[str, Any] | None = None) -> dict[str, Any]:
        body = "" if content is None else json.dumps(content)
        status, answer = self._signed(method, path, body)
        if status in (400, 401, 403) and _about_time(answer):
            # Clocks drifted: nothing left, so their time is read again and the request made once more.
            self._lag = None
            status, answer = self._signed(method, path, body)
        if 200 <= status < 300:
            if not isinstance(answer, dict):
                raise Uncertain("the provider's answer cannot be read")
            return answer
        if status in (429, 503):
            raise TemporarilyDown(f"the provider answers {status}")
        if status >= 500:
            raise Uncertain(f"the provider answers {status}")
        if "receiver" in _words(answer):
            raise WrongNumber(f"the provider answers {status} about the number")
        raise Refused(f"the provider answers {status}")

    def _signed(self, method: str, path: str, body: str) -> tuple[int, Any]:
        timestamp = round(self._their_time())
        headers = {
            "X-Ovh-Application": self.application_key,
            "X-Ovh-Consumer": self.consumer_key,
            "X-Ovh-Timestamp": str(timestamp),
            "X-Ovh-Signature": signature(self._secret, self.consumer_key, method, self.base + path, body, timestamp),
            **({"Content-Type": "application/json; charset=utf-8"} if body else {}),
        }
        return self._exchange(method, path, body, headers)

    def _their_time(self) -> float:
        now = self.clock()
        if self._lag is None or not 0 <= now - self._lag[1] <= _TIME_KEPT:
            try:
                status, answer = self._exchange("GET", "/auth/time", "", {})
            except Uncertain as error:
                raise TemporarilyDown(str(error)) from None
            if status != 200 or not isinstance(answer, int):
                raise TemporarilyDown("the provider does not give its time")
            self._lag = (answer - self.clock(), self.clock())
        return self.clock() + self._lag[0]

    def _exchange(self, method: str, path: str, body: str, headers: dict[str, str]) -> tuple[int, Any]:
        """One request; a failure before anything was written is told from one after, which may have sent the SMS."""
        connection = (
            http.client.HTTPSConnection(
                self.host, self.port, timeout=self.timeout, context=ssl.create_default_context()
            )
            if self.secure
            else http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        )
        try:
            try:
                connection.connect()
            except OSError as error:
                raise TemporarilyDown(f"the provider cannot be reached ({type(error).__name__})") from None
            try:
                connection.request(method, self.path + path, body=body.encode() if body else None, headers=headers)
                response = connection.getresponse()
                content = response.read(_MOST)
            except (OSError, http.client.HTTPException) as error:
                raise Uncertain(f"the provider did not answer ({type(error).__name__})") from None
        finally:
            connection.close()
        try:
            return response.status, json.loads(content)
        except ValueError:
            return response.status, None


def _words(answer: Any) -> str:
    return str(answer.get("message", "")).lower() if isinstance(answer, dict) else ""


def _about_time(answer: Any) -> bool:
    return any(word in _words(answer) for word in ("signature", "timestamp", "out of time"))
