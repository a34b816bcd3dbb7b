"""Pure decisions: the standard library only; the time and new ids are arguments."""
