"""`sparsify inspect --html` in a real browser, and its other outputs against onnx and NumPy."""

import json
import re
import shutil

import numpy as np
import onnx
import pytest
from browser import HOSTILE, check_layout, open_quietly
from onnx import TensorProto, helper, numpy_helper
from support import FIXTURES, run, shared

MODELS = FIXTURES / "models"


@pytest.fixture(scope="module")
def pruned(tmp_path_factory):
    """A pruned container and its report."""
    folder = tmp_path_factory.mktemp("pruned")
    run(MODELS / "cnn.onnx", folder / "cnn.spm", "--sparsity", "70%").succeeded()
    run("inspect", folder / "cnn.spm", "--html", folder / "cnn.html").succeeded()
    return folder


def report(*arguments):
    return json.loads(run("inspect", *arguments, "--json").succeeded().stdout)["report"]


def save(path, tensors, nodes=None, outputs=None):
    nodes = nodes or [
        helper.make_node("Add", ["x", tensor.name], [f"y{index}"], name=f"node {tensor.name}")
        for index, tensor in enumerate(tensors)
    ]
    outputs = outputs or [output for node in nodes for output in node.output]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        tensors)  # fmt: skip
    onnx.save(helper.make_model(graph), path)


# MARK: in the browser


def check_treemap(browser, total):
    """The rectangles that are drawn cover the treemap, and nothing overlaps."""
    browser.show(1280, 900, "light")
    boxes = browser.value("""[...document.querySelectorAll("rect.tensor")].map(each => {
      const box = each.getBBox(); return [box.x, box.y, box.width, box.height]; })""")
    width, height = browser.value("""(() => {
      const box = document.querySelector("svg.treemap").getBoundingClientRect();
      return [box.width, box.height]; })()""")
    assert len(boxes) == total
    areas = [w * h for _, _, w, h in boxes]
    assert sum(areas) == pytest.approx(width * height, rel=1e-3)
    scale = 4
    canvas = np.zeros((round(height * scale), round(width * scale)), np.uint16)
    for x, y, w, h in boxes:
        rows = slice(round(y * scale), round((y + h) * scale))
        canvas[rows, round(x * scale) : round((x + w) * scale)] += 1
    assert (canvas == 1).mean() > 0.999
    return np.array(areas) / (width * height)


def test_a_report_in_a_browser(browser, pruned, tmp_path):
    open_quietly(browser, pruned / "cnn.html")
    check_layout(browser, tmp_path)
    found = report(pruned / "cnn.spm", "--sparsity")
    sizes = [row["bytes"] for row in found["tensors"] if row["bytes"]]
    shares = check_treemap(browser, len(sizes))
    whole = sum(sizes)
    assert np.sort(shares) == pytest.approx(np.sort(sizes) / whole, abs=2e-3)
    # The colour of each rectangle is the tenth its sparsity is nearest to.
    drawn = dict(
        browser.value("""[...document.querySelectorAll("rect.tensor")].map(each =>
          [each.querySelector("title").textContent.split("\\n")[1], each.classList[1]])""")
    )
    for row in found["tensors"]:
        tenth = round(row["zeros"] / row["elements"] * 10)
        assert drawn[row["name"]] in {f"s{tenth}", f"s{tenth + 1}"}, row
    assert browser.complaints == []


def test_a_click_on_a_heading_sorts(browser, pruned):
    browser.show(1280, 900, "light")
    open_quietly(browser, pruned / "cnn.html")
    column = """(name) => {
      const table = document.querySelector("table.sortable");
      const index = [...table.tHead.rows[0].cells].findIndex(
        cell => cell.textContent.startsWith(name));
      return { heading: table.tHead.rows[0].cells[index],
        values: () => [...table.tBodies[0].rows].map(
          row => row.cells[index].dataset.value ?? row.cells[index].textContent) }; }"""

    def click(name):
        return browser.value(f"""(() => {{ const found = ({column})({json.dumps(name)});
          found.heading.querySelector("button").click();
          return [found.heading.getAttribute("aria-sort"), found.values()]; }})()""")

    for name in ("Bytes", "Elements", "Sparsity", "Stored"):
        for order in ("descending", "ascending"):
            state, values = click(name)
            values = [float(value) for value in values]
            assert len(set(values)) > 1
            assert state == order
            assert values == sorted(values, reverse=order == "descending"), name
    for order in ("ascending", "descending"):
        state, values = click("Layer")
        assert state == order
        assert values == sorted(values, key=str.lower, reverse=order == "descending")
    assert browser.value("document.querySelectorAll('[aria-sort]').length") == 1
    assert browser.complaints == []


def test_a_page_is_whole_without_its_script(browser, pruned):
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.complaints.clear()
        browser.open(pruned / "cnn.html")
        root = browser.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        text = browser.call("DOM.getOuterHTML", nodeId=root)["outerHTML"]
        assert "conv1" in text and "<svg" in text and "<button" not in text
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)


def test_a_hostile_name_stays_a_name(browser, tmp_path):
    tensors = [numpy_helper.from_array(np.ones(400, np.float32), HOSTILE)]
    nodes = [helper.make_node("Add", ["x", HOSTILE], [HOSTILE + "y"], name=HOSTILE)]
    save(tmp_path / "m.onnx", tensors, nodes, [HOSTILE + "y"])
    run("inspect", tmp_path / "m.onnx", "--html", tmp_path / "m.html").succeeded()
    browser.show(1280, 900, "light")
    open_quietly(browser, tmp_path / "m.html")
    assert browser.value("document.images.length") == 0
    assert browser.value("document.title").endswith("m.onnx – sparsify")
    assert browser.value("document.querySelector('tbody th').textContent") == HOSTILE
    assert not re.search(r"(?<!\\)<", run("inspect", tmp_path / "m.onnx", "--md").succeeded().stdout)


def test_the_policy_forbids_what_does_not_belong_to_the_page(browser, pruned, tmp_path):
    """Were a name not escaped, the policy would still keep it from running."""
    text = (pruned / "cnn.html").read_text()
    attack = "<script>document.title = 'broken'</script><img src=x onerror=\"document.title=1\">"
    (tmp_path / "attacked.html").write_text(text.replace("</main>", attack + "</main>"))
    browser.complaints.clear()
    browser.open(tmp_path / "attacked.html")
    assert browser.value("document.title") == "cnn.spm – sparsify"
    assert any("Content Security Policy" in str(each) for each in browser.complaints)


def test_the_report_of_a_language_model(browser, tmp_path):
    model = shared("corpus", "models", "minilm_l6_fp32.onnx")
    done = run("inspect", model, "--html", tmp_path / "m.html", memory=200 << 20).succeeded()
    assert done.stderr == ""
    assert (tmp_path / "m.html").stat().st_size < 1_000_000
    open_quietly(browser, tmp_path / "m.html")
    check_layout(browser, tmp_path)
    total = browser.value("document.querySelectorAll('rect.tensor').length")
    check_treemap(browser, total)
    assert browser.value("document.querySelectorAll('svg.spark').length") > 30


def test_thousands_of_tiny_tensors_stay_small(browser, tmp_path):
    tensors = [
        numpy_helper.from_array(np.full(1 + index % 5, index, np.float32), f"t{index}")
        for index in range(6000)
    ]
    save(tmp_path / "many.onnx", tensors)
    run("inspect", tmp_path / "many.onnx", "--html", tmp_path / "many.html").succeeded()
    assert (tmp_path / "many.html").stat().st_size < 600_000
    open_quietly(browser, tmp_path / "many.html")
    check_treemap(browser, browser.value("document.querySelectorAll('rect.tensor').length"))
    # The rows that are folded add up with the others to all tensors.
    cells = browser.value("""[...document.querySelectorAll("section")]
      .find(each => each.querySelector("h2").textContent === "Layers")
      .querySelectorAll("td.number:nth-child(3)").values().map(
        cell => Number(cell.dataset.value)).toArray()""")
    assert sum(cells) == 6000


# MARK: the file


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    model = shutil.copy(MODELS / "cnn.onnx", tmp_path / "m.onnx")
    before = (tmp_path / "m.onnx").read_bytes()
    assert run("inspect", model, "--html", model, "-f").code == 73
    assert (tmp_path / "m.onnx").read_bytes() == before
    page = tmp_path / "page.html"
    page.write_text("mine")
    assert run("inspect", model, "--html", page).code == 73
    assert page.read_text() == "mine"
    assert run("inspect", tmp_path / "none.onnx", "--html", page, "-f").code == 66
    assert page.read_text() == "mine"
    run("inspect", model, "--html", page, "-f").succeeded()
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert run("inspect", model, "--html", tmp_path / "no" / "page.html").code == 73
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.onnx", "page.html"]


def test_the_same_model_gives_the_same_page(pruned, tmp_path):
    for threads in ("1", "3"):
        run("inspect", pruned / "cnn.spm", "--html", tmp_path / "again.html", "-f",
            "--threads", threads).succeeded()  # fmt: skip
        assert (tmp_path / "again.html").read_bytes() == (pruned / "cnn.html").read_bytes()


# MARK: text and JSON


def test_json_says_which_report_it_is():
    whole = json.loads(run("inspect", MODELS / "cnn.onnx", "--json").succeeded().stdout)
    assert whole["schema"] == whole["report"]["schema"] == "sparsify/inspect/1"


def test_a_line_for_each_tensor_when_asked():
    found = report(MODELS / "cnn.onnx")
    text = run("inspect", MODELS / "cnn.onnx", "-v").succeeded().stdout
    short = run("inspect", MODELS / "cnn.onnx").succeeded().stdout
    assert text.startswith(short)
    for row in found["tensors"]:
        shape = "x".join(map(str, row["shape"])) or "scalar"
        line = rf"^{re.escape(row['name'])} .*{row['elementType']} +{shape} "
        assert len(re.findall(line, text, re.MULTILINE)) == 1, row["name"]


def test_bounds_histograms_and_odd_numbers_are_numpys(tmp_path):
    generator = np.random.default_rng(7)
    arrays = {
        "normal": generator.standard_normal(30_000).astype(np.float32),
        "half": generator.standard_normal(30_000).astype(np.float16),
        "double": generator.standard_normal(5000),
        "bytes": generator.integers(-128, 128, 9000).astype(np.int8),
        "words": generator.integers(0, 1 << 16, 9000).astype(np.uint16),
        "long": generator.integers(-(1 << 40), 1 << 40, 9000),
    }
    arrays["normal"][:7] = [np.nan, np.inf, -np.inf, 0, -0.0, np.nan, 0]
    save(tmp_path / "m.onnx", [numpy_helper.from_array(a, name) for name, a in arrays.items()])
    rows = {
        row["name"]: row
        for row in report(tmp_path / "m.onnx", "--html", tmp_path / "m.html")["tensors"]
    }
    for name, array in arrays.items():
        row = rows[name]
        finite = array[np.isfinite(array)].astype(np.float64)
        assert row["zeros"] == (array == 0).sum()
        assert row["notNumbers"] == np.isnan(array).sum()
        assert row["infinities"] == np.isinf(array).sum()
        assert row["minimum"] == pytest.approx(finite.min(), rel=1e-6)
        assert row["maximum"] == pytest.approx(finite.max(), rel=1e-6)
        histogram = row["histogram"]
        numbers = finite[finite != 0]
        assert sum(histogram["counts"]) == len(numbers)
        low, high = np.quantile(numbers, [0.001, 0.999])
        reach = high - low
        assert histogram["low"] == pytest.approx(low, abs=reach / 40)
        assert histogram["high"] == pytest.approx(high, abs=reach / 20)
        edges = np.linspace(histogram["low"], histogram["high"], len(histogram["counts"]) + 1)
        expected = np.cumsum(np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)[0])
        found = np.cumsum(histogram["counts"])
        # Numbers are told apart to one part in 128, so some fall into the bin beside.
        assert np.abs(found - expected).max() < 0.02 * len(numbers), name


def test_unused_and_equal_tensors_are_listed(tmp_path):
    same = np.arange(50, dtype=np.float32)
    tensors = [numpy_helper.from_array(same, name) for name in ("one", "two", "idle")]
    nodes = [
        helper.make_node("Add", ["x", "one"], ["a"]),
        helper.make_node("Add", ["a", "two"], ["y"]),
        helper.make_node("Relu", ["idle"], ["nobody"]),
    ]
    save(tmp_path / "m.onnx", tensors, nodes, ["y"])
    found = report(tmp_path / "m.onnx", "--sparsity")
    assert found["unusedTensors"] == ["idle"]
    assert found["duplicates"] == [{"tensors": ["one", "two", "idle"], "bytes": 200}]
    assert found["parameters"] == 100
    text = run("inspect", tmp_path / "m.onnx", "--sparsity", "-v").succeeded().stdout
    assert "\nunused tensors: 1 (idle)\n" in text
    assert "\nequal tensors: 2 copies, 400 B\n  200 B each: one, two, idle\n" in text
    short = run("inspect", tmp_path / "m.onnx", "--sparsity").succeeded().stdout
    assert "equal tensors: 2 copies, 400 B (see them with -v)" in short
    assert "duplicates" not in report(tmp_path / "m.onnx"), "that takes reading the weights"


def test_a_model_without_its_data_is_inspected(tmp_path):
    shutil.copy(MODELS / "cnn_external.onnx", tmp_path / "m.onnx")
    found = report(tmp_path / "m.onnx", "--sparsity", "--html", tmp_path / "m.html")
    whole = report(MODELS / "cnn_external.onnx", "--sparsity")
    (missing,) = found["missingFiles"]
    assert missing["file"] == "cnn_external.onnx.data"
    for row, other in zip(found["tensors"], whole["tensors"], strict=True):
        assert all(row[key] == other[key] for key in ("name", "bytes", "shape", "layer"))
        assert "zeros" not in row or row["zeros"] == other["zeros"]
    assert found["operations"] == whole["operations"]
    text = run("inspect", tmp_path / "m.onnx").succeeded().stdout
    assert f"missing: cnn_external.onnx.data with {missing['tensors']} tensors" in text
    assert "Missing data" in (tmp_path / "m.html").read_text()
    assert run(tmp_path / "m.onnx", tmp_path / "m.spm").code == 66
    assert run("extract", tmp_path / "m.onnx", "--tensor", "hidden.weight", "-o",
               tmp_path / "t.npy").code == 66  # fmt: skip


def test_markdown_is_a_card(pruned):
    text = run("inspect", pruned / "cnn.spm", "--md", "--sparsity").succeeded().stdout
    assert text.startswith("## cnn.spm\n\n| ")
    tables = [block for block in text.split("\n\n") if block.startswith("| ")]
    assert len(tables) == 3
    for table in tables:
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(columns) == 1
    assert "### History" in text and "prune" in text
    assert run("inspect", pruned / "cnn.spm", "--md", "--json").code == 64
