"""What do Aliyun's codes mean? Patterns from the top; a new code is one line.

Source: help.aliyun.com 101346, 101347 (messaging.md section 2.7). The words of receipts differ by carrier and are not all published.
"""

from collections.abc import Mapping

from adapters.signing.codes import Codes
from engine.model.receipt import Verdict

RETRY, REJECTED, UNKNOWN = Verdict.RETRY, Verdict.REJECTED, Verdict.UNKNOWN

ANSWERS: Codes = {
    "Throttling*": (RETRY, "busy"),
    "ServiceUnavailable*": (RETRY, "busy"),
    "isv.BUSINESS_LIMIT_CONTROL": (RETRY, "limited"),
    "isv.DAY_LIMIT_CONTROL": (RETRY, "limited"),
    "isv.MONTH_LIMIT_CONTROL": (RETRY, "limited"),
    "isv.MOBILE_NUMBER_ILLEGAL": (REJECTED, "bad_number"),
    "isv.MOBILE_COUNT_OVER_LIMIT": (REJECTED, "bad_number"),
    "isv.SMS_CONTENT_*": (REJECTED, "text_refused"),
    "isv.BLACK_KEY_CONTROL_LIMIT": (REJECTED, "text_refused"),
    "isv.PARAM_LENGTH_LIMIT": (REJECTED, "text_refused"),
    "isv.PARAM_NOT_SUPPORT_URL": (REJECTED, "text_refused"),
    "isv.TEMPLATE_MISSING_PARAMETERS": (REJECTED, "text_refused"),
    "isv.TEMPLATE_PARAMS_ILLEGAL": (REJECTED, "text_refused"),
    "isv.INVALID_JSON_PARAM": (REJECTED, "text_refused"),
    "isv.INVALID_PARAMETERS": (REJECTED, "text_refused"),
    "isv.AMOUNT_NOT_ENOUGH": (REJECTED, "account"),
    "isv.OUT_OF_SERVICE": (REJECTED, "account"),
    "isv.PRODUCT_UN*": (REJECTED, "account"),
    "isv.ACCOUNT_*": (REJECTED, "account"),
    "isv.SMS_SIGN*": (REJECTED, "account"),
    "isv.SIGN_*": (REJECTED, "account"),
    "isv.SMS_TEMPLATE_ILLEGAL": (REJECTED, "account"),
    "isv.DENY_IP_RANGE": (REJECTED, "account"),
    "isp.RAM_PERMISSION_DENY": (REJECTED, "account"),
    "isv.RAM_CHECK_FAILED": (REJECTED, "account"),
    "InvalidAccessKeyId*": (REJECTED, "account"),
    "SignatureDoesNotMatch": (REJECTED, "account"),
    "SignatureNonceUsed": (REJECTED, "account"),
    "InvalidTimeStamp*": (REJECTED, "account"),
    "Forbidden*": (REJECTED, "account"),
    "NoPermission": (REJECTED, "account"),
    # The provider does not say whether it was carried on.
    "isp.SYSTEM_ERROR": (UNKNOWN, "no_answer"),
    "isp.GATEWAY_ERROR": (UNKNOWN, "no_answer"),
}

WINDOWS: Mapping[str, str] = {
    "*分钟*": "minute",
    "*小时*": "hour",
    "*天级*": "day",
    "*MONTH_LIMIT*": "month",
    "*": "day",
}
"""`limited`: what the answer's code and words say -> which window must end."""

RECEIPTS: Codes = {
    "MOBILE_NOT_ON_SERVICE": (REJECTED, "bad_number"),
    "MOBILE_ACCOUNT_ABNORMAL": (REJECTED, "bad_number"),
    "INVALID_NUMBER": (REJECTED, "bad_number"),
    "MK:0001": (REJECTED, "bad_number"),
    "MOBILE_SEND_LIMIT": (RETRY, "limited"),
    "MOBILE_IN_BLACK": (REJECTED, "opted_out"),
    "USER_REJECT": (REJECTED, "opted_out"),
    "*BLACK*": (REJECTED, "opted_out"),
    "CONTENT_*": (REJECTED, "text_refused"),
    "*KEYWORD*": (REJECTED, "text_refused"),
    "PARAMS_ILLEGAL": (REJECTED, "text_refused"),
    "REJECT*": (REJECTED, "text_refused"),
    "EXPIRED": (REJECTED, "expired"),
    "IS_CLOSED": (REJECTED, "account"),
    "RAM_PERMISSION_DENY": (REJECTED, "account"),
    "AMOUNT_NOT_ENOUGH": (REJECTED, "account"),
    "SIGN*": (REJECTED, "account"),
    "NO_ROUTE*": (RETRY, "busy"),
    "SP_*": (RETRY, "busy"),
    # The provider says "not delivered" and no more, or in a carrier's own words.
    "*": (REJECTED, "away"),
}
"""Of a text that the provider says did not arrive."""
