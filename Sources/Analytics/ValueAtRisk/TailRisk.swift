/// Value at risk and expected shortfall of one distribution of profit and loss.
///
/// Sign convention of the whole folder: inputs are returns (or profits), gains positive; both figures are losses, so a
/// positive number is money lost. Value at risk at confidence c is −inf{x : F(x) ≥ 1 − c}; expected shortfall is the mean
/// of the worst 1 − c of the probability, the observation on the boundary counted by its fraction (Acerbi and Tasche
/// 2002), so it is never below value at risk.
public struct TailRisk: Hashable, Sendable {
  /// The confidence level, for example 0.99.
  public var confidence: Double
  public var valueAtRisk: Double
  public var expectedShortfall: Double

  public init(confidence: Double, valueAtRisk: Double, expectedShortfall: Double) {
    self.confidence = confidence
    self.valueAtRisk = valueAtRisk
    self.expectedShortfall = expectedShortfall
  }

  /// The figures of `scale × X − shift` where these are the figures of `X`: losses move down when the mean moves up.
  func scaled(by scale: Double, mean: Double) -> TailRisk {
    TailRisk(
      confidence: confidence, valueAtRisk: scale * valueAtRisk - mean,
      expectedShortfall: scale * expectedShortfall - mean)
  }
}

/// Throws unless the confidence level lies strictly between 0 and 1, and far enough from 0 for its complement to be less
/// than 1.
func requireConfidence(_ confidence: Double) throws(AnalyticsError) {
  guard confidence > 1e-15, confidence < 1 else {
    throw AnalyticsError(series: "confidence", reason: .outOfRange("between 0 and 1, both excluded"))
  }
}

/// The tail probability 1 − confidence.
///
/// 1 − 0.95 is 0.05000000000000004 in binary; rounding to 15 digits keeps 200 × 0.05 at 10 observations, not 11. A
/// confidence so near 1 that nothing would be left keeps its binary value.
func tailProbability(_ confidence: Double) -> Double {
  let rounded = ((1 - confidence) * 1e15).rounded() / 1e15
  return rounded > 0 ? rounded : 1 - confidence
}

/// Observations of which one lies in the tail: with fewer, no past return says how far it reaches.
package func rowsNeeded(confidence: Double) -> Int { Int((1 / (1 - min(confidence, 0.999_999))).rounded()) }

/// The mean, and the standard deviation over n − `degreesOfFreedomLost`.
func meanAndDeviation(_ values: [Double], degreesOfFreedomLost: Int = 1) -> (mean: Double, deviation: Double) {
  let count = Double(values.count)
  let mean = values.reduce(0, +) / count
  var squares = 0.0
  for value in values { squares += (value - mean) * (value - mean) }
  return (mean, (squares / max(count - Double(degreesOfFreedomLost), 1)).squareRoot())
}
