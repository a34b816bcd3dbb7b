"""The shopper's side of a till: a window in a process of its own, told by the till what to show."""
