extension RandomStream {
  /// Gamma with the given shape > 0 and scale 1, by Marsaglia and Tsang (2000); each attempt takes its own block of `index`.
  public func gamma(at index: UInt64, shape: Double) -> Double {
    precondition(shape > 0 && shape < .infinity, "a gamma distribution needs a positive shape")
    // A shape below 1 is raised by 1 and brought back by a power of a uniform.
    let boosted = shape < 1 ? shape + 1 : shape
    let d = boosted - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    var attempt: UInt16 = 1
    while true {
      let (first, second) = halves(block: index, attempt: attempt)
      // An attempt succeeds with probability above 0.95, so the last of 2^15 is never reached in practice.
      let normal = SpecialFunctions.normalQuantile(Self.openUniform(first))
      let uniform = Self.openUniform(second)
      let root = 1 + c * normal
      let cube = root * root * root
      if root > 0,
        Elementary.log(uniform) < 0.5 * normal * normal + d - d * cube + d * Elementary.log(cube) || attempt >= 0x7FFF
      {
        let value = d * cube
        guard shape < 1 else { return value }
        let (power, _) = halves(block: index, attempt: 0x8000)
        return value * Elementary.power(Self.openUniform(power), 1 / shape)
      }
      attempt += 1
    }
  }

  /// Chi-squared.
  public func chiSquared(at index: UInt64, degreesOfFreedom: Double) -> Double {
    2 * gamma(at: index, shape: degreesOfFreedom / 2)
  }

  /// Student's t with scale 1 (variance ν/(ν − 2)).
  public func studentT(at index: UInt64, degreesOfFreedom: Double) -> Double {
    let normal = SpecialFunctions.normalQuantile(Self.openUniform(halves(block: index, attempt: 0x8001).0))
    return normal * (degreesOfFreedom / chiSquared(at: index, degreesOfFreedom: degreesOfFreedom)).squareRoot()
  }

  /// Poisson with the given mean: inversion below 30, Hörmann's transformed rejection (PTRS, 1993) above.
  public func poisson(at index: UInt64, mean: Double) -> Int {
    precondition(mean >= 0 && mean < 1e15, "a Poisson distribution needs a mean between 0 and 1e15")
    if mean < Self.inversionLimit { return Self.poissonByInversion(mean: mean, uniform: uniform(at: index)) }
    let b = 0.931 + 2.53 * mean.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let limit = 0.9277 - 3.6224 / (b - 2)
    let logMean = Elementary.log(mean)
    var attempt: UInt16 = 1
    while true {
      let (first, second) = halves(block: index, attempt: attempt)
      let u = Self.openUniform(first) - 0.5
      let v = Self.openUniform(second)
      let us = 0.5 - abs(u)
      let k = ((2 * a / us + b) * u + mean + 0.43).rounded(.down)
      if us >= 0.07, v <= limit { return Int(k) }
      if attempt == .max { return Int(mean) }
      attempt += 1
      if k < 0 || (us < 0.013 && v > us) { continue }
      if Elementary.log(v) + Elementary.log(inverseAlpha) - Elementary.log(a / (us * us) + b)
        <= -mean + k * logMean - SpecialFunctions.logGamma(k + 1)
      {
        return Int(k)
      }
    }
  }

  /// Poisson means below this are inverted, one uniform a draw.
  public static let inversionLimit = 30.0

  /// The Poisson count at a probability, for means below `inversionLimit`: what a quasi-random point is turned into.
  public static func poissonByInversion(mean: Double, uniform: Double) -> Int {
    var probability = Elementary.exp(-mean)
    var cumulative = probability
    var count = 0
    // The uniform is at most 1 − 2^−53; 200 is 30 standard deviations out for the largest mean here.
    while uniform > cumulative, count < 200 {
      count += 1
      probability *= mean / Double(count)
      cumulative += probability
    }
    return count
  }
}
