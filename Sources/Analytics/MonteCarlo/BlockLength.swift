import Numerics

/// The block length that minimises the error of the bootstrap's long-run variance: Politis and White (2004) with the
/// correction of Patton, Politis and White (2009).
public struct BlockLength: Sendable, Hashable {
  /// Expected block length of the stationary bootstrap.
  public let stationary: Double
  /// Block length of the circular bootstrap; round up to use it.
  public let circular: Double

  /// Throws for series that are too short, constant or not finite.
  public init(_ values: [Double], series: String = "returns") throws(MonteCarloError) {
    let count = values.count
    guard count >= 20 else {
      throw MonteCarloError(series: series, reason: "\(count) values, at least 20 are needed for a block length")
    }
    if let row = values.firstIndex(where: { !$0.isFinite }) {
      throw MonteCarloError(series: series, row: row, reason: "the value is \(values[row])")
    }
    var moments = RunningMoments()
    for value in values { moments.add(value) }
    guard moments.squares > 1e-28 * Double(count) * moments.mean * moments.mean, moments.squares > 0 else {
      throw MonteCarloError(series: series, reason: "the series is constant")
    }
    let centred = values.map { $0 - moments.mean }
    let n = Double(count)
    let logCount = Elementary.log(n) / 2.302585092994046
    // Lags are negligible from the first run of `run` insignificant autocorrelations on.
    let run = max(5, Int(logCount))
    let lagLimit = min(Int(n.squareRoot().rounded(.up)) + run, count - 2)
    let critical = 2 * (logCount / n).squareRoot()
    var covariances = [Double](repeating: 0, count: lagLimit + 1)
    var isSmall = [Bool](repeating: false, count: lagLimit + 1)
    var cutoff: Int?
    for lag in 0...lagLimit {
      var product = 0.0
      var late = 0.0
      var early = 0.0
      for index in lag..<count { product += centred[index] * centred[index - lag] }
      for index in lag + 1..<count {
        late += centred[index] * centred[index]
        early += centred[index - lag - 1] * centred[index - lag - 1]
      }
      covariances[lag] = product / n
      isSmall[lag] = abs(product) < critical * (late * early).squareRoot()
      if lag >= run, cutoff == nil, isSmall[(lag - run)..<lag].allSatisfy({ $0 }) { cutoff = lag - run }
    }
    let width = min(cutoff.map { 2 * max($0, 1) } ?? lagLimit, lagLimit)
    var slope = 0.0
    var longRun = covariances[0]
    for lag in 1...width {
      // The flat-top window: full weight up to half the width, then falling to zero.
      let position = Double(lag) / Double(width)
      let weight = position <= 0.5 ? 1 : 2 * (1 - position)
      slope += 2 * weight * Double(lag) * covariances[lag]
      longRun += 2 * weight * covariances[lag]
    }
    let limit = min(3 * n.squareRoot(), n / 3).rounded(.up)
    func length(_ factor: Double) -> Double {
      let square = factor * longRun * longRun
      guard square > 0, slope != 0 else { return 1 }
      return min(max(Elementary.power(2 * slope * slope / square * n, 1.0 / 3), 1), limit)
    }
    stationary = length(2)
    circular = length(4.0 / 3)
  }
}
