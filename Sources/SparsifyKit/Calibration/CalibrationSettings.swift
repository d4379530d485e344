internal import Calibration
internal import Reconstruction

/// How a step uses samples, without the samples, which are no part of a recipe.
public struct CalibrationSettings: Hashable, Sendable {
  /// The name of what chooses the weights that go; nil for the criterion, unless weights are repaired.
  public var method: String?
  /// What is done to the weights that stay: none, statistics or refit; nil when nothing is calibrated.
  public var repair: String?
  /// Which layers at the ends of the network stay dense: none, first, last or ends.
  public var protection = "ends"
  /// How many samples are looked at, at most.
  public var samples = 1024
  /// What the choice of samples and of places in them follows from.
  public var seed: UInt64 = 0

  /// Nothing is calibrated.
  public init() {}

  /// The most samples a step may ask for.
  public static let mostSamples = 1 << 20
  /// The names of methods.
  public static let methods = ReconstructionMethods.all.map(\.name)
  /// The names of repairs.
  public static let repairs = CalibrationRequest.Repair.allCases.map(\.rawValue)
  /// The names of what is protected.
  public static let protections = CalibrationRequest.Protection.allCases.map(\.rawValue)

  /// True when samples are needed.
  var isWanted: Bool { method != nil || repair != nil }

  /// What is asked of the calibration.
  func request(mask: String?) -> CalibrationRequest {
    var request = CalibrationRequest()
    request.mask = mask
    let repair = self.repair.flatMap(CalibrationRequest.Repair.init) ?? .refit
    // The quick mode is for plain pruning.
    let method = self.method ?? (repair == .refit ? "admm" : "magnitude")
    request.repair = repair
    request.method = ReconstructionMethods.all.first { $0.name == method }
    request.protection = CalibrationRequest.Protection(rawValue: protection) ?? .ends
    request.seed = seed
    return request
  }
}
