"""What do Kannel's answers and receipts mean? Patterns from the top; a new one is one line.

Source: Kannel 1.4.5 as it was tried (messaging.md sections 2.3, 2.4, 2.7 and 4).
"""

from adapters.signing.codes import Codes
from engine.model.receipt import Verdict

ACCEPTED, DELIVERED, RETRY, REJECTED, UNKNOWN = Verdict.ACCEPTED, Verdict.DELIVERED, Verdict.RETRY, Verdict.REJECTED, Verdict.UNKNOWN

ANSWERS: Codes = {
    "202 0:*": (ACCEPTED, ""),
    # The SMSC is down; it is held for as long as the validity says.
    "202 3:*": (ACCEPTED, ""),
    "400 *receiver*": (REJECTED, "bad_number"),
    "400 *": (REJECTED, "text_refused"),
    # Credentials, or no such smsc.
    "403 *": (REJECTED, "account"),
    "404 *": (REJECTED, "account"),
    # The bearerbox did not take it.
    "503 *emporal failure*": (RETRY, "busy"),
}
"""HTTP status and text of the answer."""

RECEIPTS: Codes = {
    "1 *": (DELIVERED, "receipt"),
    "4 *": (ACCEPTED, ""),
    "8 *": (ACCEPTED, ""),
    "2 *stat:EXPIRED*": (REJECTED, "expired"),
    "2 *stat:REJECTD*": (REJECTED, "bad_number"),
    "2 *": (REJECTED, "away"),
    "34 *": (REJECTED, "expired"),
    "66 *": (UNKNOWN, "no_answer"),
    "16 NACK/validity expired*": (REJECTED, "expired"),
    "16 NACK/Retries Exceeded*": (RETRY, "busy"),
    "16 NACK/no SMSC*": (REJECTED, "account"),
    "16 NACK/0x00000001/*": (REJECTED, "text_refused"),
    "16 NACK/0x0000000[bB]/*": (REJECTED, "bad_number"),
    "16 NACK/0x0000000[dDeE]/*": (REJECTED, "account"),
    # Throttled, queue full, submit failed and whatever else the SMSC calls it: it was not taken.
    "16 *": (RETRY, "busy"),
}
"""Type of the receipt and the words of the SMSC."""
