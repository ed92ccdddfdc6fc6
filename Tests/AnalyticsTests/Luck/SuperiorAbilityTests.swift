import Numerics
import Testing

@testable import Analytics

private func noise(_ count: Int, stream: UInt64, shift: Double = 0) -> [Double] {
  RandomStream(seed: 77, stream: stream).normals(count: count).map { $0 * 0.01 + shift }
}

@Test(arguments: [1.0, 2.5, 20])
func longRunVarianceAgreesWithItsKernel(length: Double) {
  let values = noise(120, stream: 3)
  let mean = values.reduce(0, +) / 120
  let distances = values.map { $0 - mean }
  var expected = distances.reduce(0) { $0 + $1 * $1 } / 120
  for lag in 1..<120 {
    let decay = 1 - 1 / length
    let kernel =
      Double(120 - lag) / 120 * Elementary.power(decay, Double(lag))
      + Double(lag) / 120 * Elementary.power(decay, Double(120 - lag))
    expected += 2 * kernel * (lag..<120).reduce(0) { $0 + distances[$1] * distances[$1 - lag] } / 120
  }
  #expect(near(SuperiorAbility.longRunVariance(values, restart: 1 / length), expected, expected * 1e-10))
}

@Test
func theLongRunVarianceIsTheVarianceOfResampledMeans() throws {
  let values = noise(200, stream: 9)
  let rows = try StationaryRows(count: 200, meanBlockLength: 5, seed: 3)
  var frequencies = [Double](repeating: 0, count: 200)
  let means = (0..<1000).map { resample -> Double in
    rows.frequencies(resample: resample, into: &frequencies)
    return zip(values, frequencies).reduce(0) { $0 + $1.0 * $1.1 } / 200
  }
  let mean = means.reduce(0, +) / 1000
  let variance = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 999 * 200
  // The relative error of a variance of 1,000 draws is about sqrt(2/1000) = 4.5 %.
  #expect(near(variance / SuperiorAbility.longRunVariance(values, restart: 0.2), 1, 0.18))
}

@Test
func aStrongVariantIsFoundAndWorthlessOnesAreNot() throws {
  let worthless = (0..<20).map { noise(500, stream: UInt64($0)) }
  let nothing = try SuperiorAbility(VariantReturns(worthless), resamples: 400, meanBlockLength: 5)
  #expect(nothing.consistent > 0.05 && nothing.realityCheck > 0.05)
  var skilled = worthless
  skilled[4] = noise(500, stream: 4, shift: 0.004)
  let found = try SuperiorAbility(VariantReturns(skilled), resamples: 400, meanBlockLength: 5)
  #expect(found.best == 4 && found.bestStudentised == 4)
  // No resample does as well, which is one in 401 with what happened itself (Davison and Hinkley 1997), not zero.
  #expect(found.consistent == 1.0 / 401 && found.realityCheck == 1.0 / 401)
  #expect(near(found.realityCheckEstimate.standardError, (400.0 / 401 / 401 / 401).squareRoot(), 1e-15))
  #expect(found.consistentEstimate == found.realityCheckEstimate)
}

@Test
func poorVariantsDiluteTheRealityCheckButNotHansensTest() throws {
  // One decent variant among many wild and clearly bad ones: the reason why Hansen changed White's test.
  var variants = [noise(400, stream: 1, shift: 0.0016)]
  for stream in 2..<30 { variants.append(noise(400, stream: UInt64(stream)).map { 4 * $0 - 0.03 }) }
  let result = try SuperiorAbility(VariantReturns(variants), resamples: 400, meanBlockLength: 3)
  #expect(result.consistent < 0.05 && result.realityCheck > 0.3)
  #expect(result.lower <= result.consistent && result.consistent <= result.upper)
}

@Test
func pValuesAreOrderedAndReproducible() throws {
  for seed in 0..<5 {
    let variants = try VariantReturns(
      (0..<6).map { noise(100, stream: UInt64(seed * 10 + $0), shift: Double($0 - 4) * 0.001) })
    let result = try SuperiorAbility(variants, resamples: 200, seed: UInt64(seed))
    #expect(result.lower <= result.consistent && result.consistent <= result.upper)
    #expect(result == (try SuperiorAbility(variants, resamples: 200, seed: UInt64(seed))))
  }
  let losing = try SuperiorAbility(VariantReturns([noise(100, stream: 1, shift: -0.01)]), resamples: 100)
  #expect(losing.statistic == 0 && losing.consistent == 1)
}

@Test
func abilityRefusesConstantAndShortSeries() {
  #expect(throws: AnalyticsError(series: "variant 1", reason: .constant)) {
    try SuperiorAbility(VariantReturns([noise(50, stream: 1), Array(repeating: 0, count: 50)]))
  }
  #expect(throws: AnalyticsError.self) { try SuperiorAbility(VariantReturns([noise(10, stream: 1)])) }
  #expect(throws: AnalyticsError.self) {
    try SuperiorAbility(VariantReturns([noise(50, stream: 1)]), meanBlockLength: 0.5)
  }
}

/// p-values on series that any tool can make, block 5: the reality check by arch 8.0.0 (bashtage/arch, NCSA; its SPA does
/// not studentise, so its upper p-value is White's), Hansen's three by a direct NumPy simulation of 40,000 resamples.
@Test
func superiorAbilityAgreesWithTheReference() throws {
  let series = (0..<6).map { variant in
    (1...300).map { row -> Double in
      let cycle = Double(7919 * row * (variant + 3) % 101) / 101 - 0.5
      return cycle * 0.02 * (1 + Double(variant) * 0.3) + Double(variant - 3) * 0.0004
    }
  }
  let result = try SuperiorAbility(VariantReturns(series), resamples: 3000, meanBlockLength: 5, seed: 3)
  // The Monte Carlo error is up to 0.009.
  #expect(near(result.realityCheck, 0.51232, 0.035))
  #expect(near(result.lower, 0.436625, 0.035))
  #expect(near(result.consistent, 0.544825, 0.035))
  #expect(near(result.upper, 0.632625, 0.035))
}
