"""Recipes: what options mean as a file, what a file does, and what is said of wrong ones."""

import json
import random

import jsonschema
import pytest
import yaml

from support import FIXTURES, ROOT, run, sha256

MODELS = FIXTURES / "models"
CNN = MODELS / "cnn.onnx"

COMMANDS = [
    (),
    ("--level", "small"),
    ("--level", "fast", "--layout", "mapped"),
    ("--shard-size", "40k"),
    ("--sparsity", "0.8"),
    ("--sparsity", "80%", "--scope", "global", "--criterion", "random", "--seed", "5"),
    ("--sparsity", "80%", "--scope", "lamp"),
    ("--sparsity", "0.5", "--sparsity-of", "conv1*=0.1", "--sparsity-of", "op:Gemm=90%"),
    ("--sparsity-of", "op:Gemm=0.9", "--sparsity-of", "size:<1k=0.2", "--sparsity-of", "hidden*=0.3"),
    ("--sparsity", "0.5", "--block", "4x4", "--only", "op:Gemm", "--except", "size:<1k"),
    ("--sparsity", "1", "-f"),
    ("--threshold", "0.01"),
    ("--threshold", "1e-30"),
    ("--pattern", "2:4", "--only", "*.weight"),
    ("--pattern", "1:4", "--criterion", "random", "--seed", "18446744073709551615"),
    ("--channels", "0.5"),
    ("--channels", "0.5", "--pattern", "2:4", "--except", "conv1*"),
    ("--channels", "0.25", "--sparsity", "0.5", "--seed", "9", "--channel-criterion", "random"),
    ("--channels-of", "conv*=50%", "--channels-of", "conv1*=0.25", "--fold-biases"),
    ("--channels", "0.3", "--channel-scope", "global", "--round-to", "4", "--min-channels", "4"),
    ("--target-macs", "0.5", "--channel-scope", "isomorphic"),
    ("--target-parameters", "40%", "--dead"),
    ("--target-bytes", "0.5", "--channel-criterion", "lamp"),
    ("--heads", "0.5"),
    ("--dead",),
    ("--layers", "1", "--sparsity", "0.5"),
]


def printed(*options, path):
    """The recipe that options mean, in a file."""
    path.write_text(run(*options, "--print-recipe").succeeded().stdout)
    return path


def words(command):
    return " ".join(command) or "none"


@pytest.mark.parametrize("extension", ["spm", "onnx"])
@pytest.mark.parametrize("options", COMMANDS, ids=words)
def test_options_and_the_recipe_printed_of_them_give_the_same_bytes(options, extension, tmp_path):
    names = ["cnn.onnx"] if extension == "onnx" else ["cnn.onnx", "mlp_if.onnx", "cnn_int8_qdq.onnx"]
    recipe = printed(*options, path=tmp_path / "recipe.yaml")
    for name in names:
        # Of one name, for the files of a container know each other's names.
        folders = [tmp_path / kind / name for kind in ("direct", "recipe")]
        codes = []
        for folder, words in zip(folders, (options, ("--recipe", recipe))):
            folder.mkdir(parents=True)
            codes.append(run(MODELS / name, folder / f"a.{extension}", *words).code)
        assert codes[0] == codes[1] and codes[0] in (0, 64)
        files = [{path.name: sha256(path) for path in folder.iterdir()} for folder in folders]
        assert files[0] == files[1] and bool(files[0]) == (codes[0] == 0)
    assert printed("--recipe", recipe, path=tmp_path / "again.yaml").read_text() == recipe.read_text()


def test_a_recipe_in_json_gives_the_same_bytes(tmp_path):
    options = ("--sparsity", "0.5", "--sparsity-of", "conv1*=0.1", "--level", "fast")
    recipe = printed(*options, path=tmp_path / "recipe.yaml")
    path = tmp_path / "recipe.json"
    for indent in (None, 2, "\t"):
        path.write_text(json.dumps(yaml.safe_load(recipe.read_text()), indent=indent))
        assert printed("--recipe", path, path=tmp_path / "again").read_text() == recipe.read_text()


RECIPE = """\
version: 1
steps:
  - channels: {share: 0.25, criterion: l1}
  - prune: {sparsity: 0.5, name: {conv1*: 0.1}, only: ["op:Conv"]}
  - prune: {threshold: 0.001, only: ["op:Gemm"]}
  - convert: {level: fast}
"""


def test_options_count_more_than_the_recipe_and_the_recipe_more_than_defaults(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE)
    def of(*options):
        return run("--recipe", recipe, *options, "--print-recipe").succeeded().stdout
    plain = of()
    assert "criterion: l1" in plain and "level: fast" in plain and "min-channels: 2" in plain
    assert of("--level", "small") == plain.replace("level: fast", "level: small")
    assert of("--channels", "0.5") == plain.replace("share: 0.25", "share: 0.5")
    assert of("--target-macs", "0.5") == plain.replace("share: 0.25", "target-macs: 0.5")
    # Every step of a kind takes an option; what names say for themselves stays.
    both = of("--sparsity", "0.9")
    assert both.count("sparsity: 0.9") == 2 and "threshold" not in both and '"conv1*": 0.1' in both
    assert of("--only", "hidden*").count('only: ["hidden*"]') == 3
    # A step that is not there is added where it is best done.
    added = of("--pattern", "2:4", "--layers", "1")
    order = [line.strip(" -:") for line in added.splitlines() if line.startswith("  - ")]
    assert order == ["layers", "channels", "prune", "prune", "pattern", "convert"]


def test_steps_are_done_in_order_and_stand_in_the_history(tmp_path):
    recipe, output = tmp_path / "recipe.yaml", tmp_path / "a.spm"
    recipe.write_text(RECIPE)
    report = json.loads(run(CNN, output, "--recipe", recipe, "--json").succeeded().stdout)
    inspected = json.loads(run("inspect", output, "--json").succeeded().stdout)["report"]
    history = inspected["history"]
    assert [row["action"] for row in history] == ["prune channels", "prune", "prune", "recipe"]
    normal = run("recipe", "check", recipe).succeeded().stdout
    assert history[-1]["settings"]["text"] == normal
    copy = tmp_path / "normal.yaml"
    copy.write_text(normal)
    assert history[-1]["settings"]["sha256"] == sha256(copy) == report["recipe"]
    checked = json.loads(run("recipe", "check", recipe, "--json").succeeded().stdout)
    assert checked == {
        "schema": "sparsify/recipe-check/1", "recipe": normal, "sha256": sha256(copy), "steps": 3,
    }
    assert f"recipe: sha256 {sha256(copy)}" in run("inspect", output).succeeded().stdout


def test_without_steps_nothing_is_lost(tmp_path):
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text("version: 1\nsteps: []\n")
    run(CNN, tmp_path / "a.spm", "--recipe", recipe).succeeded()
    run(tmp_path / "a.spm", tmp_path / "a.onnx").succeeded()
    assert sha256(tmp_path / "a.onnx") == sha256(CNN)
    run(CNN, tmp_path / "b.spm").succeeded()
    assert sha256(tmp_path / "a.spm") == sha256(tmp_path / "b.spm")


def test_printing_a_recipe_touches_nothing(tmp_path):
    done = run("/does/not/exist", tmp_path / "a.spm", "--sparsity", "0.5", "--print-recipe").succeeded()
    assert done.stderr == "" and list(tmp_path.iterdir()) == []


def test_a_sparsity_by_operator_and_by_name_is_exact(tmp_path):
    recipe, report = tmp_path / "recipe.yaml", tmp_path / "report.json"
    recipe.write_text(
        "version: 1\nsteps:\n- prune:\n    sparsity: 0.5\n    scope: global\n"
        "    operator: {Gemm: 0.75}\n    name: {'hidden*': 0.1, conv2.weight: 1}\n"
    )
    run(CNN, tmp_path / "a.spm", "--recipe", recipe, "--report", report).succeeded()
    rows = {row["name"]: row for row in json.loads(report.read_text())["pruning"]["tensors"]}
    shares = {"conv2.weight": 1, "hidden.weight": 0.1, "output.weight": 0.75}
    for name, share in shares.items():
        if name in rows:
            assert rows[name]["pruned"] == round(share * rows[name]["elements"]), name
    assert {"conv2.weight", "hidden.weight"} <= rows.keys()


@pytest.mark.parametrize(
    "text, code, line, word",
    [
        ("version: 1\nsteps:\n  - prune: {sparcity: 0.5}\n", "005", "line 3, column 13", "sparsity"),
        ("version: 1\nsteps:\n  - prune: {sparsity: 1.5}\n", "007", "line 3, column 23", "1.5"),
        ("version: 1\nsteps: [", "001", "line 3, column 1", "flow"),
        ("a: &a [1]\nb: *a\n", "003", "line 1, column 4", "anchor"),
        ("", "008", "", "recipe init"),
    ],
)
def test_a_wrong_recipe_is_78_and_leaves_nothing(text, code, line, word, tmp_path):
    recipe, output = tmp_path / "recipe.yaml", tmp_path / "a.spm"
    recipe.write_text(text)
    for command in (
        (CNN, output, "--recipe", recipe), ("recipe", "check", recipe),
        ("--recipe", recipe, "--print-recipe"),
    ):
        done = run(*command)
        assert done.code == 78, done.stderr
        first, second = done.stderr.splitlines()
        assert first.startswith(f"sparsify: {recipe}: {line}") and f"[E-RECIPE-{code}]" in first
        assert word in first + second
        assert done.stdout == "" and not output.exists()
    error = json.loads(run("recipe", "check", recipe, "--json").stdout)["error"]
    assert (error["exitCode"], error["code"]) == (78, f"E-RECIPE-{code}")


def test_a_recipe_that_is_not_there_is_66(tmp_path):
    for recipe in (tmp_path / "none.yaml", tmp_path):
        assert run("recipe", "check", recipe).code == 66
        assert run(CNN, tmp_path / "a.spm", "--recipe", recipe).code == 66


@pytest.mark.parametrize(
    "options", [("--sparsity", "0.5", "--threshold", "1"), ("--block", "4x4"), ("--only", "x"),
                ("--threshold", "1", "--sparsity-of", "a=0.5"), ("--sparsity-of", "a"),
                ("--sparsity", "0.5", "--criterion", "no"), ("--layers", "-1"), ("--sparsity", "1")],
    ids=words,
)
def test_options_that_make_no_recipe_are_64(options):
    assert run(*options, "--print-recipe").code == 64


# MARK: the schema

def test_the_committed_schema_is_what_the_command_prints():
    committed = (ROOT / "schemas" / "recipe.schema.json").read_text()
    assert run("recipe", "schema").succeeded().stdout == committed


SETTINGS = {
    "layers": {"count": [0, 3, -1, 1.5, "2", 1 << 30]},
    "channels": {
        "share": [0.5, "50%", 1.5, "x", True, "101%", "100.0%", "05%"], "target-macs": [0.5, -1],
        "target-parameters": [1], "target-bytes": ["30%"], "heads": [0.5, None], "dead": [True, "true"],
        "operator": [{"Conv": 0.5}, {}, {"Conv": 2}, []], "name": [{"a*": "5%"}, {"": 1}],
        "scope": ["global", "layer"], "criterion": ["lamp", "l3"], "seed": [0, 2**64 - 1, 2**64, -1],
        "round-to": [8, 0], "min-channels": [1], "fold-biases": [False, 0], "only": [["a"], "a", [1]],
        "except": [[""], []], "shares": [1],
    },
    "prune": {
        "sparsity": [0.5, "80%", 2], "threshold": [0.1, -1, "0.1"], "block": ["4x4", "4", "0x2"],
        "scope": ["layer", "local"], "operator": [{"Conv": 0.5}], "name": [{"a": 0}, 0.5],
        "criterion": ["magnitude", "no"], "seed": [1], "only": [["op:Conv"]], "except": [["a", "b"]],
    },
    "pattern": {"keep": ["2:4", "2", 2, "0:4"], "criterion": ["random"], "seed": [1], "only": [["a"]]},
    "convert": {
        "level": ["fast", "best"], "layout": ["mapped", 1], "shard-size": [4096, "2G", "x", -1, "1.5MB"],
    },
}


def documents():
    """Right and wrong recipes, without what only the command can tell (N < M, selectors, order)."""
    yield from ({}, [], {"version": 1}, {"steps": []}, {"version": 1, "steps": []})
    yield from ({"version": 2, "steps": []}, {"version": 1, "steps": {}}, {"version": 1, "steps": [1]})
    yield {"version": 1, "steps": [{}], "more": 1}
    yield {"version": 1, "steps": [{"prune": {"sparsity": 1}, "convert": {}}]}
    for count in (256, 257):
        yield {"version": 1, "steps": [{"layers": {}}] * count}
    source = random.Random(4)
    for kind, settings in SETTINGS.items():
        yield {"version": 1, "steps": [{kind: {}}]}
        for name, values in settings.items():
            for value in values:
                yield {"version": 1, "steps": [{kind: {name: value}}]}
        for _ in range(60):
            names = source.sample(sorted(settings), source.randint(1, min(3, len(settings))))
            step = {name: source.choice(settings[name]) for name in names}
            # A threshold with a random rank is refused by the criterion, not by the schema.
            if not ("threshold" in step and "criterion" in step):
                yield {"version": 1, "steps": [{kind: step}]}


def test_the_schema_and_the_command_agree(tmp_path):
    schema = json.loads((ROOT / "schemas" / "recipe.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    verdicts = []
    for number, document in enumerate(documents()):
        path = tmp_path / f"{number}.json"
        path.write_text(json.dumps(document))
        done = run("recipe", "check", "-q", path)
        assert done.code in (0, 78)
        verdicts.append(done.code == 0)
        assert (done.code == 0) == validator.is_valid(document), f"{document}: {done.stderr}"
    assert 50 < sum(verdicts) < len(verdicts) - 50


def test_the_starter_is_right_by_the_command_and_by_the_schema(tmp_path):
    starter = tmp_path / "recipe.yaml"
    starter.write_text(run("recipe", "init").succeeded().stdout)
    run("recipe", "check", starter).succeeded()
    a, b = tmp_path / "a.spm", tmp_path / "b.spm"
    run(CNN, a, "--recipe", starter).succeeded()
    run(CNN, b, "--sparsity", "0.8").succeeded()
    assert sha256(a) == sha256(b)
    schema = json.loads(run("recipe", "schema").succeeded().stdout)
    jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(starter.read_text()))
