"""Only inside the machine that `python -m tests.kernel` starts."""

import os

from tests.devices.conftest import heard, paper

__all__ = ["heard", "paper"]

collect_ignore_glob = [] if "STOREFLOOR_KERNEL" in os.environ else ["test_*.py"]
