import Foundation
import Numerics
import Testing

@testable import Analytics

@Suite struct MonteCarloResamplingTests {
  static let returns = RandomStream(seed: 8).normals(count: 300).map { 0.0005 + 0.01 * $0 }

  /// y_t = sin(0.05 t) + ((7919 t) mod 101)/101 − ½, t = 0 … 499; arch 8.0.0 optimal_block_length.
  @Test func automaticBlockLength() throws {
    let series = (0..<500).map { (index: Int) -> Double in
      let wave: Double = sin(0.05 * Double(index))
      return wave + Double((7919 * index) % 101) / 101 - 0.5
    }
    let length = try BlockLength(series)
    #expect(abs(length.stationary - 35.38969742913894) < 1e-9)
    #expect(abs(length.circular - 40.511090686788386) < 1e-9)
  }

  @Test func badSeriesAreNamed() throws {
    var values = Self.returns
    values[17] = .nan
    #expect(throws: MonteCarloError(series: "alpha", row: 17, reason: "the return is nan")) {
      _ = try ReturnResampling(returns: values, series: "alpha")
    }
    values[17] = -1
    #expect { _ = try ReturnResampling(returns: values, series: "alpha") } throws: {
      ($0 as? MonteCarloError)?.row == 17
    }
    for bad in [[], [0.1], [Double](repeating: 0.01, count: 50)] {
      #expect(throws: MonteCarloError.self) { _ = try ReturnResampling(returns: bad) }
    }
    #expect { _ = try MonteCarloError.returns(fromPrices: [100, 101, 0, 3], series: "prices") } throws: {
      ($0 as? MonteCarloError)?.row == 2
    }
    #expect(throws: MonteCarloError.self) { _ = try MonteCarloError.returns(fromPrices: [100], series: "prices") }
    #expect(throws: MonteCarloError.self) { _ = try TradeShuffle(tradeProfits: [1, 2], startingCapital: 0) }
  }

  /// Every resampled value must come from the series, blocks must be runs of it, and their mean length must be the asked one.
  @Test func blocksAreRunsOfTheSeries() throws {
    let index = Dictionary(
      uniqueKeysWithValues: Self.returns.enumerated().map { (Elementary.logOnePlus($1), $0) })
    let steps = 1000
    let logs = UnsafeMutableBufferPointer<Double>.allocate(capacity: steps * 16)
    let simple = UnsafeMutableBufferPointer<Double>.allocate(capacity: steps * 16)
    defer {
      logs.deallocate()
      simple.deallocate()
    }
    for (method, expected) in [
      (ResamplingMethod.stationary(meanLength: 8), 8.0), (.circular(length: 5), 5), (.independent, 1),
    ] {
      let source = try ReturnResampling(returns: Self.returns, method: method, steps: steps)
      var breaks = 0
      for block in 0..<20 as Range<UInt64> {
        source.fill(block: block, seed: 9, scheme: .pseudorandom, logReturns: logs, simpleReturns: simple)
        for lane in 0..<16 {
          for step in 0..<steps {
            let position = try #require(index[logs[step * 16 + lane]])
            #expect(simple[step * 16 + lane] == Self.returns[position])
            if step > 0, let before = index[logs[(step - 1) * 16 + lane]], (before + 1) % Self.returns.count != position
            {
              breaks += 1
            }
          }
        }
      }
      let mean = Double(20 * 16 * steps) / Double(breaks)
      #expect(abs(mean / expected - 1) < 0.03, "\(method.label): \(mean)")
    }
  }

  @Test func shufflesKeepTheSum() throws {
    let source = try TradeShuffle(tradeReturns: Array(Self.returns.prefix(40)))
    var run = try MonteCarloRun(source, plan: MonteCarloPlan(paths: 500, seed: 1))
    let wealth = try #require(try run.run().terminalWealth)
    let expected = Self.returns.prefix(40).reduce(1) { $0 * (1 + $1) }
    #expect(
      abs(wealth.quantile(0.01)!.value - expected) < 1e-12 && abs(wealth.quantile(0.99)!.value - expected) < 1e-12)
    let money = try TradeShuffle(tradeProfits: [50, -60, 20, -30, 90], startingCapital: 100)
    var second = try MonteCarloRun(money, plan: MonteCarloPlan(paths: 500, seed: 1))
    let result = try second.run()
    #expect(abs(try #require(result.terminalWealth?.quantile(0.5)).value - 1.7) < 1e-9)
    #expect(try #require(result.maximumDrawdown?.quantile(0.99)).value > 0.5)
  }

  @Test func garchBootstrapKeepsTheUnconditionalVariance() throws {
    let residuals = (0..<200).map { SpecialFunctions.normalQuantile((Double($0) + 0.5) / 200) }
    let source = try GarchBootstrap(
      mean: 0, omega: 1e-6, alpha: 0.08, beta: 0.9, startVariance: 5e-5, residuals: residuals, steps: 100)
    var moments = RunningMoments()
    let logs = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1600)
    let simple = UnsafeMutableBufferPointer<Double>.allocate(capacity: 1600)
    defer {
      logs.deallocate()
      simple.deallocate()
    }
    for block in 0..<200 as Range<UInt64> {
      source.fill(block: block, seed: 9, scheme: .pseudorandom, logReturns: logs, simpleReturns: simple)
      for value in simple { moments.add(value) }
    }
    #expect(abs(moments.variance / 5e-5 - 1) < 0.05)
  }
}
