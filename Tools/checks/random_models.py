"""Random small networks over the operators that channels are followed through.

`make(seed)` gives an ONNX model with one input and one output, `feed(model, seed)` numbers for it.
Feature maps are [N, C, H, W], token tensors [N, T, C]; every block keeps or changes C. Weights are
random, and all biases and statistics are there, so that a slice at the wrong place changes the
outputs.
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


class Builder:
    """A graph in the making, and the random numbers it is made of."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.nodes, self.initializers, self.count = [], [], 0
        self.is_dynamic = bool(self.rng.integers(2))
        # GroupNormalization is defined twice, and checkers know the second alone.
        self.opset = self.choice(18, 21)

    def choice(self, *options):
        return options[self.rng.integers(len(options))]

    def constant(self, array, name=None):
        self.count += 1
        name = name or f"w{self.count}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, *shape):
        fan = int(np.prod(shape[1:])) if len(shape) > 1 else 4
        return self.constant((self.rng.standard_normal(shape) / np.sqrt(fan)).astype(np.float32))

    def vector(self, size, low=-0.3, high=0.3):
        return self.constant(self.rng.uniform(low, high, size).astype(np.float32))

    def ints(self, *values):
        return self.constant(np.array(values, np.int64))

    def node(self, operator, inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"v{self.count}_{i}" for i in range(outputs)]
        self.nodes.append(
            helper.make_node(operator, inputs, names, name=f"{operator}_{self.count}", **attributes)
        )
        return names[0] if outputs == 1 else names

    # ---- feature maps [N, C, H, W] -------------------------------------------------------------

    def conv(self, x, c, out, kernel=None, group=1, bias=True, **attributes):
        kernel = kernel or self.choice(1, 3)
        w = self.weight(out, c // group, kernel, kernel)
        inputs = [x, w] + ([self.vector(out)] if bias else [])
        return self.node(
            "Conv", inputs, group=group, pads=[kernel // 2] * 4, **attributes
        )

    def batch_norm(self, x, c):
        return self.node(
            "BatchNormalization",
            [x, self.vector(c, 0.5, 1.5), self.vector(c), self.vector(c), self.vector(c, 0.5, 1.5)],
        )

    def activation(self, x):
        kind = self.choice("Relu", "LeakyRelu", "HardSwish", "Sigmoid", "PRelu", "Clip", "Identity")
        if kind == "PRelu":
            return self.node("PRelu", [x, self.constant(np.float32([0.2]).reshape(1, 1, 1))])
        return self.node(kind, [x] + ([self.constant(np.float32(-1)), self.constant(np.float32(2))]
                                      if kind == "Clip" else []))

    def residual(self, x, c):
        y = self.activation(self.conv(x, c, hidden := int(self.rng.integers(4, 13))))
        return self.node("Add", [x, self.conv(y, hidden, c)]), c

    def plain(self, x, c):
        out = int(self.rng.integers(4, 17))
        y = self.conv(x, c, out, bias=bool(self.rng.integers(2)))
        return self.activation(self.batch_norm(y, out) if self.rng.integers(2) else y), out

    def depthwise(self, x, c):
        m = int(self.rng.integers(1, 3))
        return self.conv(x, c, c * m, 3, group=c), c * m

    def grouped(self, x, c):
        g = next(g for g in (4, 3, 2, 1) if c % g == 0)
        out = g * int(self.rng.integers(2, 5))
        return self.conv(x, c, out, 3, group=g), out

    def squeeze_excite(self, x, c):
        y = self.node("GlobalAveragePool", [x])
        y = self.node("Relu", [self.conv(y, c, hidden := int(self.rng.integers(3, 7)), 1)])
        return self.node("Mul", [x, self.node("Sigmoid", [self.conv(y, hidden, c, 1)])]), c

    def branches(self, x, c):
        outs = [int(v) for v in self.rng.integers(3, 8, 2)]
        parts = [self.activation(self.conv(x, c, o)) for o in outs]
        return self.node("Concat", parts + [x], axis=1), sum(outs) + c

    def split(self, x, c):
        a = int(self.rng.integers(1, c))
        y, z = self.node("Split", [x, self.ints(a, c - a)], outputs=2, axis=1)
        y = self.conv(y, a, out := int(self.rng.integers(3, 9)))
        return self.node("Concat", [y, self.activation(z)], axis=1), out + c - a

    def cut(self, x, c):
        a = int(self.rng.integers(1, c))
        y = self.node("Slice", [x, self.ints(0), self.ints(a), self.ints(1)])
        z = self.node("Slice", [x, self.ints(a), self.ints(2**63 - 1), self.ints(1)])
        return self.node("Concat", [z, self.conv(y, a, a)], axis=1), c

    def shuffle(self, x, c):
        if c % 2:
            return self.plain(x, c)
        y = self.node("Reshape", [x, self.ints(0, 2, c // 2, 8, 8)])
        y = self.node("Transpose", [y], perm=[0, 2, 1, 3, 4])
        return self.node("Reshape", [y, self.ints(0, c, 8, 8)]), c

    def glu(self, x, c):
        y = self.conv(x, c, 2 * (h := int(self.rng.integers(4, 9))))
        a, b = self.node("Split", [y], outputs=2, axis=1, num_outputs=2)
        return self.node("Mul", [a, self.node("Sigmoid", [b])]), h

    def group_norm(self, x, c):
        g = next(g for g in (4, 3, 2, 1) if c % g == 0)
        if g == 1:
            return self.plain(x, c)
        y = self.node("Reshape", [x, self.ints(0, g, -1)])
        ones, zeros = np.ones(g, np.float32), np.zeros(g, np.float32)
        y = self.node("InstanceNormalization", [y, self.constant(ones), self.constant(zeros)])
        y = self.node("Reshape", [y, self.node("Shape", [x])])
        shape = (c, 1, 1)
        y = self.node("Mul", [y, self.constant(self.rng.uniform(0.5, 1.5, shape).astype(np.float32))])
        return self.node("Add", [y, self.constant(self.rng.uniform(-1, 1, shape).astype(np.float32))]), c

    def instance_norm(self, x, c):
        return self.node("InstanceNormalization", [x, self.vector(c, 0.5, 1.5), self.vector(c)]), c

    def pad_channels(self, x, c):
        pads = self.ints(0, 1, 0, 0, 0, 2, 0, 0)
        return self.node("Pad", [x, pads]), c + 3

    def pixel_shuffle(self, x, c):
        y = self.conv(x, c, 4 * (o := int(self.rng.integers(3, 7))))
        y = self.node("DepthToSpace", [y], blocksize=2, mode=self.choice("DCR", "CRD"))
        return self.node("AveragePool", [y], kernel_shape=[2, 2], strides=[2, 2]), o

    def transpose_conv(self, x, c):
        w = self.weight(c, out := int(self.rng.integers(4, 11)), 2, 2)
        y = self.node("ConvTranspose", [x, w, self.vector(out)], strides=[2, 2])
        return self.node("MaxPool", [y], kernel_shape=[2, 2], strides=[2, 2]), out

    def channels_last_norm(self, x, c):
        y = self.node("Transpose", [x], perm=[0, 2, 3, 1])
        y = self.node("LayerNormalization", [y, self.vector(c, 0.5, 1.5), self.vector(c)], axis=-1)
        y = self.node("MatMul", [y, self.weight(c, c)])
        return self.node("Transpose", [y], perm=[0, 3, 1, 2]), c

    def rows(self, x, c, out, kernel=3, group=1):
        """A convolution along the rows only: maps are taken for [N, C, 64] and back."""
        y = self.node("Reshape", [x, self.ints(0, c, 64)])
        y = self.node("Conv", [y, self.weight(out, c // group, kernel), self.vector(out)],
                      group=group, pads=[kernel // 2] * 2)
        return self.node("Reshape", [y, self.ints(0, out, 8, 8)])

    def conv_1d(self, x, c):
        y = self.rows(x, c, hidden := int(self.rng.integers(4, 10)))
        y = self.activation(self.rows(y, hidden, hidden, group=self.choice(1, hidden)))
        return self.rows(y, hidden, out := int(self.rng.integers(4, 10)), kernel=1), out

    def transpose_conv_grouped(self, x, c):
        g = next(g for g in (4, 3, 2, 1) if c % g == 0)
        per = int(self.rng.integers(2, 5))
        y = self.node(
            "ConvTranspose", [x, self.weight(c, per, 2, 2), self.vector(g * per)],
            strides=[2, 2], group=g)
        return self.node("AveragePool", [y], kernel_shape=[2, 2], strides=[2, 2]), g * per

    def channel_slopes(self, x, c):
        shape = self.choice((c, 1, 1), (1, c, 1, 1))
        slope = self.constant(self.rng.uniform(0, 0.5, shape).astype(np.float32))
        return self.node("PRelu", [x, slope]), c

    def glu_slices(self, x, c):
        h = int(self.rng.integers(4, 9))
        y = self.conv(x, c, 2 * h)
        a = self.node("Slice", [y, self.ints(0), self.ints(h), self.ints(1)])
        b = self.node("Slice", [y, self.ints(h), self.ints(2 * h), self.ints(1)])
        return self.node("Mul", [a, self.node("Sigmoid", [b])]), h

    def quantized(self, x, c):
        """Weights in int8 with a scale for each channel."""
        out = int(self.rng.integers(4, 13))
        w = self.constant(self.rng.integers(-60, 60, (out, c, 1, 1)).astype(np.int8))
        scale = self.vector(out, 0.005, 0.02)
        inputs = [w, scale]
        if self.rng.integers(2):
            inputs.append(self.constant(np.zeros(out, np.int8)))
        w = self.node("DequantizeLinear", inputs, axis=0)
        return self.activation(self.node("Conv", [x, w, self.vector(out)])), out

    def tied(self, x, c):
        """One kernel and one bias, read by two layers."""
        w, v = self.weight(c, c, 3, 3), self.vector(c)
        for _ in range(2):
            x = self.activation(self.node("Conv", [x, w, v], pads=[1] * 4))
        return x, c

    def tied_by_accident(self, x, c):
        """Two layers that share a bias and a norm, and mean nothing by it."""
        h = int(self.rng.integers(4, 9))
        v, scale = self.vector(h), self.constant(np.full(h, 0.7, np.float32))
        x = self.activation(self.node("Conv", [x, self.weight(h, c, 1, 1), v]))
        x = self.node("InstanceNormalization", [x, scale, v])
        x = self.activation(self.node("Conv", [x, self.weight(h, h, 1, 1), v]))
        return self.node("InstanceNormalization", [x, scale, v]), h

    def constant_node(self, x, c):
        w = self.rng.standard_normal((out := int(self.rng.integers(4, 9)), c, 1, 1)) / c**0.5
        w = self.node("Constant", [], value=numpy_helper.from_array(w.astype(np.float32)))
        return self.node("Conv", [x, w]), out

    def moved_weight(self, x, c):
        """A kernel that lies in the file in another shape and order."""
        out = int(self.rng.integers(4, 9))
        w = self.node("Transpose", [self.weight(c, out)], perm=[1, 0])
        if self.rng.integers(2):
            w = self.node("Identity", [w])
        w = self.node("Unsqueeze", [w, self.ints(2, 3)]) if self.rng.integers(2) else self.node(
            "Reshape", [w, self.ints(out, c, 1, 1)])
        return self.node("Conv", [x, w, self.vector(out)]), out

    def masked(self, x, c):
        keep = self.constant(self.rng.integers(0, 2, (1, 1, 8, 8)).astype(bool))
        other = self.vector(self.choice((c, 1, 1), ()))
        return self.node("Where", [keep, x, other]), c

    def channel_mask(self, x, c):
        keep = self.constant(self.rng.integers(0, 2, (c, 1, 1)).astype(bool))
        return self.node("Where", [keep, x, self.constant(np.float32(0))]), c

    def tiled(self, x, c):
        y = self.node("Tile", [x, self.ints(1, 2, 1, 1)])
        return self.node("Add", [y, self.node("Expand", [self.vector((2 * c, 1, 1)),
                                                         self.ints(2 * c, 8, 8)])]), 2 * c

    def expanded_gate(self, x, c):
        """A vector of the picture, stretched over it again and put beside it."""
        y = self.conv(self.node("GlobalAveragePool", [x]), c, h := int(self.rng.integers(3, 7)), 1)
        target = self.choice(self.ints(1, 1, 8, 8), self.ints(1, h, 8, 8))
        y = self.node("Expand", [y, target])
        return self.node("Concat", [x, y], axis=1), c + h

    def true_group_norm(self, x, c):
        if self.opset < 21:
            return self.group_norm(x, c)
        g = next(g for g in (4, 3, 2, 1) if c % g == 0)
        return self.node(
            "GroupNormalization", [x, self.vector(c, 0.5, 1.5), self.vector(c)], num_groups=g), c

    # ---- tokens [N, T, C] ----------------------------------------------------------------------

    def linear(self, x, c, out):
        y = self.node("MatMul", [x, self.weight(c, out)])
        return self.node("Add", [self.vector(out), y])

    def mlp(self, x, c):
        y = self.linear(x, c, hidden := int(self.rng.integers(6, 17)))
        return self.node("Add", [x, self.linear(self.node("Relu", [y]), hidden, c)]), c

    def token_norm(self, x, c):
        if self.rng.integers(2):
            return self.node("LayerNormalization", [x, self.vector(c, 0.5, 1.5), self.vector(c)]), c
        y = self.node("Pow", [x, self.constant(np.float32(2))])
        y = self.node("ReduceMean", [y, self.ints(-1)], keepdims=1)
        y = self.node("Sqrt", [self.node("Add", [y, self.constant(np.float32(1e-3))])])
        return self.node("Mul", [self.vector(c, 0.5, 1.5), self.node("Div", [x, y])]), c

    def attention(self, x, c):
        h, d = int(self.rng.integers(2, 4)), int(self.rng.integers(3, 6))
        packed = self.choice("three", "split", "reshape")
        if packed == "three":
            q, k, v = (self.linear(x, c, h * d) for _ in range(3))
        elif packed == "split":
            q, k, v = self.node(
                "Split", [self.linear(x, c, 3 * h * d), self.ints(h * d, h * d, h * d)],
                outputs=3, axis=-1)
        if packed == "reshape":
            y = self.node("Reshape", [self.linear(x, c, 3 * h * d), self.ints(0, 0, 3, h, d)])
            y = self.node("Transpose", [y], perm=[2, 0, 3, 1, 4])
            q, k, v = (self.node("Gather", [y, self.constant(np.int64(i))], axis=0) for i in range(3))
        else:
            split = lambda t: self.node(
                "Transpose", [self.node("Reshape", [t, self.ints(0, 0, h, d)])], perm=[0, 2, 1, 3])
            q, k, v = split(q), split(k), split(v)
        k = self.node("Transpose", [k], perm=[0, 1, 3, 2])
        scores = self.node("Div", [self.node("MatMul", [q, k]), self.constant(np.float32(d**0.5))])
        y = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), v])
        y = self.node("Reshape", [self.node("Transpose", [y], perm=[0, 2, 1, 3]), self.ints(0, 0, h * d)])
        return self.node("Add", [x, self.linear(y, h * d, c)]), c

    def heads(self, x, h, d):
        return self.node(
            "Transpose", [self.node("Reshape", [x, self.ints(0, 0, h, d)])], perm=[0, 2, 1, 3])

    def rotated(self, x, d, tables):
        """Rotary position embedding in halves."""
        low = self.node("Slice", [x, self.ints(0), self.ints(d // 2), self.ints(3)])
        high = self.node("Slice", [x, self.ints(d // 2), self.ints(2**63 - 1), self.ints(3)])
        turned = self.node("Concat", [self.node("Neg", [high]), low], axis=-1)
        return self.node(
            "Add", [self.node("Mul", [x, tables[0]]), self.node("Mul", [turned, tables[1]])])

    def rotary_attention(self, x, c):
        """Grouped queries: each head of keys and values serves several of the queries."""
        pairs, each = int(self.rng.integers(1, 4)), int(self.rng.integers(1, 4))
        d, h = 2 * int(self.rng.integers(2, 4)), pairs * each
        q = self.heads(self.linear(x, c, h * d), h, d)
        k = self.heads(self.linear(x, c, pairs * d), pairs, d)
        v = self.heads(self.linear(x, c, pairs * d), pairs, d)
        if self.rng.integers(2):
            angles = self.rng.uniform(0, 3, (1, 1, 5, d // 2))
            angles = np.concatenate([angles, angles], -1)
            tables = [self.constant(f(angles).astype(np.float32)) for f in (np.cos, np.sin)]
            q, k = self.rotated(q, d, tables), self.rotated(k, d, tables)
        if each > 1:
            k, v = (self.repeated(t, pairs, each, d) for t in (k, v))
        k = self.node("Transpose", [k], perm=[0, 1, 3, 2])
        scores = self.node("Mul", [self.node("MatMul", [q, k]), self.constant(np.float32(d**-0.5))])
        if self.rng.integers(2):
            mask = np.triu(np.full((1, 1, 5, 5), -1e4, np.float32), 1)
            scores = self.node("Add", [scores, self.constant(mask)])
        else:
            mask = np.tril(np.ones((1, 1, 5, 5), bool))
            scores = self.node(
                "Where", [self.constant(mask), scores, self.constant(np.float32(-1e4))])
        y = self.node("MatMul", [self.node("Softmax", [scores], axis=-1), v])
        y = self.node("Reshape", [self.node("Transpose", [y], perm=[0, 2, 1, 3]),
                                  self.ints(0, 0, h * d)])
        return self.node("Add", [x, self.linear(y, h * d, c)]), c

    def repeated(self, x, pairs, each, d):
        y = self.node("Unsqueeze", [x, self.ints(2)])
        y = self.node("Expand", [y, self.ints(1, 1, each, 1, 1)])
        return self.node("Reshape", [y, self.ints(0, pairs * each, 5, d)])

    def dense_tied(self, x, c):
        """An expansion and its transpose in one matrix."""
        w = self.weight(c, int(self.rng.integers(5, 12)))
        y = self.node("Relu", [self.node("MatMul", [x, w])])
        back = self.node("Transpose", [w], perm=[1, 0])
        return self.node("Add", [x, self.node("MatMul", [y, back])]), c

    def batched_weight(self, x, c):
        """Experts side by side: a product with a weight of three axes."""
        e, h = 3, int(self.rng.integers(4, 9))
        y = self.node("Unsqueeze", [x, self.ints(1)])
        y = self.node("MatMul", [y, self.weight(e, c, h)])
        y = self.node("Add", [y, self.vector((e, 1, h))])
        y = self.node("MatMul", [self.node("Relu", [y]), self.weight(e, h, c)])
        return self.node("ReduceSum", [y, self.ints(1)], keepdims=0), c

    def quantized_linear(self, x, c):
        out = int(self.rng.integers(5, 11))
        w = self.constant(self.rng.integers(-60, 60, (c, out)).astype(np.int8))
        w = self.node("DequantizeLinear", [w, self.vector(out, 0.005, 0.02)], axis=1)
        return self.node("MatMul", [x, w]), out

    def gated(self, x, c):
        y = self.linear(x, c, 2 * (h := int(self.rng.integers(4, 9))))
        a = self.node("Slice", [y, self.ints(0), self.ints(h), self.ints(-1)])
        b = self.node("Slice", [y, self.ints(h), self.ints(2**63 - 1), self.ints(-1)])
        return self.linear(self.node("Mul", [self.node("Sigmoid", [a]), b]), h, c), c

    def stateful(self, x, c):
        """An LSTM whose first states are made by ConstantOfShape."""
        h = int(self.rng.integers(4, 8))
        y = self.node("Transpose", [x], perm=[1, 0, 2])
        batch = self.node("Slice", [self.node("Shape", [y]), self.ints(1), self.ints(2)])
        shape = self.node("Concat", [self.ints(1), batch, self.ints(h)], axis=0)
        value = numpy_helper.from_array(np.float32([0.25]))
        first, cell = (self.node("ConstantOfShape", [shape], value=value) for _ in range(2))
        if self.rng.integers(2):
            cell = first
        y = self.node(
            "LSTM", [y, self.weight(1, 4 * h, c), self.weight(1, 4 * h, h), self.weight(1, 8 * h),
                     "", first, cell], hidden_size=h)
        return self.node("Transpose", [self.node("Squeeze", [y, self.ints(1)])], perm=[1, 0, 2]), h

    def token_conv(self, x, c):
        y = self.node("Transpose", [x], perm=[0, 2, 1])
        w = self.weight(out := int(self.rng.integers(5, 10)), c, 3)
        y = self.node("Conv", [y, w, self.vector(out)], pads=[1, 1])
        return self.node("Transpose", [y], perm=[0, 2, 1]), out

    def recurrent(self, x, c):
        h, both = int(self.rng.integers(4, 8)), bool(self.rng.integers(2))
        kind, gates = self.choice(("LSTM", 4), ("GRU", 3), ("RNN", 1))
        n = 2 if both else 1
        y = self.node("Transpose", [x], perm=[1, 0, 2])
        extra = {"linear_before_reset": 1} if kind == "GRU" else {}
        y = self.node(
            kind, [y, self.weight(n, gates * h, c), self.weight(n, gates * h, h),
                   self.weight(n, 2 * gates * h)],
            hidden_size=h, direction="bidirectional" if both else "forward", **extra)
        y = self.node("Transpose", [y], perm=[2, 0, 1, 3])
        return self.node("Reshape", [y, self.ints(0, 0, n * h)]), n * h

    def project(self, x, c):
        return self.linear(x, c, out := int(self.rng.integers(6, 13))), out

    def einsum(self, x, c):
        w = self.weight(c, h := 3, d := 4)
        y = self.node("Einsum", [x, w], equation="btc,chd->bthd")
        return self.node("Einsum", [y, self.weight(h, d, c)], equation="bthd,hde->bte"), c


MAP_BLOCKS = [
    "residual", "plain", "depthwise", "grouped", "squeeze_excite", "branches", "split", "cut",
    "shuffle", "glu", "group_norm", "instance_norm", "pad_channels", "pixel_shuffle",
    "transpose_conv", "channels_last_norm", "conv_1d", "transpose_conv_grouped", "channel_slopes",
    "glu_slices", "quantized", "tied", "tied_by_accident", "constant_node", "moved_weight",
    "masked", "channel_mask", "tiled", "expanded_gate", "true_group_norm",
]
TOKEN_BLOCKS = [
    "mlp", "token_norm", "attention", "recurrent", "project", "einsum", "rotary_attention",
    "dense_tied", "batched_weight", "quantized_linear", "gated", "stateful", "token_conv",
]


def make(seed):
    """A checked model; its input is "x", maps, tokens or the numbers of words."""
    b = Builder(seed)
    batch = "N" if b.is_dynamic else 2
    kind = b.choice("map", "map", "map", "tokens", "tokens", "words")
    if is_map := kind == "map":
        shape, c = [batch, 3, 8, 8], int(b.rng.integers(5, 12))
        x = b.activation(b.conv("x", 3, c, 3))
        blocks = MAP_BLOCKS
    else:
        c = int(b.rng.integers(6, 13))
        if kind == "words":
            shape = [batch, 5]
            x = b.node("Gather", [b.weight(11, c), "x"], axis=0)
        else:
            shape = [batch, 5, 6]
            x = b.linear("x", 6, c)
        blocks = TOKEN_BLOCKS
    for _ in range(int(b.rng.integers(2, 6))):
        x, c = getattr(b, b.choice(*blocks))(x, c)
    if is_map:
        flat = b.choice("flatten", "pool", "reshape")
        if flat == "flatten":
            x, c = b.node("Flatten", [x], axis=1), c * 64
        elif flat == "reshape":
            x, c = b.node("Reshape", [x, b.ints(0, -1)]), c * 64
        else:
            x = b.node("ReduceMean", [x, b.ints(2, 3)], keepdims=0)
    else:
        x = b.node("ReduceMean", [x, b.ints(1)], keepdims=0)
    y = b.node("Gemm", [x, b.weight(4, c), b.vector(4)], transB=1)
    b.nodes.append(helper.make_node("Identity", [y], ["y"], name="out"))
    element = TensorProto.INT64 if kind == "words" else TensorProto.FLOAT
    graph = helper.make_graph(
        b.nodes, f"random_{seed}", [helper.make_tensor_value_info("x", element, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, 4])], b.initializers)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", b.opset)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return model


def feed(model, rng):
    """Numbers for the input of a model, with a batch of two where it is open."""
    value = model.graph.input[0].type.tensor_type
    shape = [d.dim_value or 2 for d in value.shape.dim]
    if value.elem_type == TensorProto.INT64:
        return {"x": rng.integers(0, 11, shape)}
    return {"x": rng.standard_normal(shape).astype(np.float32)}
