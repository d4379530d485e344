"""Channels of real architectures and trained models: what is left runs and keeps its interface."""

import csv
import shutil
import subprocess
import sys

import onnx
import pytest

from support import SHARED, run, shared, without_shared

RATIOS = ["0.25", "0.5", "0.75"]
# Where no other tool is known to get: what a graph may keep of its parameters at 0.5.
USUAL_LIMIT = 0.40
# Why a graph may keep more; what is frozen is named in the report too.
EXCEPTIONS = {
    "hf_t5": (0.57, "the decoder's stream is an output, so the shared embedding needs two widths"),
    "mixer": (0.43, "token mixing: positions of the image are no channels"),
    "shufflenet_v2_x0_5": (0.45, "three quarters of the parameters are the classifier's"),
    "timm_lcnet_050": (0.43, "two thirds of the parameters are the classifier's"),
    "densenet121": (0.2870, "equal but for running statistics, which the other tool does not count"),
    "unet_gn": (0.2510, "equal but for constants of group normalisation"),
    "vit_mini": (0.2775, "equal but for constants"),
}


def index():
    path = SHARED / "graphs" / "index.tsv"
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file, delimiter="\t")}


INDEX = index()


@pytest.fixture(scope="module")
def tools():
    sys.path.insert(0, str(shared("tools")))
    import materialize
    import oracle

    return materialize, oracle


@pytest.fixture(scope="module")
def made(tools, tmp_path_factory):
    """Makes a model of the suite with its weights, once."""
    folder = tmp_path_factory.mktemp("graphs")
    shutil.copy(shared("graphs", "inputs.json"), folder)

    def make(name):
        for old in folder.glob("*.onnx"):
            if old.stem != name:
                old.unlink()
        path = folder / f"{name}.onnx"
        if not path.exists():
            program = shared("tools", "materialize.py")
            graph = shared("graphs", f"{name}.onnx.zst")
            subprocess.run([sys.executable, program, graph, "-o", folder], check=True,
                           stdout=subprocess.DEVNULL)
        return path

    return make


def limit(name):
    if name in EXCEPTIONS:
        return EXCEPTIONS[name][0]
    known = INDEX[name]["torch_pruning_param_ratio"].rstrip("*")
    return float(known) if known.replace(".", "").isdigit() else USUAL_LIMIT


@pytest.mark.parametrize("name", sorted(INDEX) or without_shared())
def test_what_is_left_of_a_graph_runs(name, tools, made, tmp_path):
    _, oracle = tools
    original, output = made(name), tmp_path / "out.onnx"
    for ratio in RATIOS:
        run(original, output, "-f", "-q", "--channels", ratio).succeeded()
        result = oracle.judge(str(original), str(output), name=name, count_macs=False)
        assert result["ok"], f"{ratio}: {result['problems']}"
        assert result["param_ratio"] < 1, f"{ratio}: nothing was removed"
        if ratio == "0.5":
            assert result["param_ratio"] <= limit(name)


@pytest.mark.parametrize(
    "name", [n for n in sorted(INDEX) if n.startswith("dead_")] or without_shared()
)
def test_dead_channels_go_and_no_output_changes(name, tools, made, tmp_path):
    _, oracle = tools
    original, output = made(name), tmp_path / "out.onnx"
    run(original, output, "-q", "--dead").succeeded()
    result = oracle.judge(
        str(original), str(output), name=name, count_macs=False, same_output=True, tolerance=1e-5
    )
    assert result["ok"], result["problems"]
    assert result["param_ratio"] < 0.6


@pytest.mark.parametrize(
    "dynamic", [n for n in sorted(INDEX) if n.endswith("__dyn")] or without_shared()
)
def test_both_exporters_give_the_same(dynamic, tools, made, tmp_path):
    _, oracle = tools
    ratios = []
    for name in (dynamic.removesuffix("__dyn"), dynamic):
        output = tmp_path / "out.onnx"
        original = made(name)
        run(original, output, "-f", "-q", "--channels", "0.5").succeeded()
        graphs = [onnx.load(path).graph for path in (original, output)]
        ratios.append(oracle.parameters(graphs[1]) / oracle.parameters(graphs[0]))
    assert abs(ratios[0] - ratios[1]) <= 0.02, ratios




@pytest.mark.parametrize(
    "name",
    [n for n in ("resnet50", "vit_mini", "hf_gpt2", "swin_mini", "hf_t5") if n in INDEX]
    or without_shared(),
)
def test_blocks_go_and_the_rest_runs(name, tools, made, tmp_path):
    _, oracle = tools
    original, output = made(name), tmp_path / "out.onnx"
    run(original, output, "-q", "--layers", "2", "--channels", "0.25").succeeded()
    result = oracle.judge(str(original), str(output), name=name, count_macs=False)
    assert result["ok"], result["problems"]
