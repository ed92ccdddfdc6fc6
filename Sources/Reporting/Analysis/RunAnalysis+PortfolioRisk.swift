public import Analytics
import MarketTypes

/// The risk of what was held together: by history, by the normal distribution and by simulation with copulas, and how it
/// divides over the positions. In the account's currency; losses are positive.
public struct PortfolioRiskFindings: Sendable {
  public struct Position: Sendable, Hashable {
    /// Row of the run's instruments.
    public let instrument: Int
    public let symbol: String
    /// Negative when short.
    public let value: Double
  }

  public enum Method: String, Sendable, Hashable, CaseIterable {
    case historical = "historical"
    case normal = "normal"
    case gaussianCopula = "Monte Carlo, Gaussian copula"
    case studentTCopula = "Monte Carlo, t copula"
  }

  public struct Entry: Sendable {
    public let method: Method
    public let confidence: Double
    public let risk: Finding<TailRisk>
    /// From the number of scenarios; nil for what is not simulated.
    public let valueAtRiskError: Double?
    public let expectedShortfallError: Double?
  }

  /// How the figures of one method divide.
  public struct Division: Sendable {
    public let method: Method
    public let confidence: Double
    public let contributions: Finding<RiskContributions>
  }

  /// When at least two instruments were held and gross exposure was highest.
  public let time: Int64
  public let equity: Double
  public let positions: [Position]
  /// Whose returns the figures rest on, and how many rows have marks of every position.
  public let label: String
  public let rowCount: Int
  public let degreesOfFreedom: Finding<Double>
  /// Of each copula.
  public let scenarios: Int
  public let seed: UInt64
  public let entries: [Entry]
  public let divisions: [Division]
}

extension RunAnalysis {
  static func portfolioRisk(
    of run: RunResult, basis: Finding<ReturnBasis>, start: Int64?, settings: RunAnalysisSettings
  ) -> Finding<PortfolioRiskFindings> {
    basis.flatMap { basis in
      guard run.instruments.count > 1 else {
        return .absent(reason: "the run has one instrument; copulas and components need several positions")
      }
      guard let row = largestJointPosition(of: run) else {
        return .absent(reason: "no two instruments were held at the same time")
      }
      let count = run.instruments.count
      let held = (0..<count).filter { instrument in
        let place = row * count + instrument
        return run.account.lots[place] != 0 && run.account.markHalfTicks[place] != .min
      }
      return .from { () throws(AnalyticsError) in
        let panel = try instrumentReturns(of: run, held, basis: basis, start: start ?? basis.ends[0])
        let worths = run.worths(atRow: row)
        let positions = held.map { instrument in
          let place = row * count + instrument
          return PortfolioRiskFindings.Position(
            instrument: instrument, symbol: run.instruments[instrument].symbol,
            value: TradedInstrument(run.instruments[instrument]).value(
              halfTicks: run.account.markHalfTicks[place], lots: run.account.lots[place]) * worths[instrument])
        }
        return findings(
          panel, positions, label: basis.label, time: run.account.times[row], equity: run.account.equity[row], settings)
      }
    }
  }

  /// The account's row with the highest gross exposure among those with two positions or more.
  private static func largestJointPosition(of run: RunResult) -> Int? {
    let (account, count) = (run.account, run.instruments.count)
    guard account.lots.count == account.times.count * count, account.markHalfTicks.count == account.lots.count,
      account.equity.count == account.times.count
    else { return nil }
    var best: Int?
    for row in account.times.indices {
      var held = 0
      for place in (row * count)..<((row + 1) * count)
      where account.lots[place] != 0 && account.markHalfTicks[place] != .min && account.markHalfTicks[place] > 0 {
        held += 1
      }
      guard held >= 2 else { continue }
      if best.map({ account.grossExposure[row] > account.grossExposure[$0] }) ?? true { best = row }
    }
    return best
  }

  /// What a unit of each position's value earned in every period of the basis, from the first with marks of all on.
  private static func instrumentReturns(
    of run: RunResult, _ held: [Int], basis: ReturnBasis, start: Int64
  ) throws(AnalyticsError) -> ReturnPanel {
    let (account, count) = (run.account, run.instruments.count)
    var columns = [[Double]](repeating: [], count: held.count)
    var marks = [Double?](repeating: nil, count: held.count)
    var before: [Double]?
    var row = 0
    for time in [start] + basis.ends {
      while row < account.times.count, account.times[row] <= time {
        for (place, instrument) in held.enumerated() {
          let mark = account.markHalfTicks[row * count + instrument]
          if mark != .min, mark > 0 {
            marks[place] = Double(mark) * run.lotsOfOne(instrument, at: account.times[row])
          }
        }
        row += 1
      }
      let now = marks.compactMap { $0 }
      guard now.count == held.count else { continue }
      if let before {
        for (place, instrument) in held.enumerated() {
          let ratio = now[place] / before[place]
          columns[place].append(run.instruments[instrument].settlement == .inverse ? 1 - 1 / ratio : ratio - 1)
        }
      }
      before = now
    }
    let rows = columns[0].count
    guard rows >= max(20, held.count + 2) else {
      throw AnalyticsError(
        series: "\(basis.label) with marks of every position",
        reason: .tooShort(found: rows, needed: max(20, held.count + 2)))
    }
    return try ReturnPanel(assetNames: held.map { run.instruments[$0].symbol }, columns: columns)
  }

  private static func findings(
    _ panel: ReturnPanel, _ positions: [PortfolioRiskFindings.Position], label: String, time: Int64, equity: Double,
    _ settings: RunAnalysisSettings
  ) -> PortfolioRiskFindings {
    typealias Entry = PortfolioRiskFindings.Entry
    let weights = positions.map(\.value)
    let scenarios = settings.scenarios(of: positions.count)
    let degrees = Finding.from { () throws(AnalyticsError) in try CopulaModel.fittedDegreesOfFreedom(panel) }
    func simulated(_ copula: CopulaModel.Copula) -> Finding<[Result<SimulatedTail, AnalyticsError>]> {
      .from { () throws(AnalyticsError) in
        try CopulaModel(panel: panel, copula: copula).tails(
          weights: weights, scenarios: scenarios, seed: settings.seed, confidences: settings.confidenceLevels)
      }
    }
    let gaussian = simulated(.gaussian)
    let studentT = degrees.flatMap { simulated(.studentT(degreesOfFreedom: $0)) }
    var entries: [Entry] = []
    var divisions: [PortfolioRiskFindings.Division] = []
    for (level, confidence) in settings.confidenceLevels.enumerated() {
      let historical = Finding.from { () throws(AnalyticsError) in
        let needed = rowsNeeded(confidence: confidence)
        guard panel.rowCount >= needed else {
          throw AnalyticsError(series: label, reason: .tooShort(found: panel.rowCount, needed: needed))
        }
        return try RiskContributions.historical(weights: weights, panel: panel, confidence: confidence)
      }
      let normal = Finding.from { () throws(AnalyticsError) in
        try RiskContributions.normal(
          weights: weights, covariance: Covariance.sample(panel), means: panel.means, confidence: confidence)
      }
      for (method, division) in [(PortfolioRiskFindings.Method.historical, historical), (.normal, normal)] {
        entries.append(
          Entry(
            method: method, confidence: confidence, risk: division.flatMap { .found($0.total) }, valueAtRiskError: nil,
            expectedShortfallError: nil))
        divisions.append(.init(method: method, confidence: confidence, contributions: division))
      }
      for (method, tails) in [(PortfolioRiskFindings.Method.gaussianCopula, gaussian), (.studentTCopula, studentT)] {
        let tail = tails.flatMap { tails in .from { () throws(AnalyticsError) in try tails[level].get() } }
        entries.append(
          Entry(
            method: method, confidence: confidence, risk: tail.flatMap { .found($0.risk) },
            valueAtRiskError: tail.value?.valueAtRiskError, expectedShortfallError: tail.value?.expectedShortfallError))
      }
    }
    return PortfolioRiskFindings(
      time: time, equity: equity, positions: positions, label: label, rowCount: panel.rowCount,
      degreesOfFreedom: degrees, scenarios: scenarios, seed: settings.seed, entries: entries, divisions: divisions)
  }
}
