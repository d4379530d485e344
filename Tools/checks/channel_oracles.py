"""Judges of channel removal that need nothing but the report and ONNX Runtime.

A report says for each set of channels which axes of which constants carry it, and what each axis
means in writing (`d3*49`, `d1+d2`, `2*(d4+d5)`, `<d6|d7>`). From that:

* permutation: the indices of a set, permuted wherever the report says they are, change no output;
* zeroed channels: what is left after removal computes what the whole model does when the weights that
  make the removed channels and those that sum over them are zero there.
"""

import copy
import re

import numpy as np
import onnxruntime as ort
from onnx import numpy_helper


def run(model, feed):
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, feed)


class Layout:
    """For each position of an axis, the (set, index) pairs it stands for."""

    def __init__(self, text, sizes):
        self.tokens = re.findall(r"d\d+|\d+|[*+()<>|]", text)
        self.sizes = sizes
        self.place = 0
        self.positions = self.sum()
        assert self.place == len(self.tokens), text

    def peek(self):
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self):
        self.place += 1
        return self.tokens[self.place - 1]

    def sum(self):
        positions = self.product()
        while self.peek() == "+":
            self.take()
            positions = positions + self.product()
        return positions

    def product(self):
        positions = self.factor()
        while self.peek() == "*":
            self.take()
            inner = self.factor()
            positions = [a | b for a in positions for b in inner]
        return positions

    def factor(self):
        token = self.take()
        if token == "(":
            inner = self.sum()
            self.take()
            return inner
        if token == "<":
            parts = [self.sum()]
            while self.take() == "|":
                parts.append(self.sum())
            total = sum(map(len, parts))
            return [parts[i % len(parts)][i // len(parts)] for i in range(total)]
        if token.startswith("d"):
            return [frozenset([(token, i)]) for i in range(self.sizes(token))]
        return [frozenset()] * int(token)


class Edits:
    """A copy of a model in which every reader of a constant may have a version of its own."""

    def __init__(self, model):
        self.model = copy.deepcopy(model)
        graph = self.model.graph
        self.nodes = {n.name or next(o for o in n.output if o): n for n in graph.node}
        self.constants = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
        for node in graph.node:
            if node.op_type == "Constant" and node.attribute[0].name == "value":
                self.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
        self.changed = {}

    def array(self, member):
        key = (member["node"], member["input"])
        if key not in self.changed:
            self.changed[key] = self.constants[member["tensor"]].copy()
        return self.changed[key]

    def finished(self):
        for number, ((node, place), array) in enumerate(self.changed.items()):
            name = f"edited_{number}"
            self.model.graph.initializer.append(numpy_helper.from_array(array, name))
            self.nodes[node].input[place] = name
        return self.model


def sizes_of(report):
    """The size of a set by its name; sets that no weight has are left alone by everybody."""
    return {group["name"]: group["size"] for group in report["groups"]}


def layout(member, report, axis_size):
    sizes = sizes_of(report)

    def size(name):
        if name in sizes:
            return sizes[name]
        # The one unknown of an axis follows from its size.
        known = re.sub(rf"\b{name}\b", "0", member["layout"])
        raise KeyError(f"{name} in {member['layout']} of {axis_size}, {known}")

    return Layout(member["layout"], size)


def permuted(model, report, group, rng):
    """The model with the indices of one set permuted wherever they are."""
    order = rng.permutation(group["size"])
    edits = Edits(model)
    for member in group["members"]:
        array = edits.array(member)
        axis = member["axis"]
        positions = layout(member, report, array.shape[axis]).positions
        places = {position: [] for position in positions}
        for place, position in enumerate(positions):
            places[position].append(place)
        source = []
        for place, position in enumerate(positions):
            moved = frozenset(
                (name, int(order[index]) if name == group["name"] else index)
                for name, index in position
            )
            # Fixed factors make several places of one position; they keep their order.
            source.append(places[moved][places[position].index(place)])
        array[...] = np.take(array, source, axis=axis)
    return edits.finished()


def zeroed(model, report):
    """The model with zeros where weights sum over channels that were removed."""
    edits = Edits(model)
    for group in report["groups"]:
        if group.get("kept") is None:
            continue
        gone = set(range(group["size"])) - set(group["kept"])
        # Makers too: channels of queries and keys meet each other, and no weight, in a sum.
        for member in group["members"]:
            array = edits.array(member)
            positions = layout(member, report, array.shape[member["axis"]]).positions
            hit = [
                place
                for place, position in enumerate(positions)
                if any(name == group["name"] and index in gone for name, index in position)
            ]
            index = [slice(None)] * array.ndim
            index[member["axis"]] = hit
            array[tuple(index)] = 0
    return edits.finished()


def difference(left, right):
    """The largest difference of any output, relative to the largest value."""
    return max(
        float(np.abs(a.astype(np.float64) - b).max() / (np.abs(a).max() + 1e-9))
        for a, b in zip(left, right, strict=True)
    )
