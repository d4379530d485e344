"""`sparsify verify --html` in a real browser: what it shows is what --json says."""

import json
import re
import shutil

import numpy as np
import onnx
import pytest
from browser import HOSTILE, check_layout, open_quietly
from onnx import TensorProto, helper, numpy_helper
from support import FIXTURES, RUNTIME, run

CNN = FIXTURES / "models" / "cnn.onnx"


@pytest.fixture(autouse=True, scope="module")
def runtime():
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARSIFY_ONNXRUNTIME", str(RUNTIME))
        yield


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """A page and a report of a model that lost much: the folder, what --json says, the command."""
    folder = tmp_path_factory.mktemp("compared")
    run(CNN, folder / "small.spm", "--sparsity", "85%").succeeded()
    with np.load(FIXTURES / "data" / "digits_test.npz") as data:
        pixels = (data["pixels"] / 16).astype(np.float32).reshape(-1, 1, 8, 8)
        np.savez(folder / "data.npz", input=pixels, y=data["labels"])
    command = ["verify", CNN, folder / "small.spm", "--data", folder / "data.npz", "--labels", "y",
               "--max-drop", "1%", "--min-cosine", "0.1", "--metric", "wc -c <"]  # fmt: skip
    done = run(*command, "--html", folder / "page.html", "--json")
    assert done.code == 1, done.stderr
    return folder, json.loads(done.stdout), command


def rows(browser, caption):
    """The cells of a table by the name in the first: what sorts them, or else their text."""
    return dict(browser.value(f"""[...document.querySelector(
      'div[aria-label={json.dumps(caption)}] table').tBodies[0].rows].map(row => [
        row.cells[0].textContent,
        [...row.cells].slice(1).map(cell => cell.dataset.value ?? cell.textContent)])"""))


def numbers(cells):
    return [float(cell) for cell in cells]


def test_the_page_looks_right(browser, compared, tmp_path):
    open_quietly(browser, compared[0] / "page.html")
    check_layout(browser, tmp_path)
    assert browser.value("document.querySelectorAll('svg:not([role=img]):not([aria-hidden])').length") == 0
    assert browser.value("""[...document.querySelectorAll("svg[role=img]")].every(
      each => each.getAttribute("aria-label").length > 3)""")
    assert browser.complaints == []


def test_the_page_says_what_json_says(browser, compared):
    folder, report, _ = compared
    open_quietly(browser, folder / "page.html")
    text = browser.value("document.body.innerText").replace("\u202f", "").replace("\xa0", " ")
    assert browser.value("document.querySelector('h1').textContent") == "small.spm"
    assert "cnn.onnx" in text and "Not accepted" in text
    assert [d["outcome"] for d in report["demands"]] == ["met", "met", "met", "failed", "met"]
    for demand in report["demands"]:
        word = {"met": "✓ met:", "failed": "✗ not met:"}[demand["outcome"]]
        assert f"{word} {demand['text']}" in text
        for failure in demand["failures"]:
            assert failure in text
    for row in report["tensors"]["changed"]:
        cells = rows(browser, "Tensors that changed")[row["name"]]
        assert numbers(cells[:4]) == [row["elements"], row["changed"], row["zeroed"],
                                      row["relativeError"]]  # fmt: skip
    for row in report["runs"]["outputs"]:
        cells = rows(browser, "Outputs of both models")[row["name"]]
        assert numbers(cells) == [row["elements"], row["maxError"], row["relativeError"],
                                  row["cosine"], row["top1Agreement"]]  # fmt: skip
    accuracy = report["accuracy"]
    classes = rows(browser, "Accuracy of each class")
    assert len(classes) == len(accuracy["classes"]) == 10
    for row in accuracy["classes"]:
        assert numbers(classes[str(row["label"])]) == [
            row["samples"], row["originalRight"] / row["samples"],
            row["resultRight"] / row["samples"], -row["drop"]]  # fmt: skip
    assert f"Class {accuracy['worst']['label']} suffers most: −97.4 points" in text
    assert f"{accuracy['originalRight']} of 360 samples right in the original" in text
    signature = rows(browser, "Inputs and outputs")
    for row in report["signature"]["inputs"] + report["signature"]["outputs"]:
        assert signature[row["name"]][1:] == [row["original"], row["result"], "✓ the same"]
    assert f"ONNX Runtime {report['runs']['runtime']}" in text
    # The metric of both, with four digits.
    assert len(re.findall(r"\d\.\d{3}e5", text)) >= 2


def test_bars_are_as_long_as_the_numbers_are_large(browser, compared):
    folder, report, _ = compared
    browser.show(1280, 900, "light")
    open_quietly(browser, folder / "page.html")
    bars = browser.value("""[...document.querySelectorAll(".changes svg")].map(svg => {
      const box = each => svg.querySelector(each).getBoundingClientRect();
      const bar = box(".lost, .gained"), frame = box(".track"), zero = box(".zero");
      return [bar.left - frame.left, bar.width, zero.left - frame.left, frame.width]; })""")
    changes = [-row["drop"] for row in report["accuracy"]["classes"]]
    assert len(bars) == len(changes)
    scale = 0.98 * bars[0][3] / (max(changes + [0]) - min(changes + [0]))
    for change, (left, width, zero, frame) in zip(changes, bars, strict=True):
        assert width == pytest.approx(abs(change) * scale, abs=0.5)
        start = left if change >= 0 else left + width
        assert change == 0 or start == pytest.approx(zero, abs=1)
        assert 0 <= left and left + width <= frame + 0.5
    whole = browser.value("""["original", "result"].map(kind => {
      const bar = document.querySelector(`rect.${kind}`);
      const width = each => each.getBoundingClientRect().width;
      return width(bar) / width(bar.parentElement); })""")
    accuracy = report["accuracy"]
    assert whole == pytest.approx(
        [accuracy["originalAccuracy"], accuracy["resultAccuracy"]], abs=1e-3)
    shares = browser.value("""[...document.querySelectorAll(".shares")].map(svg => {
      const width = each => each.getBoundingClientRect().width;
      return [".zeroed", ".changed"].map(kind => width(svg.querySelector(kind)) / width(svg)); })""")
    for row, (zeroed, changed) in zip(report["tensors"]["changed"], shares, strict=True):
        assert zeroed == pytest.approx(row["zeroed"] / row["elements"], abs=1e-3)
        assert changed == pytest.approx((row["changed"] - row["zeroed"]) / row["elements"], abs=1e-3)


def test_a_click_on_a_heading_sorts_classes_by_what_they_lose(browser, compared):
    folder, report, _ = compared
    open_quietly(browser, folder / "page.html")
    found = browser.value("""(() => {
      const table = document.querySelector('div[aria-label="Accuracy of each class"] table');
      const button = [...table.querySelectorAll("button")].find(each => each.textContent === "Change");
      button.click(); button.click();
      return [...table.tBodies[0].rows].map(row => row.cells[0].textContent); })()""")
    drops = {str(row["label"]): row["drop"] for row in report["accuracy"]["classes"]}
    assert found == sorted(drops, key=lambda label: -drops[label])


def test_a_page_is_the_same_each_time_and_says_no_less_when_all_is_well(browser, compared, tmp_path):
    folder, _, command = compared
    run(*command, "--html", tmp_path / "again.html")
    assert (tmp_path / "again.html").read_bytes() == (folder / "page.html").read_bytes()
    run("verify", CNN, CNN, "--html", tmp_path / "same.html").succeeded()
    open_quietly(browser, tmp_path / "same.html")
    text = browser.value("document.body.innerText")
    assert "✓ Accepted" in text and "12 of 12" in text and "8 random samples (seed 0)" in text
    run("verify", CNN, CNN, "--no-run", "--html", tmp_path / "still.html").succeeded()
    open_quietly(browser, tmp_path / "still.html")
    assert "The models were not run." in browser.value("document.body.innerText")


def hostile(path, name, value):
    """A model whose every name is hostile."""
    tensor = numpy_helper.from_array(np.full(4, value, np.float32), HOSTILE)
    graph = helper.make_graph(
        [helper.make_node("Add", [HOSTILE + "x", HOSTILE], [name], name=HOSTILE)], HOSTILE,
        [helper.make_tensor_value_info(HOSTILE + "x", TensorProto.FLOAT, [4])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4])], [tensor])  # fmt: skip
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.mark.parametrize("mark", ["", "\u202e"])
def test_hostile_names_stay_names(browser, tmp_path, mark):
    first, second = tmp_path / "<img src=x>.onnx", tmp_path / "b&amp;.onnx"
    hostile(first, HOSTILE + "y", 1)
    hostile(second, HOSTILE + "y" + mark, np.nan)
    done = run("verify", first, second, "--html", tmp_path / "page.html")
    assert done.code == 1, done.stderr
    open_quietly(browser, tmp_path / "page.html")
    assert browser.value("document.images.length") == 0
    assert browser.value("document.title") == "b&amp;.onnx and <img src=x>.onnx – sparsify"
    assert browser.value("document.querySelector('h1').textContent") == "b&amp;.onnx"
    assert HOSTILE in rows(browser, "Tensors that changed")
    assert ("\\u{202e}" in browser.value("document.body.innerText")) == bool(mark)
    check_layout(browser, tmp_path)


# The file.


def test_a_page_is_written_whole_or_not_at_all(compared, tmp_path, monkeypatch):
    folder, _, command = compared
    page = tmp_path / "page.html"
    page.write_text("mine")
    assert run(*command, "--html", page).code == 73
    assert page.read_text() == "mine"
    done = run(*command, "--html", page, "-f")
    assert done.code == 1 and page.read_text().startswith("<!DOCTYPE html>")
    # The same words are said with a page and without one.
    assert done.stdout == run(*command).stdout
    assert run(*command, "--html", tmp_path / "no" / "page.html").code == 73
    for name in ("small.spm", "data.npz"):
        before = (folder / name).read_bytes()
        assert run(*command, "--html", folder / name, "-f").code == 73
        assert (folder / name).read_bytes() == before
    original = shutil.copy(CNN, tmp_path / "m.onnx")
    assert run("verify", original, CNN, "--no-run", "--html", original, "-f").code == 73
    page.write_text("mine")
    monkeypatch.setenv("SPARSIFY_ONNXRUNTIME", "/nowhere/libonnxruntime.so")
    assert run("verify", CNN, CNN, "--html", page, "-f").code == 69
    assert run("verify", CNN, tmp_path / "none.spm", "--html", page, "-f").code == 66
    assert page.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.onnx", "page.html"]
