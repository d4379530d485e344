"""Finds the models to measure: ONNX files, alone or with external data, of mostly float weights."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import onnx
from onnx import TensorProto

from limits import ModelLimit, all_tensors, model_limit

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDERS = [REPOSITORY.parent / "shared/corpus/models", REPOSITORY / "fixtures/models"]
FLOAT_NAMES = {
    TensorProto.FLOAT: "float32",
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
}
SMALLEST_PAYLOAD = 10_000
QUICK_BYTES = 1_500_000


@dataclass(frozen=True)
class BenchmarkModel:
    """A model file with the files its external data is in."""

    name: str
    path: Path

    @cached_property
    def data_files(self) -> list[Path]:
        graph = onnx.load(self.path, load_external_data=False).graph
        names = {
            entry.value
            for tensor in all_tensors(graph)
            for entry in tensor.external_data
            if entry.key == "location"
        }
        return [self.path.parent / name for name in sorted(names)]

    @property
    def size(self) -> int:
        return sum(file.stat().st_size for file in [self.path, *self.data_files])

    def read(self) -> bytes:
        """The bytes each compressor gets: the model file, then its data files by name."""
        return b"".join(file.read_bytes() for file in [self.path, *self.data_files])

    @cached_property
    def limit(self) -> ModelLimit:
        return model_limit(onnx.load(self.path))

    @property
    def float_name(self) -> str | None:
        """The float type with the most bytes, if floats take more than half of the weights."""
        sizes = Counter()
        for tensor in self.limit.tensors:
            sizes[FLOAT_NAMES.get(tensor.data_type)] += tensor.payload_bytes
        floats = {name: size for name, size in sizes.items() if name}
        if 2 * sum(floats.values()) <= self.limit.payload_bytes:
            return None
        return max(floats, key=floats.get)


def find_models(pattern: str, is_quick: bool) -> list[BenchmarkModel]:
    """The models whose names match the pattern, smallest first; quick leaves out the large ones."""
    folder = next(folder for folder in FOLDERS if folder.is_dir())
    found = []
    for path in folder.rglob("*.onnx"):
        model = BenchmarkModel(str(path.relative_to(folder).with_suffix("")), path)
        if not Path(model.name).match(pattern) or (is_quick and model.size > QUICK_BYTES):
            continue
        if model.limit.payload_bytes >= SMALLEST_PAYLOAD and model.float_name:
            found.append(model)
    return sorted(found, key=lambda model: (model.size, model.name))
