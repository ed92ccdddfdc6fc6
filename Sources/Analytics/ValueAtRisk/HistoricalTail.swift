import Numerics

/// Value at risk and expected shortfall from the empirical distribution of past returns.
public enum HistoricalTail {
  /// The plain historical figures: every observation has weight 1/n.
  public static func estimate(_ returns: [Double], confidence: Double) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    try requireFinite(returns, atLeast: 1, series: "returns")
    var scratch = returns
    return scratch.withUnsafeMutableBufferPointer { tail(of: $0, confidence: confidence) }
  }

  /// The figures when each observation has its own weight; weights need not add up to one.
  ///
  /// Observations are taken from the worst on; ties are taken together by value, so their order does not matter.
  public static func estimate(
    _ returns: [Double], weights: [Double], confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    try requireConfidence(confidence)
    try requireFinite(returns, atLeast: 1, series: "returns")
    guard weights.count == returns.count else {
      throw AnalyticsError(
        series: "weights", reason: .lengthMismatch(found: weights.count, expected: returns.count))
    }
    try requireFinite(weights, series: "weights")
    if let row = weights.firstIndex(where: { $0 < 0 }) {
      throw AnalyticsError(series: "weights", row: row, reason: .outOfRange("zero or more"))
    }
    let total = weights.reduce(0, +)
    guard total > 0, total.isFinite else {
      throw AnalyticsError(series: "weights", reason: .outOfRange("a set with a positive sum"))
    }
    let order = returns.indices.sorted { (returns[$0], $0) < (returns[$1], $1) }
    let target = tailProbability(confidence) * total
    // A sum of n rounded weights is off by about n units in the last place; the slack keeps exact quantiles exact.
    let slack = 1e-12 * total
    var mass = 0.0
    var lossSum = 0.0
    for index in order {
      let weight = weights[index]
      if mass + weight >= target - slack {
        let quantile = returns[index]
        let shortfall = -(lossSum + (target - mass) * quantile) / target
        return TailRisk(
          confidence: confidence, valueAtRisk: -quantile, expectedShortfall: max(shortfall, -quantile))
      }
      mass += weight
      lossSum += weight * returns[index]
    }
    let last = returns[order[order.count - 1]]
    return TailRisk(confidence: confidence, valueAtRisk: -last, expectedShortfall: max(-lossSum / target, -last))
  }

  /// Age-weighted historical simulation (Boudoukh, Richardson and Whitelaw 1998): the newest observation, last in
  /// `returns`, weighs most, and each one before it `decay` times as much as the next.
  public static func ageWeighted(
    _ returns: [Double], decay: Double = 0.98, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    guard decay > 0, decay <= 1 else {
      throw AnalyticsError(series: "decay", reason: .outOfRange("above 0 and at most 1"))
    }
    var weights = [Double](repeating: 0, count: returns.count)
    var weight = 1.0
    for index in weights.indices.reversed() {
      weights[index] = weight
      weight *= decay
    }
    return try estimate(returns, weights: weights, confidence: confidence)
  }

  /// The historical figures over one window of rows, for a stress period such as a crisis.
  public static func stressed(
    _ returns: [Double], window: Range<Int>, confidence: Double
  ) throws(AnalyticsError) -> TailRisk {
    guard window.lowerBound >= 0, window.upperBound <= returns.count, !window.isEmpty else {
      throw AnalyticsError(series: "window", reason: .outOfRange("a non-empty range within 0..<\(returns.count)"))
    }
    return try estimate(Array(returns[window]), confidence: confidence)
  }

  /// The window of `length` rows whose expected shortfall is worst, and its figures: the search regulators ask for.
  public static func worstWindow(
    _ returns: [Double], length: Int, confidence: Double
  ) throws(AnalyticsError) -> (window: Range<Int>, risk: TailRisk) {
    try requireFinite(returns, atLeast: max(length, 1), series: "returns")
    guard length >= 1 else { throw AnalyticsError(series: "length", reason: .outOfRange("1 or more")) }
    var worst: (window: Range<Int>, risk: TailRisk)?
    for start in 0...(returns.count - length) {
      let window = start..<(start + length)
      let risk = try stressed(returns, window: window, confidence: confidence)
      if worst == nil || risk.expectedShortfall > worst!.risk.expectedShortfall { worst = (window, risk) }
    }
    return worst!
  }

  /// The figures of finite values, by selection in place: expected linear time, no sort of the whole.
  static func tail(of values: UnsafeMutableBufferPointer<Double>, confidence: Double) -> TailRisk {
    let place = TailPlace(count: values.count, confidence: confidence)
    // What was gathered or, when the sample misled, everything: either way the same smallest values, so the same answer.
    if let gathered = smallest(of: values, rank: place.rank) {
      var worst = gathered
      return worst.withUnsafeMutableBufferPointer { tail(ofWorst: $0, place: place) }
    }
    return tail(ofWorst: values, place: place)
  }

  /// The figures once the `rank` smallest values are known to be among `values`.
  static func tail(ofWorst values: UnsafeMutableBufferPointer<Double>, place: TailPlace) -> TailRisk {
    let rank = place.rank
    Quantile.select(values, rank: rank - 1)
    let quantile = values[rank - 1]
    // Sorted, so that the sum does not depend on how the tail was gathered.
    var worst = UnsafeMutableBufferPointer(rebasing: values[0..<(rank - 1)])
    worst.sort()
    var sum = 0.0
    for index in 0..<(rank - 1) { sum += values[index] }
    let shortfall = -(sum + (place.exactCount - Double(rank - 1)) * quantile) / place.exactCount
    return TailRisk(
      confidence: place.confidence, valueAtRisk: -quantile, expectedShortfall: max(shortfall, -quantile))
  }

  /// A value that a little more than `rank` of `count` values are at or below, judged by an even sample of them.
  static func threshold(count: Int, rank: Int, value: (Int) -> Double) -> Double {
    let sampleCount = 4096
    let stride = count / sampleCount
    var sample = (0..<sampleCount).map { value($0 * stride) }
    // Not a number has no place in an order; its finder is the full pass.
    sample.removeAll(where: \.isNaN)
    guard !sample.isEmpty else { return .infinity }
    // Four standard deviations of a binomial above the rank's share.
    let expected = Double(rank) / Double(stride)
    let position = min(Int(expected + 4 * expected.squareRoot() + 8), sample.count - 1)
    sample.withUnsafeMutableBufferPointer { Quantile.select($0, rank: position) }
    return sample[position]
  }

  /// Values at or below a threshold that a sample suggests, if at least `rank` of them are: for a thin tail of many values
  /// one streaming pass replaces the selection's several.
  private static func smallest(of values: UnsafeMutableBufferPointer<Double>, rank: Int) -> [Double]? {
    guard values.count >= 65_536, rank <= values.count / 8 else { return nil }
    let threshold = threshold(count: values.count, rank: rank) { values[$0] }
    let capacity = min(values.count, rank * 2 + 65_536)
    var count = 0
    let gathered = [Double](unsafeUninitializedCapacity: capacity + 1) { buffer, initialized in
      // Every value is written and the position moves only past those that count, which keeps the loop free of branches.
      for value in values {
        buffer[count] = value
        count += value <= threshold && count < capacity ? 1 : 0
      }
      initialized = count
    }
    return count >= rank && count < capacity ? gathered : nil
  }
}

/// How many observations a tail has.
struct TailPlace {
  let confidence: Double
  /// Tail probability × observations, with its fraction.
  let exactCount: Double
  /// The order statistic whose empirical distribution first reaches the tail probability, counted from one.
  let rank: Int

  init(count: Int, confidence: Double) {
    self.confidence = confidence
    exactCount = tailProbability(confidence) * Double(count)
    rank = min(max(Int((exactCount - 1e-9).rounded(.up)), 1), count)
  }
}
