"""onnxsim's pruning (pip), the peer of calibration.py; without the package there are no rows of it."""

try:
    from onnxsim import pruning
except ImportError:
    pruning = None


def goal(option, value):
    return {"n": 2, "m": 4} if option == "--pattern" else {"sparsity": float(value)}


def methods(kinds):
    """Names of rows, and functions of a model, samples and a goal that give a pruned model."""
    for name, (function, sees_samples) in kinds.items() if pruning else []:
        def prune(model, samples, function=getattr(pruning, function), sees_samples=sees_samples, **goal):
            return function(model, **goal, **({"calibration_data": samples} if sees_samples else {}))
        yield f"onnxsim {name}", prune


def weight_methods():
    return methods({"magnitude": ("apply_magnitude_pruning", False), "Wanda": ("apply_wanda_pruning", True),
                    "SparseGPT": ("apply_sparsegpt_pruning", True)})  # fmt: skip


def channel_methods():
    return methods({"L2 of filters": ("apply_structured_pruning", False),
                    "Wanda by channels": ("apply_structured_wanda_pruning", True)})  # fmt: skip
