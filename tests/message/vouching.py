"""Mail with what servers say of its sender, and what the product makes of it."""

from banken.message import read
from banken.message.authenticity import authenticate

DOMAINS = ("crowdworks.jp", "crowdworks.co.jp")
ME = "mx.provider.example"
RECEIVED = f"Received: from out.crowdworks.jp by {ME} with ESMTPS; Mon, 3 Jun 2024 10:12:03 +0900\r\n"
OUTSIDE = "Received: from app (localhost) by out.crowdworks.jp; Mon, 3 Jun 2024 10:12:02 +0900\r\n"
PASS = f"Authentication-Results: {ME}; dkim=pass header.d=crowdworks.jp; spf=pass smtp.mailfrom=x@crowdworks.jp; dmarc=pass header.from=crowdworks.jp\r\n"


def fetched(*fields, sender="no-reply@crowdworks.jp", body="本文です。", more=""):
    top = "".join(fields)
    return read(f"{top}From: {sender}\r\n{more}Subject: s\r\nMessage-ID: <m@x>\r\n\r\n{body}".encode())


def check(message, **options):
    return authenticate(message, domains=DOMAINS, **({"trusted": (ME,)} | options))


def results(said, authserv=ME):
    return f"Authentication-Results: {authserv}; {said}\r\n"
