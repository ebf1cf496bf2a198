"""The parts of the configuration that name a mail server and how to log in there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

from pydantic import PrivateAttr, model_validator

from banken.config.secrets import Secret
from banken.config.section import About, Remark, Section
from banken.config.state import State
from banken.config.values import FilePath, Host, Line, Port, WebAddress, is_loopback
from banken.i18n import _

Security = Literal["tls", "starttls", "plain"]


def logins_below(state: Path | None) -> Path:
    """Return the folder for tokens below a state folder; with the ledger in a database, below the usual one."""
    return (state or State.default().folder or Path()) / "oauth"


class OAuth(Section):
    """Logging in with an access token (XOAUTH2, OAUTHBEARER) instead of a password."""

    provider: Annotated[
        Literal["google", "microsoft"] | None,
        About(
            "ログイン先。google（Gmail）か microsoft（Outlook.com、Microsoft 365）。\n"
            "最初に一度 banken login でログインすると、あとは Banken がトークンを更新し続けます。",
            "Where you log in: google (Gmail) or microsoft (Outlook.com, Microsoft 365). Log in once by “banken login”; "
            "from then on Banken renews the token by itself.",
            "microsoft",
        ),
    ] = None
    client_id: Annotated[
        Line | None,
        About(
            "自分で登録したアプリの ID（クライアント ID）。登録の仕方は docs/oauth.ja.md にあります。",
            "The client id of the app that you registered yourself; docs/oauth.md shows how.",
            "00000000-0000-0000-0000-000000000000",
        ),
    ] = None
    client_secret: Annotated[
        Secret | None,
        About(
            "クライアント シークレットの置き場所（google では必要です）。",
            "Where the client secret lies (google wants one).",
            "{file: ~/.config/banken/client.secret}",
            off=True,
        ),
    ] = None
    authority: Annotated[
        WebAddress | None,
        About(
            "ログインするサーバー。会社のテナントだけを許すアプリなどで書きます。",
            "The server where you log in, for an app that is limited to one tenant and the like.",
            "https://login.microsoftonline.com/common",
            off=True,
        ),
    ] = None
    keep: Annotated[
        Secret | None,
        About(
            "トークンの置き場所（file か keyring）。\n書かなければ state の中の oauth/ に、自分だけが読めるファイルで置きます。",
            "Where the tokens are kept (file or keyring); when left out, in a file that only you can read, in oauth/ below "
            "the state folder.",
            "{keyring: banken/worker@example.jp}",
            off=True,
        ),
    ] = None
    token: Annotated[
        Secret | None,
        About(
            "ほかのプログラムがログインを受け持つとき、アクセストークンの取り出し方。"
            "接続のたびに取り出し直します（トークンは 1 時間ほどで切れるため）。",
            "Where the access token comes from, when another program does the logging in. It is fetched anew for each "
            "connection, since it runs out within an hour or so.",
            "{command: oauth-token worker@example.jp}",
            off=True,
        ),
    ] = None

    _home: Path | None = PrivateAttr(default=None)
    _uses: frozenset[Literal["imap", "smtp"]] = PrivateAttr(default=frozenset({"imap", "smtp"}))

    def settle(self, home: Path, uses: frozenset[Literal["imap", "smtp"]]) -> None:
        """Take note of the folder for tokens, and of what this login is used for in the whole configuration."""
        self._home, self._uses = home, uses

    @property
    def home(self) -> Path:
        """The folder for tokens."""
        return self._home or logins_below(None)

    @property
    def uses(self) -> frozenset[Literal["imap", "smtp"]]:
        """What this login is used for."""
        return self._uses

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield two ways or no way to get a token, a login without an app, and tokens kept where nothing is written."""
        provider = given.get("provider")
        if given.get("token") is not None and provider is not None:
            yield Remark(("token",), _("provider and token stand together"), _("keep one of them"))
        elif given.get("token") is None and provider is None:
            yield Remark((), _("neither provider nor token is there"), _("add one of them"))
        if provider is not None and given.get("client_id") is None:
            yield Remark(("provider",), _("client_id is missing"), _("register an app (docs/oauth.md shows how)"))
        if provider == "google" and given.get("client_secret") is None:
            yield Remark(
                ("provider",), _("google wants a client_secret"), _("add it; the console shows it with the id")
            )
        keep = given.get("keep")
        if keep is not None and not (isinstance(keep, Mapping) and set(keep) <= {"file", "keyring"}):
            yield Remark(("keep",), _("tokens cannot be kept like this"), _("write file: … or keyring: …"))


_Authority = Annotated[
    FilePath | None,
    About(
        "サーバー証明書を自分の認証局で確かめるときの、その証明書（PEM）。",
        "The certificate (PEM) of your own authority, when the server's is signed by it.",
        "~/mail-ca.pem",
        off=True,
    ),
]


class Server(Section):
    """What an IMAP and an SMTP server have in common."""

    usual_ports: ClassVar[Mapping[str, int]]

    @model_validator(mode="before")
    @classmethod
    def _port_by_security(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        usual = cls.usual_ports.get(str(given.get("security")), cls.usual_ports["tls"])
        return {"port": usual, **given}

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield a plain connection over a network, and two ways or no way to log in."""
        if given.get("security") == "plain" and not is_loopback(given.get("host", "")):
            what = _("a connection that is not encrypted would show the password to everyone on the way")
            yield Remark(("security",), what, _("write tls or starttls; plain is for this machine only"))
        if given.get("password") is not None and given.get("oauth") is not None:
            yield Remark(("oauth",), _("password and oauth stand together"), _("keep one of them"))
        elif given.get("user") is not None and given.get("password") is None and given.get("oauth") is None:
            yield Remark(("user",), _("this user has neither password nor oauth"), _("add one of them"))

    def doubts(self) -> Iterator[Remark]:
        """Yield a port that is known for another kind of connection."""
        security, port = getattr(self, "security", ""), getattr(self, "port", 0)
        known = next((kind for kind, usual in self.usual_ports.items() if usual == port), security)
        if security not in (known, "plain"):
            what = _("port {port} is usually spoken to with security: {known}").format(port=port, known=known)
            yield Remark(("port",), what, _("change one of the two if the connection fails"))


class Imap(Server):
    """The IMAP server of an account (RFC 9051; TLS by RFC 8314)."""

    usual_ports = MappingProxyType({"tls": 993, "starttls": 143, "plain": 143})

    host: Annotated[
        Host,
        About(
            "IMAP サーバーのホスト名。",
            "The IMAP server's host name.",
            "imap.example.jp",
        ),
    ]
    security: Annotated[
        Security,
        About(
            "接続の守り方。\ntls（最初から暗号化）、starttls（途中から暗号化）、plain（暗号化なし。このパソコンの中だけ）。",
            "How the connection is protected: tls (from the start), starttls (switched on before the login), "
            "plain (not at all; this machine only).",
        ),
    ] = "tls"
    port: Annotated[
        Port,
        About(
            "ポート番号。書かなければ tls は 993、starttls と plain は 143 です。",
            "The port; 993 for tls, 143 for starttls and plain when left out.",
            "993",
        ),
    ] = 993
    user: Annotated[
        Line,
        About(
            "ログイン名。多くはメールアドレス全体です。",
            "The login name, mostly the whole mail address.",
            "worker@example.jp",
        ),
    ]
    password: Annotated[
        Secret | None,
        About(
            "パスワードの置き場所。Gmail などでは「アプリ パスワード」を使います。",
            "Where the password lies. For Gmail and others this is an app password.",
            "{command: pass show mail}",
        ),
    ] = None
    oauth: Annotated[
        OAuth | None,
        About(
            "パスワードの代わりに OAuth 2.0 でログインするとき（Outlook.com では必須）。",
            "To log in by OAuth 2.0 instead of a password (Outlook.com demands it).",
            off=True,
        ),
    ] = None
    ca: _Authority = None


class Smtp(Server):
    """The server that takes the warnings (message submission, RFC 6409)."""

    usual_ports = MappingProxyType({"tls": 465, "starttls": 587, "plain": 25})

    host: Annotated[
        Host,
        About(
            "SMTP サーバーのホスト名。",
            "The SMTP server's host name.",
            "smtp.example.jp",
        ),
    ]
    security: Annotated[
        Security,
        About(
            "接続の守り方。tls、starttls、plain（このパソコンの中だけ）。",
            "How the connection is protected: tls, starttls, or plain (this machine only).",
        ),
    ] = "tls"
    port: Annotated[
        Port,
        About(
            "ポート番号。書かなければ tls は 465、starttls は 587、plain は 25 です。",
            "The port; 465 for tls, 587 for starttls and 25 for plain when left out.",
            "465",
        ),
    ] = 465
    user: Annotated[
        Line | None,
        About(
            "ログイン名。ログインのいらないサーバー（自宅の中継サーバーなど）では書きません。",
            "The login name; leave it out for a server that asks for none (a relay at home).",
            "worker@example.jp",
        ),
    ] = None
    password: Annotated[
        Secret | None,
        About(
            "パスワードの置き場所。",
            "Where the password lies.",
            "{env: BANKEN_SMTP}",
        ),
    ] = None
    oauth: Annotated[
        OAuth | None,
        About(
            "パスワードの代わりに OAuth 2.0 でログインするとき。",
            "To log in by OAuth 2.0 instead of a password.",
            off=True,
        ),
    ] = None
    ca: _Authority = None

    @classmethod
    def contradictions(cls, given: Mapping[str, Any]) -> Iterator[Remark]:
        """Yield what every server yields, and a way to log in without a name."""
        yield from super().contradictions(given)
        if given.get("user") is None:
            for key in ("password", "oauth"):
                if given.get(key) is not None:
                    yield Remark((key,), _("this login has no user"), _("add user:"))
