"""Put the rooms together as the configuration says."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from urllib.parse import quote

from banken import judge, platform
from banken.config import Account, Config, Imap, Notify, OAuth, Secret, Smtp
from banken.config.sources import File, Keyring
from banken.deals import Deals, LedgerStore, Told
from banken.guard import Guard, Knowledge, Trust
from banken.ledger import Ledger
from banken.mailbox.connection import Server, Token
from banken.mailbox.imap import ImapMailbox, connect
from banken.mailbox.trust import tls_context
from banken.message.dns import Dns
from banken.oauth import FileKeep, Grant, RingKeep, Tokens
from banken.places import rules_root
from banken.platform import PlatformPack, Recogniser
from banken.respond import Advice, SmtpServer, WarningSettings, Way, load_advice, shown_labels
from banken.words import Stage

_STAGES = tuple(stage.value for stage in Stage)


@dataclass(frozen=True, slots=True)
class House:
    """All that does not depend on an account."""

    config: Config
    packs: tuple[PlatformPack, ...]
    knowledge: Knowledge
    advice: Advice


def build(config: Config) -> House:
    """Load platforms, rules and advice. Raises strictyaml.ProblemsError with every mistake in them."""
    root = rules_root()
    packs = tuple(platform.load(root / name) for name in config.platforms)
    rules = config.rules
    judges = judge.load(
        root,
        config.platforms[0],
        add=rules.add,
        disable=rules.disable,
        override={rule: {"when": dict.fromkeys(_STAGES, change.level)} for rule, change in rules.override.items()},
        reader=rules.reader,
    )
    advice = load_advice(root / config.platforms[0] / "advice")
    domains = tuple(domain for pack in packs for domain in pack.domains)
    own = repr((rules.disable, sorted(rules.override.items()), rules.reader, config.clients, config.platforms))
    reminders = tuple(rule for pack in packs for rule in pack.reminders)
    version = rules_version(root, rules.add, own)
    knowledge = Knowledge(Recogniser(packs), domains, judges, version, reminders)
    return House(config, packs, knowledge, advice)


def rules_version(root: Path, added: tuple[Path, ...] = (), own: str = "") -> str:
    """Return a short name for the rules as they are: it changes whenever a word in them, or in `own`, does."""
    digest = hashlib.sha256(own.encode())
    folders = (root, *added)
    for path in sorted(path for folder in folders for path in _files(folder)):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in ([folder] if folder.is_file() else folder.rglob("*")) if path.is_file())


def open_ledger(config: Config, *, alone: bool = True, reads: bool = False) -> Ledger:
    """Open the ledger that the configuration names, as `Ledger.open` does. Raises LedgerError."""
    database = config.state.database
    return Ledger.open(database.reveal() if database else config.state.folder or "", alone=alone, reads=reads)


def guard(house: House, account: str, ledger: Ledger, *, settings: WarningSettings, trust: Trust) -> Guard:
    """Return the guard of one account."""
    return Guard(
        account=account,
        knowledge=house.knowledge,
        ledger=ledger,
        deals=open_deals(house, account, ledger),
        clients={address: "" for client in house.config.clients for address in client.addresses},
        elsewhere=known_elsewhere(house, account, ledger),
        own=own_addresses(house.config),
        warning=settings,
        trust=trust,
    )


def known_elsewhere(house: House, account: str, ledger: Ledger) -> frozenset[str]:
    """Return the addresses from which clients are known to write to other accounts than this one."""
    return ledger.deals.addresses(one.name for one in house.config.accounts if one.name != account)


def own_addresses(config: Config) -> frozenset[str]:
    """Return the worker's own addresses, as far as the configuration shows them."""
    users = {one.imap.user for one in config.accounts if "@" in one.imap.user}
    warned = {*config.warn.to, config.warn.author} if config.warn else set()
    return frozenset(address.lower() for address in users | warned)


def open_deals(house: House, account: str, ledger: Ledger) -> Deals:
    """Return the deals of one account."""
    effects = {kind: effect for pack in house.packs for kind, effect in pack.effects.items()}
    company = [word for pack in house.packs for word in pack.file.company]
    return Deals(
        LedgerStore(ledger, account),
        effects,
        company,
        scope=account,
        told=_told(house.config),
        zone=house.config.timezone,
    )


def _told(config: Config) -> list[Told]:
    """Return what the configuration says of clients; a day begins at midnight where the worker lives."""
    return [
        Told(
            name=one.name or "",
            addresses=one.addresses,
            job=one.job or "",
            stage=one.stage,
            permission=one.permission,
            since=datetime.combine(one.since, time(), config.timezone) if one.since else None,
        )
        for one in config.clients
    ]


def account_guard(house: House, account: Account, ledger: Ledger) -> Guard:
    """Return the guard of a configured account."""
    trust = Trust((account.authserv,) if account.authserv else (), Dns())
    return guard(house, account.name, ledger, settings=warning_settings(house.config, account), trust=trust)


@contextmanager
def dry_ledger(config: Config) -> Iterator[Ledger]:
    """Open a copy of the ledger (an empty one where there is none) that is thrown away. Raises LedgerError."""
    folder = config.state.folder
    if folder is None or not folder.exists():
        with Ledger.open(":memory:") as ledger:
            if folder is None:  # a database, which cannot be copied as a file
                with open_ledger(config, alone=False) as real:
                    real.copy_to(ledger)
            yield ledger
        return
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "copy.db"
        with open_ledger(config, alone=False) as ledger:
            ledger.backup(copy)
        with Ledger.open(copy, alone=False) as ledger:
            yield ledger


@contextmanager
def mailbox(account: Account, *, fresh: bool = False) -> Iterator[ImapMailbox]:
    """Connect to an account's IMAP server, and let it go afterwards; `fresh` fetches its secret anew.

    Raises MailboxError, SecretError.
    """
    server = imap_server(account.imap, fresh=fresh)
    box = connect(account.name, server, labels=account.labels, label_folder="{label}", shown=shown_labels())
    try:
        yield box
    finally:
        box.close()


def imap_server(imap: Imap, *, fresh: bool = False) -> Server:
    """Return the IMAP server as the room `mailbox` wants to know it. Raises SecretError."""
    return Server(
        host=imap.host,
        port=imap.port,
        security=imap.security,
        user=imap.user,
        password=imap.password.reveal(fresh=fresh) if imap.password else "",
        oauth=_token(imap.oauth, imap.user),
        ca_file=imap.ca,
    )


def _token(oauth: OAuth | None, user: str) -> Token | None:
    """Return how an access token is had; a command is asked for each connection, since a token runs out soon."""
    if oauth is None:
        return None
    if (secret := oauth.token) is not None:
        return lambda *, renew=False: secret.reveal(fresh=True)  # noqa: ARG005 - each one is new
    return tokens(oauth, user).access


def _password(secret: Secret) -> Callable[..., str]:
    """Return how a password is had; it is fetched anew when it was refused, for it may have been changed."""
    return lambda *, renew=False: secret.reveal(fresh=renew)


def tokens(oauth: OAuth, user: str) -> Tokens:
    """Return the login by OAuth that a server's section names."""
    secret = oauth.client_secret
    grant = Grant(
        provider=oauth.provider or "google",
        user=user,
        client_id=oauth.client_id or "",
        client_secret=secret.reveal if secret else None,
        authority=oauth.authority or "",
        uses=oauth.uses,
    )
    file = oauth.home / quote(user, safe="@+")
    lock = file.with_name(f"{file.name}.lock")
    match oauth.keep.source if oauth.keep else None:
        case Keyring(service, entry):
            return Tokens(grant, RingKeep(service, entry, lock))
        case File(path):
            return Tokens(grant, FileKeep(path, lock))
    return Tokens(grant, FileKeep(file.with_name(f"{file.name}.json"), lock))


def warning_settings(config: Config, account: Account) -> WarningSettings:
    """Return whom to warn about an account, and how."""
    warn = config.warn
    if warn is None:
        return WarningSettings(via="none", timezone=config.timezone)
    return WarningSettings(
        to=warn.to,
        via=warn.via,
        sender=warn.author,
        smtp=smtp_server(warn.smtp) if warn.smtp and warn.via == "smtp" else None,
        folder=account.folders[0],
        timezone=config.timezone,
        levels=frozenset(warn.levels),
        reminders=warn.reminders,
        notify=tuple(map(_way, warn.notify)),
        watched=frozenset({account.imap.user} & set(warn.to)),
    )


def _way(notify: Notify) -> Way:
    """Return a way to be told as the room `respond` wants to know it."""
    return Way(
        address=notify.url.reveal,
        levels=frozenset(notify.levels),
        categories=frozenset(notify.categories),
        says=notify.says,
        quiet=notify.quiet,
        digest=notify.digest,
        repeat=notify.repeat,
    )


def smtp_server(smtp: Smtp) -> SmtpServer:
    """Return the submission server as the room `respond` wants to know it."""
    return SmtpServer(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        user=smtp.user or "",
        password=_password(smtp.password) if smtp.password else None,
        token=_token(smtp.oauth, smtp.user or ""),
        context=tls_context(smtp.ca) if smtp.ca else None,
    )
