import Foundation
import Numerics
import Testing

@Suite struct RandomTests {
  @Test func streamsAndLagsAreUncorrelated() {
    let count = 1 << 15
    let base = RandomStream(seed: 5, stream: 0).normals(count: count + 64)
    func correlation(_ other: ArraySlice<Double>) -> Double {
      zip(base, other).reduce(0) { $0 + $1.0 * $1.1 } / Double(count) * Double(count).squareRoot()
    }
    for stream in [1, 2, 3, 1000, 1 << 32, 1 << 47] as [UInt64] {
      let other = RandomStream(seed: 5, stream: stream).normals(count: count)
      #expect(abs(correlation(other[...])) < 5)
      #expect(abs(correlation(other.map { $0 * $0 - 1 }[...])) < 7)
    }
    #expect(abs(correlation(RandomStream(seed: 6, stream: 0).normals(count: count)[...])) < 5)
    // Every lag up to a bulk group: the pairs of the transform must not show.
    for lag in 1...33 { #expect(abs(correlation(base[lag..<lag + count])) < 5, "lag \(lag)") }
  }

  @Test func otherDistributionsHaveTheirMoments() {
    let stream = RandomStream(seed: 11, stream: 4)
    let count = 20_000
    func check(_ name: String, mean: Double, variance: Double, _ draw: (UInt64) -> Double) {
      var moments = RunningMoments()
      for index in 0..<UInt64(count) { moments.add(draw(index)) }
      #expect(abs(moments.mean - mean) < 5 * (variance / Double(count)).squareRoot(), "\(name) mean \(moments.mean)")
      #expect(abs(moments.variance / variance - 1) < 0.15, "\(name) variance \(moments.variance)")
    }
    for shape in [0.3, 1, 2.5, 50] {
      check("gamma \(shape)", mean: shape, variance: shape) { stream.gamma(at: $0, shape: shape) }
    }
    for mean in [0.2, 4, 29, 31, 400.0] {
      check("Poisson \(mean)", mean: mean, variance: mean) { Double(stream.poisson(at: $0, mean: mean)) }
    }
    check("t", mean: 0, variance: 10.0 / 8) { stream.studentT(at: $0, degreesOfFreedom: 10) }
    check("exponential", mean: 1, variance: 1) { stream.exponential(at: $0) }
    check("uniform", mean: 0.5, variance: 1.0 / 12) { stream.uniform(at: $0) }
    check("integer", mean: 3, variance: 4) { Double(stream.integer(at: $0, below: 7)) }
  }

  @Test func sobolIsAnEquidistributedNet() {
    // Each dimension of the first 2^k points holds every k-bit prefix once, scrambled or not.
    for dimension in [0, 1, 2, 17, 63, 128, 255] {
      for key in [nil, 0x1234_5678, 0xdead_beef] as [UInt32?] {
        var seen = Set<UInt32>()
        for index in 0..<1024 as Range<UInt32> {
          let raw = Sobol.point(index, dimension: dimension)
          seen.insert((key.map { Sobol.owenScramble(raw, key: $0) } ?? raw) >> 22)
        }
        #expect(seen.count == 1024, "dimension \(dimension)")
      }
    }
    // The first points of the published generator in two dimensions.
    let expected: [[Double]] = [[0, 0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75], [0.375, 0.375], [0.875, 0.875]]
    for (index, point) in expected.enumerated() {
      #expect((0..<2).map { Sobol.uniform(UInt32(index), dimension: $0) } == point)
    }
  }

  @Test func rollingStatisticsAgreeWithTheWindow() {
    let values = RandomStream(seed: 2).normals(count: 500).map { 1e6 + $0 }
    var rolling = RollingMoments(length: 37)
    var extremes = RollingExtremes(length: 37)
    for (index, value) in values.enumerated() {
      rolling.add(value)
      extremes.add(value)
      let window = values[max(0, index - 36)...index]
      var direct = RunningMoments()
      for item in window { direct.add(item) }
      #expect(abs(rolling.mean - direct.mean) < 1e-8)
      #expect(window.count < 2 || abs(rolling.variance - direct.variance) < 1e-8)
      #expect(extremes.minimum == window.min() && extremes.maximum == window.max())
    }
    var left = RunningMoments()
    var right = RunningMoments()
    var all = RunningMoments()
    for (index, value) in values.enumerated() {
      all.add(value)
      if index < 200 { left.add(value) } else { right.add(value) }
    }
    left.merge(right)
    #expect(left.count == 500 && abs(left.variance - all.variance) < 1e-9)
    var exponential = ExponentialMoments(decay: 0.94)
    var mean = values[0]
    exponential.add(values[0])
    for value in values.dropFirst() {
      exponential.add(value)
      mean = 0.94 * mean + 0.06 * value
      #expect(abs(exponential.mean - mean) < 1e-8)
    }
  }

  @Test func selectionAgreesWithSorting() {
    for seed in 0..<30 as Range<UInt64> {
      var values = RandomStream(seed: seed).normals(count: 1 + Int(seed) * 13).map {
        seed % 3 == 0 ? ($0 * 2).rounded() : $0
      }
      let sorted = values.sorted()
      let rank = Int(seed * 7) % values.count
      values.withUnsafeMutableBufferPointer { Quantile.select($0, rank: rank) }
      #expect(values[rank] == sorted[rank])
      #expect(values[..<rank].allSatisfy { $0 <= sorted[rank] } && values[rank...].allSatisfy { $0 >= sorted[rank] })
    }
  }

  @Test func selectingSeveralRanksAgreesWithSorting() {
    for seed in 0..<40 as Range<UInt64> {
      var values = RandomStream(seed: seed).normals(count: 1 + Int(seed) * 17).map {
        seed % 3 == 0 ? ($0 * 2).rounded() : $0
      }
      let sorted = values.sorted()
      let ranks = (0..<Int(seed % 9)).map {
        RandomStream(seed: seed, stream: 1).integer(at: UInt64($0), below: values.count)
      }
      .sorted()
      values.withUnsafeMutableBufferPointer { Quantile.select($0, ranks: ranks[...]) }
      for rank in ranks { #expect(values[rank] == sorted[rank]) }
      #expect(values.sorted() == sorted)
    }
  }
}
