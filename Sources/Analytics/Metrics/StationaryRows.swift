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
    let stream = RandomStream(seed: seed, stream: UInt64(resample))
    // A block ends after each row with probability 1/mean, so its length is 1 + ⌊log U / log(1 − 1/mean)⌋.
    let scale = meanBlockLength > 1 ? 1 / Elementary.logOnePlus(-1 / meanBlockLength) : 0
    var draw: UInt64 = 0
    var done = 0
    while done < count {
      var first = stream.integer(at: draw, below: count)
      let length = 1 + Int(min(Elementary.log(stream.uniform(at: draw + 1)) * scale, 1e15))
      draw += 2
      let end = done + min(length, count - done)
      while done < end {
        let run = min(end - done, count - first)
        body(first..<first + run)
        done += run
        first = 0
      }
    }
  }

  /// How often each row occurs in a resample.
  func frequencies(resample: Int, into frequencies: inout [Double]) {
    for row in frequencies.indices { frequencies[row] = 0 }
    visitRuns(resample) { run in for row in run { frequencies[row] += 1 } }
  }
}
