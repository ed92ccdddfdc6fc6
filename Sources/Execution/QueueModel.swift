import Numerics

/// How much of a level's shrinking is believed to happen ahead of an order, where the feed does not say (level feeds).
///
/// Trades at the price always come off the front. Of every other decrease, a share 1 − p is taken off the front, where p
/// is the probability that it happened behind, as a function of the quantities ahead and behind.
public enum QueueModel: Hashable, Sendable {
  /// Everything happens behind, until the level is smaller than what was believed ahead.
  case riskAverse
  /// p = behind / (behind + ahead): the shrinking falls on every lot alike.
  case uniform
  /// p = behindⁿ / (behindⁿ + aheadⁿ).
  case power(Double)
  /// p = behindⁿ / (behind + ahead)ⁿ.
  case powerOfTotal(Double)
  /// p = 1 − aheadⁿ / (behind + ahead)ⁿ.
  case powerOfAhead(Double)
  /// p = ln(1 + behind) / (ln(1 + behind) + ln(1 + ahead)).
  case logarithm
  /// p = ln(1 + behind) / ln(1 + behind + ahead).
  case logarithmOfTotal

  /// The name that fills carry.
  public var name: String {
    switch self {
    case .riskAverse: "risk-averse"
    case .uniform: "uniform"
    case .power(let exponent): "power-\(exponent)"
    case .powerOfTotal(let exponent): "power-of-total-\(exponent)"
    case .powerOfAhead(let exponent): "power-of-ahead-\(exponent)"
    case .logarithm: "logarithm"
    case .logarithmOfTotal: "logarithm-of-total"
    }
  }

  /// Probability that a decrease happened behind the order.
  func probabilityBehind(ahead: Double, behind: Double) -> Double {
    let value: Double
    switch self {
    case .riskAverse: return 1
    case .uniform: value = behind / (behind + ahead)
    case .power(let exponent):
      let (back, front) = (Self.power(behind, exponent), Self.power(ahead, exponent))
      value = back / (back + front)
    case .powerOfTotal(let exponent):
      value = Self.power(behind, exponent) / Self.power(behind + ahead, exponent)
    case .powerOfAhead(let exponent):
      value = 1 - Self.power(ahead, exponent) / Self.power(behind + ahead, exponent)
    case .logarithm:
      let (back, front) = (Elementary.log(1 + behind), Elementary.log(1 + ahead))
      value = back / (back + front)
    case .logarithmOfTotal: value = Elementary.log(1 + behind) / Elementary.log(1 + behind + ahead)
    }
    return value.isFinite ? min(1, max(0, value)) : 1
  }

  /// Whole exponents by multiplication, so that every machine agrees to the last bit.
  private static func power(_ base: Double, _ exponent: Double) -> Double {
    guard base > 0 else { return exponent == 0 ? 1 : 0 }
    if exponent >= 0, exponent <= 16, exponent == exponent.rounded() {
      var result = 1.0
      for _ in 0..<Int(exponent) { result *= base }
      return result
    }
    return Elementary.exp(exponent * Elementary.log(base))
  }

  /// What is ahead after a level went from `old` to `new`, in lots.
  ///
  /// `traded` is what trades have already taken off the front since the last such change: it is part of the decrease.
  func ahead(_ ahead: Int64, traded: Int64, from old: Int64, to new: Int64) -> Int64 {
    let decrease = old &- new &- traded
    if self == .riskAverse || decrease <= 0 { return min(ahead, new) }
    let front = Double(max(0, ahead))
    let behind = Double(max(0, old &- ahead))
    let probability = probabilityBehind(ahead: front, behind: behind)
    let estimate =
      front - (1 - probability) * Double(decrease) + min(behind - probability * Double(decrease), 0)
    let rounded = max(0, estimate.rounded(.toNearestOrEven))
    // Compared first: a quantity near 2⁶³ rounds up to what no integer holds.
    return rounded >= Double(new) ? new : Int64(rounded)
  }
}
