import Numerics
import Testing

func isClose(_ value: Double, _ expected: Double, relative: Double) -> Bool {
  value == expected || abs(value - expected) <= relative * abs(expected)
}

@Suite struct DistributionTests {
  /// Values by mpmath with 40 digits.
  @Test(arguments: [
    (0.1, 0.460172162722971), (0.5, 0.3085375387259869), (1, 0.15865525393145705), (2, 0.02275013194817921),
    (3.5, 0.00023262907903552504), (5, 2.866515718791939e-07), (8, 6.220960574271784e-16),
    (20, 2.7536241186062337e-89), (37, 5.725571222524577e-300),
  ])
  func normalTail(x: Double, tail: Double) {
    let normal = NormalDistribution()
    #expect(isClose(normal.survival(x), tail, relative: 9e-16))
    #expect(isClose(normal.cdf(-x), tail, relative: 9e-16))
    #expect(normal.cdf(x) == 1 - tail || abs(normal.cdf(x) - (1 - tail)) < 2e-16)
    #expect(isClose(normal.quantile(tail), -x, relative: 2e-15))
  }

  @Test func valueAtRiskTable() {
    #expect(isClose(NormalDistribution().quantile(0.99), 2.3263478740408408, relative: 1e-15))
    // scipy.stats.t.ppf and mpmath.
    #expect(isClose(StudentTDistribution(degreesOfFreedom: 3).quantile(0.99), 4.5407028585681335, relative: 1e-13))
    #expect(isClose(StudentTDistribution(degreesOfFreedom: 4).quantile(0.99), 3.746947387979197, relative: 1e-13))
    #expect(isClose(StudentTDistribution(degreesOfFreedom: 5).quantile(0.01), -3.364929998907218, relative: 1e-13))
    #expect(isClose(ChiSquaredDistribution(degreesOfFreedom: 1).survival(0.4614663953), 0.49693945, relative: 1e-7))
    #expect(isClose(BinomialDistribution(trials: 250, probability: 0.01).cdf(4), 0.892188, relative: 1e-6))
    #expect(isClose(BinomialDistribution(trials: 1043, probability: 0.05).cdf(57), 0.77913, relative: 1e-5))
  }

  @Test func quantilesInvertDistributionFunctions() {
    for degrees in [0.5, 1, 2.5, 7, 40, 300, 5000] {
      let student = StudentTDistribution(degreesOfFreedom: degrees)
      let chi = ChiSquaredDistribution(degreesOfFreedom: degrees)
      for p in [1e-6, 0.01, 0.3, 0.5, 0.77, 0.99, 0.999999] {
        #expect(isClose(student.cdf(student.quantile(p)), p, relative: 1e-11), "t \(degrees) \(p)")
        #expect(isClose(chi.cdf(chi.quantile(p)), p, relative: 1e-11), "chi \(degrees) \(p)")
      }
    }
    for shape in [-0.3, -1e-12, 0, 1e-12, 0.2, 1.5] {
      let pareto = GeneralizedParetoDistribution(shape: shape, scale: 0.7)
      for p in [0.0, 1e-6, 0.3, 0.99, 0.999999] {
        #expect(abs(pareto.cdf(pareto.quantile(p)) - p) < 1e-13)
        #expect(abs(pareto.survival(pareto.quantile(p)) - (1 - p)) < 1e-13)
      }
    }
  }

  @Test func manyDegreesOfFreedomTendToTheNormal() {
    // Both sides of the switch to the expansion agree, and beyond it nothing hangs or cancels.
    let (below, above) = (StudentTDistribution(degreesOfFreedom: 9.9e6), StudentTDistribution(degreesOfFreedom: 1.01e7))
    for x in [0.001, 0.5, 1, 2.5, 4, 8] {
      #expect(isClose(below.survival(x), above.survival(x), relative: 1e-5))
      // The distance to the normal is (x³ + x)/(4ν) φ(x) to first order, on either side.
      for student in [below, above] {
        let normal = NormalDistribution()
        let first = (x * x * x + x) / (4 * student.degreesOfFreedom) * normal.pdf(x)
        #expect(abs(student.survival(x) - normal.survival(x) - first) < 1e-3 * first + 1e-12 * normal.survival(x))
        #expect(isClose(student.pdf(x), normal.pdf(x), relative: 1e-3))
      }
    }
    for degrees in [1e9, 1e300] {
      let student = StudentTDistribution(degreesOfFreedom: degrees)
      #expect(isClose(student.quantile(0.99), 2.3263478740408408, relative: 1e-8))
      #expect(isClose(student.logPdf(1), -0.5 - 0.9189385332046728, relative: 1e-8))
    }
  }

  @Test func quantileDefinitions() {
    let sample = (1...10).map(Double.init)
    // R's quantile(1:10, c(.25, .95), type = …).
    #expect(Quantile.value(sample, probability: 0.25, method: .inverseEmpiricalCDF) == 3)
    #expect(Quantile.value(sample, probability: 0.5, method: .inverseEmpiricalCDF) == 5)
    #expect(Quantile.value(sample, probability: 0.5, method: .averagedInverseEmpiricalCDF) == 5.5)
    #expect(Quantile.value(sample, probability: 0.25, method: .linearEmpiricalCDF) == 2.5)
    #expect(Quantile.value(sample, probability: 0.25, method: .hazen) == 3)
    #expect(Quantile.value(sample, probability: 0.25, method: .weibull) == 2.75)
    #expect(Quantile.value(sample, probability: 0.25, method: .linear) == 3.25)
    #expect(abs(Quantile.value(sample, probability: 0.25, method: .medianUnbiased) - 2.9166666666666665) < 1e-14)
    #expect(Quantile.orderIndex(count: 1000, probability: 0.95) == 949)
    #expect(Quantile.value([], probability: 0.5).isNaN)
    #expect(Quantile.value([7], probability: 0.3) == 7)
  }
}
