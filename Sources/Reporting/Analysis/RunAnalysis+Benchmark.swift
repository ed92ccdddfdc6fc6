import Analytics
import MarketTypes

/// Holding something of the run's markets from its first mark on, without costs: what the run is measured against. Of several,
/// each has an equal part from the start, which is cash until the first mark. Dividends that the scenario states are kept as
/// cash, as a lane that holds keeps them; with none stated it is the price alone. An inverse contract is worth one unit of its
/// coin and the gain of a position of one unit: 2 − first price / price.
public struct BenchmarkFindings: Sendable, Hashable {
  /// Such as `Holding ALFA`, or `Holding ALFA with dividends` where some were paid.
  public let name: String
  public let times: [Int64]
  /// Worth of one unit of money put in at the first mark.
  public let levels: [Double]

  /// Returns of periods that begin at `start` and end at `ends`: of the level in force at each moment.
  func returns(from start: Int64, ends: [Int64]) -> [Double] {
    var row = 0
    return RunAnalysis.returns(
      ([start] + ends).map { time in
        while row + 1 < times.count, times[row + 1] <= time { row += 1 }
        return levels[row]
      })
  }

  /// The same as a series beside the run's own.
  func series(beside returns: ReturnSeries, from start: Int64, ends: [Int64]) -> ReturnSeries? {
    try? ReturnSeries(
      name: name, values: self.returns(from: start, ends: ends), dates: returns.dates,
      periodsPerYear: returns.periodsPerYear, period: returns.period)
  }
}

extension RunAnalysis {
  /// The word that switches the benchmark off.
  public static let noBenchmark = "none"

  /// Who is held under a benchmark's name, or why nobody is.
  static func benchmark(
    of run: RunResult, named wanted: String, dividends: [RunAnalysisSettings.Dividend] = []
  ) -> Finding<BenchmarkFindings> {
    if wanted == noBenchmark { return .absent(reason: "the scenario wants none") }
    let account = run.account
    let count = run.instruments.count
    guard count > 0, account.times.count > 1, account.markHalfTicks.count == account.times.count * count else {
      return .absent(reason: "the run has no marks of its instruments")
    }
    let held = run.instruments.indices.filter { wanted.isEmpty || run.instruments[$0].symbol == wanted }
    guard !held.isEmpty else { return .absent(reason: "the run has no instrument \(wanted)") }
    var last = [Double?](repeating: nil, count: count)
    var first = last
    var firstTimes = [Int64](repeating: .max, count: count)
    var cash = [Double](repeating: 0, count: count)
    var payments = dividends.sorted { ($0.time, $0.symbol) < ($1.time, $1.symbol) }[...]
    var pays = false
    var times: [Int64] = []
    var levels: [Double] = []
    let parts = held.filter { instrument in
      account.times.indices.contains { account.markHalfTicks[$0 * count + instrument] > 0 }
    }
    for (row, time) in account.times.enumerated() {
      var (sum, known) = (0.0, 0)
      for instrument in held {
        let mark = account.markHalfTicks[row * count + instrument]
        if mark != .min, mark > 0 {
          // What one lot of the start is worth, through all splits.
          let worth = Double(mark) * run.lotsOfOne(instrument, at: time)
          last[instrument] = worth
          if first[instrument] == nil {
            first[instrument] = worth
            firstTimes[instrument] = time
          }
        }
      }
      while let payment = payments.first, payment.time <= time {
        payments.removeFirst()
        for instrument in held
        where run.instruments[instrument].symbol == payment.symbol && firstTimes[instrument] < payment.time
          && run.instruments[instrument].settlement == .linear
        {
          // A split of the same moment comes after it.
          cash[instrument] +=
            halfTicks(payment.perUnit, of: run.instruments[instrument])
            * run.lotsOfOne(instrument, at: payment.time - 1)
          pays = true
        }
      }
      for instrument in parts {
        guard let now = last[instrument], let start = first[instrument] else {
          sum += 1
          continue
        }
        sum += run.instruments[instrument].settlement == .inverse ? 2 - start / now : (now + cash[instrument]) / start
        known += 1
      }
      guard known > 0 else { continue }
      times.append(time)
      levels.append(sum / Double(parts.count))
    }
    guard times.count > 1 else { return .absent(reason: "no instrument has two marks above zero") }
    var symbols: [String] = []
    for instrument in held where first[instrument] != nil && !symbols.contains(run.instruments[instrument].symbol) {
      symbols.append(run.instruments[instrument].symbol)
    }
    var name =
      switch symbols.count {
      case 1: "Holding \(symbols[0])"
      case 2: "Holding \(symbols[0]) and \(symbols[1])"
      default: "Holding all \(symbols.count) instruments"
      }
    if pays { name += " with dividends" }
    return .found(BenchmarkFindings(name: name, times: times, levels: levels))
  }

  /// Money for a unit of quantity as a move of the price.
  private static func halfTicks(_ perUnit: Double, of instrument: Instrument) -> Double {
    2 * perUnit / (instrument.tick.doubleValue * instrument.multiplier.doubleValue)
  }
}
