import Numerics

/// The Basel committee's traffic light for a count of violations.
public struct TrafficLight: Hashable, Sendable {
  /// The colour of the zone.
  public enum Zone: String, Hashable, Sendable { case green, yellow, red }

  public var zone: Zone
  /// P(X ≤ violations) when the model is right.
  public var cumulativeProbability: Double
  /// P(X ≥ violations) when the model is right: the chance of wrongly rejecting it at this count.
  public var typeOneError: Double
  /// What the supervisor adds to the capital multiplier of three.
  public var plusFactor: Double

  /// Judges a count of violations.
  ///
  /// Green is below 95 % cumulative probability, red from 99.99 %. The plus factors of the 1996 framework are stated for
  /// 250 days at 99 %; other sizes and levels take the factor of the count of the same cumulative probability in that
  /// table, interpolated, as common software does.
  public init(violations: Int, count: Int, tailProbability: Double) throws(AnalyticsError) {
    try CoverageTests.requireCounts(violations, of: count, probability: tailProbability)
    let distribution = BinomialDistribution(trials: count, probability: tailProbability)
    cumulativeProbability = distribution.cdf(violations)
    typeOneError = violations == 0 ? 1 : distribution.survival(violations - 1)
    // 10 of 250 at 1 % has probability 0.999946: the 1996 table calls it red from 99.99 %.
    zone = cumulativeProbability < 0.95 ? .green : cumulativeProbability < 0.9999 ? .yellow : .red
    plusFactor = Self.plusFactor(zone: zone, cumulativeProbability: cumulativeProbability)
  }

  static let referenceFactors: [Double] = [0.4, 0.5, 0.65, 0.75, 0.85]

  static func plusFactor(zone: Zone, cumulativeProbability: Double) -> Double {
    switch zone {
    case .green: return 0
    case .red: return 1
    case .yellow:
      let reference = BinomialDistribution(trials: 250, probability: 0.01)
      var previous = (probability: 0.95, factor: referenceFactors[0])
      for (offset, factor) in referenceFactors.enumerated() {
        let probability = reference.cdf(5 + offset)
        if cumulativeProbability <= probability * (1 + 1e-12) {
          let width = probability - previous.probability
          let share = width > 0 ? (cumulativeProbability - previous.probability) / width : 1
          return previous.factor + min(max(share, 0), 1) * (factor - previous.factor)
        }
        previous = (probability, factor)
      }
      return referenceFactors[referenceFactors.count - 1]
    }
  }
}

extension ViolationSequence {
  /// The traffic light of this sequence.
  public func trafficLight() throws(AnalyticsError) -> TrafficLight {
    try TrafficLight(violations: violations, count: count, tailProbability: tailProbability)
  }
}
