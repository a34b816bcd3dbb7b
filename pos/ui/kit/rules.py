"""The rule nearest to a part decides: what it says replaces what the rules of its base classes said.

Kivy keeps every rule's binding alive. A pill whose own rule says `fill: theme.sunk` would also keep the `fill` of the
part it is made from, and show whichever was told last. Before a rule is applied to a part of the kit, the older
bindings of the properties that it sets are dropped, by `Builder.unbind_property`.
"""

from __future__ import annotations

from typing import Any

from kivy.lang import Builder

# Only these: canvas instructions share the table of bindings under names such as pos, size and rgba.
_NAMES = frozenset(
    "fill outline outline_width radius inset ring color height pad icon_size padding spacing opacity style lines fit "
    "guard tone tint text icon line_height size_hint size_hint_x size_hint_y orientation shrinks halign".split()
)


def nearest_rule_decides(part: type) -> None:
    """Let the nearest rule decide for widgets of this class and of classes made from it."""
    apply = Builder._apply_rule

    def apply_rule(widget: Any, rule: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(widget, part):
            for name in _NAMES.intersection(rule.properties):
                Builder.unbind_property(widget, name)
        return apply(widget, rule, *args, **kwargs)

    Builder._apply_rule = apply_rule
