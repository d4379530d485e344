#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// This process's end of a pair of connected sockets, closed when it goes.
///
/// Sockets, not pipes: writing to one that nobody reads gives an error instead of a signal.
final class Endpoint {
  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Two connected ends, of which other programs inherit none by themselves.
  static func pair() -> (ours: Endpoint, theirs: Endpoint)? {
    var ends: [Int32] = [-1, -1]
    #if canImport(Glibc)
      let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
    #else
      guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { return nil }
      var yes: Int32 = 1
      for end in ends {
        _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        setsockopt(end, SOL_SOCKET, SO_NOSIGPIPE, &yes, socklen_t(MemoryLayout<Int32>.size))
      }
    #endif
    return (Endpoint(ends[0]), Endpoint(ends[1]))
  }

  /// Waits until there is something to do; the end of the other side is something.
  func isReady(to event: Int32, until deadline: Deadline) -> Bool {
    var wanted = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    while true {
      let count = poll(&wanted, 1, deadline.milliseconds)
      if count > 0 { return true }
      if count == 0 || errno != EINTR { return false }
    }
  }

  /// Sends some of the bytes; nil when nobody is there to take them.
  func send(_ bytes: UnsafeRawBufferPointer) -> Int? {
    while true {
      #if canImport(Glibc)
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
      #else
        let count = Darwin.send(descriptor, bytes.baseAddress, bytes.count, MSG_DONTWAIT)
      #endif
      if count >= 0 { return count }
      if errno == EAGAIN { return 0 }
      if errno != EINTR { return nil }
    }
  }

  /// Takes what is there; nothing at the end.
  func receive(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count >= 0 { return count }
      if errno != EINTR { return 0 }
    }
  }
}

/// What a program has printed so far.
struct CollectedStream {
  private static let pieceSize = 1 << 16

  private var endpoint: Endpoint?
  private(set) var bytes: [UInt8] = []

  init(_ endpoint: Endpoint?) {
    self.endpoint = endpoint
  }

  /// True until the other side ended.
  var isOpen: Bool { endpoint != nil }

  /// Waits for one of the streams and takes what came; false at the deadline.
  static func receive(
    _ streams: inout [CollectedStream], atMost limit: Int, until deadline: Deadline
  ) -> Bool {
    var wanted = streams.map {
      pollfd(fd: $0.endpoint?.descriptor ?? -1, events: Int16(POLLIN), revents: 0)
    }
    let count = poll(&wanted, nfds_t(wanted.count), deadline.milliseconds)
    guard count > 0 else { return count < 0 && errno == EINTR }
    for index in streams.indices where wanted[index].revents != 0 {
      streams[index].receive(atMost: limit)
    }
    return true
  }

  /// What is beyond the limit is read and forgotten, so that the program does not wait for ever.
  private mutating func receive(atMost limit: Int) {
    guard let endpoint else { return }
    withUnsafeTemporaryAllocation(byteCount: Self.pieceSize, alignment: 1) { piece in
      let count = endpoint.receive(into: piece)
      if count == 0 { self.endpoint = nil }
      bytes.append(contentsOf: piece[..<min(count, max(0, limit - bytes.count))])
    }
  }
}
