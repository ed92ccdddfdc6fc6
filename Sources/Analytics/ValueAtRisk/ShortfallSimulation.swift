import Glibc
import Numerics

/// p-values of Acerbi and Székely's statistics by simulation under a right model, for the number of forecasts there are:
/// the share of simulated values at or below the observed one, (1 + at or below)/(1 + trials). What several backtests share
/// is simulated once; values are a function of seed and trial alone.
package struct ShortfallSimulation: Sendable {
  package typealias Reference = ShortfallTests.Reference

  /// Fatter tails than most markets have; a model that they do not excuse is wrong.
  package static let fatTails = Reference.studentT(degreesOfFreedom: 3)

  private struct Key: Hashable {
    let count: Int
    let confidence: Double
    let reference: Reference
  }

  /// The tail of a reference: what losses beyond value at risk are drawn from.
  private struct Tail {
    let probability: Double
    let shortfall: Double
    let quantiles: ShortfallTests.TailQuantiles
  }

  let trials: Int
  let seed: UInt64
  private var tails: [Key: Tail] = [:]
  private var conditional: [Key: [Double]] = [:]
  private var unconditional: [Key: [Double]] = [:]
  private var ranked: [Key: [Double]] = [:]

  package init(trials: Int = 2_000, seed: UInt64 = 1) {
    self.trials = max(1, trials)
    self.seed = seed
  }

  /// Of Z1 after so many violations; nil where a tail value is no loss.
  package mutating func conditionalPValue(
    _ statistic: Double, violations: Int, confidence: Double, reference: Reference
  ) -> Double? {
    guard violations >= 1, let tail = tail(confidence, reference) else { return nil }
    let key = Key(count: violations, confidence: confidence, reference: reference)
    let values =
      conditional[key]
      ?? draws(1) { stream in
        var sum = 0.0
        for hit in 0..<violations { sum += tail.quantiles[stream.uniform(at: UInt64(hit))] }
        return sum / (Double(violations) * tail.shortfall) + 1
      }
    conditional[key] = values
    return pValue(statistic, values)
  }

  /// Of Z2 over so many forecasts.
  package mutating func unconditionalPValue(
    _ statistic: Double, forecasts: Int, confidence: Double, reference: Reference
  ) -> Double? {
    guard forecasts >= 1, let tail = tail(confidence, reference) else { return nil }
    let key = Key(count: forecasts, confidence: confidence, reference: reference)
    let values =
      unconditional[key]
      ?? ShortfallTests.unconditionalValues(
        days: forecasts, tail: tail.probability, shortfall: tail.shortfall, quantiles: tail.quantiles, trials: trials,
        seed: seed)
    unconditional[key] = values
    return pValue(statistic, values)
  }

  /// Of Z3 over so many forecasts of one shape.
  package mutating func rankedPValue(
    _ statistic: Double, forecasts: Int, confidence: Double, reference: Reference
  ) -> Double? {
    guard forecasts >= 1, confidence > 0.5 else { return nil }
    let key = Key(count: forecasts, confidence: confidence, reference: reference)
    if ranked[key] == nil {
      let rows = ShortfallTests.tailRows(days: forecasts, confidence: confidence)
      // The worst of so many uniforms lie below this; where one does not, its loss counts as the one there.
      let quantiles = ShortfallTests.TailQuantiles(reference: reference, tail: 0.4)
      let expected = ShortfallTests.expectedTailNodes(days: forecasts, tail: rows)
        .reduce(0) { $0 - $1.weight * reference.quantile($1.probability) }
      guard expected > 0, expected.isFinite else { return nil }
      ranked[key] = draws(2) { stream in
        // The smallest of n uniforms one after the other, by independent exponential steps (Rényi 1953).
        var (level, sum) = (0.0, 0.0)
        for row in 0..<rows {
          level += stream.exponential(at: UInt64(row)) / Double(forecasts - row)
          sum -= quantiles[-expm1(-level) / 0.4]
        }
        return 1 - sum / (Double(rows) * expected)
      }
    }
    return ranked[key].map { pValue(statistic, $0) }
  }

  private mutating func tail(_ confidence: Double, _ reference: Reference) -> Tail? {
    let key = Key(count: 0, confidence: confidence, reference: reference)
    if let known = tails[key] { return known }
    // Above one half every tail value is a loss.
    guard confidence > 0.5, let risk = try? reference.tail(confidence: confidence) else { return nil }
    let probability = tailProbability(confidence)
    let tail = Tail(
      probability: probability, shortfall: risk.expectedShortfall,
      quantiles: ShortfallTests.TailQuantiles(reference: reference, tail: probability))
    tails[key] = tail
    return tail
  }

  /// Sorted values of all trials; `kind` keeps the streams of the statistics apart.
  private func draws(_ kind: UInt64, _ value: (RandomStream) -> Double) -> [Double] {
    (0..<trials).map { value(RandomStream(seed: seed, stream: kind << 40 | UInt64($0))) }.sorted()
  }

  private func pValue(_ statistic: Double, _ sorted: [Double]) -> Double {
    // Equal but for rounding counts as equal.
    let limit = statistic + 1e-12
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= limit { low = middle + 1 } else { high = middle }
    }
    return Double(1 + low) / Double(1 + sorted.count)
  }
}

/// How often a right model would have a statistic as low, by the tail that its losses have.
public struct ShortfallPValues: Hashable, Sendable {
  public let normal: Double
  /// Of Student's t with three degrees of freedom.
  public let fatTailed: Double
}
