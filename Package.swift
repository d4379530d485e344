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
    // What protoc-c makes of schemas/: one target, so that messages of both share their types.
    .target(name: "CSchemas", dependencies: ["CProtobufC"]),

    // Loops that need more than the compiler makes of Swift: measured in Tools/Benchmarks/CODECS.md.
    .target(name: "CKernels"),

    // Modules, lowest first: each imports only from above itself in this list.
    module("ByteStorage", ["CDeflate", "CCrypto"]),
    // Not swift-subprocess: it is asynchronous to the core, and everything here waits where it works.
    module("ChildProcesses", ["ByteStorage"]),
    // Not OpenBLAS: its sums depend on the machine and on the number of threads.
    module("LinearAlgebra", ["CKernels"]),
    module("ProtobufWire", ["ByteStorage", "CProtobufC"]),
    module("ModelGraph", ["ByteStorage"]),
    module("ShapeInference", ["ModelGraph", "ByteStorage"]),
    module("SparseCoding", ["ByteStorage", "CKernels", "CDeflate", "CZstd"]),
    module("ONNXFormat", ["ModelGraph", "ProtobufWire", "ByteStorage", "CSchemas", "CProtobufC"]),
    module("Pruning", ["ModelGraph", "ByteStorage"]),
    module("Reconstruction", ["LinearAlgebra"]),
    module("StructuredPruning", ["Pruning", "ShapeInference", "ModelGraph", "ByteStorage"]),
    module(
      "SparseContainer",
      [
        "ModelGraph", "SparseCoding", "ONNXFormat", "ProtobufWire", "ByteStorage", "CProtobufC",
      ]
    ),
    module(
      "SparsifyKit",
      [
        "SparseContainer", "ONNXFormat", "StructuredPruning", "Pruning", "ShapeInference",
        "ModelGraph",
        "SparseCoding", "ByteStorage",
      ]),
    .executableTarget(
      name: "sparsify",
      dependencies: [
        "SparsifyKit", "SparseContainer", "StructuredPruning", "Pruning", "SparseCoding",
        "ByteStorage",
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
    tests(of: "LinearAlgebra", ["CKernels"]),
    tests(of: "ProtobufWire", ["ByteStorage", "CSchemas", "CProtobufC"]),
    tests(of: "ModelGraph", ["ByteStorage"]),
    tests(of: "ShapeInference", ["ModelGraph", "ByteStorage"]),
    tests(of: "SparseCoding", ["ByteStorage"]),
    tests(of: "ONNXFormat", ["ModelGraph", "ByteStorage", "ProtobufWire"]),
    tests(of: "Pruning", ["ModelGraph", "ByteStorage"]),
    tests(of: "Reconstruction", ["LinearAlgebra"]),
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
        "ReadmeExample", "Pruning", "SparseContainer", "ONNXFormat", "SparseCoding", "ModelGraph",
        "ProtobufWire",
        "ByteStorage",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
