"""What a part that is not text is: one word for those that matter in judging a mail."""

from __future__ import annotations

from banken.message.mime import Part

_NOTES = {
    "text/calendar": "calendar",
    "application/ics": "calendar",
    "application/ms-tnef": "tnef",
    "application/vnd.ms-tnef": "tnef",
    "application/pkcs7-signature": "smime",
    "application/x-pkcs7-signature": "smime",
    "application/pgp-signature": "pgp",
    "application/pgp-keys": "pgp",
    "application/pgp-encrypted": "pgp-sealed",
    "message/delivery-status": "bounce",
    "message/global-delivery-status": "bounce",
    "text/rfc822-headers": "bounce",
    "message/disposition-notification": "receipt",
    "message/partial": "partial",
    "message/external-body": "external",
    "message/rfc822": "mail",
    "text/vcard": "card",
    "text/x-vcard": "card",
}
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_GROUPS = frozenset({"image", "audio", "video"})


def describe(part: Part) -> str:
    """Return the word for `part`, "" for an ordinary attachment.

    `smime-sealed` and `pgp-sealed` say that the mail's own text lies inside and cannot be read.
    """
    if part.content_type in _SEALED:
        return "smime" if part.parameters.get("smime-type", "").lower() == "certs-only" else "smime-sealed"
    if part.filename.lower() == "winmail.dat":
        return "tnef"
    if part.parent and part.parent.content_type == "multipart/encrypted":
        return "pgp-sealed"
    group = part.content_type.partition("/")[0]
    return _NOTES.get(part.content_type, group if group in _GROUPS else "")
