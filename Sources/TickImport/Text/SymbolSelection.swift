/// Which symbols of a source are wanted (`--instrument A,B`); upper and lower case are one.
///
/// Symbols that are not are remembered, so that their next record costs one look. Only so many and only short ones: a
/// source may name any number of them, of any length.
struct SymbolSelection {
  /// Real symbols are far shorter; longer ones are refused where they would be kept.
  static let longestSymbol = 256

  private let mostRemembered: Int
  private let wanted: Set<String>?
  private(set) var passedOver: Set<String> = []

  init(_ context: SourceContext, mostRemembered: Int = 1 << 16) {
    wanted = context.selectedSymbols
    self.mostRemembered = mostRemembered
  }

  /// Whether everything is wanted.
  var isWhole: Bool { wanted == nil }

  mutating func includes(_ symbol: String) -> Bool {
    guard let wanted else { return true }
    if passedOver.contains(symbol) { return false }
    if wanted.contains(symbol.uppercased()) { return true }
    if passedOver.count < mostRemembered, symbol.utf8.count <= Self.longestSymbol { passedOver.insert(symbol) }
    return false
  }
}
