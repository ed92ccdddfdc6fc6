import Numerics

/// Rows of a resample by the stationary bootstrap (Politis and Romano 1994): blocks that start anywhere and have
/// geometric lengths, wrapping around the end. Resample i is a function of (seed, i) alone.
struct StationaryRows: Sendable {
  let count: Int
  let meanBlockLength: Double
  let seed: UInt64

  init(count: Int, meanBlockLength: Double, seed: UInt64) throws(AnalyticsError) {
    guard meanBlockLength.isFinite, meanBlockLength >= 1 else {
      throw AnalyticsError(series: "mean block length", reason: .outOfRange("1 or more"))
    }
    self.count = count
    self.meanBlockLength = meanBlockLength
    self.seed = seed
  }

  /// Visits the rows of a resample as runs without a wrap, in order; together they have `count` rows.
  @inline(__always)
  func visitRuns(_ resample: Int, _ body: (Range<Int>) -> Void) {
    var draws = BlockDraws(
      stream: RandomStream(seed: seed, stream: UInt64(resample)), first: 0,
      method: .stationary(meanLength: meanBlockLength), count: count)
    var done = 0
    while done < count {
      let draw = draws.next()
      var first = draw.start
      let end = done + min(draw.length, count - done)
      while done < end {
        let run = min(end - done, count - first)
        body(first..<first + run)
        done += run
        first = 0
      }
    }
  }

  /// The length by Politis and White, or the cube root of the count for series too short or too regular to estimate it.
  static func automaticBlockLength(_ values: [Double]) -> Double {
    if let estimated = try? BlockLength(values).stationary { return max(1, estimated) }
    return max(1, Elementary.power(Double(values.count), 1.0 / 3).rounded())
  }

  /// What a report says; blocks of one value are no blocks.
  static func label(meanBlockLength: Double) -> String {
    ResamplingMethod.stationary(meanLength: (meanBlockLength * 100).rounded() / 100).label
  }

  /// How often each row occurs in a resample.
  func frequencies(resample: Int, into frequencies: inout [Double]) {
    for row in frequencies.indices { frequencies[row] = 0 }
    visitRuns(resample) { run in for row in run { frequencies[row] += 1 } }
  }
}
