"""Read YAML with line numbers from PyYAML's events; no objects are constructed, so tags have no effect."""

from __future__ import annotations

from typing import Any

from probes.config_formats.tree import DEEPEST, Malformed, Node, line_at

_MERGE = "\0<<"  # no name in YAML contains a NUL
_NULLS = ("", "~", "null", "Null", "NULL")
_MOST_MERGED = 100_000  # members that merge keys may add: each costs time, and a small file can request millions


def read(text: str) -> Node:
    """Return the first document as a tree.

    Merge keys (``<<``) are applied; a table's own members override merged ones. All aliases of an anchor share one
    node, so nested aliases cost nothing, and a node may contain itself.

    Raises Malformed if the text is not YAML.
    """
    import yaml

    # libyaml is fast and comes with PyYAML's wheels; the pure Python loader reads the same grammar without it. The tree
    # is built here because libyaml's composer recurses as deep as the text nests and can crash the process.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    tree = _Tree(yaml)
    try:
        for event in yaml.parse(text, loader):
            tree.take(event)
            if isinstance(event, yaml.DocumentEndEvent):
                break
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = line_at(text.rstrip(), len(text))
        raise Malformed("YAML", min(mark.line + 1, last) if mark else 1) from None
    except yaml.reader.ReaderError as error:
        raise Malformed("YAML", line_at(text, error.position if isinstance(error.position, int) else 0)) from None
    except (yaml.YAMLError, ValueError):
        raise Malformed("YAML", 1) from None
    return tree.root or Node({}, 1)


class _Tree:
    """Builder of the tree, which takes one parser event at a time."""

    def __init__(self, yaml: Any) -> None:
        self.yaml = yaml
        self.root: Node | None = None
        self.open: list[Node] = []
        self.names: list[str | None] = []  # for each open container: the name whose value comes next
        self.merges: list[list[Node]] = []  # for each open container: the nodes to merge into it
        self.anchors: dict[str, Node] = {}
        self.merged = 0

    def take(self, event: Any) -> None:
        """Add a parser event. Raises Malformed for an unknown alias or nesting that is too deep."""
        yaml, line = self.yaml, event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style in (None, "") and event.implicit[0]
            self.put(Node(None if plain and event.value in _NULLS else str(event.value), line), event, plain)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise Malformed("YAML", line)
            self.put(self.anchors[event.anchor], None)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            node = Node({} if isinstance(event, yaml.MappingStartEvent) else [], line)
            self.put(node, event)
            if len(self.open) == DEEPEST:
                raise Malformed("YAML", line)
            self.open.append(node)
            self.names.append(None)
            self.merges.append([])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self.close()

    def put(self, node: Node, event: Any, plain: bool = False) -> None:
        """Insert a node into the innermost open container, as a name, a value or an item."""
        if event is not None and event.anchor:
            self.anchors[event.anchor] = node
        if not self.open:
            self.root = self.root or node
            return
        inside = self.open[-1].value
        if isinstance(inside, list):
            inside.append(node)
        elif isinstance(inside, dict):
            name = self.names[-1]
            if name is None:  # no app uses a container or an alias as a name
                self.names[-1] = _MERGE if plain and node.value == "<<" else node.text or ""
                return
            self.names[-1] = None
            if name is _MERGE:
                self.merges[-1].append(node)
            else:
                inside.pop(name, None)
                inside[name] = node

    def close(self) -> None:
        """Close the innermost container and apply its merge keys. Raises Malformed if they add too many members."""
        node, merges = self.open.pop(), self.merges.pop()
        self.names.pop()
        sources = (each for merge in merges for each in (merge.value if isinstance(merge.value, list) else [merge]))
        for source in sources:  # own members override merged ones, and earlier sources later ones
            if isinstance(source.value, dict) and isinstance(node.value, dict):
                self.merged += len(source.value)
                if self.merged > _MOST_MERGED:
                    raise Malformed("YAML", node.line)
                for name, value in list(source.value.items()):
                    node.value.setdefault(name, value)
