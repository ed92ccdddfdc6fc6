import Analytics
import Testing

/// One or more public entries of the module as a function of plain numbers, so that bad ones can be put in at every place.
struct Probe: Sendable, CustomTestStringConvertible {
  enum Kind: Sendable {
    /// Returns, losses, profits: any finite value may be refused or answered.
    case series
    /// Prices or capitals: zero and below are refused with their row.
    case prices
    /// Single parameters: no row to name.
    case parameters
  }

  let covers: [String]
  let kind: Kind
  let good: [Double]
  /// Whether the error names the row of the bad value.
  let namesRow: Bool
  /// Infinity is a documented answer or a documented argument.
  let allowsInfinity: Bool
  let run: @Sendable ([Double]) throws -> Any

  var testDescription: String { covers[0] }

  static func series(
    _ covers: String..., good: [Double] = Probe.returns, namesRow: Bool = true,
    run: @escaping @Sendable ([Double]) throws -> Any
  ) -> Probe {
    Probe(covers: covers, kind: .series, good: good, namesRow: namesRow, allowsInfinity: false, run: run)
  }

  static func prices(
    _ covers: String..., good: [Double] = Probe.levels, run: @escaping @Sendable ([Double]) throws -> Any
  ) -> Probe {
    Probe(covers: covers, kind: .prices, good: good, namesRow: true, allowsInfinity: false, run: run)
  }

  static func parameters(
    _ covers: String..., good: [Double], allowsInfinity: Bool = false,
    run: @escaping @Sendable ([Double]) throws -> Any
  ) -> Probe {
    Probe(
      covers: covers, kind: .parameters, good: good, namesRow: false, allowsInfinity: allowsInfinity, run: run)
  }

  /// Sixty daily returns without pattern, about one percent each, and the prices they make.
  static let returns: [Double] = (0..<60).map { Double(7919 * ($0 + 1) % 101) / 4000 - 0.012 }
  static let levels: [Double] = returns.reduce(into: [100]) { $0.append($0[$0.count - 1] * (1 + $1)) }

  // MARK: What is tried

  func check() throws {
    try checkGoodInput()
    if kind == .parameters { checkParameters() } else { checkSeries() }
  }

  private func checkGoodInput() throws {
    let numbers = Probe.numbers(in: try run(good))
    #expect(!numbers.isEmpty, "\(covers): no number came out")
    for number in numbers { #expect(isAnswer(number), "\(covers): \(number) from good input") }
  }

  private func checkParameters() {
    for place in good.indices {
      for bad in [Double.nan, .infinity, -.infinity, 0, -0.5, 1, 2, -1e300, 1e300, .leastNonzeroMagnitude] {
        var values = good
        values[place] = bad
        expectAnswerOrError(values, "parameter \(place) is \(bad)")
      }
    }
  }

  private func checkSeries() {
    for row in [0, good.count / 2, good.count - 1] {
      for bad in [Double.nan, .infinity, -.infinity] + (kind == .prices ? [0, -1] : []) {
        var values = good
        values[row] = bad
        do {
          let answer = try run(values)
          Issue.record("\(covers): \(bad) in row \(row) was answered with \(answer)")
        } catch let error {
          expectTyped(error, "\(bad) in row \(row)", row: namesRow ? row : nil)
        }
      }
    }
    for count in 0..<12 { expectAnswerOrError(Array(good.prefix(count)), "\(count) values") }
    for constant in [0, 0.01, -0.01, 1, 1e-300] {
      expectAnswerOrError(good.map { _ in constant }, "all values are \(constant)")
    }
    expectAnswerOrError(good.indices.map { $0 % 2 == 0 ? 0.01 : 0 }, "two values in turn")
    expectAnswerOrError(good.indices.map { $0 == 7 ? 0.01 : 0 }, "one value that is not zero")
    expectAnswerOrError(good.map { $0 * 1e-160 }, "values near nothing")
    expectAnswerOrError(good.map { 1 + $0 * 1e-14 }, "a constant but for rounding")
  }

  private func expectAnswerOrError(_ values: [Double], _ what: String) {
    do {
      for number in Probe.numbers(in: try run(values)) where !isAnswer(number) {
        Issue.record("\(covers): \(number) when \(what)")
        return
      }
    } catch let error {
      expectTyped(error, what, row: nil)
    }
  }

  private func expectTyped(_ error: any Error, _ what: String, row: Int?) {
    switch error {
    case let error as AnalyticsError:
      #expect(!error.series.isEmpty, "\(covers): \(what): the error names no series")
      if let row { #expect(error.row == row, "\(covers): \(what): \(error)") }
    case let error as MonteCarloError:
      #expect(!error.series.isEmpty, "\(covers): \(what): the error names no series")
      if let row { #expect(error.row == row, "\(covers): \(what): \(error)") }
    default: Issue.record("\(covers): \(what): \(type(of: error)) \(error)")
    }
  }

  private func isAnswer(_ number: Double) -> Bool {
    number.isFinite || (allowsInfinity && !number.isNaN)
  }

  /// Every Double in a value of any shape.
  static func numbers(in value: Any) -> [Double] {
    if let number = value as? Double { return [number] }
    if let numbers = value as? [Double] { return numbers }
    return Mirror(reflecting: value).children.flatMap { numbers(in: $0.value) }
  }
}
