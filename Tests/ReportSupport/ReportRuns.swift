import MarketTypes
public import Reporting

/// Made-up runs of any shape, from a seed alone: what tests and benchmarks of reports are fed with.
public enum ReportRuns {
  /// A small counter-based generator (SplitMix64), so that fixtures never change with the library.
  public struct Draws {
    private var state: UInt64

    public init(_ seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var mixed = state
      mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
      mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
      return mixed ^ (mixed >> 31)
    }

    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Near enough to normal: twelve uniforms.
    public mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }

    public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  }

  static let day: Int64 = 86_400_000_000_000
  /// Friday, 2024-03-01, 09:00 UTC.
  public static let open: Int64 = 1_709_283_600_000_000_000

  static func instrument(_ symbol: String, venue: String) -> Instrument {
    Instrument(symbol: symbol, venue: venue, tick: DecimalUnit(mantissa: 1, exponent: 2)!)
  }

  /// Sessions of one return each; fills, when wanted, are spread over them.
  public static func days(_ count: Int, fills: Int = 0, seed: UInt64 = 7, drift: Double = 0.0004) -> RunResult {
    var draws = Draws(seed)
    let start = Int64(16_437) * day + 75_600_000_000_000  // 2015-01-02, 21:00 UTC
    var times: [Int64] = [start]
    var equity: [Double] = [1_000_000]
    var marks: [Int64] = [20_000]
    var time = start
    var volatility = 0.009
    while times.count <= count {
      time += day
      let weekday = (time / day + 3) % 7
      if weekday >= 5 { continue }
      volatility = 0.0009 + 0.9 * volatility + (draws.uniform() < 0.02 ? 0.006 : 0)
      let market = draws.normal() * volatility
      let value = equity[equity.count - 1] * (1 + drift + 0.6 * market + 0.004 * draws.normal())
      equity.append(max(value, 1))
      marks.append(max(100, Int64(Double(marks[marks.count - 1]) * (1 + 0.0002 + market))))
      times.append(time)
    }
    let end = times[times.count - 1]
    var result = RunResult(
      identity: RunIdentity(
        name: "ten-years-of-days", resultHash: hex(seed), scenarioHash: hex(seed &+ 1), engineVersion: "0.1.0",
        seed: seed, sources: [.init(path: "data/days.ticks", sha256: hex(seed &+ 2), eventCount: 10_000_000)],
        startingCapital: 1_000_000, start: start, end: end, eventCount: 10_000_000, strategy: "trend",
        priorTrials: 11, ledgerHead: hex(seed &+ 3)),
      scenario: "name = \"ten-years-of-days\"\n", instruments: [instrument("ALFA", venue: "XLAB")],
      lanes: [
        LaneResult(
          name: "base", finalEquity: equity[equity.count - 1], profit: equity[equity.count - 1] - equity[0],
          fees: Double(fills) * 0.5, ordersSent: fills, fills: fills)
      ], sampleTimes: times, laneEquity: equity)
    var account = AccountColumns()
    account.times = times
    account.equity = equity
    account.cash = equity
    account.fees = times.indices.map { Double($0) * Double(fills) / Double(times.count) * 0.5 }
    account.carry = times.map { _ in 0 }
    account.grossExposure = equity.map { $0 * 0.6 }
    account.netExposure = equity.map { $0 * 0.2 }
    account.lots = times.indices.map { Int64($0 % 40) - 20 }
    account.markHalfTicks = marks
    result.account = account
    let span = end - start
    for index in 0..<fills {
      let time = start + Int64(Double(span) * (Double(index) + 0.5) / Double(max(1, fills)))
      addFill(&result, &draws, time: time, middle: 10_000 + Int32(draws.below(400)), number: index)
    }
    return result
  }

  /// One day of a maker in two instruments, with everything a run can have.
  public static func makerDay(fills: Int = 420, lanes: Int = 48, samples: Int = 3600, seed: UInt64 = 3) -> RunResult {
    var draws = Draws(seed)
    let length = 8 * Int64(3600) * 1_000_000_000
    let times = (0...samples).map { open + length * Int64($0) / Int64(samples) }
    let fillRows = Set((0..<fills).map { 1 + $0 * samples / max(1, fills) })
    var equity = [100_000.0]
    var marks: [[Int64]] = [[20_000, 9_000]]
    for row in 1...samples {
      let step = draws.normal() * 2.4 + (fillRows.contains(row) ? 1.2 : 0.02)
      equity.append(equity[row - 1] + step)
      marks.append([marks[row - 1][0] + Int64(draws.below(5)) - 2, marks[row - 1][1] + Int64(draws.below(3)) - 1])
    }
    var result = RunResult(
      identity: RunIdentity(
        name: "quickstart-maker", resultHash: hex(seed), scenarioHash: hex(seed &+ 1), engineVersion: "0.1.0",
        seed: seed, sources: [.init(path: "Datasets/sample/day.ticks", sha256: hex(seed &+ 2), eventCount: 733_917)],
        startingCapital: 100_000, start: open, end: open + length, eventCount: 733_917, strategy: "maker",
        priorTrials: 3, ledgerHead: hex(seed &+ 3)),
      scenario: "name = \"quickstart-maker\"\n\n[strategy]\nkind = \"maker\"\nspread = 4\n",
      instruments: [instrument("ALFA", venue: "XLAB"), instrument("BETA", venue: "XTWO")], lanes: [])
    var rows = 0
    var account = AccountColumns()
    account.times = times
    account.equity = equity
    account.cash = equity
    account.fees = times.indices.map { row in
      if fillRows.contains(row) { rows += 1 }
      return Double(rows) * 0.11
    }
    // Funding twice a day: paid, then received.
    account.carry = times.indices.map { row in row < samples / 3 ? 0 : row < samples * 2 / 3 ? 6.5 : 4 }
    account.lots = times.indices.flatMap { row in [Int64((row / 37) % 9) - 4, Int64((row / 91) % 5) - 2] }
    account.markHalfTicks = marks.flatMap { $0 }
    account.grossExposure = times.indices.map { row in
      Double(account.lots[2 * row].magnitude) * Double(marks[row][0]) / 200
        + Double(account.lots[2 * row + 1].magnitude) * Double(marks[row][1]) / 200
    }
    account.netExposure = times.indices.map { row in
      Double(account.lots[2 * row]) * Double(marks[row][0]) / 200
        + Double(account.lots[2 * row + 1]) * Double(marks[row][1]) / 200
    }
    result.account = account
    result.sampleTimes = times
    result.marketLots = [2_400_000, 900_000]
    for (index, row) in fillRows.sorted().enumerated() {
      let instrument = index % 3 == 2 ? 1 : 0
      addFill(
        &result, &draws, time: times[row] - 5_000_000, middle: Int32(marks[row][instrument] / 2), number: index,
        instrument: instrument)
    }
    addLanes(&result, &draws, count: lanes, equity: equity)
    addExtras(&result, &draws, equity: equity)
    return result
  }

  static func hex(_ seed: UInt64) -> String {
    var draws = Draws(seed)
    return (0..<4).map { _ in
      let digits = String(draws.next(), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
