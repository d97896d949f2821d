"""What stands in front of a text? The sender's sign, once."""


def signed(text: str, sign: str) -> str:
    """`【sign】text`; as it is if there is no sign, or if it stands there already."""
    front = f"【{sign}】"
    return text if not sign or text.startswith(front) else front + text
