import Numerics

/// A Hawkes process with an exponential kernel, fitted to arrival times by maximum likelihood.
public struct HawkesFit: Hashable, Sendable, Codable {
  /// Arrivals a second that nothing excited.
  public var baseRate: Double
  /// Arrivals that each arrival excites.
  public var branching: Double
  /// Decay of the excitation, a second.
  public var decay: Double
  public var logLikelihood: Double
  /// Log-likelihood of a Poisson process of the same mean rate, for comparison.
  public var poissonLogLikelihood: Double
  /// Largest distance between the residuals' distribution and the exponential one (Kolmogorov-Smirnov), and its p-value.
  public var residualDistance: Double
  public var residualPValue: Double
  public var arrivalCount: Int

  /// Fits seconds since the start, in rising order. Equal times are spread evenly over `resolution`, because feeds stamp
  /// groups of messages with one time and a likelihood knows no ties. `isCancelled` is asked before every look at the arrivals,
  /// which takes milliseconds.
  public static func fit(
    _ seconds: [Double], resolution: Double = 1e-6, isCancelled: @escaping () -> Bool = { false }
  ) throws(SurveyError) -> HawkesFit {
    guard seconds.count >= 100, let first = seconds.first, let last = seconds.last, last > first else {
      throw SurveyError(reason: "a Hawkes fit needs 100 arrivals over some time; there are \(seconds.count)")
    }
    let times = spread(seconds.map { $0 - first }, resolution: resolution)
    let span = times[times.count - 1]
    let rate = Double(times.count) / span
    // Scale-free parameters: logit of the branching ratio, logs of the decay and of nothing else; for any pair of them
    // the base rate that matches the mean rate is near optimal and serves as the third's start.
    let objective: ([Double]) -> Double = { point in
      if isCancelled() { return .infinity }
      let parameters = unpack(point)
      return -logLikelihood(times, span: span, parameters)
    }
    var best: (value: Double, point: [Double])?
    for decay in [rate * 0.1, rate, rate * 10] where !isCancelled() {
      let start = [Elementary.log(rate * 0.5), 0.0, Elementary.log(decay)]
      let result = Optimizers.nelderMead(
        start: start, initialStep: [0.5, 0.5, 0.5], tolerance: 1e-8, maximumIterations: 300, function: objective)
      if best == nil || result.value < (best?.value ?? .infinity) { best = (result.value, result.point) }
    }
    if isCancelled() { throw SurveyError(reason: "the fit was stopped") }
    guard let best, best.value.isFinite else { throw SurveyError(reason: "the Hawkes likelihood has no maximum") }
    let parameters = unpack(best.point)
    let residual = residuals(times, parameters)
    let distance = exponentialDistance(residual)
    return HawkesFit(
      baseRate: parameters.base, branching: parameters.branching, decay: parameters.decay, logLikelihood: -best.value,
      poissonLogLikelihood: Double(times.count) * (Elementary.log(rate) - 1), residualDistance: distance,
      residualPValue: kolmogorovTail(distance * Double(residual.count).squareRoot()), arrivalCount: times.count)
  }

  struct Parameters {
    var base: Double
    var branching: Double
    var decay: Double
  }

  static func unpack(_ point: [Double]) -> Parameters {
    Parameters(
      base: Elementary.exp(min(50, max(-50, point[0]))),
      branching: 0.999 / (1 + Elementary.exp(-min(50, max(-50, point[1])))),
      decay: Elementary.exp(min(50, max(-50, point[2]))))
  }

  private static func spread(_ times: [Double], resolution: Double) -> [Double] {
    var result = times
    var start = 0
    while start < result.count {
      var end = start + 1
      while end < times.count, times[end] == times[start] { end += 1 }
      for index in start..<end {
        result[index] += resolution * Double(index - start) / Double(end - start)
        if index > 0 { result[index] = max(result[index], result[index - 1]) }
      }
      start = end
    }
    return result
  }

  /// Ogata's recursion: the excitation at an arrival follows from the one before, so the likelihood is linear in time.
  static func logLikelihood(_ times: [Double], span: Double, _ parameters: Parameters) -> Double {
    let jump = parameters.branching * parameters.decay
    var excitation = 0.0
    var previous = 0.0
    var sum = 0.0
    var compensator = parameters.base * span
    for time in times {
      excitation *= Elementary.exp(-parameters.decay * (time - previous))
      sum += Elementary.log(parameters.base + excitation)
      excitation += jump
      previous = time
      compensator += parameters.branching * (1 - Elementary.exp(-parameters.decay * (span - time)))
    }
    return sum - compensator
  }

  /// Integrated intensity between arrivals: independent exponentials when the model is right (time change theorem).
  static func residuals(_ times: [Double], _ parameters: Parameters) -> [Double] {
    let jump = parameters.branching * parameters.decay
    var excitation = 0.0
    var result: [Double] = []
    result.reserveCapacity(times.count)
    for (time, previous) in zip(times.dropFirst(), times) {
      excitation += jump
      let decayed = excitation * Elementary.exp(-parameters.decay * (time - previous))
      result.append(parameters.base * (time - previous) + (excitation - decayed) / parameters.decay)
      excitation = decayed
    }
    return result
  }

  private static func exponentialDistance(_ residuals: [Double]) -> Double {
    let sorted = residuals.sorted()
    let count = Double(sorted.count)
    var largest = 0.0
    for (index, value) in sorted.enumerated() {
      let expected = 1 - Elementary.exp(-value)
      largest = max(largest, abs(expected - Double(index) / count), abs(Double(index + 1) / count - expected))
    }
    return largest
  }

  /// P(√n D > x) in the limit of many observations.
  private static func kolmogorovTail(_ x: Double) -> Double {
    guard x > 0.2 else { return 1 }
    var sum = 0.0
    for term in 1...50 {
      let value = Elementary.exp(-2 * Double(term * term) * x * x)
      sum += term % 2 == 1 ? value : -value
    }
    return min(1, max(0, 2 * sum))
  }
}
