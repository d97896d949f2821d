"""How do we speak with a neighbour? One WMS/TMS, carrier, or SMS/phone/chat provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.model.condition import Condition
from engine.model.documents.table import TableProfile
from engine.model.message import Cap, Text
from engine.model.span import Span


@dataclass(frozen=True, slots=True)
class Secret:
    """`env:NAME` or `file:PATH`: a reference, never the value."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """How an inbound report proves where it comes from (logistics.md section 6)."""

    kind: str
    """standard_webhooks, hmac, md5, token, basic, mtls, none."""
    secrets: tuple[Secret, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    """header, algorithm, encoding, prefix, over, at ... as text."""
    allow_ips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeFormat:
    """Where an instant stands and how it is written."""

    at: str
    then_at: tuple[str, ...] = ()
    """Further paths, whose texts are put behind the first with a blank between: a time of day in a field of its own."""
    formats: tuple[str, ...] = ()
    """strptime formats, `epoch`, `epoch_ms`; empty: ISO 8601."""
    timezone: str | None = None
    """Zone of naive times; None: the rulebook's."""
    zone_at: tuple[str, ...] = ()
    """Paths of a place; the first whose text stands in `zones` gives the zone of a naive time."""
    zones: Mapping[str, str] = field(default_factory=dict)
    """Place in capitals -> IANA zone."""
    or_received_at: bool = False
    precision: str | None = None
    """`day`: whatever is written after the date does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """A report that matches becomes this event, or takes that event back; with neither it is left out."""

    label: str
    match: Condition | None
    """Clauses whose subjects are paths; every value is compared as text."""
    event: str | None
    retracts: str | None
    retracts_id_at: str | None = None
    """Path of the sender's id of what is taken back; None: the latest of that name."""
    fill: Mapping[str, str]
    """Field -> path."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    path: str
    body: str
    """json, form, xml, x12, iftsta, csv, json_lines."""
    signature: Signature | None
    workflow: str
    case: tuple[tuple[str, str], ...]
    """(identifying field, path), first that finds."""
    id_at: str | None
    """Path of the sender's own event id; None: a hash of the content."""
    happened_at: TimeFormat | None
    each: str | None = None
    newest_first: bool = False
    unwrap: tuple[tuple[str, str], ...] = ()
    """(path, json or xml): a text inside the tree that is parsed in place."""
    keep: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Code -> row of the code table (columns event or retracts; fields; and others, kept beside the event)."""
    code_at: tuple[str, ...] = ()
    code_fields: tuple[str, ...] = ()
    """Columns of the code table that are fields of the workflow."""
    fill: Mapping[str, str] = field(default_factory=dict)
    """Field -> path, for every event; a row's own comes first."""
    events: tuple[EventRow, ...]
    envelope: tuple[EventRow, ...] = ()
    """What the envelope of an exploded list says by itself, where no item of it says the same event."""
    otherwise: str = "report"
    encoding: str = ""
    """Of the letters; empty: UTF-8, or what an XML declaration says, or GBK for a table that is no UTF-8."""
    table: TableProfile = TableProfile()
    reply: str | None = None
    """Text of the answer after commit (JSON, XML or plain); None: ours."""
    refused_reply: str | None = None
    """Text of the answer to what is turned away."""
    refused_status: int | None = None
    """Status of that answer, for senders that read nothing but 200; None: ours."""
    span: Span


@dataclass(frozen=True, slots=True)
class Retry:
    """When one command is tried again, by its own rule instead of the house's."""

    when: tuple[str, ...]
    """no_connection, 429; and no_answer, 5xx only where the neighbour honours our key."""
    waits: tuple[int, ...]
    """Seconds before the second try, the third ...; the last one repeats. Empty: the house's."""
    times: int
    """Tries in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One command: a request with fields filled in."""

    name: str
    method: str
    path: str
    json: str | None
    """JSON text with `{field}` marks, or None."""
    form: Mapping[str, str] = field(default_factory=dict)
    xml: str | None = None
    """XML text with marks, or None."""
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ok_when: Mapping[str, str] = field(default_factory=dict)
    """Path -> expected text; empty: any 2xx."""
    refused_when: Mapping[str, str] = field(default_factory=dict)
    reason_at: str = ""
    """Path of the neighbour's words for a no."""
    reference_at: str = ""
    """Path of the neighbour's own number for what we sent."""
    save_as: str = ""
    """The field in which the case keeps that number."""
    retry: Retry | None = None
    status_of: "Outgoing | None" = None
    """How the neighbour is asked what became of this command; marks {key} and {reference} beside the fields."""
    human: bool = False
    """The neighbour cannot do it: it becomes a task."""
    private_ok: tuple[str, ...] = ()
    """Private fields that this neighbour may have."""
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A session: one request whose answer holds the token that all others carry."""

    request: Outgoing
    token_at: str
    header: str
    prefix: str
    keep_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """A claim check: the list names documents, each of which is fetched."""

    each: str
    """Path of the list; empty: the answer itself is the list."""
    id_at: str
    request: Outgoing
    """Mark {id}."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """How we ask for what is new; marks {since}, {page} and {next}."""

    request: Outgoing
    every_seconds: int
    overlap_seconds: int
    """Asked for again each time: their clock may differ, and what was being written may appear late."""
    first_seconds: int
    """How far the first question reaches back."""
    format: str | None = None
    """strftime of {since}; None: ISO 8601 in UTC; `epoch`: seconds."""
    timezone: str | None = None
    """Zone of {since}; None: UTC."""
    page_first: int = 1
    page_size: int | None = None
    """A page with fewer items is the last; None: one page."""
    next_at: str = ""
    """Path of the mark for the next page; blank there: the last."""
    at_most: Cap | None = None
    """Requests are spread evenly: at least this apart."""
    fetch: Fetch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sftp:
    """A folder at somebody else's. The host key is pinned: a stranger's is refused."""

    host: str
    port: int
    user: str
    host_key: str
    """A line as in known_hosts, without the host: `ssh-ed25519 AAAA...`."""
    password: Secret | None = None
    key: Secret | None = None
    """A private key, as `file:PATH` or `env:NAME`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """A folder into which files are dropped for us."""

    folder: Secret | str
    take: tuple[str, ...]
    """Shell patterns of names that are taken up."""
    rest_seconds: int
    """A file without `.ready` is taken when it has not changed for so long."""
    archive: str
    quarantine: str
    answers: str = ""
    """Folder of our answers (X12 997); empty: none."""
    sftp: Sftp | None = None


class ConnectionType(StrEnum):
    HTTP = "http"
    POLL = "poll"
    FILES = "files"
    CALL_LIST = "call_list"
    RECORDER = "recorder"
    ALIYUN_SMS = "aliyun_sms"
    TENCENT_SMS = "tencent_sms"
    TWILIO_SMS = "twilio_sms"
    KANNEL = "kannel"
    ALIYUN_VOICE = "aliyun_voice"
    TWILIO_VOICE = "twilio_voice"
    SIP = "sip"
    WECHAT_WORK = "wechat_work"
    WECOM_ROBOT = "wecom_robot"
    DINGTALK_ROBOT = "dingtalk_robot"
    FEISHU_ROBOT = "feishu_robot"
    SMTP = "smtp"


@dataclass(frozen=True, slots=True)
class Template:
    """A message as a provider approved it: its code, and what fills its variables, in order."""

    code: str
    fill: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class ReceiptDoor:
    """How a provider's pushes come in: `/in/CONNECTION/TOKEN`, for the one who has the token."""

    tokens: tuple[Secret, ...]
    allow_ips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    name: str
    label: str
    type: ConnectionType
    carries: str | None = None
    """The channel a provider serves: sms, phone, wechat_work ..."""
    backup_for: str | None = None
    usual_lag_seconds: int = 0
    heard_every_seconds: int | None = None
    inbound: Inbound | None = None
    base_url: Secret | str | None = None
    """`env:NAME`, or a literal address."""
    commands: Mapping[str, Outgoing] = field(default_factory=dict)
    login: Login | None = None
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    """Mark of a request -> its secret."""
    poll: Poll | None = None
    drop: Drop | None = None
    send: Outgoing | None = None
    """How a provider is asked to carry one message; marks {number} {text} {key} {message}."""
    options: Mapping[str, str] = field(default_factory=dict)
    """Further keys as written (for: role, claim_for ...); a secret's is its reference."""
    templates: Mapping[str, Template] = field(default_factory=dict)
    """Message, or `MESSAGE.resend` for the marked second copy -> what the provider approved."""
    per_number: tuple[Cap, ...] = ()
    """So often may one number be reached through this provider; attempts count, not successes."""
    at_most: tuple[Cap, ...] = ()
    """So often may it be asked at all, whoever is reached."""
    receipts: ReceiptDoor | None = None
    samples: tuple[str, ...] = ()
    span: Span
