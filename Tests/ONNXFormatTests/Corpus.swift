import Foundation

/// Real and odd models: the project's fixtures, and a folder beside the checkout when it is there.
enum Corpus {
  /// Debug builds are slow: larger files are left to release runs.
  private static let largestFile = 4 << 20

  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let folder = checkout.deletingLastPathComponent()
    .appendingPathComponent("shared/corpus").path

  static var isAtHand: Bool { FileManager.default.fileExists(atPath: folder) }

  /// A fuzzer's find among the good ones: a text in it is a number.
  private static let damaged = "/icm-31000000518082.onnx"
  private static let all =
    files(in: ["models", "edge/onnx", "edge/ort", "edge/synth"].map { folder + "/" + $0 })
    + files(in: [checkout.path + "/fixtures/models"])

  /// Models that every reader accepts.
  static let models = all.filter { !$0.hasSuffix(damaged) }
  /// Files that must be refused.
  static let invalid = files(in: [folder + "/edge/invalid"]) + all.filter { $0.hasSuffix(damaged) }

  private static func files(in folders: [String]) -> [String] {
    folders.flatMap { root in
      let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
      return names.filter { $0.hasSuffix(".onnx") }.map { root + "/" + $0 }
    }.filter { size(of: $0) <= largestFile }.sorted()
  }

  private static func size(of path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return attributes?[.size] as? Int ?? 0
  }
}
