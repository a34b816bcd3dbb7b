"""The receipts that the virtual card terminal by nexo sends with its answers, as those on the market do."""

from decimal import Decimal
from typing import Any

Receipt = dict[str, Any]
NUMBER = "4263982640269299"
"""A card's whole number, of a scheme's test cards: no terminal should print one, and one that is set up wrong does."""
_WIDTH = 40


def receipts(deal: dict[str, Any], amount: Decimal, asked: str) -> list[Receipt]:
    """Both papers of a transaction. `asked`: "plain" lines; "fields" as `key=…&name=…&value=…`; "signature" has the
    customer sign; "copy" gives a paper for the cashier too; "number" prints the card's; "wrong" is no receipt at all;
    "huge" never ends; "declined" gives one also where the card paid nothing; "never" gives none."""
    if asked == "never":
        return []
    if asked == "wrong":
        return [{"DocumentQualifier": "CustomerReceipt", "OutputContent": {"OutputText": "no list"}}]
    approved = deal["state"] == "approved"
    if not approved and asked != "declined":
        return []
    rows = _rows(deal, amount, approved, asked)
    papers = [_paper("CustomerReceipt", "CUSTOMER COPY", rows, asked)]
    if approved and asked in ("signature", "copy"):
        papers.append(_paper("CashierReceipt", "MERCHANT COPY", rows, asked))
    return papers


def _rows(deal: dict[str, Any], amount: Decimal, approved: bool, asked: str) -> list[tuple[str, str]]:
    rows = [("TERMINAL", "P400-1"), ("VISA CREDIT", NUMBER if asked == "number" else "************4242")]
    rows += [("AID", "A0000000031010"), ("REFUND" if deal["kind"] == "Reversal" else "SALE", "")]
    rows += [("AMOUNT", f"{deal['currency']} {amount}"), ("APPROVED" if approved else "DECLINED", deal["number"])]
    return rows * 100 if asked == "huge" else rows


def _paper(qualifier: str, head: str, rows: list[tuple[str, str]], asked: str) -> Receipt:
    texts: list[Receipt] = [{"Text": head, "CharacterStyle": "Bold", "Alignment": "Centred"}, {"Text": " "}]
    for name, value in rows:
        if asked == "fields":
            texts.append({"Text": f"key=line&name={name.replace(' ', '%20')}&value={value.replace(' ', '+')}"})
        else:
            texts.append({"Text": name, "EndOfLineFlag": False})
            texts.append({"Text": value.rjust(_WIDTH - len(name)), "EndOfLineFlag": True})
    signed = asked == "signature" and qualifier == "CashierReceipt"
    content = {"OutputFormat": "Text", "OutputText": texts}
    return {"DocumentQualifier": qualifier, "RequiredSignatureFlag": signed, "OutputContent": content}
