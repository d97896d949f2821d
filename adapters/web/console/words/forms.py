"""What do the forms say that the rules make?"""

WORDS = {
    "up_to": ("0–{most}", "0–{most}"),
    "whole": ("0–{most} 的整数", "whole, 0–{most}"),
    "chars": ("最多 {most} 字", "at most {most} characters"),
    "choose": ("请选择", "choose"),
    "needed": ("必填", "needed"),
    "ends": ("选“{choice}”:{event}时,单到“{state}”结束({place})", "{choice}: on {event} the case ends in {state} ({place})"),
    "more": ("其他资料", "More fields"),
    "reason_client": ("联系客户", "to reach the customer"),
    "reason_check": ("核对资料", "to check the details"),
    "reason_complaint": ("处理投诉", "a complaint"),
    "reason_courier": ("交给提送人员", "for the courier"),
}
