#if canImport(Glibc)
  internal import Glibc
#else
  internal import Darwin
#endif

/// A program on its way to being started: both ends of its streams.
struct Spawning {
  #if canImport(Glibc)
    private typealias Actions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
  #else
    private typealias Actions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
  #endif

  /// The descriptor in the child that tells by its end that the child is gone.
  static let lifelineNumber: Int32 = 3
  private static let heldNumber: Int32 = 4

  let lifeline: Endpoint
  private(set) var input: Endpoint?
  private(set) var output: Endpoint?
  private(set) var errors: Endpoint?

  private let program: ChildProgram
  private var theirs: [(descriptor: Int32, stream: ChildProgram.Stream, end: Endpoint?)] = []
  private var theirLifeline: Endpoint?

  init(_ program: ChildProgram) throws(ChildProcessError) {
    self.program = program
    let pair = try Self.pair(program)
    (lifeline, theirLifeline) = (pair.ours, pair.theirs)
    input = try add(STDIN_FILENO, program.input)
    output = try add(STDOUT_FILENO, program.output)
    errors = try add(STDERR_FILENO, program.errors)
  }

  private mutating func add(
    _ descriptor: Int32, _ stream: ChildProgram.Stream
  ) throws(ChildProcessError) -> Endpoint? {
    guard case .piped = stream else {
      theirs.append((descriptor, stream, nil))
      return nil
    }
    let pair = try Self.pair(program)
    theirs.append((descriptor, stream, pair.theirs))
    return pair.ours
  }

  private static func pair(
    _ program: ChildProgram
  ) throws(ChildProcessError) -> (ours: Endpoint, theirs: Endpoint) {
    guard let pair = Endpoint.pair() else {
      throw .cannotStart(program.executable, reason: String(cString: strerror(errno)))
    }
    return pair
  }

  /// Starts the program; its number.
  func start() throws(ChildProcessError) -> pid_t {
    #if canImport(Glibc)
      var (actions, attributes) = (Actions(), Attributes())
    #else
      var (actions, attributes): (Actions, Attributes) = (nil, nil)
    #endif
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    addStreams(to: &actions)
    setDefaults(of: &attributes)
    let command = commandWords
    var words = command.map { strdup($0) } + [nil]
    var environment = environmentWords().map { strdup($0) } + [nil]
    defer { (words + environment).forEach { free($0) } }
    var identifier: pid_t = 0
    let failure = posix_spawn(
      &identifier, command[0], &actions, &attributes, &words, &environment)
    guard failure == 0 else {
      throw .cannotStart(program.executable, reason: String(cString: strerror(failure)))
    }
    return identifier
  }

  /// Closes the ends that the program has now.
  mutating func closeTheirs() {
    theirs = []
    theirLifeline = nil
  }

  private func addStreams(to actions: inout Actions) {
    for (descriptor, stream, end) in theirs {
      switch stream {
      case .inherited: break
      case .nothing:
        posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
      case .file(let path):
        let flags = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, descriptor, path, flags, 0o644)
      case .piped:
        if let end { posix_spawn_file_actions_adddup2(&actions, end.descriptor, descriptor) }
      }
    }
    if let theirLifeline {
      posix_spawn_file_actions_adddup2(&actions, theirLifeline.descriptor, Self.lifelineNumber)
    }
    // After the lifeline, whose own number may be the one that this takes.
    if let held = program.heldDescriptor {
      posix_spawn_file_actions_adddup2(&actions, held, Self.heldNumber)
    }
  }

  /// Signals do what they do by default, whatever this process ignores.
  private func setDefaults(of attributes: inout Attributes) {
    var all = sigset_t()
    sigfillset(&all)
    posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = POSIX_SPAWN_SETSIGDEF
    if program.hasOwnGroup {
      posix_spawnattr_setpgroup(&attributes, 0)
      flags |= POSIX_SPAWN_SETPGROUP
    }
    posix_spawnattr_setflags(&attributes, Int16(flags))
  }

  /// The program and its words, behind a shell when its memory is limited.
  ///
  /// The limit has to be set in the new process; the shell becomes the program when it has done that.
  private var commandWords: [String] {
    let words = [program.executable] + program.arguments
    guard let limit = program.memoryLimit else { return words }
    return ["/bin/sh", "-c", "ulimit -v \(max(1, limit / 1024)) && exec \"$0\" \"$@\""] + words
  }

  private func environmentWords() -> [String] {
    var words: [String] = []
    var entry = environ
    while let word = entry.pointee {
      let text = String(cString: word)
      let name = text.prefix { $0 != "=" }
      if program.environment[String(name)] == nil { words.append(text) }
      entry += 1
    }
    return words + program.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }
}
