/// The number of successes among independent trials.
public struct BinomialDistribution: Sendable, Hashable {
  public let trials: Int
  public let probability: Double

  public init(trials: Int, probability: Double) {
    precondition(trials >= 0, "the number of trials must not be negative")
    precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
    self.trials = trials
    self.probability = probability
  }

  /// Logarithm of P(X = successes).
  public func logPdf(_ successes: Int) -> Double {
    guard successes >= 0, successes <= trials else { return -.infinity }
    let failures = trials - successes
    // 0 · log 0 = 0, so the certain outcomes are exact.
    let successTerm = successes == 0 ? 0 : Double(successes) * Elementary.log(probability)
    let failureTerm = failures == 0 ? 0 : Double(failures) * Elementary.logOnePlus(-probability)
    let choose =
      successes == 0 || failures == 0
      ? 0
      : -Elementary.log(Double(trials + 1)) - SpecialFunctions.logBeta(Double(successes + 1), Double(failures + 1))
    return choose + successTerm + failureTerm
  }

  /// P(X = successes).
  public func pdf(_ successes: Int) -> Double { Elementary.exp(logPdf(successes)) }

  /// P(X ≤ successes).
  public func cdf(_ successes: Int) -> Double {
    guard successes >= 0 else { return 0 }
    guard successes < trials else { return 1 }
    return SpecialFunctions.regularizedBeta(
      1 - probability, complement: probability, Double(trials - successes), Double(successes + 1))
  }

  /// P(X > successes), without cancellation.
  public func survival(_ successes: Int) -> Double {
    guard successes >= 0 else { return 1 }
    guard successes < trials else { return 0 }
    return SpecialFunctions.regularizedBeta(
      probability, complement: 1 - probability, Double(successes + 1), Double(trials - successes))
  }

  /// The smallest number of successes whose distribution function reaches `level`.
  public func quantile(_ level: Double) -> Int {
    var low = 0
    var high = trials
    while low < high {
      let middle = (low + high) / 2
      if cdf(middle) >= level { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
