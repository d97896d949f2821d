"""What do Tencent's codes mean? Patterns from the top; a new code is one line.

Source: the SDK's list of errors, cloud.tencent.com 382/59177 and 382/35462 (messaging.md section 2.7).
"""

from collections.abc import Mapping

from adapters.signing.codes import Codes
from engine.model.receipt import Verdict

RETRY, REJECTED, UNKNOWN = Verdict.RETRY, Verdict.REJECTED, Verdict.UNKNOWN

ANSWERS: Codes = {
    "RequestLimitExceeded*": (RETRY, "busy"),
    "LimitExceeded.PhoneNumberCountLimit": (REJECTED, "text_refused"),
    "LimitExceeded.*": (RETRY, "limited"),
    "FailedOperation.MarketingSendTimeConstraint": (RETRY, "limited"),
    "InvalidParameterValue.IncorrectPhoneNumber": (REJECTED, "bad_number"),
    "FailedOperation.PhoneNumberParseFail": (REJECTED, "bad_number"),
    "FailedOperation.PhoneNumberOnBlacklist": (REJECTED, "opted_out"),
    "FailedOperation.PhoneNumberInBlacklist": (REJECTED, "opted_out"),
    "FailedOperation.ContainSensitiveWord": (REJECTED, "text_refused"),
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": (REJECTED, "text_refused"),
    "InvalidParameterValue.TemplateParameter*": (REJECTED, "text_refused"),
    "InvalidParameterValue.ContentLengthLimit": (REJECTED, "text_refused"),
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter": (REJECTED, "text_refused"),
    "FailedOperation.InsufficientBalanceInSmsPackage": (REJECTED, "account"),
    "FailedOperation.SignatureIncorrectOrUnapproved": (REJECTED, "account"),
    "FailedOperation.TemplateIncorrectOrUnapproved": (REJECTED, "account"),
    "FailedOperation.TemplateIdNotExist": (REJECTED, "account"),
    "FailedOperation.TemplateUnapprovedOrNotExist": (REJECTED, "account"),
    "InvalidParameterValue.SdkAppIdNotExist": (REJECTED, "account"),
    "AuthFailure*": (REJECTED, "account"),
    "UnauthorizedOperation*": (REJECTED, "account"),
    "UnsupportedOperation*": (REJECTED, "account"),
    # "May retry", says the provider; whether it was carried on, nobody knows.
    "InternalError*": (UNKNOWN, "no_answer"),
}

WINDOWS: Mapping[str, str] = {
    "*ThirtySecond*": "30s",
    "*OneHour*": "hour",
    "*DeliveryFrequency*": "minute",
    "*MarketingSendTime*": "morning",
    "*": "day",
}
"""`limited`: code -> which window must end."""

RECEIPTS: Codes = {
    "SUBFAIL": (REJECTED, "bad_number"),
    "MK:0001": (REJECTED, "bad_number"),
    "1016": (REJECTED, "bad_number"),
    "102[2-6]": (RETRY, "limited"),
    "1029": (RETRY, "limited"),
    "1031": (REJECTED, "account"),
    "1033": (REJECTED, "account"),
    "1036": (REJECTED, "text_refused"),
    "1048": (REJECTED, "text_refused"),
    "REJECT*": (REJECTED, "text_refused"),
    "*KEYWORD*": (REJECTED, "text_refused"),
    "*BLACK*": (REJECTED, "opted_out"),
    "EXPIRED": (REJECTED, "expired"),
    "COMFAIL": (RETRY, "busy"),
    "WTNFAIL": (RETRY, "busy"),
    # The provider says "not delivered" and no more, or in a carrier's own words: off, out of area, full.
    "*": (REJECTED, "away"),
}
"""Of a text that the provider says did not arrive."""
