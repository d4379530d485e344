// swift-tools-version: 6.2
import PackageDescription

// Built by Tools/Fuzz/run, which adds the sanitizers' flags.
let package = Package(
  name: "fuzz",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "sparsify", path: "../..")],
  targets: [
    // libFuzzer as the compiler brings it.
    .systemLibrary(name: "CLibFuzzer"),
    // What must hold for any input: a link to the sources in Tests, which replay what was found.
    .target(
      name: "Properties", dependencies: [.product(name: "SparsifyKit", package: "sparsify")],
      swiftSettings: [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
      ]),
    // libFuzzer's main for one of them, and what it starts from.
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Properties", "CLibFuzzer", .product(name: "SparsifyKit", package: "sparsify"),
      ]),
    .executableTarget(
      name: "Seeds", dependencies: [.product(name: "SparsifyKit", package: "sparsify")]),
  ],
  swiftLanguageModes: [.v6]
)
