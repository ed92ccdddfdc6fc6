import Numerics

/// A simulated market's flow fitted to a survey of a real or recorded one, with how well each part fits.
public struct MarketCalibration: Hashable, Sendable, Codable {
  public var model: InstrumentModel
  public var hawkes: HawkesFit
  public var notes: [FitNote]

  /// How well one part was fitted.
  public struct FitNote: Hashable, Sendable, Codable {
    public var part: String
    public var observations: Int
    public var quality: String
  }

  /// Fits rates, placement, sizes, clustering and order-flow memory.
  ///
  /// The simulated flow multiplies all kinds of arrivals by 1 ÷ (1 − branching), so base rates are the observed ones times
  /// 1 − branching. A cancel rate is a rate for each living order.
  public static func fit(
    _ survey: MarketSurvey, symbol: String, tick: String, lot: String, isCancelled: @escaping () -> Bool = { false }
  ) throws(SurveyError) -> MarketCalibration {
    guard survey.openSeconds > 0, survey.limitCount >= 100, survey.livingOrderSeconds > 0 else {
      throw SurveyError(
        reason: "\(survey.limitCount) limit orders in \(survey.openSeconds) open seconds; 100 are needed")
    }
    let hawkes = try HawkesFit.fit(survey.arrivalTimes.map { Double($0) * 1e-9 }, isCancelled: isCancelled)
    let share = 1 - hawkes.branching
    var model = InstrumentModel()
    model.symbol = symbol
    model.tick = tick
    model.lot = lot
    model.agents = .none
    if let first = survey.doubledMiddles.first { model.openingPriceTicks = max(2, Int32(clamping: first / 2)) }
    model.fundamentalVolatility = volatilityPerSecond(survey)
    var flow = FlowModel()
    flow.limitRate = share * Double(survey.limitCount) / survey.openSeconds
    flow.marketRate = share * Double(survey.tradeSigns.count) / survey.openSeconds
    flow.cancelRate = share * Double(survey.cancelCount) / survey.livingOrderSeconds
    flow.branching = min(0.99, hawkes.branching)
    flow.decay = min(1e6, max(1e-6, hawkes.decay))
    let used = (survey.limitDistances.lastIndex { $0 > 0 } ?? 0) + 1
    flow.distanceWeights = survey.limitDistances.prefix(used).map { Double($0) }
    let sizes = sizeTable(survey.limitSizes)
    flow.sizeUnit = sizes.unit
    flow.sizeWeights = sizes.weights
    let memory = StylisedFacts.autocorrelation(survey.tradeSigns.map { Double($0) }, lag: 1)
    flow.sidePersistence = min(1, max(0, memory))
    model.flow = flow
    let gain = (hawkes.logLikelihood - hawkes.poissonLogLikelihood) / Double(hawkes.arrivalCount)
    let notes = [
      FitNote(
        part: "arrival rates", observations: survey.limitCount + survey.tradeSigns.count + survey.cancelCount,
        quality: "relative standard error \(percent(1 / Double(survey.limitCount).squareRoot())) for limit orders"),
      FitNote(
        part: "Hawkes kernel", observations: hawkes.arrivalCount,
        quality: "residual distance \(rounded(hawkes.residualDistance)), p-value \(rounded(hawkes.residualPValue)); "
          + "log-likelihood gain over Poisson \(rounded(gain)) an arrival"),
      FitNote(
        part: "placement", observations: survey.limitDistances.reduce(0, +),
        quality: "histogram of \(used) distances; \(percent(farShare(survey))) beyond the last"),
      FitNote(
        part: "sizes", observations: survey.limitSizes.values.reduce(0, +),
        quality: "histogram of \(sizes.weights.count) multiples of \(sizes.unit) lots; mean kept within "
          + percent(sizes.meanError)),
      FitNote(
        part: "order-flow memory", observations: survey.tradeSigns.count,
        quality: "autocorrelation of trade signs at lag 1, standard error "
          + rounded(1 / Double(max(1, survey.tradeSigns.count)).squareRoot())),
    ]
    return MarketCalibration(model: model, hawkes: hawkes, notes: notes)
  }

  private static func volatilityPerSecond(_ survey: MarketSurvey) -> Double {
    let stride = max(1, Int(10_000_000_000 / survey.sampleNanoseconds))
    let sampled = Swift.stride(from: 0, to: survey.doubledMiddles.count, by: stride).map {
      Double(survey.doubledMiddles[$0]) / 2
    }
    guard sampled.count > 2 else { return 0 }
    let changes = zip(sampled.dropFirst(), sampled).map { $0 - $1 }
    let seconds = Double(stride) * Double(survey.sampleNanoseconds) * 1e-9
    return min(1e6, (StylisedFacts.mean(changes.map { $0 * $0 }) / seconds).squareRoot())
  }

  /// Sizes as multiples of their greatest common divisor, or of a coarser unit when that would need over 500 multiples.
  private static func sizeTable(_ sizes: [Int64: Int]) -> (unit: Int64, weights: [Double], meanError: Double) {
    let positive = sizes.filter { $0.key > 0 }.sorted { $0.key < $1.key }
    guard let largest = positive.last?.key else { return (1, [1], 0) }
    var unit = positive.reduce(Int64(0)) { greatestCommonDivisor($0, $1.key) }
    if largest / unit > 500 { unit = (largest + 499) / 500 }
    unit = min(max(1, unit), 1_000_000)
    var weights = Array(repeating: 0.0, count: Int(min(1_000, (largest + unit - 1) / unit)))
    var (exact, kept, total) = (0.0, 0.0, 0.0)
    for (size, count) in positive {
      let multiple = min(weights.count, max(1, Int((size + unit / 2) / unit)))
      weights[multiple - 1] += Double(count)
      exact += Double(size) * Double(count)
      kept += Double(Int64(multiple) * unit) * Double(count)
      total += Double(count)
    }
    return (unit, weights, exact > 0 ? abs(kept - exact) / exact : 0)
  }

  private static func greatestCommonDivisor(_ left: Int64, _ right: Int64) -> Int64 {
    var (left, right) = (left, right)
    while right != 0 { (left, right) = (right, left % right) }
    return left
  }

  private static func farShare(_ survey: MarketSurvey) -> Double {
    let total = survey.limitDistances.reduce(0, +)
    return total > 0 ? Double(survey.limitDistances[500]) / Double(total) : 0
  }

  private static func percent(_ value: Double) -> String { rounded(value * 100) + " %" }

  private static func rounded(_ value: Double) -> String {
    let scaled = (value * 10_000).rounded()
    guard abs(scaled) < 1e15 else { return "\(value)" }
    return "\(scaled / 10_000)"
  }
}
