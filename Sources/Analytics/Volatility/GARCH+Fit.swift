import Glibc
import Numerics

extension GARCH {
  /// What the errors of a fitted model are drawn from.
  public enum Errors: String, Hashable, Sendable { case normal, studentT }

  /// A model fitted by maximum likelihood.
  public struct Fit: Sendable {
    public var model: GARCH
    public var logLikelihood: Double
    /// Names of the fitted parameters, in the order of the standard errors.
    public var parameterNames: [String]
    /// From the inverse Hessian of the log-likelihood; nil when it is not positive definite at the optimum.
    public var hessianErrors: [Double]?
    /// From the outer product of the scores; nil when it is singular.
    public var scoreErrors: [Double]?
    /// Bollerslev and Wooldridge's, which allow for errors that are not as assumed; nil when either above is.
    public var robustErrors: [Double]?
    public var filtered: Filtered

    /// Akaike's criterion, 2k − 2 log L.
    public var akaike: Double { 2 * Double(parameterNames.count) - 2 * logLikelihood }
    /// The Bayesian criterion, k log n − 2 log L.
    public var bayesian: Double {
      Double(parameterNames.count) * log(Double(filtered.variances.count)) - 2 * logLikelihood
    }
  }

  /// Fits by maximum likelihood.
  ///
  /// Works on returns scaled to unit variance, so the answer does not depend on their unit; starts from variance
  /// targeting at several persistences and keeps the best. The mean is fitted unless `fixedMean` is given.
  public static func fit(
    _ returns: [Double], errors: Errors = .normal, asymmetric: Bool = false, fixedMean: Double? = nil,
    start: FirstVariance = .meanSquaredError
  ) throws(AnalyticsError) -> Fit {
    try requireFinite(returns, atLeast: 50, series: "returns")
    let (sampleMean, deviation) = meanAndDeviation(returns)
    // A constant series leaves only rounding noise of its own size.
    guard deviation > 1e-13 * max(abs(sampleMean), Double.leastNormalMagnitude) else {
      throw AnalyticsError(series: "returns", reason: .constant)
    }
    let scaled = returns.map { $0 / deviation }
    let layout = ParameterLayout(
      fixedMean: fixedMean.map { $0 / deviation }, isAsymmetric: asymmetric, hasDegreesOfFreedom: errors == .studentT)
    let likelihood = GARCHLikelihood(returns: scaled, layout: layout, start: start)
    var best: (point: [Double], value: Double)?
    for (alpha, beta) in [(0.05, 0.9), (0.1, 0.8), (0.15, 0.6), (0.02, 0.97)] {
      let guess = layout.free(
        from: GARCH(
          mean: fixedMean.map { $0 / deviation } ?? sampleMean / deviation, omega: 1 - alpha - beta, alpha: alpha,
          gamma: 0.02, beta: beta, degreesOfFreedom: 8))
      let found = Optimizers.lbfgs(start: guess, gradientTolerance: 1e-10) { likelihood.negativeMean(free: $0) }
      if found.value.isFinite, best == nil || found.value < best!.value { best = (found.point, found.value) }
    }
    guard let best else {
      throw AnalyticsError(series: "returns", reason: .notConverged("no start gave a finite likelihood"))
    }
    let model = layout.model(from: best.point).rescaled(by: deviation)
    let filtered = try model.filter(returns, start: start)
    let uncertainty = standardErrors(of: model, likelihood: likelihood, scale: deviation)
    return Fit(
      model: model, logLikelihood: filtered.logLikelihood, parameterNames: layout.names,
      hessianErrors: uncertainty.hessian, scoreErrors: uncertainty.scores, robustErrors: uncertainty.robust,
      filtered: filtered)
  }

  /// The same model for returns measured in a unit `scale` times smaller.
  func rescaled(by scale: Double) -> GARCH {
    GARCH(
      mean: mean * scale, omega: omega * scale * scale, alpha: alpha, gamma: gamma, beta: beta,
      degreesOfFreedom: degreesOfFreedom)
  }

  /// Standard errors in the returns' unit, from numerical Hessian and per-day scores at the optimum.
  private static func standardErrors(
    of model: GARCH, likelihood: GARCHLikelihood, scale: Double
  ) -> (hessian: [Double]?, scores: [Double]?, robust: [Double]?) {
    let layout = likelihood.layout
    let point = layout.natural(from: model.rescaled(by: 1 / scale))
    let count = point.count
    let unit = layout.units(scale: scale)
    var scores = [[Double]](repeating: [], count: count)
    var hessian = [Double](repeating: 0, count: count * count)
    for index in 0..<count {
      // Cube root of the rounding error balances truncation against cancellation in a central difference.
      let step = 6e-6 * max(abs(point[index]), 0.01)
      var (above, below) = (point, point)
      above[index] += step
      below[index] -= step
      let (up, upGradient) = likelihood.logDensities(natural: above)
      let (down, downGradient) = likelihood.logDensities(natural: below)
      scores[index] = zip(up, down).map { ($0 - $1) / (2 * step) }
      for other in 0..<count {
        hessian[index * count + other] = -(upGradient[other] - downGradient[other]) / (2 * step)
      }
    }
    var outer = [Double](repeating: 0, count: count * count)
    for row in 0..<count {
      for column in 0..<count {
        outer[row * count + column] = zip(scores[row], scores[column]).reduce(0) { $0 + $1.0 * $1.1 }
        if column < row {
          let mean = (hessian[row * count + column] + hessian[column * count + row]) / 2
          hessian[row * count + column] = mean
          hessian[column * count + row] = mean
        }
      }
    }
    let outerMatrix = Matrix(rows: count, columns: count, values: outer)
    let inverseHessian = try? Cholesky(Matrix(rows: count, columns: count, values: hessian)).inverse
    let inverseOuter = try? Cholesky(outerMatrix).inverse
    func roots(_ matrix: Matrix) -> [Double] {
      (0..<count).map { max(matrix[$0, $0], 0).squareRoot() * unit[$0] }
    }
    let robust = inverseHessian.map { roots($0 * outerMatrix * $0) }
    return (inverseHessian.map(roots), inverseOuter.map(roots), robust)
  }
}

/// Which parameters are fitted, and the map between them and unconstrained numbers.
struct ParameterLayout {
  var fixedMean: Double?
  var isAsymmetric: Bool
  var hasDegreesOfFreedom: Bool

  var names: [String] {
    (fixedMean == nil ? ["mu"] : []) + ["omega", "alpha"] + (isAsymmetric ? ["gamma"] : []) + ["beta"]
      + (hasDegreesOfFreedom ? ["nu"] : [])
  }

  /// Factors from the unit of scaled returns to that of the original ones.
  func units(scale: Double) -> [Double] {
    names.map { $0 == "mu" ? scale : $0 == "omega" ? scale * scale : 1 }
  }

  func natural(from model: GARCH) -> [Double] {
    var values = fixedMean == nil ? [model.mean] : []
    values += [model.omega, model.alpha]
    if isAsymmetric { values.append(model.gamma) }
    values.append(model.beta)
    if hasDegreesOfFreedom { values.append(model.degreesOfFreedom ?? 8) }
    return values
  }

  func model(natural values: [Double]) -> GARCH {
    var rest = values[...]
    let mean = fixedMean ?? rest.removeFirst()
    let omega = rest.removeFirst()
    let alpha = rest.removeFirst()
    let gamma = isAsymmetric ? rest.removeFirst() : 0
    let beta = rest.removeFirst()
    return GARCH(
      mean: mean, omega: omega, alpha: alpha, gamma: gamma, beta: beta,
      degreesOfFreedom: hasDegreesOfFreedom ? rest.removeFirst() : nil)
  }

  // Unconstrained: log ω; α, (α + γ), β through shares that keep persistence below one; log(ν − 2).
  func free(from model: GARCH) -> [Double] {
    var values = fixedMean == nil ? [model.mean] : []
    values.append(log(model.omega))
    if isAsymmetric {
      let rise = max(model.alpha / 2, 1e-4)
      let fall = max((model.alpha + model.gamma) / 2, 1e-4)
      let rest = max(1 - rise - fall - model.beta, 1e-6)
      values += [log(rise / rest), log(fall / rest), log(model.beta / rest)]
    } else {
      let rest = max(1 - model.alpha - model.beta, 1e-6)
      values += [log(model.alpha / rest), log(model.beta / rest)]
    }
    if hasDegreesOfFreedom { values.append(log((model.degreesOfFreedom ?? 8) - 2)) }
    return values
  }

  func model(from free: [Double]) -> GARCH {
    var rest = free[...]
    let mean = fixedMean ?? rest.removeFirst()
    let omega = exp(rest.removeFirst())
    let logits = (0..<(isAsymmetric ? 3 : 2)).map { _ in rest.removeFirst() }
    let largest = max(logits.max() ?? 0, 0)
    let weights = logits.map { exp($0 - largest) }
    let total = weights.reduce(exp(-largest), +)
    let shares = weights.map { $0 / total }
    let nu = hasDegreesOfFreedom ? 2 + exp(rest.removeFirst()) : nil
    if isAsymmetric {
      return GARCH(
        mean: mean, omega: omega, alpha: 2 * shares[0], gamma: 2 * (shares[1] - shares[0]), beta: shares[2],
        degreesOfFreedom: nu)
    }
    return GARCH(mean: mean, omega: omega, alpha: shares[0], beta: shares[1], degreesOfFreedom: nu)
  }
}
