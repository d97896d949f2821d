"""What do Twilio's codes mean? Patterns from the top; a new code is one line.

Source: twilio.com/docs/api/errors (messaging.md sections 2.2 and 2.7).
"""

from adapters.signing.codes import Codes
from engine.model.receipt import Verdict

RETRY, REJECTED = Verdict.RETRY, Verdict.REJECTED

ANSWERS: Codes = {
    "20429": (RETRY, "busy"),
    "21611": (RETRY, "busy"),
    "21211": (REJECTED, "bad_number"),
    "21214": (REJECTED, "bad_number"),
    "21217": (REJECTED, "bad_number"),
    "21265": (REJECTED, "bad_number"),
    "21266": (REJECTED, "bad_number"),
    "21604": (REJECTED, "bad_number"),
    "21614": (REJECTED, "bad_number"),
    # Its country is not enabled, or this pair cannot be connected: other numbers go on.
    "21408": (REJECTED, "bad_number"),
    "21612": (REJECTED, "bad_number"),
    "21608": (REJECTED, "bad_number"),
    "21610": (REJECTED, "opted_out"),
    "21602": (REJECTED, "text_refused"),
    "21605": (REJECTED, "text_refused"),
    "21617": (REJECTED, "text_refused"),
    "21619": (REJECTED, "text_refused"),
    "20003": (REJECTED, "account"),
    "20005": (REJECTED, "account"),
    "20404": (REJECTED, "account"),
    "10001": (REJECTED, "account"),
    "21212": (REJECTED, "account"),
    "21603": (REJECTED, "account"),
    "21606": (REJECTED, "account"),
    "21659": (REJECTED, "account"),
    "21660": (REJECTED, "account"),
    "21703": (REJECTED, "account"),
    "21705": (REJECTED, "account"),
}

RECEIPTS: Codes = {
    "30001": (RETRY, "busy"),
    "30002": (REJECTED, "account"),
    "30034": (REJECTED, "account"),
    "30003": (REJECTED, "away"),
    "30004": (REJECTED, "opted_out"),
    "21610": (REJECTED, "opted_out"),
    "30005": (REJECTED, "bad_number"),
    "30006": (REJECTED, "bad_number"),
    "30007": (REJECTED, "text_refused"),
    "30036": (REJECTED, "expired"),
    # Undelivered or failed, says the provider, for a reason of the network's.
    "*": (REJECTED, "away"),
}
"""Of a text that the provider says did not arrive."""
