"""What the article behind Banken says, statement by statement: the rule that holds it, and mail that shows it.

A row is: what the article says, the rule (or excuse) that stands for it, a client's words, the stage, the loudest level
that must be told (None: nothing at all).
"""

import pytest

from banken.judge import Case, load
from banken.places import rules_root
from banken.words import Level, Permission, Stage

BEFORE, UNDER = Stage.BEFORE, Stage.UNDER
ARTICLE = [
    ("no contact by SNS before the contract", "contact.social", "インスタのDMで詳しいお話をさせてください。", BEFORE, "warning"),
    ("no contact by chat before the contract", "contact.line", "LINEでやりとりしたいので、IDを教えてください。", BEFORE, "warning"),
    ("no call before the contract", "contact.phone", "一度お電話でお話しできますか。電話番号を教えてください。", BEFORE, "warning"),
    ("no direct mail before the contract", "contact.mail", "今後のやりとりはメールでお願いします。アドレスを教えてください。",
     BEFORE, "warning"),
    ("no interview before the contract", "interview.named", "契約の前に、まず面談をお願いしたいです。", BEFORE, "warning"),
    ("no meeting in person before the contract", "interview.in_person", "一度カフェで直接お会いして、お話しできませんか。",
     BEFORE, "warning"),
    ("no interview by LINE or Skype", "contact.skype", "まずはスカイプで面談させてください。", BEFORE, "warning"),
    ("Skype before the contract", "contact.skype", "Skypeで通話しながら進めたいです。Skype名を教えてください。", BEFORE, "warning"),
    ("Skype after the contract is allowed, keep to the platform's steps", "contact.skype",
     "Skypeで通話しながら進めたいです。Skype名を教えてください。", UNDER, "notice"),
    ("no Chatwork before the contract", "contact.chatwork", "チャットワークでやりとりしたいので、IDを教えてください。", BEFORE,
     "warning"),
    ("Chatwork after the contract is allowed, keep to the platform's steps", "contact.chatwork",
     "チャットワークでやりとりしたいので、IDを教えてください。", UNDER, "notice"),
    ("mail after the contract is allowed, do not forget the delivery", "contact.mail",
     "今後のやりとりはメールでお願いします。アドレスを教えてください。", UNDER, "notice"),
    ("an interview after the contract is allowed", "interview.named", "来週、打ち合わせの面談をお願いします。", UNDER, "notice"),
    ("no terms or pay talked over outside", "payment.terms", "単価の件はチャットワークで相談しましょう。", UNDER, "danger"),
    ("no direct contract", "contract.direct", "クラウドワークスを通さず、直接契約しませんか。", BEFORE, "danger"),
    ("no direct contract after the contract either", "contract.direct", "次回からは直接契約にしましょう。", UNDER, "danger"),
    ("no payment outside", "payment.bank", "報酬は銀行振込で直接お支払いしますので、口座番号を教えてください。", UNDER, "danger"),
    ("no work before the escrow", "escrow.before", "仮払いの前ですが、先に作業を始めてください。", BEFORE, "danger"),
    ("no skipping of the delivery", "escrow.skip_delivery", "クラウドワークスでの納品手続きはせず、データだけ送ってください。",
     UNDER, "danger"),
    ("no skipping of the acceptance", "escrow.skip_acceptance", "検収は省略して、このまま終わりにしましょう。", UNDER, "danger"),
    ("no resident work", "resident.named", "弊社オフィスに常駐していただける方を探しています。", BEFORE, "danger"),
    ("no half resident work", "resident.named", "週3日の半常駐でお願いします。", BEFORE, "danger"),
    ("no resident work after the contract either", "resident.named", "来月から常駐に切り替えてください。", UNDER, "danger"),
    ("direct employment under orders", "resident.hired", "弊社の社員として直接雇用したいと考えています。", BEFORE, "danger"),
]  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    return load(rules_root())


@pytest.mark.parametrize(("says", "rule", "text", "stage", "level"), ARTICLE)
def test_every_statement_has_its_rule(judge, says, rule, text, stage, level):
    assert rule in {one.id for one in judge.book.rules}
    verdict = judge.judge(Case.of(text, stage=stage))
    category = next(one.category for one in judge.book.rules if one.id == rule)
    told = [one for one in verdict.findings if one.category is category]
    assert told, (says, verdict.excused)
    assert max(told, key=lambda one: list(Level).index(one.level)).level.value == level, says


def test_the_platforms_own_introduction_is_the_allowed_way_to_an_interview(judge):
    text = "ビズマッチのエージェントです。企業との面談の日程を調整いたします。"
    verdict = judge.judge(Case.of(text, stage=BEFORE, agent=True))
    assert [one for one in verdict.findings if one.level in (Level.WARNING, Level.DANGER)] == []


def test_an_application_at_the_office_allows_contact_but_no_payment_outside(judge):
    contact = judge.judge(Case.of(ARTICLE[1][2], stage=BEFORE, permission=Permission.APPROVED))
    assert contact.level in (None, Level.NOTICE)
    pay = judge.judge(Case.of(ARTICLE[16][2], stage=UNDER, permission=Permission.APPROVED))
    assert pay.level is Level.DANGER
