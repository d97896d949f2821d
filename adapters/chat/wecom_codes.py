"""What do WeCom's error codes 企业微信 mean? For the application and the robot (messaging.md 2.6; developer.work.weixin.qq.com 90313)."""

from adapters.signing.codes import Codes
from engine.model.receipt import Verdict

CODES: Codes = {
    "45009": (Verdict.RETRY, "limited"),
    "45033": (Verdict.RETRY, "busy"),
    "40003": (Verdict.REJECTED, "bad_number"),
    "81013": (Verdict.REJECTED, "bad_number"),
    "60111": (Verdict.REJECTED, "bad_number"),
    "40008": (Verdict.REJECTED, "text_refused"),
    "40035": (Verdict.REJECTED, "text_refused"),
    "40058": (Verdict.REJECTED, "text_refused"),
    "44004": (Verdict.REJECTED, "text_refused"),
    "45002": (Verdict.REJECTED, "text_refused"),
    "40001": (Verdict.REJECTED, "account"),
    "40013": (Verdict.REJECTED, "account"),
    "40014": (Verdict.REJECTED, "account"),
    "40056": (Verdict.REJECTED, "account"),
    "41001": (Verdict.REJECTED, "account"),
    "41004": (Verdict.REJECTED, "account"),
    "42001": (Verdict.REJECTED, "account"),
    "48002": (Verdict.REJECTED, "account"),
    "60011": (Verdict.REJECTED, "account"),
    "60020": (Verdict.REJECTED, "account"),
    "93000": (Verdict.REJECTED, "account"),
    "301002": (Verdict.REJECTED, "account"),
}
"""Not here: -1 (system busy). Nobody says whether the message went, so it stays unknown."""
