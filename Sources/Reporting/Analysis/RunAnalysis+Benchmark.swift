import Analytics
import MarketTypes

/// Holding something of the run's markets from its first mark on, without costs: what the run is measured against.
public struct BenchmarkFindings: Sendable, Hashable {
  /// Such as `Holding ALFA`.
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
  static func benchmark(of run: RunResult, named wanted: String) -> Finding<BenchmarkFindings> {
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
    var times: [Int64] = []
    var levels: [Double] = []
    for (row, time) in account.times.enumerated() {
      var (sum, known) = (0.0, 0)
      for instrument in held {
        let mark = account.markHalfTicks[row * count + instrument]
        if mark != .min, mark > 0 {
          // What one lot of the start is worth, through all splits.
          let worth = Double(mark) * run.lotsOfOne(instrument, at: time)
          last[instrument] = worth
          if first[instrument] == nil { first[instrument] = worth }
        }
        guard let now = last[instrument], let start = first[instrument] else { continue }
        sum += now / start
        known += 1
      }
      guard known > 0 else { continue }
      times.append(time)
      levels.append(sum / Double(known))
    }
    guard times.count > 1 else { return .absent(reason: "no instrument has two marks above zero") }
    var symbols: [String] = []
    for instrument in held where first[instrument] != nil && !symbols.contains(run.instruments[instrument].symbol) {
      symbols.append(run.instruments[instrument].symbol)
    }
    let name =
      switch symbols.count {
      case 1: "Holding \(symbols[0])"
      case 2: "Holding \(symbols[0]) and \(symbols[1])"
      default: "Holding all \(symbols.count) instruments"
      }
    return .found(BenchmarkFindings(name: name, times: times, levels: levels))
  }
}
