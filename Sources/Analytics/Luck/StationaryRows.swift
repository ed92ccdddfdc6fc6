import Numerics

/// Rows of a resample by the stationary bootstrap (Politis and Romano 1994): blocks that start anywhere and have
/// geometric lengths, wrapping around the end.
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

  /// How often each row occurs in a resample.
  func frequencies(resample: Int, into frequencies: inout [Double]) {
    for row in frequencies.indices { frequencies[row] = 0 }
    visit(resample) { row in frequencies[row] += 1 }
  }

  @inline(__always)
  private func visit(_ resample: Int, _ body: (Int) -> Void) {
    let stream = RandomStream(seed: seed, stream: UInt64(resample))
    let restart = 1 / meanBlockLength
    var row = 0
    for step in 0..<count {
      // One draw decides both: below the restart probability it is, rescaled, itself uniform.
      let draw = stream.uniform(at: UInt64(step))
      if step == 0 {
        row = min(Int(draw * Double(count)), count - 1)
      } else if draw < restart {
        row = min(Int(draw / restart * Double(count)), count - 1)
      } else {
        row = row + 1 == count ? 0 : row + 1
      }
      body(row)
    }
  }
}
