"""Rule ids are for ever: users disable and override them by name, and ledgers remember findings by them."""

from banken.judge.loading import load_book
from banken.places import rules_root

EVER_SHIPPED = frozenset(
    """
    contact.line contact.chatwork contact.skype contact.chat contact.social contact.tool contact.add_me
    contact.phone contact.phone_given contact.mail contact.mail_given contact.reply_by_mail contact.exchange
    contact.form contact.id_papers contact.reached contract.direct contract.bypass contract.next contract.fee
    contract.paper escrow.before escrow.late_contract escrow.test escrow.skip_delivery escrow.skip_acceptance
    escrow.cancel impersonation.sender impersonation.event impersonation.forged interview.named interview.meeting interview.session
    interview.video interview.video_contact interview.in_person interview.face interview.talk payment.app
    payment.gift payment.bank payment.invoice payment.upfront payment.advance payment.refund payment.terms
    resident.named resident.office resident.hours resident.hired resident.wanted escrow.early_report escrow.extra_free escrow.part
    """.split()
)
"""Add to it, take nothing away: a rule that is no longer wanted stays, with `status: experimental` or a wider excuse."""


def test_no_id_that_ever_shipped_is_gone_and_every_new_one_is_noted():
    shipped = {rule.id for rule in load_book(rules_root()).rules}
    assert EVER_SHIPPED - shipped == set(), "a rule id has vanished"
    assert shipped - EVER_SHIPPED == set(), "note the new rule ids here"
