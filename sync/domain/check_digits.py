"""Check digits of GS1: General Specifications, section 7.9."""


def check_digit(body: str) -> str:
    """The GS1 check digit of the digits before it: weights 3 and 1 from the right."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return str(-total % 10)


def gtin14(text: str) -> str | None:
    """The 14-digit key of a GTIN-8, -12, -13 or -14; None when length or check digit are wrong."""
    if len(text) not in (8, 12, 13, 14) or not (text.isascii() and text.isdigit()):
        return None
    return text.zfill(14) if check_digit(text[:-1]) == text[-1] else None
