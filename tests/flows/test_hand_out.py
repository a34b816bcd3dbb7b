"""Handing out at a counter that has a network: claimed, verified, recorded, then the slip (I-1, I-9, F45)."""

from pathlib import Path

from pos.hand_out.signing import digest_of
from pos.hand_out.state import Phase, Way, Word
from pos.hand_out.view import parcels
from sync.actions.arrive import arrive
from sync.actions.send_back_parcel import send_back_parcel
from sync.domain.pickups import Document, HandOutRefusal, SentBackFor, Verified
from sync.local.arrivals import arrival_of
from sync.local.code_tries import wrong_tries
from sync.local.pickups import DAY_MS
from tests.flows.handing import (
    ALIYA,
    CODE,
    ID,
    NUMBER,
    STROKES,
    Counter,
    Packed,
    cancel,
    label,
    pass_text,
    web_order,
)
from tests.flows.returning import OTHER
from tests.link.store import now


def test_a_pass_two_labels_and_one_press_hand_out_two_parcels_and_print_the_slip(counter: Counter) -> None:
    counter.opens(pass_text(counter.shop))
    state = counter.out.state
    assert (state.phase, state.word, state.verified) == (Phase.OPEN, Word.HELD, Verified.CODE)
    assert [(x.id, x.shelf) for x in state.ready] == [("par-1", "C-07"), ("par-2", "C-08")]
    assert not state.may_go_on
    counter.both()
    assert counter.out.state.may_go_on
    counter.gives()
    assert counter.over, counter.said
    [body] = counter.hand_outs()
    assert [x["parcel"] for x in body["parcels"]] == ["par-1", "par-2"]
    assert (body["verified"], bool(body["claim"]), body["order"]) == ("code", True, ID)
    counter.printed(1)
    counter.until(lambda: counter.out.state.slip.paper.value == "printed")
    assert NUMBER in counter.printer.texts[0] and "recorded" in counter.said
    counter.out.print_again()
    counter.printed(2)
    counter.meets()
    assert counter.order().complete and counter.matters == []


def test_the_ticket_of_who_came_stands_beside_the_name_until_it_is_handed_out(counter: Counter) -> None:
    ticket = arrive(counter.local, ID, NUMBER, language="en", now=now()).ticket
    counter.opens(pass_text(counter.shop))
    assert counter.out.state.around.ticket == ticket != ""
    counter.both()
    counter.gives()
    assert counter.over and arrival_of(counter.local, ID) is None


def test_only_what_is_scanned_is_given_and_the_rest_waits(counter: Counter) -> None:
    counter.opens()
    counter.types(CODE)
    counter.reads(label("par-2"))
    assert not counter.out.state.may_go_on
    counter.out.some()
    assert counter.out.state.may_go_on and "1 parcel stays here" in counter.said
    counter.gives()
    assert [x["parcel"] for x in counter.hand_outs()[0]["parcels"]] == ["par-2"]
    assert "1 parcel of the order is left. Shelf C-07." in counter.said
    counter.meets()
    assert counter.matters == [] and not counter.order().complete
    counter.opens()
    assert [x.id for x in counter.out.state.ready] == ["par-1"]


def test_five_wrong_codes_lock_the_code_for_this_order_here_also_after_a_restart(counter: Counter) -> None:
    counter.opens()
    for left in (4, 3, 2, 1):
        counter.types("0000")
        assert f"{left} tr" in counter.said and counter.out.state.verified is None
    counter.off()
    counter.start()
    counter.opens()
    counter.types("0000")
    assert "locked" in counter.said and counter.out.state.way is Way.DOCUMENT
    counter.out.way(Way.CODE)
    counter.types(CODE)
    assert counter.out.state.verified is None, "the right code is not tried any more"
    counter.out.document(Document.PASSPORT)
    counter.both()
    counter.gives()
    assert counter.over
    [body] = counter.hand_outs()
    assert (body["verified"], body["document"]) == ("document", "passport")
    assert wrong_tries(counter.local, ID) == 0, "the order is handed out, and nothing is kept of it"


def test_a_wrong_code_is_followed_by_the_right_one_and_no_code_is_kept(counter: Counter) -> None:
    counter.opens()
    counter.types("7392")
    assert counter.out.state.wrong and "4 tries" in counter.said
    counter.types(CODE)
    assert counter.out.state.verified is Verified.CODE
    counter.both()
    counter.gives()
    assert counter.over and counter.out.state.typed == ""
    for path in counter.home.iterdir():
        assert not path.is_file() or b'"7391"' not in path.read_bytes()


def test_a_proxy_whom_the_order_names_is_written_down(counter: Counter) -> None:
    counter.opens()
    counter.out.way(Way.PROXY)
    counter.out.proxy("Somebody E.")
    assert counter.out.state.verified is None, "the order does not name them"
    counter.out.proxy("Daniyar M.")
    counter.both()
    counter.gives()
    [body] = counter.hand_outs()
    assert (body["verified"], body["proxy"]) == ("proxy", "Daniyar M.")


def test_a_proxy_with_the_orders_own_pass_is_one_too_and_another_orders_pass_is_not(counter: Counter) -> None:
    other = web_order(counter.shop, "100-2", collect_code="", collector="Giorgi B.", proxies=())
    counter.opens()
    counter.out.way(Way.PROXY)
    counter.both()
    counter.reads(pass_text(counter.shop, other))
    assert counter.out.state.verified is None and "another order" in counter.said
    counter.reads(pass_text(counter.shop))
    assert counter.out.state.verified is Verified.PROXY
    counter.gives()
    [body] = counter.hand_outs()
    assert (body["verified"], body["proxy"]) == ("proxy", "")


def test_a_pass_opens_its_order_while_nothing_is_under_way(counter: Counter) -> None:
    other = web_order(counter.shop, "100-2", collect_code="", collector="Giorgi B.", proxies=())
    counter.meets()
    counter.packs("par-9", "B-01", "100-2", n1=1)
    counter.meets()
    counter.opens()
    counter.reads(pass_text(counter.shop, other))
    state = counter.out.state
    assert (state.order, state.phase, state.name, state.verified) == (other, Phase.OPEN, "Giorgi B.", Verified.CODE)
    assert not state.code_on, "it has no code"


def test_a_signature_is_asked_for_by_the_setting_and_only_its_digest_is_kept(counter: Counter, packed: Packed) -> None:
    packed.ask_signature()
    counter.meets()
    counter.opens(pass_text(packed))
    counter.both()
    assert not counter.out.state.may_go_on
    counter.out.sign((((5, 5), (6, 5)),))
    assert "too short" in counter.said and not counter.out.state.may_go_on
    counter.out.sign(STROKES)
    assert counter.out.state.may_go_on
    counter.out.sign_again()
    assert not counter.out.state.may_go_on
    counter.out.sign(STROKES)
    counter.gives()
    [body] = counter.hand_outs()
    assert body["signature"] == digest_of(STROKES) and len(body["signature"]) == 64
    assert digest_of(STROKES) != digest_of(STROKES[:1])
    for path in counter.home.iterdir():
        assert not path.is_file() or b"110,20" not in path.read_bytes()


def test_somebody_else_signs_anew(counter: Counter, packed: Packed) -> None:
    packed.ask_signature()
    counter.meets()
    counter.opens(pass_text(packed))
    counter.out.sign(STROKES)
    counter.out.way(Way.DOCUMENT)
    counter.out.document(Document.ID_CARD)
    assert counter.out.state.signature == "" and not counter.out.state.by_pass


# --- what is told, and why nothing is given -------------------------------------------------------------------------


def test_an_order_that_is_cancelled_between_the_scans_is_not_given(counter: Counter) -> None:
    """The hub says so at the press: this terminal did not hear of it yet."""
    counter.opens(pass_text(counter.shop))
    counter.both()
    cancel(counter.shop)
    counter.gives()
    state = counter.out.state
    assert state.phase is Phase.STOPPED and state.stopped is not None
    assert state.stopped.reason is HandOutRefusal.CANCELLED and counter.hand_outs() == []
    assert "The order was cancelled" in counter.said and "shelf C-07" in counter.said


def test_a_cancellation_that_arrives_stops_what_is_open(counter: Counter) -> None:
    counter.opens()
    counter.both()
    cancel(counter.shop)
    counter.meets()
    counter.out.changed(frozenset({"stock"}))
    counter.settled()
    assert counter.out.state.phase is Phase.STOPPED and "cancelled" in counter.said


def test_the_wrong_store_names_the_right_one(counter: Counter, packed: Packed, tmp_path: Path) -> None:
    there = Counter(packed, tmp_path, "till-2", place=OTHER)
    there.meets()
    there.opens()
    assert "It waits at store-1" in there.said and "shelf C-07" in there.said
    there.stop()


def test_what_was_collected_says_when_where_and_by_whom(counter: Counter, packed: Packed, tmp_path: Path) -> None:
    packed.called = {"till-2": "Front desk"}
    second = Counter(packed, tmp_path, "till-2")
    second.meets()
    counter.meets()
    second.opens()
    second.both()
    second.types(CODE)
    counter.opens()
    assert "Front desk hands this out now" in counter.said and counter.out.state.word is Word.TAKEN
    second.gives()
    assert second.over
    second.meets()
    counter.opens()
    assert counter.out.state.phase is Phase.STOPPED, "the hub told, though the own copy lacks it"
    assert "collected already" in counter.said and "Front desk · Aliya K." in counter.said and "store-1" in counter.said
    counter.meets()
    counter.opens()
    assert "Front desk · Aliya K." in counter.said
    second.stop()


def test_what_waited_too_long_and_what_was_sent_back_have_their_own_sentence(counter: Counter) -> None:
    web_order(counter.shop, "100-3")
    counter.meets()
    counter.packs("par-old", "B-02", "100-3", at=now() - 9 * DAY_MS, n1=1)
    counter.meets()
    counter.opens(order="web:100-3")
    assert "It waited until" in counter.said
    send_back_parcel(counter.local, "par-old", SentBackFor.EXPIRED, actor=ALIYA, now=now())
    counter.opens(order="web:100-3")
    assert "It was sent back" in counter.said


def test_what_is_not_paid_is_not_given_and_how_much_is_said(counter: Counter) -> None:
    web_order(counter.shop, "100-4", paid=[])
    counter.meets()
    counter.packs("par-4", "B-03", "100-4", n1=1)
    counter.meets()
    counter.opens(order="web:100-4")
    state = counter.out.state
    assert state.stopped is not None and (state.stopped.reason, state.stopped.due) == (HandOutRefusal.UNPAID, 7_198_000)
    assert "71\u202f980\xa0₸ is not paid" in counter.said
    counter.out.pay()
    assert counter.till.place == "payment" and counter.till.payment.state.rest == 7_198_000
    web_order(counter.shop, "100-4")
    counter.meets()
    counter.till.payment.quick(7_198_000)
    counter.till.payment.cash_received()
    counter.settled()
    assert counter.till.place == "hand_out", "it was paid on the web meanwhile: no cash is taken"
    assert counter.out.state.phase is Phase.OPEN and counter.hand_outs() == []
    assert counter.local.raw.execute("SELECT count(*) FROM order_paid").fetchone() == (0,)


def test_what_is_not_packed_not_on_a_shelf_or_unknown_says_so(counter: Counter) -> None:
    web_order(counter.shop, "100-5")
    counter.meets()
    counter.opens(order="web:100-5")
    assert "Nothing is packed yet" in counter.said
    counter.packs("par-5", "", "100-5", n1=1)
    counter.opens(order="web:100-5")
    assert "on no shelf yet" in counter.said
    counter.opens(order="web:none")
    assert "does not know the order" in counter.said


def test_each_label_that_does_not_fit_has_its_own_sentence(counter: Counter) -> None:
    web_order(counter.shop, "100-6")
    counter.meets()
    counter.packs("par-6", "B-05", "100-6", n1=1)
    counter.meets()
    counter.opens()
    counter.reads(label("par-1"), label("par-1"))
    assert "scanned already" in counter.said
    counter.reads(label("par-6"))
    assert "order 100-6" in counter.said and "B-05" in counter.said
    counter.reads(label("par-nowhere"))
    assert "does not know this parcel" in counter.said
    counter.reads("STS1:C-07")
    assert "This is shelf C-07" in counter.said
    counter.reads("4870000000013")
    assert "no parcel's label" in counter.said
    counter.reads("STF2:HALF")
    assert "only half read" in counter.said
    assert list(counter.out.state.scanned) == ["par-1"]


def test_a_label_that_no_scanner_reads_is_compared_and_the_record_says_so(counter: Counter) -> None:
    counter.opens(pass_text(counter.shop))
    counter.out.touch_parcel("par-1")
    assert "It says 8351, and 1 of 2. Compare it first." in counter.said
    assert not counter.out.state.scanned, "a touch alone counts nothing"
    counter.out.act()
    assert "Counted by hand: the parcel from C-07" in counter.said
    counter.out.act()
    assert not counter.out.state.scanned and "0 of 2 parcels scanned" in counter.said
    counter.out.touch_parcel("par-1")
    counter.out.act()
    counter.reads(label("par-2"))
    assert [(row.done, row.hand) for row in parcels(counter.out.state)] == [(True, True), (True, False)]
    counter.gives()
    [done] = counter.hand_outs()
    assert [(x["parcel"], x["by_hand"]) for x in done["parcels"]] == [("par-1", True), ("par-2", False)]


def test_a_label_that_is_read_after_all_is_a_scan(counter: Counter) -> None:
    counter.opens(pass_text(counter.shop))
    counter.out.touch_parcel("par-2")
    counter.out.act()
    assert counter.out.state.by_hand == {"par-2"}
    counter.reads(label("par-2"))
    assert counter.out.state.by_hand == frozenset() and "par-2" in counter.out.state.scanned
    counter.out.touch_parcel("par-2")
    assert "scanned already" in counter.said


def test_a_pass_that_was_changed_proves_nothing(counter: Counter) -> None:
    text = pass_text(counter.shop)
    counter.opens()
    counter.reads(text[:-6] + ("AAAAAA" if not text.endswith("AAAAAA") else "BBBBBB"))
    assert counter.out.state.verified is None and "pass" in counter.said.lower()
