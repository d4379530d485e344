extension Double {
  /// The number with four digits in all, in the form with an exponent where it is tiny or huge.
  public var shortText: String {
    guard isFinite, self != 0 else { return isFinite ? "0" : "\(self)" }
    guard magnitude < 0.001 || magnitude >= 100_000 else {
      return fixed(magnitude < 1 ? 4 : magnitude < 1000 ? 3 : 0)
    }
    var (mantissa, exponent) = (self, 0)
    while mantissa.magnitude >= 9.9995 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
    while mantissa.magnitude < 0.99995 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
    return "\(mantissa.fixed(3))e\(exponent)"
  }
}
