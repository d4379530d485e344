/// The bytes of an array: in memory of their own, or in some that belongs to somebody else.
public struct ArrayContents: @unchecked Sendable {
  private enum Place {
    case own(ArraySlice<UInt8>)
    case foreign(UnsafeRawBufferPointer, keeper: AnyObject)
  }

  private let place: Place

  /// Bytes of an array.
  public init(_ bytes: ArraySlice<UInt8>) {
    place = .own(bytes)
  }

  /// Bytes that stay where they are as long as an object lives.
  public init(_ bytes: UnsafeRawBufferPointer, keptBy keeper: AnyObject) {
    place = .foreign(bytes, keeper: keeper)
  }

  /// How many bytes there are.
  public var count: Int {
    switch place {
    case .own(let bytes): bytes.count
    case .foreign(let bytes, _): bytes.count
    }
  }

  /// Where the bytes stand as long as these contents are there; nil for those of an array.
  public var permanentStart: UnsafeRawPointer? {
    guard case .foreign(let bytes, _) = place else { return nil }
    return bytes.baseAddress
  }

  /// Gives the bytes where they stand.
  public func withUnsafeBytes<Result>(
    _ body: (UnsafeRawBufferPointer) throws -> Result
  ) rethrows -> Result {
    switch place {
    case .own(let bytes): return try bytes.withUnsafeBytes(body)
    case .foreign(let bytes, let keeper):
      defer { withExtendedLifetime(keeper) {} }
      return try body(bytes)
    }
  }

  /// The bytes as an array, of which nothing is copied that is one already.
  var slice: ArraySlice<UInt8> {
    switch place {
    case .own(let bytes): bytes
    case .foreign(let bytes, let keeper): withExtendedLifetime(keeper) { Array(bytes)[...] }
    }
  }

  /// The bytes as an array.
  public var array: [UInt8] { Array(slice) }
}

extension ArrayContents: Equatable {
  /// Whether both have the same bytes, wherever they stand.
  public static func == (first: ArrayContents, second: ArrayContents) -> Bool {
    first.slice == second.slice
  }
}
