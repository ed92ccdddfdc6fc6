import Glibc

extension ViolationSequence {
  /// Time between failures, independence part (Haas 2001): every duration against a geometric waiting time, χ² with as
  /// many degrees of freedom as violations. Without violations there is nothing to test and the statistic is zero.
  public func timeBetweenFailuresIndependence() -> BacktestOutcome {
    let ratios = durations.map { CoverageTests.durationRatio($0, tailProbability: tailProbability) }
    return BacktestOutcome(
      name: "time between failures, independence", likelihoodRatio: ratios.reduce(0, +),
      degreesOfFreedom: ratios.count)
  }

  /// Mixed time between failures (Haas 2001): the independence part plus the proportion of failures.
  public func timeBetweenFailures() throws(AnalyticsError) -> BacktestOutcome {
    let independence = timeBetweenFailuresIndependence()
    let coverage = try proportionOfFailures()
    return BacktestOutcome(
      name: "time between failures", likelihoodRatio: independence.statistic + coverage.statistic,
      degreesOfFreedom: independence.degreesOfFreedom + 1)
  }

  /// The duration test of Christoffersen and Pelletier (2004): durations between violations follow a Weibull law whose
  /// shape is one when violations have no memory; χ² with one degree of freedom. The spells before the first and after
  /// the last violation are censored.
  public func weibullDuration() throws(AnalyticsError) -> (outcome: BacktestOutcome, shape: Double) {
    let all = durations
    guard all.count >= 2 else {
      throw AnalyticsError(series: "violations", reason: .tooShort(found: all.count, needed: 2))
    }
    var spells = all.map(Double.init)
    var isCensored = spells.map { _ in false }
    isCensored[0] = !hits[0]
    let after = count - all.reduce(0, +)
    if after > 0 {
      spells.append(Double(after))
      isCensored.append(true)
    }
    let complete = zip(spells, isCensored).compactMap { $1 ? nil : $0 }
    let logSum = complete.reduce(0) { $0 + log($1) }
    // For a fixed shape b the best rate has a^b = (complete spells) / Σ D^b, which leaves one dimension.
    func logLikelihood(_ shape: Double) -> Double {
      let powers = spells.reduce(0) { $0 + pow($1, shape) }
      let number = Double(complete.count)
      return number * (log(number) - log(powers)) + number * log(shape) + (shape - 1) * logSum - number
    }
    let best = goldenMaximum(of: { logLikelihood(exp($0)) }, from: log(0.01), to: log(50))
    let ratio = 2 * (logLikelihood(exp(best)) - logLikelihood(1))
    return (
      BacktestOutcome(name: "Weibull duration", likelihoodRatio: ratio, degreesOfFreedom: 1), exp(best)
    )
  }
}
