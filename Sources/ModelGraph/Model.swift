public import ByteStorage

/// A neural network: graphs, the tensors they read, and how it came to be.
///
/// Tensors and graphs lie in flat tables; attributes and initializers refer to them by id. So every
/// tensor and every node of every sub-graph is met by one loop, without recursion.
public struct Model: Sendable {
  /// The graphs: the main one first, then bodies, functions and training graphs.
  public private(set) var graphs: [Graph]
  /// The tensors of all graphs.
  public private(set) var tensors: [Tensor]
  /// The functions whose bodies are among the graphs.
  public private(set) var functions: [Function]
  /// The operator sets the graphs are written in.
  public private(set) var operatorSets: [OperatorSet]
  /// What was done to the model, oldest first.
  public private(set) var history: History
  /// The files it came from, while its graphs are as they were read.
  public private(set) var document: SourceDocument? {
    didSet { filling = document?.holeTensors ?? [] }
  }
  /// The tensors that fill holes of the document.
  private var filling: Set<TensorID>
  /// What the file format said beyond the above, in the format's own bytes.
  public private(set) var annotation: [UInt8]

  /// Makes a model.
  public init(
    graphs: [Graph], tensors: [Tensor], functions: [Function] = [],
    operatorSets: [OperatorSet] = [], history: History = History(),
    document: SourceDocument? = nil, annotation: [UInt8] = []
  ) {
    self.graphs = graphs
    self.tensors = tensors
    self.functions = functions
    self.operatorSets = operatorSets
    self.history = history
    self.document = document
    filling = document?.holeTensors ?? []
    self.annotation = annotation
  }

  /// The tensor of that id.
  public subscript(id: TensorID) -> Tensor { tensors[id.index] }

  /// The graph of that id.
  public subscript(id: GraphID) -> Graph { graphs[id.index] }

  /// The ids of all tensors.
  public var tensorIDs: [TensorID] { tensors.indices.map(TensorID.init) }

  /// The ids of all graphs.
  public var graphIDs: [GraphID] { graphs.indices.map(GraphID.init) }
}

extension Model {
  /// Replaces the contents of a tensor by others of the same size.
  ///
  /// The source document survives when the tensor fills a hole of it.
  public mutating func replaceContents(
    of id: TensorID, with contents: any ByteSource, pattern: SparsityPattern? = nil
  ) {
    tensors[id.index] = tensors[id.index].replacing(contents: contents, pattern: pattern)
    if document != nil, !filling.contains(id) { document = nil }
  }

  /// Changes graphs and functions; the source document goes, because it no longer says the same.
  public mutating func editGraphs(_ edit: (inout [Graph], inout [Tensor]) throws -> Void) rethrows {
    try edit(&graphs, &tensors)
    document = nil
  }

  /// Adds an entry to the history.
  public mutating func record(_ entry: HistoryEntry) {
    history.entries.append(entry)
  }

  /// Forgets the source document, so that a writer builds the file anew from the graphs.
  public mutating func dropDocument() {
    document = nil
  }

  /// Sets the source document and the history that came with a container.
  public func with(document: SourceDocument?, history: History) -> Model {
    var copy = self
    copy.document = document
    copy.history = history
    return copy
  }
}

/// A set of operators at one version.
public struct OperatorSet: Hashable, Sendable {
  /// The domain; empty for the standard operators.
  public var domain: ByteString
  /// The version.
  public var version: Int

  /// Makes an operator set.
  public init(domain: ByteString, version: Int) {
    self.domain = domain
    self.version = version
  }
}

/// A function that nodes call like an operator.
public struct Function: Sendable {
  /// The name nodes call it by.
  public var name: ByteString
  /// The domain nodes call it by.
  public var domain: ByteString
  /// Its nodes; the graph's inputs and outputs are names only.
  public var body: GraphID
  /// What the file format said beyond the above, in the format's own bytes.
  public var annotation: [UInt8]

  /// Makes a function.
  public init(name: ByteString, domain: ByteString, body: GraphID, annotation: [UInt8] = []) {
    self.name = name
    self.domain = domain
    self.body = body
    self.annotation = annotation
  }
}
