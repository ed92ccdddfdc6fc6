import Analytics
import BenchmarkHarness
import Numerics

func measureNormals(_ runner: inout BenchmarkRunner) {
  let isTiny = runner.options.isTiny
  let count = 4096
  let rounds = isTiny ? 4 : 20_000
  var buffer = [Double](repeating: 0, count: count)
  runner.measure("normals, counter-based", items: count * rounds, unit: "normals") {
    let stream = RandomStream(seed: 1)
    var sum = 0.0
    for round in 0..<rounds {
      buffer.withUnsafeMutableBufferPointer { stream.fillNormals(into: $0, startingAt: UInt64(round * count)) }
      sum += buffer[round % count]
    }
    return hash(sum)
  }
}

func measurePaths(_ runner: inout BenchmarkRunner) {
  let isTiny = runner.options.isTiny
  let paths = isTiny ? 2_000 : 1_000_000
  func run<Source: PathSource>(
    _ name: String, _ source: Source, paths: Int, threads: Int = 1, with runner: inout BenchmarkRunner
  ) {
    runner.measure(name, items: paths * source.steps, unit: "path-steps") {
      var plan = MonteCarloPlan(paths: paths, seed: 1)
      plan.threads = threads
      guard var run = try? MonteCarloRun(source, plan: plan), let result = try? run.run() else { return 0 }
      let wealth = result.terminalWealth?.mean.value ?? .nan
      let fall = result.maximumDrawdown?.mean.value ?? .nan
      if threads == 1 { remark(name, "mean wealth \(wealth), mean maximum drawdown \(fall)") }
      return hash(wealth, fall, result.probabilityOfLoss.value)
    }
  }
  guard let gbm = try? GeometricBrownianMotion(drift: 0.05, volatility: 0.2, years: 1, steps: 252) else { return }
  runner.measure("GBM call, 252 steps, payoff only", items: paths * 252, unit: "path-steps") {
    let price = try? MonteCarloExpectation.estimate(gbm, plan: MonteCarloPlan(paths: paths, seed: 1)) {
      100 * max($0.terminalWealth - 1, 0)
    }
    let value = (price?.value ?? .nan) * Elementary.exp(-0.05)
    remark("call", "\(value)")
    return hash(value)
  }
  run("GBM, 252 steps, wealth, drawdown, quantiles", gbm, paths: paths, with: &runner)
  run("the same on two threads", gbm, paths: paths, threads: 2, with: &runner)
  if let heston = try? HestonModel(
    drift: 0.05, startVariance: 0.04, meanVariance: 0.04, reversion: 1.5, volatilityOfVariance: 0.5, correlation: -0.7,
    years: 1, steps: 252)
  {
    run("Heston, 252 steps", heston, paths: max(paths / 50, 32), with: &runner)
  }
  if let merton = try? MertonJumpDiffusion(
    drift: 0.05, volatility: 0.2, jumpIntensity: 0.8, jumpMean: -0.1, jumpDeviation: 0.15, years: 1, steps: 252)
  {
    run("Merton, 252 steps", merton, paths: max(paths / 50, 32), with: &runner)
  }
}

func measureResampling(_ runner: inout BenchmarkRunner) {
  let isTiny = runner.options.isTiny
  let resamples = isTiny ? 200 : 100_000
  let returns = RandomStream(seed: 12).normals(count: 2_520).map { 0.0004 + 0.01 * $0 }
  for mean in [10.0, 35] {
    guard let source = try? ReturnResampling(returns: returns, method: .stationary(meanLength: mean)) else { return }
    for figures in [[], [PathFigure.sharpeRatio]] {
      let name = "stationary bootstrap, 2,520 days, block \(Int(mean))" + (figures.isEmpty ? "" : ", with Sharpe")
      runner.measure(name, items: resamples * 2_520, unit: "path-steps") {
        var plan = MonteCarloPlan(paths: resamples, seed: 1)
        plan.figures = Set(figures)
        guard var run = try? MonteCarloRun(source, plan: plan), let result = try? run.run() else { return 0 }
        return hash(result.maximumDrawdown?.mean.value ?? .nan)
      }
    }
  }
}
