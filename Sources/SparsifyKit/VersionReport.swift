internal import CCrypto
internal import CDeflate
internal import CProtobufC
internal import CZstd
internal import SparseCoding
internal import SparseContainer

/// What a program is made of: the answer to "which version is this?".
///
/// The names of its JSON form are stable; new ones may be added.
public struct VersionReport: Sendable, Codable {
  /// A C library that is linked.
  public struct Library: Sendable, Codable {
    /// Its name.
    public var name: String
    /// The version that runs; of libdeflate, which does not tell, and OpenSSL, whose telling links four
    /// megabytes more, the one that was built with.
    public var version: String
  }

  /// Which report this is, and its version.
  public var schema = "sparsify/version/1"
  /// The version of the program.
  public var version: String
  /// The version of containers that are written.
  public var container = SparseContainerFormat.version
  /// The formats that are read and written.
  public var formats = ModelFormats.all.map(\.name)
  /// The linked libraries.
  public var libraries = [
    Library(name: "libdeflate", version: LIBDEFLATE_VERSION_STRING),
    Library(name: "OpenSSL", version: OPENSSL_VERSION_STR),
    Library(name: "protobuf-c", version: String(cString: protobuf_c_version())),
    Library(name: "zstd", version: String(cString: ZSTD_versionString())),
  ]
  /// The Swift compiler's version, major and minor.
  public var swift = Self.compiler
  /// The instructions that coding uses on this machine.
  public var instructions = CodingInstructions.name

  /// Describes a program of that version.
  public init(version: String) {
    self.version = version
  }

  // The compiler answers only whether it is at least of some version.
  #if compiler(>=6.5)
    private static let compiler = "6.5 or later"
  #elseif compiler(>=6.4)
    private static let compiler = "6.4"
  #elseif compiler(>=6.3)
    private static let compiler = "6.3"
  #else
    private static let compiler = "6.2"
  #endif
}
