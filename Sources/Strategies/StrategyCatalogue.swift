/// The built-in strategies as data: for the command line, help and documents.
public enum StrategyCatalogue {
  /// From the plainest to the execution algorithms.
  public static let builtIn: [any Strategy.Type] = [
    NullStrategy.self, BuyAndHold.self, MovingAverageCross.self, MeanReversion.self, Momentum.self,
    OrderBookImbalance.self, Pairs.self, FixedSpreadMaker.self, GridMaker.self, AvellanedaStoikov.self, TWAP.self,
    VWAP.self, POV.self, AlmgrenChriss.self, Iceberg.self,
  ]

  /// The strategy with a name, among the built-in ones.
  public static func strategy(named name: String) -> (any Strategy.Type)? { builtIn.first { $0.name == name } }

  /// The built-in strategies as a Markdown document: what each does and its parameters.
  public static var document: String {
    var lines = [
      "# Strategies", "",
      "Generated from the catalogue; a test compares this file with it. `LOCKSTEP_WRITE_STRATEGIES=1 swift test --filter "
        + "strategiesDocument` writes it anew.", "",
      "Prices are ticks and quantities lots of the instrument. A parameter marked *whole* takes whole numbers only.",
      "",
    ]
    lines += builtIn.map { "- [`\($0.name)`](#\($0.name)): \(cell($0.summary))" } + [""]
    for strategy in builtIn {
      lines += ["## \(strategy.name)", "", "\(cell(strategy.summary)) [More](Documentation/\(strategy.name).md).", ""]
      guard !strategy.parameters.isEmpty else {
        lines += ["No parameters.", ""]
        continue
      }
      lines += ["| parameter | default | range | meaning |", "|---|---|---|---|"]
      lines += strategy.parameters.map { parameter in
        let range = "\(number(parameter.range.lowerBound)) to \(number(parameter.range.upperBound))"
        return
          "| `\(parameter.name)` | \(number(parameter.defaultValue)) | \(range)\(parameter.isWhole ? ", whole" : "") "
          + "| \(cell(parameter.summary)) |"
      }
      lines.append("")
    }
    lines.removeLast()
    return lines.joined(separator: "\n") + "\n"
  }

  /// A number without a fraction that says nothing.
  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  /// Text as it must stand in a cell of a table.
  private static func cell(_ text: String) -> String {
    var result = ""
    for character in text {
      if "|*_<\\".contains(character) { result.append("\\") }
      result.append(character)
    }
    return result
  }
}
