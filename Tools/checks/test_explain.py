"""`sparsify explain`: the codes in the sources, no more and no fewer, each with its text."""

import json
import re

import pytest

from support import FIXTURES, ROOT, run


def explanations(*arguments):
    report = json.loads(run("explain", *arguments, "--json").succeeded().stdout)
    assert report["schema"] == "sparsify/explain/1"
    return report["explanations"]


def codes_in_sources():
    codes = set()
    for path in (ROOT / "Sources").rglob("*.swift"):
        if "Explanations" in path.parts:
            continue
        text = path.read_text()
        code_lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
        codes.update(re.findall(r'"(E-[A-Z]+-[0-9]{3})"', "\n".join(code_lines)))
        # Rules that are numbered: the prefix, and as many as the enumeration has.
        if prefix := re.search(r'"(E-[A-Z]+-)" \+', text):
            rules = re.findall(r"^    case (\w+)", text.split("enum Rule")[1].split("}")[0], re.M)
            codes.update(f"{prefix[1]}{number:03}" for number in range(1, len(rules) + 1))
    return codes


def test_every_code_of_the_sources_is_explained():
    explained = {row["code"] for row in explanations()}
    # The codes of recipes are made of their rules' numbers, which the unit tests look at.
    assert {code for code in explained if not code.startswith("E-RECIPE-")} == codes_in_sources()


def test_each_code_alone_and_in_any_case():
    for row in explanations():
        assert explanations(row["code"].lower()) == [row]
        assert row["causes"] and row["remedies"] and row["meaning"].endswith(".")
    text = run("explain", "E-ONNX-014").succeeded().stdout
    assert "E-ONNX-014" in text and "exit code 65" in text and "What helps" in text
    listing = run("explain").succeeded().stdout
    assert len(listing.splitlines()) == 1 + len(explanations())


@pytest.mark.parametrize("wrong, near", [("E-ONX-014", "E-ONNX-014"), ("E-FILE-01", "E-FILE-001")])
def test_an_unknown_code_is_wrong_use_with_a_suggestion(wrong, near):
    done = run("explain", wrong)
    assert done.code == 64 and near in done.stderr and done.stdout == ""
    error = json.loads(run("explain", wrong, "--json").stdout)["error"]
    assert error["exitCode"] == 64 and near in error["hint"]


def test_the_codes_of_real_failures_are_explained_with_their_exit_codes(tmp_path):
    known = {row["code"]: row["exitCode"] for row in explanations()}
    seen = set()
    for path in sorted((FIXTURES / "malformed").rglob("*.onnx")):
        done = run(path, tmp_path / "o.spm", "-f", "--json")
        if done.code == 0:
            continue
        error = json.loads(done.stdout)["error"]
        assert known[error["code"]] == error["exitCode"] == done.code
        seen.add(error["code"])
    assert len(seen) > 20
