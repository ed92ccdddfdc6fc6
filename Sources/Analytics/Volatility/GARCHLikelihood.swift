import Glibc

/// The log-likelihood of a GARCH model and its exact gradient, by differentiating the variance recursion.
struct GARCHLikelihood {
  var returns: [Double]
  var layout: ParameterLayout
  var start = GARCH.FirstVariance.meanSquaredError

  /// Minus the mean log-likelihood and its gradient at unconstrained parameters.
  func negativeMean(free: [Double]) -> (value: Double, gradient: [Double]) {
    let model = layout.model(from: free)
    guard model.omega > 1e-300, model.omega.isFinite, model.mean.isFinite,
      model.degreesOfFreedom.map({ $0 > 2.0001 && $0 < 1e6 }) ?? true
    else { return (.infinity, free.map { _ in 0 }) }
    let sum = summedGradient(model)
    let count = Double(returns.count)
    // Chain rule through the map to unconstrained parameters, by central differences of the map alone (it is smooth and
    // cheap: no pass over the returns).
    let size = free.count
    var gradient = [Double](repeating: 0, count: size)
    for index in 0..<size {
      let step = 1e-6
      var (above, below) = (free, free)
      above[index] += step
      below[index] -= step
      let up = layout.natural(from: layout.model(from: above))
      let down = layout.natural(from: layout.model(from: below))
      var slope = 0.0
      for natural in 0..<size { slope += sum.gradient[natural] * (up[natural] - down[natural]) / (2 * step) }
      gradient[index] = -slope / count
    }
    let value = -sum.value / count
    return (value.isFinite ? value : .infinity, gradient)
  }

  /// Log density of each return, and the gradient of their sum, at natural parameters.
  func logDensities(natural: [Double]) -> (values: [Double], gradient: [Double]) {
    var values: [Double] = []
    values.reserveCapacity(returns.count)
    let model = layout.model(natural: natural)
    let sum = accumulate(model) { values.append($0) }
    return (values, sum.gradient)
  }

  func summedGradient(_ model: GARCH) -> (value: Double, gradient: [Double]) { accumulate(model) { _ in } }

  private func accumulate(
    _ model: GARCH, each: (Double) -> Void
  ) -> (value: Double, gradient: [Double]) {
    let density = ErrorDensity(degreesOfFreedom: model.degreesOfFreedom)
    let count = Double(returns.count)
    var variance = model.firstVariance(returns, start)
    // Derivatives of the current variance by μ, ω, α, γ, β.
    var byMean = -2 * (returns.reduce(0, +) / count - model.mean)
    var (byOmega, byAlpha, byGamma, byBeta) = (0.0, 0.0, 0.0, 0.0)
    if start == .afterMeanSquaredError {
      let mean = model.meanSquaredError(returns)
      (byOmega, byAlpha, byGamma, byBeta) = (1, mean, mean / 2, mean)
      byMean *= model.persistence
    }
    var total = 0.0
    var (sumMean, sumOmega, sumAlpha, sumGamma, sumBeta) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for value in returns {
      let error = value - model.mean
      let squared = error * error
      let logDensity = density.logDensity(squaredError: squared, variance: variance)
      each(logDensity)
      total += logDensity
      let slopes = density.slopes(error: error, variance: variance)
      sumMean += slopes.byVariance * byMean - slopes.byError
      sumOmega += slopes.byVariance * byOmega
      sumAlpha += slopes.byVariance * byAlpha
      sumGamma += slopes.byVariance * byGamma
      sumBeta += slopes.byVariance * byBeta
      let reaction = model.alpha + (error < 0 ? model.gamma : 0)
      byMean = model.beta * byMean - 2 * reaction * error
      byOmega = model.beta * byOmega + 1
      byAlpha = model.beta * byAlpha + squared
      byGamma = model.beta * byGamma + (error < 0 ? squared : 0)
      byBeta = model.beta * byBeta + variance
      variance = model.omega + reaction * squared + model.beta * variance
    }
    var gradient = layout.fixedMean == nil ? [sumMean] : []
    gradient += [sumOmega, sumAlpha]
    if layout.isAsymmetric { gradient.append(sumGamma) }
    gradient.append(sumBeta)
    if layout.hasDegreesOfFreedom, let nu = model.degreesOfFreedom {
      gradient.append(slopeByDegreesOfFreedom(model, nu))
    }
    return (total, gradient)
  }

  /// Derivative of the sum of log densities by the degrees of freedom: the variances do not depend on them, so a central
  /// difference over one pass suffices.
  private func slopeByDegreesOfFreedom(_ model: GARCH, _ nu: Double) -> Double {
    let step = min(1e-4 * nu, (nu - 2) / 4)
    let above = ErrorDensity(degreesOfFreedom: nu + step)
    let below = ErrorDensity(degreesOfFreedom: nu - step)
    var variance = model.firstVariance(returns, start)
    var difference = 0.0
    for value in returns {
      let error = value - model.mean
      let squared = error * error
      difference +=
        above.logDensity(squaredError: squared, variance: variance)
        - below.logDensity(squaredError: squared, variance: variance)
      variance = model.nextVariance(after: variance, error: error)
    }
    return difference / (2 * step)
  }
}
