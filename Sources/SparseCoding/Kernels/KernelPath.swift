internal import CKernels

/// The instructions that kernels in C may use; every path gives the same bytes.
enum KernelPath: CaseIterable {
  case scalar, avx2, avx512

  /// The fastest path of this machine.
  static let best = allCases.last { $0.selector == kernel_best_path() } ?? .scalar

  /// True when this machine has the instructions.
  var isSupported: Bool { kernel_path_is_supported(selector) }

  /// The name in C.
  var selector: kernel_path {
    switch self {
    case .scalar: KERNEL_SCALAR
    case .avx2: KERNEL_AVX2
    case .avx512: KERNEL_AVX512
    }
  }
}

/// What this machine's processor does for coding.
public enum CodingInstructions {
  /// The name of the instruction set that is used: `scalar`, `avx2` or `avx512`.
  public static var name: String { "\(KernelPath.best)" }
}
