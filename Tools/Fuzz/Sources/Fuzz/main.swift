// Fuzz PROPERTY [libFuzzer's arguments]: looks for bytes for which a property does not hold.
import CLibFuzzer
import Glibc
import Properties

enum Chosen {
  static let property: Property = {
    guard let name = CommandLine.arguments.dropFirst().first,
      let property = Property(rawValue: name)
    else { fatalError("name one of \(Property.allCases.map(\.rawValue))") }
    return property
  }()
}

_ = Chosen.property
var count = CommandLine.argc - 1
var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
exit(
  LLVMFuzzerRunDriver(&count, &arguments) { data, size in
    do {
      try Chosen.property.check(Array(UnsafeBufferPointer(start: data, count: size)))
    } catch {
      fatalError("\(error)")
    }
    return 0
  })
