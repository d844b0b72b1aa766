"""The world behind the fault server: who owns which number, and what was really done. Just enough of Twilio for a
client to buy, reconcile, configure, release and verify; `handle` is called exactly when a script says "process"."""

import hashlib
import json
import re
import threading
import time
from urllib.parse import parse_qsl, urlsplit

ACCOUNT = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"


def sid(prefix, text):
    return prefix + hashlib.md5(text.encode()).hexdigest()


def date(at):
    return time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(at))


def error(status, code, message):
    return status, {"code": code, "message": message, "status": status,
                    "more_info": "https://www.twilio.com/docs/errors/%d" % code}


class World:
    def __init__(self):
        self.lock, self.age = threading.Lock(), 0
        self.reset()

    def reset(self):
        self.age += 1
        self.numbers = {}       # sid: record
        self.caller_ids = {}    # sid: record
        self.rivals = set()     # numbers that somebody else has bought
        self.purchases = {}     # phone number: how often really bought
        self.updates = self.releases = self.calls = 0

    def truth(self):
        return {"purchases": self.purchases, "updates": self.updates, "releases": self.releases,
                "calls": self.calls, "owned": [r["phone_number"] for r in self.numbers.values()]}

    def own(self, numbers, age=86400):
        for number in numbers:
            self._record(number, {}, time.time() - age)

    def handle(self, method, target, body):
        """(status, value): what Twilio would do, done."""
        url = urlsplit(target)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        form = dict(parse_qsl(body, keep_blank_values=True))
        path = re.fullmatch(r"/2010-04-01/Accounts/(AC\w{32})/(\w+)(?:/(\w+))?(?:/(\w+))?\.json", url.path)
        if not path:
            return error(404, 20404, "The requested resource %s was not found" % url.path)
        self.account, kind, name, sub = path.groups()
        with self.lock:
            if kind == "AvailablePhoneNumbers" and sub:
                return self._search(query, target)
            if kind == "IncomingPhoneNumbers":
                if not name:
                    return self._buy(form) if method == "POST" else self._list(self.numbers, query, url.path,
                                                                               "incoming_phone_numbers")
                return self._one(self.numbers, method, name, form, url.path)
            if kind == "OutgoingCallerIds":
                if not name:
                    return self._verify(form) if method == "POST" else self._list(self.caller_ids, query, url.path,
                                                                                  "outgoing_caller_ids")
                return self._one(self.caller_ids, method, name, form, url.path)
        return error(404, 20404, "The requested resource %s was not found" % url.path)

    def _record(self, number, form, at):
        record = {"sid": sid("PN", number), "account_sid": getattr(self, "account", ACCOUNT), "phone_number": number,
                  "friendly_name": form.get("FriendlyName", number), "status": "in-use", "voice_url": "",
                  "capabilities": {"voice": True, "SMS": True, "mms": False}, "trunk_sid": None,
                  "date_created": date(at), "date_updated": date(at)}
        self.numbers[record["sid"]] = record
        return record

    def _buy(self, form):
        number = form.get("PhoneNumber")
        if not number and form.get("AreaCode"):
            number = "+1%s555%04d" % (form["AreaCode"], len(self.purchases))
        if not number:
            return error(400, 400, "did or area_code is required")
        if number in self.rivals:
            return error(400, 21422, "%s is not available" % number)
        owned = self.numbers.get(sid("PN", number))
        if owned:
            self.updates += 1
            return 201, owned
        self.purchases[number] = self.purchases.get(number, 0) + 1
        return 201, self._record(number, form, time.time())

    def _verify(self, form):
        self.calls += 1
        number = form.get("PhoneNumber", "")
        return 200, {"account_sid": self.account, "call_sid": sid("CA", number), "friendly_name": number,
                     "phone_number": number, "validation_code": "012345"}

    def _one(self, table, method, name, form, path):
        record = table.get(name)
        if not record:
            return error(404, 20404, "The requested resource %s was not found" % path)
        if method == "DELETE":
            del table[name]
            self.releases += 1
            return 204, None
        if method == "POST":
            self.updates += 1
            record["friendly_name"] = form.get("FriendlyName", record["friendly_name"])
            record["account_sid"] = form.get("AccountSid", record["account_sid"])
        return 200, record

    def _list(self, table, query, path, key):
        pattern = re.compile(re.escape(query.get("PhoneNumber", "*")).replace("\\*", ".*"))
        found = [r for r in table.values() if pattern.fullmatch(r["phone_number"])]
        size, page = int(query.get("PageSize", 50)), int(query.get("Page", 0))
        rows = found[page * size:(page + 1) * size]
        more = len(found) > (page + 1) * size

        def uri(n):
            return "%s?PageSize=%d&Page=%d" % (path, size, n)
        return 200, {"end": page * size + max(0, len(rows) - 1), "first_page_uri": uri(0), "page": page,
                     "next_page_uri": uri(page + 1) if more else None, "page_size": size, "start": page * size,
                     "previous_page_uri": uri(page - 1) if page else None, "uri": uri(page), key: rows}

    def _search(self, query, target):
        area = query.get("AreaCode", "415")
        numbers = ["+1%s555%04d" % (area, n) for n in range(30)]
        return 200, {"uri": target, "available_phone_numbers": [
            {"phone_number": n, "friendly_name": n, "iso_country": "US", "lata": None,
             "capabilities": {"voice": True, "SMS": True, "MMS": True}} for n in numbers]}


def encode(value):
    return b"" if value is None else json.dumps(value).encode()
