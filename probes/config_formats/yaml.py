"""YAML with the line of every value, out of PyYAML's events: nothing is constructed, so no tag can do anything."""

from __future__ import annotations

from typing import Any

from probes.config_formats.tree import DEEPEST, Malformed, Node, line_at

_MERGE = "\0<<"  # no name in YAML holds a NUL
_NULLS = ("", "~", "null", "Null", "NULL")
_MOST_MERGED = 100_000  # members that merge keys may bring in: each costs time, and a small file can ask for millions


def read(text: str) -> Node:
    """The first document; merge keys (``<<``) are followed, the own value wins. Raises Malformed.

    What several aliases name is one node, so aliases of aliases cost nothing, and a node may hold itself.
    """
    import yaml

    # libyaml reads 1 MiB in a blink and comes with PyYAML's wheels; the other loader of the same grammar stands in for
    # it. Composing nodes is left to us: libyaml's own composer goes as deep as the text and takes the process along.
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
    """Grows by one event after the other."""

    def __init__(self, yaml: Any) -> None:
        self.yaml = yaml
        self.root: Node | None = None
        self.open: list[Node] = []
        self.names: list[str | None] = []  # of each open table: the name that waits for its value
        self.merges: list[list[Node]] = []  # of each open table: what it merges in
        self.anchors: dict[str, Node] = {}
        self.merged = 0

    def take(self, event: Any) -> None:
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
            if name is None:  # a table, a list or an alias as a name is nobody's setting
                self.names[-1] = _MERGE if plain and node.value == "<<" else node.text or ""
                return
            self.names[-1] = None
            if name is _MERGE:
                self.merges[-1].append(node)
            else:
                inside.pop(name, None)
                inside[name] = node

    def close(self) -> None:
        node, merges = self.open.pop(), self.merges.pop()
        self.names.pop()
        sources = (one for each in merges for one in (each.value if isinstance(each.value, list) else [each]))
        for source in sources:  # the first that is named wins over the later ones, the own value over all
            if isinstance(source.value, dict) and isinstance(node.value, dict):
                self.merged += len(source.value)
                if self.merged > _MOST_MERGED:
                    raise Malformed("YAML", node.line)
                for name, value in list(source.value.items()):
                    node.value.setdefault(name, value)
