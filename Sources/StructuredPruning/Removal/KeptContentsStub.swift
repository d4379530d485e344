internal import ByteStorage
internal import ModelGraph
struct KeptContents: ByteSource {
  let byteCount: Int
  init?(_ base: any ByteSource, elementType: ElementType, shape: Shape, masks: [[Bool]?]) { byteCount = 0 }
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {}
}
