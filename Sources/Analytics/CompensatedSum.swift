/// A running sum that carries its own rounding error (Neumaier 1974): the result is as if summed in twice the precision,
/// and depends on the order of the terms only.
public struct CompensatedSum: Sendable {
  private var sum = 0.0
  private var correction = 0.0

  public init() {}

  /// Adds a term and keeps what rounding would lose.
  public mutating func add(_ term: Double) {
    let next = sum + term
    correction += sum.magnitude >= term.magnitude ? (sum - next) + term : (term - next) + sum
    sum = next
  }

  /// The sum so far; infinite or NaN terms give what plain addition would.
  public var value: Double {
    let total = sum + correction
    return total.isNaN ? sum : total
  }
}

extension Sequence<Double> {
  /// The compensated sum of the elements in order.
  var compensatedSum: Double {
    var sum = CompensatedSum()
    for term in self { sum.add(term) }
    return sum.value
  }
}

extension Array<Double> {
  /// The arithmetic mean; callers guarantee at least one element.
  var mean: Double { compensatedSum / Double(count) }

  /// The sum of the squared distances from `center`.
  func squaredDeviations(from center: Double) -> Double {
    var sum = CompensatedSum()
    for value in self {
      let distance = value - center
      sum.add(distance * distance)
    }
    return sum.value
  }

  /// The spread of the values with divisor n − `degreesOfFreedom`, exactly zero when all values are equal.
  ///
  /// Equal values are detected rather than computed: their mean may be off by one unit in the last place, and a ratio
  /// over the resulting 1e-18 would look like a magnificent strategy.
  func standardDeviation(degreesOfFreedom: Int = 1) -> Double {
    guard count > degreesOfFreedom, let first, contains(where: { $0 != first }) else { return 0 }
    return (squaredDeviations(from: mean) / Double(count - degreesOfFreedom)).squareRoot()
  }

  /// The quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan 1996) of sorted values.
  func sortedQuantile(_ probability: Double) -> Double {
    let position = probability * Double(count - 1)
    let below = Swift.min(Int(position), count - 1)
    let above = Swift.min(below + 1, count - 1)
    let fraction = position - Double(below)
    return fraction == 0 ? self[below] : self[below] + (self[above] - self[below]) * fraction
  }
}
