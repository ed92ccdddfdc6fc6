import Numerics
import Testing

/// Distance in units in the last place of the expected value; zero for equal values.
func ulps(_ value: Double, _ expected: Double) -> Double {
  value == expected ? 0 : abs(value - expected) / expected.ulp
}

@Suite struct ElementaryTests {
  /// Checks a scalar function and both vector widths: the bound holds and all three agree in every bit.
  func check(
    _ table: [(Double, Double)], bound: Double, _ scalar: (Double) -> Double,
    _ four: (SIMD4<Double>) -> SIMD4<Double>, _ eight: (SIMD8<Double>) -> SIMD8<Double>
  ) {
    for (index, (x, expected)) in table.enumerated() {
      let value = scalar(x)
      #expect(ulps(value, expected) <= bound, "\(x) gives \(value), not \(expected)")
      var wide = SIMD8<Double>(repeating: table[0].0)
      wide[index % 8] = x
      #expect(eight(wide)[index % 8].bitPattern == value.bitPattern)
      #expect(
        four(wide.lowHalf)[index % 4].bitPattern == (index % 8 < 4 ? value : four(wide.lowHalf)[index % 4]).bitPattern)
    }
  }

  @Test func exponential() {
    check(ReferenceValues.exponentials, bound: 1, Elementary.exp, Elementary.exp, Elementary.exp)
    #expect(Elementary.exp(-800) == 0)
    #expect(Elementary.exp(800) == .infinity)
    #expect(Elementary.exp(Double.nan).isNaN)
    #expect(Elementary.exp(0) == 1)
  }

  @Test func logarithm() {
    check(
      ReferenceValues.logarithms, bound: 1, Elementary.log, { Elementary.log(positiveNormal: $0) },
      { Elementary.log(positiveNormal: $0) })
    #expect(Elementary.log(0) == -.infinity)
    #expect(Elementary.log(-1).isNaN)
    #expect(Elementary.log(.infinity) == .infinity)
    #expect(Elementary.log(Double.nan).isNaN)
    #expect(ulps(Elementary.log(0x1p-1074), -744.4400719213812) <= 1)
  }

  @Test func normalDistributionFunction() {
    check(
      ReferenceValues.normalTails, bound: 4, SpecialFunctions.normalCDF, Elementary.normalCDF, Elementary.normalCDF)
    check(
      ReferenceValues.normalQuantiles, bound: 6, SpecialFunctions.normalQuantile, Elementary.normalQuantile,
      Elementary.normalQuantile)
    #expect(SpecialFunctions.normalQuantile(0) == -.infinity)
    #expect(SpecialFunctions.normalQuantile(1) == .infinity)
    #expect(SpecialFunctions.normalQuantile(-0.1).isNaN)
    #expect(SpecialFunctions.normalQuantile(.nan).isNaN)
  }

  @Test func errorFunctionAndGamma() {
    for (x, expected) in ReferenceValues.errorFunctions {
      #expect(ulps(SpecialFunctions.erf(x), expected) <= 3, "\(x)")
    }
    for (x, expected) in ReferenceValues.complements { #expect(ulps(SpecialFunctions.erfc(x), expected) <= 5, "\(x)") }
    for (x, expected) in ReferenceValues.logGammas {
      #expect(abs(SpecialFunctions.logGamma(x) - expected) <= 1e-14 + 1e-15 * abs(expected), "\(x)")
    }
    // Euler's constant, and scipy.special.gammainc, gammaincc, betainc.
    #expect(abs(SpecialFunctions.digamma(1) + 0.5772156649015329) < 1e-14)
    #expect(isClose(SpecialFunctions.regularizedGammaP(2.5, 1.5), 0.3000141641213724, relative: 1e-13))
    #expect(isClose(SpecialFunctions.regularizedGammaQ(1, 30), 9.357622968840175e-14, relative: 1e-13))
    #expect(isClose(SpecialFunctions.regularizedBeta(0.3, 2, 3), 0.3483, relative: 1e-13))
  }

  @Test func smallArgumentsKeepTheirDigits() {
    for x in [1e-18, 1e-9, 1e-3, 0.3, -1e-12, -0.4, 5] {
      #expect(isClose(Elementary.expMinusOne(Elementary.logOnePlus(x)), x, relative: 2e-15), "\(x)")
    }
  }
}
