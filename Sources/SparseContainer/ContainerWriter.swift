internal import ByteStorage
internal import ModelGraph
internal import SparseCoding

/// Writes a container: chunks as they get ready, the index at the end.
struct ContainerWriter {
  let model: Model
  let document: SourceDocument
  let options: ContainerOptions
  let threads: Int
  let progress: ((Int, Int) -> Void)?

  /// Files of fewer bytes are hashed sooner than a thread starts.
  private static let worthThread = 1 << 18

  /// Writes everything, to files that are empty.
  ///
  /// Files are hashed beside the coding; one thread does all in turn.
  func write(to output: consuming ShardedOutput) throws {
    let isSmall = document.files.allSatisfy { ($0.original?.byteCount ?? 0) < Self.worthThread }
    let digests = BackgroundTask(isInline: threads == 1 || isSmall) { [model, document] in
      try document.files.map { try Self.digest(of: $0, in: model) }
    }
    var (planner, files) = try plan()
    try output.sink.write(Header.bytes)
    let sections = try writeSections(planner, to: &output)
    if let structure = files.first.map({ sections[$0.literalSection] }),
      structure.elementCount > structure.largestStructure
    {
      throw SparseContainerError.tooLarge("the structure")
    }
    for (index, digest) in try digests.value().enumerated() { files[index].digest = digest }
    let tensors = planner.tensors
    planner = SectionPlanner()
    let whole = ContainerIndex(
      document: DocumentRecord(format: document.formatName, files: files), sections: sections,
      tensors: tensors, history: model.history)
    try write(whole, to: output)
  }

  /// Ends every file with its index, the container itself last: it names the others' indexes.
  private func write(_ whole: ContainerIndex, to output: ShardedOutput) throws {
    var index = whole
    for (number, shard) in output.files.enumerated().dropFirst() {
      let checksum = try write(whole.shard(of: shard.sections), to: shard.sink)
      index.shards.append(
        ShardRecord(name: shard.name, byteCount: shard.sink.byteCount, indexChecksum: checksum))
      for section in shard.sections {
        index.sections[section] = whole.sections[section].elsewhere(in: number)
      }
    }
    _ = try write(index, to: output.files[0].sink)
  }

  private func plan() throws -> (SectionPlanner, [FileRecord]) {
    var planner = SectionPlanner(options.layout)
    var records: [TensorID: Int] = [:]
    var files: [FileRecord] = []
    let literals = document.files.map { planner.add(literal: $0.literal) }
    for (file, literal) in zip(document.files, literals) {
      var record = FileRecord(
        path: file.path, literalSection: literal, literalRuns: [], holeTensors: [])
      var position = 0
      for hole in file.holes {
        if records[hole.tensor] == nil {
          records[hole.tensor] = planner.tensors.count
          try plan(hole, in: &planner)
        }
        record.literalRuns.append(hole.position - position)
        record.holeTensors.append(records[hole.tensor, default: 0])
        position = hole.position
      }
      files.append(record)
    }
    return (planner, files)
  }

  private func plan(_ hole: FileTemplate.Hole, in planner: inout SectionPlanner) throws {
    let tensor = model[hole.tensor]
    guard tensor.contents.byteCount == hole.byteCount else {
      throw ModelError.contentsDoNotFit(
        tensor: tensor.name, found: tensor.contents.byteCount, needed: hole.byteCount)
    }
    let isPacked = tensor.elementType.byteCount(of: tensor.shape.elementCount) == hole.byteCount
    // Older writers spend a byte on a float6; such contents are stored as the bytes they are.
    try planner.add(
      tensor, named: tensor.name, contentsType: isPacked ? tensor.elementType : .uint8,
      shape: isPacked ? tensor.shape : Shape([hole.byteCount]) ?? tensor.shape)
  }

  /// The digest of a file that will come back as it was; nil when a tensor of it was changed.
  private static func digest(of file: FileTemplate, in model: Model) throws -> [UInt8]? {
    guard file.holes.allSatisfy({ model[$0.tensor].isOriginal }) else { return nil }
    if let digest = file.digest { return digest }
    return try file.original.map { try SHA256.digest(of: $0) }
  }
}

extension ContainerWriter {
  /// One chunk of one section.
  private struct Job {
    let section: Int
    let chunk: Int
    let byteCount: Int
  }

  /// Codes the chunks of all sections on several threads and writes them in order.
  private func writeSections(
    _ planner: SectionPlanner, to output: inout ShardedOutput
  ) throws -> [SectionRecord] {
    let plans = planner.plans()
    var records = plans.map(\.record)
    let indexSize = indexBound(records, planner.tensors)
    let jobs = records.indices.flatMap { section in
      (0..<records[section].chunkCount).map { chunk in
        Job(
          section: section, chunk: chunk,
          byteCount: records[section].elements(ofChunk: chunk).count
            * records[section].layout.width)
      }
    }
    let planned = records
    let total = records.reduce(0) { $0 + $1.byteCount }
    var done = 0
    try OrderedPipeline.run(
      sizes: jobs.map(\.byteCount), threads: threads, isBeside: threads > 1, ahead: Self.ahead,
      workspace: { [options] in ChunkCoder(level: options.level) },
      produce: { index, coder in
        let job = jobs[index]
        let bytes = try plans[job.section].coded(
          planned[job.section].elements(ofChunk: job.chunk), by: coder)
        return CodedChunk(bytes: bytes, checksum: bytes.withUnsafeBytes { crc32(of: $0) })
      },
      consume: { index, coded in
        let job = jobs[index]
        if job.chunk == 0 {
          let size = Self.bound(records[job.section]) + indexSize
          try output.begin(
            section: job.section, size: size, isLiteral: job.section < document.files.count)
          records[job.section].gap = try pad(output.sink, before: plans[job.section])
        }
        try output.sink.write(coded.bytes)
        if !plans[job.section].isPlain {
          records[job.section].chunkLengths.append(UInt32(coded.bytes.count))
        }
        records[job.section].chunkChecksums.append(coded.checksum)
        done += job.byteCount
        progress?(done, total)
      })
    return records
  }

  /// Brings a plain section to the beginning of a page; returns how many zero bytes that took.
  private func pad(_ sink: any ByteSink, before plan: SectionPlan) throws -> Int {
    guard plan.isPlain else { return 0 }
    let page = SectionRecord.pageSize
    let gap = (page - sink.byteCount % page) % page
    try sink.write([UInt8](repeating: 0, count: gap))
    return gap
  }

  /// Bytes of chunks that may be coded while one is that takes long.
  ///
  /// A chunk on which several encodings and coders are tried takes fifteen times as long as noise.
  private static let ahead = 1 << 24

  private struct CodedChunk: Sendable {
    let bytes: [UInt8]
    let checksum: UInt32
  }

  /// The most bytes that the chunks of a section may take.
  private static func bound(_ record: SectionRecord) -> Int {
    record.byteCount + record.chunkCount + SectionRecord.largestGap
  }

  /// More bytes than any index of the container takes.
  private func indexBound(_ sections: [SectionRecord], _ tensors: [TensorRecord]) -> Int {
    let chunks = sections.reduce(0) { $0 + 16 * $1.chunkCount + 64 }
    let names = tensors.reduce(0) { $0 + $1.name.bytes.count + 10 * $1.shape.rank + 64 }
    return 4096 + chunks + names + document.files.reduce(0) { $0 + 16 * $1.holes.count + 4096 }
  }

  /// Ends a file; returns the checksum of the stored index.
  private func write(_ index: ContainerIndex, to sink: any ByteSink) throws -> UInt32 {
    let message = try index.message()
    let stored = try CodedIndex.encode(message)
    guard message.count <= CodedIndex.maximumLength(stored: UInt64(stored.count)) else {
      throw SparseContainerError.tooLarge("the index")
    }
    let footer = Footer(
      indexOffset: UInt64(sink.byteCount), indexStoredLength: UInt64(stored.count),
      indexLength: UInt64(message.count),
      indexChecksum: stored.withUnsafeBytes { crc32(of: $0) })
    try sink.write(stored)
    try sink.write(footer.bytes)
    return footer.indexChecksum
  }
}
