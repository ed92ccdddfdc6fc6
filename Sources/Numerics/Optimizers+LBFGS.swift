extension Optimizers {
  /// Limited-memory BFGS with a line search that meets the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5,
  /// 3.6 and 7.5). `function` returns the value and writes nothing else; the gradient has the point's dimension.
  public static func lbfgs(
    start: [Double], memory: Int = 10, gradientTolerance: Double = 1e-9, maximumIterations: Int = 1_000,
    function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> OptimizationResult {
    var point = start
    var (value, gradient) = function(point)
    var evaluations = 1
    var steps: [[Double]] = []
    var changes: [[Double]] = []
    var iterations = 0
    var converged = false
    var lastRelativeGain = Double.infinity
    while true {
      let scale = max(1, abs(value))
      if gradient.allSatisfy({ abs($0) <= gradientTolerance * scale }) {
        converged = true
        break
      }
      guard iterations < maximumIterations, value.isFinite, gradient.allSatisfy(\.isFinite) else { break }
      iterations += 1
      var direction = twoLoop(gradient, steps, changes)
      var slope = dot(direction, gradient)
      if !(slope < 0) {
        steps.removeAll()
        changes.removeAll()
        direction = gradient.map { -$0 }
        slope = dot(direction, gradient)
      }
      let firstStep = steps.isEmpty ? min(1, 1 / max(norm(gradient), 1e-300)) : 1
      guard
        let found = wolfeSearch(point, value, slope, direction, firstStep, &evaluations, function)
      else {
        // No decrease along the line: at the limit of precision if the last gain was already negligible.
        if !steps.isEmpty {
          steps.removeAll()
          changes.removeAll()
          continue
        }
        converged = lastRelativeGain < 1e-12
        break
      }
      let step = subtract(found.point, point)
      let change = subtract(found.gradient, gradient)
      lastRelativeGain = (value - found.value) / scale
      point = found.point
      value = found.value
      gradient = found.gradient
      if dot(step, change) > 1e-300 {
        steps.append(step)
        changes.append(change)
        if steps.count > memory {
          steps.removeFirst()
          changes.removeFirst()
        }
      }
      if lastRelativeGain <= 1e-16, norm(step) <= 1e-14 * max(1, norm(point)) {
        converged = true
        break
      }
    }
    return OptimizationResult(
      point: point, value: value, iterations: iterations, evaluations: evaluations, converged: converged)
  }

  /// As above with central differences for the gradient; good to about 1e-9 relative, so ask for no more than 1e-6.
  public static func lbfgs(
    start: [Double], differenceStep: Double, gradientTolerance: Double = 1e-6, maximumIterations: Int = 1_000,
    valueOnly function: ([Double]) -> Double
  ) -> OptimizationResult {
    lbfgs(start: start, gradientTolerance: gradientTolerance, maximumIterations: maximumIterations) { point in
      var probe = point
      let gradient = point.indices.map { axis in
        let width = differenceStep * max(1, abs(point[axis]))
        probe[axis] = point[axis] + width
        let above = function(probe)
        probe[axis] = point[axis] - width
        let below = function(probe)
        probe[axis] = point[axis]
        return (above - below) / (2 * width)
      }
      return (function(point), gradient)
    }
  }

  private static func dot(_ left: [Double], _ right: [Double]) -> Double {
    var sum = 0.0
    for index in left.indices { sum += left[index] * right[index] }
    return sum
  }
  private static func norm(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }
  private static func subtract(_ left: [Double], _ right: [Double]) -> [Double] {
    left.indices.map { left[$0] - right[$0] }
  }
  private static func moved(_ point: [Double], _ direction: [Double], _ length: Double) -> [Double] {
    point.indices.map { point[$0] + length * direction[$0] }
  }

  private static func twoLoop(_ gradient: [Double], _ steps: [[Double]], _ changes: [[Double]]) -> [Double] {
    var direction = gradient.map { -$0 }
    guard let lastStep = steps.last, let lastChange = changes.last else { return direction }
    var weights = [Double](repeating: 0, count: steps.count)
    for index in steps.indices.reversed() {
      weights[index] = dot(steps[index], direction) / dot(steps[index], changes[index])
      direction = moved(direction, changes[index], -weights[index])
    }
    let scale = dot(lastStep, lastChange) / dot(lastChange, lastChange)
    direction = direction.map { $0 * scale }
    for index in steps.indices {
      let back = dot(changes[index], direction) / dot(steps[index], changes[index])
      direction = moved(direction, steps[index], weights[index] - back)
    }
    return direction
  }

  private struct LinePoint {
    var length: Double
    var point: [Double]
    var value: Double
    var gradient: [Double]
    var slope: Double
  }

  private static func wolfeSearch(
    _ start: [Double], _ startValue: Double, _ startSlope: Double, _ direction: [Double], _ firstLength: Double,
    _ evaluations: inout Int, _ function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> LinePoint? {
    let sufficient = 1e-4
    let curvature = 0.9
    func probe(_ length: Double) -> LinePoint {
      let point = moved(start, direction, length)
      let (value, gradient) = function(point)
      let isUsable = value.isFinite && gradient.allSatisfy(\.isFinite)
      return LinePoint(
        length: length, point: point, value: isUsable ? value : .infinity, gradient: gradient,
        slope: isUsable ? dot(gradient, direction) : .infinity)
    }
    var previous = LinePoint(length: 0, point: start, value: startValue, gradient: [], slope: startSlope)
    var current = probe(firstLength)
    evaluations += 1
    var bracket: (low: LinePoint, high: LinePoint)?
    for round in 0..<40 {
      if current.value > startValue + sufficient * current.length * startSlope
        || (round > 0 && current.value >= previous.value)
      {
        bracket = (previous, current)
        break
      }
      if abs(current.slope) <= -curvature * startSlope { return current }
      if current.slope >= 0 {
        bracket = (current, previous)
        break
      }
      previous = current
      current = probe(current.length * 2.5)
      evaluations += 1
    }
    guard var (low, high) = bracket else { return current.value < startValue ? current : nil }
    for _ in 0..<60 {
      // The minimum of the parabola through the low end, kept away from both ends.
      let width = high.length - low.length
      var length = low.length + 0.5 * width
      if high.value.isFinite {
        let denominator = 2 * (high.value - low.value - low.slope * width)
        let candidate = low.length - low.slope * width * width / denominator
        let margin = 0.1 * abs(width)
        if candidate.isFinite, candidate > min(low.length, high.length) + margin,
          candidate < max(low.length, high.length) - margin
        {
          length = candidate
        }
      }
      let middle = probe(length)
      evaluations += 1
      if middle.value > startValue + sufficient * length * startSlope || middle.value >= low.value {
        high = middle
      } else {
        if abs(middle.slope) <= -curvature * startSlope { return middle }
        if middle.slope * (high.length - low.length) >= 0 { high = low }
        low = middle
      }
      if abs(high.length - low.length) <= 1e-16 * max(abs(high.length), abs(low.length)) { break }
    }
    return low.length > 0 && low.value < startValue ? low : nil
  }
}
