extension Optimizers {
  /// Nelder and Mead's simplex (1965) with dimension-adapted coefficients (Gao and Han 2012), restarted once from its
  /// result to escape a collapsed simplex. Needs no derivatives.
  public static func nelderMead(
    start: [Double], initialStep: [Double]? = nil, tolerance: Double = 1e-10, maximumIterations: Int = 10_000,
    function: ([Double]) -> Double
  ) -> OptimizationResult {
    precondition(initialStep == nil || initialStep?.count == start.count, "one initial step per dimension")
    let steps = initialStep ?? start.map { $0 == 0 ? 0.1 : 0.1 * abs($0) }
    var result = simplexSearch(start, steps, tolerance, maximumIterations, function)
    let again = simplexSearch(
      result.point, steps.map { $0 * 0.1 }, tolerance, max(0, maximumIterations - result.iterations), function)
    result.iterations += again.iterations
    result.evaluations += again.evaluations
    if again.value <= result.value {
      result.point = again.point
      result.value = again.value
      result.converged = again.converged
    }
    return result
  }

  private static func simplexSearch(
    _ start: [Double], _ steps: [Double], _ tolerance: Double, _ maximumIterations: Int,
    _ function: ([Double]) -> Double
  ) -> OptimizationResult {
    let dimension = start.count
    let n = Double(max(dimension, 2))
    let expansion = 1 + 2 / n
    let contraction = 0.75 - 1 / (2 * n)
    let shrinkage = 1 - 1 / n
    var points = [start]
    for axis in 0..<dimension {
      var point = start
      point[axis] += steps[axis]
      points.append(point)
    }
    var values = points.map { finite(function($0)) }
    var evaluations = values.count
    var iterations = 0
    var converged = dimension == 0

    func along(_ centre: [Double], _ worst: [Double], _ factor: Double) -> [Double] {
      (0..<dimension).map { centre[$0] + factor * (worst[$0] - centre[$0]) }
    }
    while !converged, iterations < maximumIterations {
      iterations += 1
      let order = values.indices.sorted { values[$0] != values[$1] ? values[$0] < values[$1] : $0 < $1 }
      points = order.map { points[$0] }
      values = order.map { values[$0] }
      let spread = values[dimension] - values[0]
      var size = 0.0
      for axis in 0..<dimension {
        for point in points {
          size = max(size, abs(point[axis] - points[0][axis]) / (abs(points[0][axis]) + 1e-8))
        }
      }
      if spread <= tolerance * (abs(values[0]) + tolerance), size <= max(tolerance, 1e-8).squareRoot() {
        converged = true
        break
      }
      if size <= 1e-15 { break }
      var centre = [Double](repeating: 0, count: dimension)
      for point in points.dropLast() {
        for axis in 0..<dimension { centre[axis] += point[axis] / Double(dimension) }
      }
      let worst = points[dimension]
      let reflected = along(centre, worst, -1)
      let reflectedValue = finite(function(reflected))
      evaluations += 1
      if reflectedValue < values[0] {
        let expanded = along(centre, worst, -expansion)
        let expandedValue = finite(function(expanded))
        evaluations += 1
        if expandedValue < reflectedValue {
          (points[dimension], values[dimension]) = (expanded, expandedValue)
        } else {
          (points[dimension], values[dimension]) = (reflected, reflectedValue)
        }
        continue
      }
      if reflectedValue < values[dimension - 1] {
        (points[dimension], values[dimension]) = (reflected, reflectedValue)
        continue
      }
      let isOutside = reflectedValue < values[dimension]
      let contracted = along(centre, worst, isOutside ? -contraction : contraction)
      let contractedValue = finite(function(contracted))
      evaluations += 1
      if contractedValue < min(reflectedValue, values[dimension]) {
        (points[dimension], values[dimension]) = (contracted, contractedValue)
        continue
      }
      for index in 1...dimension {
        points[index] = along(points[0], points[index], shrinkage)
        values[index] = finite(function(points[index]))
      }
      evaluations += dimension
    }
    var best = 0
    for index in values.indices where values[index] < values[best] { best = index }
    return OptimizationResult(
      point: points[best], value: values[best], iterations: iterations, evaluations: evaluations, converged: converged)
  }
}
