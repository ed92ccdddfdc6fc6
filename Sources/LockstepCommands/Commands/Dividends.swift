import Accounting
import CommandLineInterface
import Glibc
import TickImport

/// `lockstep dividends`: a LEAN factor file as the dividends and splits of a scenario.
enum Dividends {
  static let file = Argument<String>(.file("FACTORS", endings: [".csv"]), "A factor file of LEAN, such as aapl.csv.")
  static let symbol = Argument<String>(.text("SYMBOL"), "The instrument that pays, as the scenario's data names it.")
  static let places = Option(
    "places", .integer("DECIMALS", in: 0...6), "Decimals that amounts are rounded to (2, as LEAN does).")

  static let command = Command(
    "dividends", summary: "Write the dividends and splits that a LEAN factor file implies as keys of a scenario.",
    examples: ["dividends aapl.csv AAPL > aapl-dividends.toml"],
    discussion: """
      Name the file in the scenario's 'include'. Both happen in the night after the last day on which shares trade with them:
      dividends at 06:59 UTC and splits at 07:00, when the evening of American exchanges has ended, daily bars have come and
      the next morning has not begun; for other exchanges change the times. Prices of the data must be raw: where they are
      adjusted already, leave the splits (and for total returns the dividends) out.
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
        guard let day = BusinessCalendar.day(ofDate: action.lastDayBefore) else {
          throw Failure(.badData, "\(path): \(action.lastDayBefore) is no day")
        }
        func time(minute: Int) -> String {
          TimeText.iso8601((Int64(day + 1) * 1_440 + Int64(minute)) * 60_000_000_000).prefix(19) + "Z"
        }
        let instrument = "instrument = \"\(invocation[symbol])\""
        switch action.action {
        case .split(let numerator, let denominator):
          try console.writeLine(
            "\n[[data.split]]\ntime = \(time(minute: 420))\n\(instrument)\nnew_shares = \(numerator)\n"
              + "old_shares = \(denominator)")
        case .dividend(let perUnit):
          try console.writeLine(
            "\n[[carry.dividend]]\ntime = \(time(minute: 419))\n\(instrument)\nper_unit = \(Double(perUnit) / 1e9)")
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
}
