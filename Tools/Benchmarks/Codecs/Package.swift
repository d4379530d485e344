// swift-tools-version: 6.2
import PackageDescription

// Built by codecs.py.
let package = Package(
  name: "codec-bench",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "sparsify", path: "../../..")],
  targets: [
    .executableTarget(
      name: "codec-bench", dependencies: [.product(name: "SparsifyKit", package: "sparsify")])
  ],
  swiftLanguageModes: [.v6]
)
