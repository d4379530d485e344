public import ByteStorage

/// Writes the plan of a batch: what to convert, to where, with which key.
public struct BatchPlanner: Sendable {
  /// Files, folders and patterns.
  public var inputs: [String]
  /// The folder whose tree mirrors that of the inputs.
  public var outputFolder: String
  /// The folder of the plan, which everything in it is relative to.
  public var planFolder: String
  /// What to do with each model; its paths are not used.
  public var conversion: Conversion
  /// The same as words of the command line.
  public var arguments: [String]
  /// The options whose values are files, which count by their contents.
  public var fileOptions: Set<String> = []
  /// The version of this program.
  public var tool: String
  /// How many threads read models.
  public var threads = 1

  /// Plans conversions of some models.
  public init(
    inputs: [String], outputFolder: String, planFolder: String, conversion: Conversion,
    arguments: [String], tool: String
  ) {
    self.inputs = inputs
    self.outputFolder = outputFolder
    self.planFolder = planFolder
    self.conversion = conversion
    self.arguments = arguments
    self.tool = tool
  }

  /// How much was planned.
  public struct Totals: Sendable, Codable {
    /// Which report this is, and its version.
    public var schema = "sparsify/batch-plan-summary/1"
    /// How many conversions there are.
    public var tasks: Int
    /// The bytes of all inputs.
    public var bytes: Int
  }

  /// Writes the plan, its lines sorted by output.
  ///
  /// - Parameters:
  ///   - sink: takes the lines as they are ready.
  ///   - progress: told how many models of how many are read.
  /// - Returns: how much was planned.
  /// - Throws: `BatchError` when there are no models or two would be written to one place; `FileError`.
  public func write(
    to sink: any ByteSink, progress: ((Int, Int) -> Void)? = nil
  ) throws -> Totals {
    let places = try places()
    var header = try header()
    header.tasks = places.count
    try sink.write(try JSONLines.line(of: header))
    let planned = header
    var totals = Totals(tasks: places.count, bytes: 0)
    try OrderedPipeline.run(
      count: places.count, threads: threads, workspace: {},
      produce: { index, _ in task(at: places[index], header: planned) },
      consume: { index, task in
        totals.bytes += task.bytes
        try sink.write(try JSONLines.line(of: task))
        progress?(index + 1, places.count)
      })
    return totals
  }

  /// Where a model is and goes; paths are the same when their bytes are.
  private struct Place: Hashable {
    let path: ByteString
    let input: ByteString
    let output: ByteString
  }

  private func places() throws -> [Place] {
    let location = RelativeLocation(resolved: try Folder.resolved(planFolder))
    let outputs = location.path(to: try Folder.resolved(outputFolder))
    let format = try ModelFormats.format(forOutput: "", named: conversion.format ?? "spm")
    let walk = ModelWalk(excluded: Folder(path: outputFolder))
    var places: Set<Place> = []
    for word in inputs {
      for model in try walk.models(named: word) {
        let stem = model.mirrored.lastIndex(of: ".").map { model.mirrored[..<$0] } ?? "model"
        places.insert(
          Place(
            path: ByteString(model.path), input: ByteString(location.path(to: model.path)),
            output: ByteString(RelativeLocation.join(outputs, stem + format.fileExtension))))
      }
    }
    return try distinct(places)
  }

  private func distinct(_ places: Set<Place>) throws(BatchError) -> [Place] {
    let sorted = places.sorted { ($0.output, $0.input) < ($1.output, $1.input) }
    for (place, next) in zip(sorted, sorted.dropFirst()) where place.output == next.output {
      throw .sameOutput(
        place.output.text, first: place.input.text, second: next.input.text)
    }
    return sorted
  }

  /// The common part of all tasks; files that options name are called by their way from the plan.
  private func header() throws -> BatchHeader {
    let location = RelativeLocation(resolved: try Folder.resolved(planFolder))
    var header = BatchHeader(tool: tool, arguments: arguments, files: [:], tasks: 0)
    for index in arguments.indices.dropFirst() where fileOptions.contains(arguments[index - 1]) {
      let way = location.path(to: try Folder.resolved(arguments[index]))
      header.arguments[index] = way
      header.files[way] = try HexDigest.sha256(of: OpenFile(path: arguments[index]))
    }
    return header
  }

  private func task(at place: Place, header: BatchHeader) -> BatchTask {
    var conversion = conversion
    conversion.input = place.path.text
    let facts = InputFacts(conversion)
    let output = place.output.text
    let isSpread = output.hasSuffix(ONNXFiles().fileExtension) && !facts.dataFiles.isEmpty
    return BatchTask(
      id: header.key(of: facts.digests), input: place.input.text, output: output,
      bytes: facts.bytes, memory: facts.memory, dataFiles: isSpread ? facts.dataFiles : nil)
  }
}
