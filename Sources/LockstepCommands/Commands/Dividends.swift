import Accounting
import CommandLineInterface
import Glibc
import TickImport

/// `lockstep dividends`: a LEAN factor file as the dividends of a scenario.
enum Dividends {
  static let file = Argument<String>(.file("FACTORS", endings: [".csv"]), "A factor file of LEAN, such as aapl.csv.")
  static let symbol = Argument<String>(.text("SYMBOL"), "The instrument that pays, as the scenario's data names it.")
  static let places = Option(
    "places", .integer("DECIMALS", in: 0...6), "Decimals that amounts are rounded to (2, as LEAN does).")

  static let command = Command(
    "dividends", summary: "Write the dividends that a LEAN factor file implies as keys of a scenario.",
    examples: ["dividends aapl.csv AAPL > aapl-dividends.toml"],
    discussion: """
      Name the file in the scenario's 'include'. Each dividend is paid at the end (UTC) of the last day on which shares
      trade with it. Runs do not apply splits: they are written as comments, and data that holds one must be cut
      there or hold adjusted prices.
      """,
    parameters: [file, symbol, places]
  ) { invocation in
    let path = invocation[file]
    let console = invocation.console
    do {
      let rows = try LeanFactorFile(try bytes(of: path), file: path).rows
      let actions = try DatedAction.actions(
        from: rows.map {
          FactorRow(
            day: $0.day, priceFactor: $0.priceFactor, splitFactor: $0.splitFactor, referencePrice: $0.referencePrice)
        }, dividendPlaces: invocation[places] ?? 2)
      try console.writeLine("schema = 1")
      for action in actions {
        let day =
          "\(action.lastDayBefore / 10_000)-\(two(action.lastDayBefore / 100 % 100))-\(two(action.lastDayBefore % 100))"
        switch action.action {
        case .split(let numerator, let denominator):
          try console.writeLine("# after \(day): a split, \(numerator) for \(denominator)")
        case .dividend(let perUnit):
          try console.writeLine(
            "\n[[carry.dividend]]\ntime = \(day)T23:59:59Z\ninstrument = \"\(invocation[symbol])\"\nper_unit = \(Double(perUnit) / 1e9)"
          )
        }
      }
    } catch let error as AccountingError { throw Failure(.badData, "\(path): \(error)") }
    return .success
  }

  /// A whole file; factor files have a few kilobytes.
  private static func bytes(of path: String) throws -> [UInt8] {
    guard let stream = fopen(path, "r") else {
      throw Failure(.badData, "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, stream)
    guard ferror(stream) == 0 else {
      throw Failure(.badData, "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    guard count < bytes.count else { throw Failure(.badData, "\(path) is larger than any factor file") }
    return Array(bytes[..<count])
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
