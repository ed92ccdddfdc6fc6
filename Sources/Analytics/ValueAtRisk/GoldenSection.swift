/// The place of the maximum of a unimodal function, by golden-section search to about 1e-10 of the interval.
func goldenMaximum(
  of function: (Double) -> Double, from lower: Double, to upper: Double, steps: Int = 60
) -> Double {
  let ratio = (5.0.squareRoot() - 1) / 2
  var (low, high) = (lower, upper)
  var inner = high - ratio * (high - low)
  var outer = low + ratio * (high - low)
  var (innerValue, outerValue) = (function(inner), function(outer))
  for _ in 0..<steps {
    if innerValue < outerValue {
      low = inner
      (inner, innerValue) = (outer, outerValue)
      outer = low + ratio * (high - low)
      outerValue = function(outer)
    } else {
      high = outer
      (outer, outerValue) = (inner, innerValue)
      inner = high - ratio * (high - low)
      innerValue = function(inner)
    }
  }
  return (low + high) / 2
}
