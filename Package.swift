// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A Swift target with the project's settings.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module, which may lean on every module below it.
func tests(of name: String, _ more: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + more,
    swiftSettings: strict)
}

/// A C library that the machine provides.
func system(_ name: String, _ pkgConfig: String, apt: String, brew: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt]), .brew([brew])])
}

let package = Package(
  name: "sparsify",
  platforms: [.macOS(.v26)],
  products: [
    .library(
      name: "SparsifyKit", targets: ["SparsifyKit", "Pruning", "StructuredPruning", "SparseCoding"]),
    .executable(name: "sparsify", targets: ["sparsify"]),
    .executable(name: "sparsify-runtime", targets: ["sparsify-runtime"]),
  ],
  dependencies: [
    // The command line: typed options, help, completions, exit code 64 on wrong use.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries, lowest first.
    system("CDeflate", "libdeflate", apt: "libdeflate-dev", brew: "libdeflate"),
    system("CZstd", "libzstd", apt: "libzstd-dev", brew: "zstd"),
    system("CCrypto", "libcrypto", apt: "libssl-dev", brew: "openssl@3"),
    system("CProtobufC", "libprotobuf-c", apt: "libprotobuf-c-dev", brew: "protobuf-c"),
    // The parser inside of Yams, without the Foundation that Yams brings: that triples the command.
    system("CYaml", "yaml-0.1", apt: "libyaml-dev", brew: "libyaml"),
    // Settings of GNU's malloc, which Swift's module of the C library leaves out.
    .systemLibrary(name: "CMalloc"),
    // Files that are memory, which it leaves out as well.
    .systemLibrary(name: "CMemoryFiles"),
    // What protoc-c makes of schemas/: one target, so that messages of both share their types.
    .target(name: "CSchemas", dependencies: ["CProtobufC"]),

    // Loops that need more than the compiler makes of Swift: measured in Tools/Benchmarks/CODECS.md.
    .target(name: "CKernels"),

    // The part of ONNX Runtime's C interface that is called; nothing is linked.
    .target(name: "CONNXRuntime"),

    // Modules, lowest first: each imports only from above itself in this list.
    module(
      "InferenceProtocol",
      [.target(name: "CMemoryFiles", condition: .when(platforms: [.linux]))]),
    module("ByteStorage", ["CDeflate", "CCrypto"]),
    // Not swift-subprocess: it is asynchronous to the core, and everything here waits where it works.
    module("ChildProcesses", ["ByteStorage"]),
    // Not OpenBLAS: its sums depend on the machine and on the number of threads.
    module("LinearAlgebra", ["CKernels"]),
    module("ProtobufWire", ["ByteStorage", "CProtobufC"]),
    module("ModelGraph", ["ByteStorage"]),
    module("ShapeInference", ["ModelGraph", "ByteStorage"]),
    module(
      "Inference",
      ["InferenceProtocol", "ChildProcesses", "ModelGraph", "ByteStorage", "CDeflate"]),
    module("SparseCoding", ["ByteStorage", "CKernels", "CDeflate", "CZstd"]),
    module("ONNXFormat", ["ModelGraph", "ProtobufWire", "ByteStorage", "CSchemas", "CProtobufC"]),
    module("Pruning", ["ModelGraph", "ByteStorage"]),
    module("Reconstruction", ["LinearAlgebra"]),
    module("StructuredPruning", ["Pruning", "ShapeInference", "ModelGraph", "ByteStorage"]),
    module(
      "Calibration",
      [
        "Reconstruction", "LinearAlgebra", "StructuredPruning", "Pruning", "Inference",
        "ModelGraph", "ByteStorage",
      ]),
    module(
      "SparseContainer",
      [
        "ModelGraph", "SparseCoding", "ONNXFormat", "ProtobufWire", "ByteStorage", "CProtobufC",
      ]
    ),
    module(
      "SparsifyKit",
      [
        "SparseContainer", "ONNXFormat", "Calibration", "Reconstruction", "StructuredPruning",
        "Pruning", "Inference", "ShapeInference", "ModelGraph", "SparseCoding", "ChildProcesses",
        "ByteStorage",
        "CDeflate", "CZstd", "CCrypto", "CProtobufC", "CYaml",
      ]),
    // ONNX Runtime is loaded by a program of its own: the command is linked statically, and a crash
    // of the runtime must not be one of the command. No library but the system's is linked to it.
    .executableTarget(
      name: "sparsify-runtime", dependencies: ["InferenceProtocol", "CONNXRuntime"],
      swiftSettings: strict),
    .executableTarget(
      name: "sparsify",
      dependencies: [
        "SparsifyKit", "SparseContainer", "Reconstruction", "StructuredPruning", "Pruning",
        "Inference", "SparseCoding", "ChildProcesses", "ByteStorage",
        .target(name: "CMalloc", condition: .when(platforms: [.linux])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    // Tests.
    .target(
      name: "TestSupport", dependencies: ["ModelGraph", "ByteStorage"], path: "Tests/TestSupport",
      swiftSettings: strict),
    // Without the project's settings: what a user of the library writes.
    .target(name: "ReadmeExample", dependencies: ["SparsifyKit"], path: "Tests/ReadmeExample"),
    tests(of: "ByteStorage"),
    tests(of: "ChildProcesses"),
    tests(of: "InferenceProtocol"),
    tests(of: "Inference", ["InferenceProtocol", "ModelGraph", "ByteStorage"]),
    tests(of: "LinearAlgebra", ["CKernels"]),
    tests(of: "ProtobufWire", ["ByteStorage", "CSchemas", "CProtobufC"]),
    tests(of: "ModelGraph", ["ByteStorage"]),
    tests(of: "ShapeInference", ["ModelGraph", "ByteStorage"]),
    tests(of: "SparseCoding", ["ByteStorage"]),
    tests(of: "ONNXFormat", ["ModelGraph", "ByteStorage", "ProtobufWire"]),
    tests(of: "Pruning", ["ModelGraph", "ByteStorage"]),
    tests(of: "Reconstruction", ["LinearAlgebra"]),
    tests(
      of: "Calibration",
      [
        "Reconstruction", "LinearAlgebra", "Inference", "Pruning", "StructuredPruning",
        "ModelGraph",
        "ByteStorage",
      ]),
    tests(of: "StructuredPruning", ["Pruning", "ShapeInference", "ModelGraph", "ByteStorage"]),
    tests(
      of: "SparseContainer",
      [
        "ModelGraph", "SparseCoding", "ONNXFormat", "ProtobufWire", "ByteStorage",
        "StructuredPruning", "ShapeInference",
      ]),
    tests(
      of: "SparsifyKit",
      [
        "Calibration",
        "ReadmeExample", "Pruning", "StructuredPruning", "SparseContainer", "ONNXFormat",
        "SparseCoding", "Inference", "ModelGraph", "ProtobufWire", "ChildProcesses", "ByteStorage",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
