"""A signed pass of ten lines checked on the terminal with no network, whether its order is known there or not."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.domain.passes import Answer
from sync.local import Local
from sync.local.passes import verify_pass
from tests.bench._orders import AT, MANY, SEED, orders_home, pass_of, proxy_pass_of, receipt_of
from tests.bench.figures import Figure, load, percentile, timed

DIFFERENT = 400
"""Passes, each shown a few times."""


def figures(size: int | None) -> Iterator[Figure]:
    """`size`: checks (default 4,000)."""
    times = size or 4000
    local = Local.open(orders_home())
    for name, first in (("its order is unknown here", MANY), ("its order is among 200,000", MANY // 2)):
        texts = [pass_of(first + n) for n in range(DIFFERENT)]
        yield _checked(local, f"pass checked, {name}", texts, times)
    texts = [proxy_pass_of(MANY // 2 + n) for n in range(DIFFERENT)]
    yield _checked(local, "a proxy's own pass checked, its order is among 200,000", texts, times, Answer.COLLECT_ONLY)
    texts = [receipt_of(n) for n in range(DIFFERENT)]
    yield _checked(local, "receipt of another till checked, 5,000 tills known", texts, times)
    local.close()
    numbers = iter(range(times))
    took = timed(lambda: receipt_of(next(numbers)), times)
    note = f"p50 {percentile(took, 0.5) * 1e3:.2f} ms, when it is printed and never while it is sold, load {load()}"
    yield Figure("receipt of ten lines signed, p99", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 5", note)
    yield from _bare(times)


def _checked(local: Local, name: str, texts: list[str], times: int, good: Answer = Answer.OK) -> Figure:
    shown, answers = iter(texts * (times // DIFFERENT + 1)), list[Answer]()
    took = timed(lambda: answers.append(verify_pass(local, next(shown), AT).answer), times)
    assert set(answers) == {good}
    note = f"p50 {percentile(took, 0.5) * 1e3:.2f} ms, {max(map(len, texts))} characters, load {load()}"
    return Figure(f"{name}, p99", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 5", note)


def _bare(times: int) -> Iterator[Figure]:
    """What of it is the signature."""
    key, said = Ed25519PrivateKey.from_private_bytes(SEED), bytes(600)
    signature, public = key.sign(said), key.public_key()
    took = timed(lambda: public.verify(signature, said), times)
    yield Figure("the signature of it alone, p99", percentile(took, 0.99) * 1e3, "ms", "", None, "<= 5")
