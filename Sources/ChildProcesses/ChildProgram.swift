/// A program to be run beside this one, and what it is given.
public struct ChildProgram: Sendable {
  /// Where one of the program's three standard streams leads.
  public enum Stream: Sendable {
    /// Nothing can be read, everything written is lost.
    case nothing
    /// The stream of this process.
    case inherited
    /// This process holds the other end.
    case piped
    /// The end of a file, which is made if there is none.
    case file(path: String)
  }

  /// The path of the executable; it is not looked for.
  public var executable: String
  /// The words after the program's name.
  public var arguments: [String]
  /// What is added to the environment of this process.
  public var environment: [String: String] = [:]
  /// What the program reads; not from a file.
  public var input = Stream.nothing
  /// What it prints.
  public var output = Stream.inherited
  /// What it complains.
  public var errors = Stream.inherited
  /// The most address space it may take, in bytes; a program that cannot be started then exits with
  /// 126 or 127.
  public var memoryLimit: Int?
  /// A descriptor above 4 that stays open in the program until it ends, such as that of a lock.
  public var heldDescriptor: Int32?
  /// True when the program and its own children are ended together, and no terminal's signal reaches
  /// them.
  public var hasOwnGroup = false

  /// Describes a program that reads nothing and talks through this process's streams.
  public init(executable: String, arguments: [String] = []) {
    self.executable = executable
    self.arguments = arguments
  }
}

/// How a child process ended.
public enum ChildEnding: Sendable, Hashable {
  /// By itself, with an exit code.
  case exited(Int32)
  /// By a signal: a crash, or somebody's wish.
  case signalled(Int32)
}
