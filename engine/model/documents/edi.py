"""How is an EDI segment laid out in a tree? Elements by number, composites as `2-1`, loops as lists, qualifiers in the name."""

from collections.abc import Iterable, Mapping, Sequence

from engine.model.documents.tree import Tree

Segment = tuple[str, Sequence[Sequence[str]]]
"""(tag, elements), an element as its components."""
Node = dict[str, Tree]

SEGMENTS_MAX = 500
"""Segments of one place in the tree; what comes beyond is left out, for a tree must stay near the size of its text."""


def laid_out(elements: Iterable[Sequence[str]]) -> Node:
    """`{"1": first component of element 1, "2": ..., "2-1": ..., "2-2": ...}`; only composites have the dashed keys."""
    node: Node = {}
    for number, components in enumerate(elements, start=1):
        node[str(number)] = components[0]
        if len(components) > 1:
            node |= {f"{number}-{place}": text for place, text in enumerate(components, start=1)}
    return node


def put(into: Node, segment: Segment, qualifier_at: Mapping[str, int]) -> Node:
    """Add a segment: the first of its name as `L11`, the second as `L11#2`, and the first with a qualifier as `L11_BM` as well."""
    tag, elements = segment
    node = laid_out(elements)
    if len(into) >= SEGMENTS_MAX:
        return node
    name, number = tag, 1
    while name in into and number < 100:
        number += 1
        name = f"{tag}#{number}"
    into.setdefault(name, node)
    place = qualifier_at.get(tag, 0)
    if 0 < place <= len(elements) and elements[place - 1][0]:
        into.setdefault(f"{tag}_{elements[place - 1][0].strip()}", node)
    return node
