import ByteStorage
import TestSupport
import Testing

@testable import SparsifyKit

@Suite struct BatchPlanTests {
  private let fixtures = BatchFixtures()
  private var folder: TemporaryFolder { fixtures.folder }

  @Test("A folder is walked, its tree is mirrored, and lines are sorted by the bytes of outputs")
  func walk() throws {
    try fixtures.addModels([
      "b.onnx", "a/z.ONNX", "a/y.spm", "a/B.onnx", "notes.txt", ".hidden.onnx", "a/y.shard1.spm",
    ])
    let plan = try fixtures.plan()
    #expect(plan.tasks.map(\.input) == ["in/a/B.onnx", "in/a/y.spm", "in/a/z.ONNX", "in/b.onnx"])
    #expect(plan.tasks.map(\.output) == ["out/a/B.spm", "out/a/y.spm", "out/a/z.spm", "out/b.spm"])
    #expect(plan.header.tasks == 4)
  }

  @Test("The same inputs give the same plan, wherever they lie and however they are named")
  func relocation() throws {
    try fixtures.addModels(["a.onnx", "b/c.onnx"])
    try fixtures.plan()
    let first = try OpenFile(path: fixtures.planPath).bytes()
    let other = BatchFixtures()
    try other.addModels(["a.onnx", "b/c.onnx"])
    try other.plan(inputs: [
      other.folder.path + "/./in/../in/", other.folder.file("in/**/*.onnx"),
    ])
    #expect(try OpenFile(path: other.planPath).bytes() == first)
    #expect(!String(decoding: first, as: UTF8.self).contains(folder.path))
  }

  @Test("Outputs that lie among the inputs are no inputs")
  func outputsInside() throws {
    try fixtures.addModels(["a.onnx"])
    try Folder.make(folder.file("out"))
    folder.write([1], to: "out/old.spm")
    let plan = try fixtures.plan(inputs: [folder.path])
    #expect(plan.tasks.map(\.input) == ["in/a.onnx"])
  }

  @Test("Two inputs with one output are refused; one input named twice is one task")
  func collisions() throws {
    try fixtures.addModels(["a.onnx", "a.spm", "b/a.onnx"])
    #expect(throws: BatchError.sameOutput("out/a.spm", first: "in/a.onnx", second: "in/a.spm")) {
      try fixtures.plan()
    }
    let a = folder.file("in/a.onnx")
    #expect(throws: BatchError.self) {
      try fixtures.plan(inputs: [a, folder.file("in/b/a.onnx")])
    }
    #expect(try fixtures.plan(inputs: [a, a]).tasks.count == 1)
  }

  @Test("Names that differ in how they are composed are two names")
  func composition() throws {
    try fixtures.addModels(["\u{E9}.onnx", "e\u{301}.onnx"])
    #expect(try fixtures.plan().tasks.count == 2)
  }

  @Test(
    "Patterns match part by part",
    arguments: [
      ("*.onnx", ["a.onnx"]), ("**/*.onnx", ["a.onnx", "b/c.onnx", "b/d/e.onnx"]),
      ("*/*.onnx", ["b/c.onnx"]), ("**", ["a.onnx", "b/c.onnx", "b/d/e.onnx"]),
      ("b/**/[ce].onnx", ["b/c.onnx", "b/d/e.onnx"]), ("**/d/*", ["b/d/e.onnx"]), ("?", []),
    ])
  func patterns(pattern: String, expected: [String]) throws {
    let matcher = try PathPattern(pattern.split(separator: "/"))
    let paths = ["a.onnx", "b/c.onnx", "b/d/e.onnx"]
    #expect(paths.filter(matcher.matches) == expected)
  }

  @Test("Nothing to convert is said")
  func nothing() throws {
    try Folder.make(folder.file("in"))
    for input in ["in", "in/*.onnx", "in/**"] {
      #expect(throws: BatchError.noModels(folder.file(input))) {
        try fixtures.plan(inputs: [folder.file(input)])
      }
    }
    #expect(throws: FileError.self) { try fixtures.plan(inputs: [folder.file("none/*.onnx")]) }
  }

  @Test("The key changes with the input, an option and the program, and with nothing else")
  func keys() throws {
    let header = BatchHeader(tool: "1", arguments: ["--level", "small"], files: [:], tasks: 1)
    let key = header.key(of: ["00"])
    // What `printf 'sparsify/batch-key/1\0001\0--level\0small\0\00000' | sha256sum` gives.
    #expect(key == "2cf59720ae036bc7e20eb2887aede41e91a81492463d436005202b77213dba41")
    var other = header
    other.arguments += ["--threads", "3", "--max-memory", "1G"]
    other.tasks = 7
    #expect(other.key(of: ["00"]) == key)
    #expect(header.key(of: ["01"]) != key)
    #expect(header.key(of: ["00", "00"]) != key)
    other.tool = "2"
    #expect(other.key(of: ["00"]) != key)
    other = header
    other.arguments = ["--level", "fast"]
    #expect(other.key(of: ["00"]) != key)
    other.arguments = ["--levelsmall"]
    #expect(other.key(of: ["00"]) != key)
  }

  @Test("A file that an option names counts by its contents, and is checked before a run")
  func optionFiles() throws {
    try fixtures.addModels(["a.onnx"])
    folder.write([1], to: "recipe.yaml")
    let arguments = ["--recipe", folder.file("recipe.yaml")]
    func id() throws -> String {
      try fixtures.plan(arguments: arguments, fileOptions: ["--recipe"]).tasks[0].id
    }
    let first = try id()
    let plan = try BatchPlan(path: fixtures.planPath)
    #expect(plan.header.arguments == ["--recipe", "recipe.yaml"])
    try plan.checkFiles()
    folder.write([2], to: "recipe.yaml")
    #expect(throws: BatchError.inputChanged("recipe.yaml")) { try plan.checkFiles() }
    #expect(try id() != first)
  }

  @Test("A line that is none of a plan is told by its number")
  func malformed() throws {
    try fixtures.addModels(["a.onnx", "b.onnx"])
    try fixtures.plan()
    let text = String(decoding: try OpenFile(path: fixtures.planPath).bytes(), as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    let long = String(repeating: " ", count: JSONLines.longestLine + 1)
    let cases: [([String], Int)] = [
      ([], 2), (["{}"] + lines[1...], 1), ([lines[0], lines[1]], 3),
      ([lines[0], "{", lines[2]], 2), ([lines[0], lines[1], lines[1]], 3),
      ([lines[0], lines[1], lines[2].replacing("\"in/b", with: "\"/in/b")], 3),
      ([lines[0], lines[1], lines[2].replacing("\"bytes\":", with: "\"bytes\":-")], 3),
      ([lines[0], lines[1], lines[2].replacing("\"bytes\":", with: "\"bites\":")], 3),
      ([lines[0], long, lines[2]], 2), (lines + [lines[2]], 4),
      ([lines[0].replacing("plan/1", with: "plan/2")] + lines[1...], 1),
    ]
    for (changed, number) in cases {
      folder.write(Array(changed.joined(separator: "\n").utf8), to: "plan.jsonl")
      let error = #expect(throws: BatchError.self) { try BatchPlan(path: fixtures.planPath) }
      guard case .malformedLine(_, let line, _) = error else { continue }
      #expect(line == number, "\(changed)")
    }
    let more = lines[1].replacing("{", with: "{\"new\":[1],")
    folder.write(Array([lines[0], more, lines[2]].joined(separator: "\n").utf8), to: "plan.jsonl")
    #expect(try BatchPlan(path: fixtures.planPath).tasks.count == 2)
  }

  @Test("Shards are parts that make the whole", arguments: [0, 1, 7, 20])
  func shards(total: Int) throws {
    for count in 1...9 {
      let parts = try (1...count).map {
        try #require(BatchShard("\($0)/\(count)")).indices(of: total)
      }
      #expect(parts.flatMap { Array($0) }.sorted() == Array(0..<total))
    }
    for text in ["0/3", "4/3", "1", "a/b", "1/0", "1/2/3", "-1/2", ""] {
      #expect(BatchShard(text) == nil, "\(text)")
    }
  }
}
