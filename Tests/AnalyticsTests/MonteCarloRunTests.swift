import Foundation
import Numerics
import Testing

@testable import Analytics

@Suite struct MonteCarloRunTests {
  static func plan(paths: Int) -> MonteCarloPlan {
    var plan = MonteCarloPlan(paths: paths, seed: 77)
    plan.figures = Set(PathFigure.allCases)
    plan.fanSteps = MonteCarloPlan.evenFan(steps: 40, count: 5)
    return plan
  }
  static let source = try! GeometricBrownianMotion(drift: 0.05, volatility: 0.3, years: 1, steps: 40)

  /// The figures of every path by plain loops.
  @Test func figuresAgreeWithPlainLoops() throws {
    var plan = Self.plan(paths: 160)
    plan.probabilities = [0, 0.5, 1]
    plan.ruinLevels = [0.8]
    var run = try MonteCarloRun(Self.source, plan: plan)
    let result = try run.run()
    var figures: [PathFigure: [Double]] = [:]
    var fan: [Double] = []
    let buffer = UnsafeMutableBufferPointer<Double>.allocate(capacity: 640)
    defer { buffer.deallocate() }
    for block in 0..<10 as Range<UInt64> {
      Self.source.fill(block: block, seed: 77, scheme: .pseudorandom, logReturns: buffer, simpleReturns: nil)
      for lane in 0..<16 {
        var wealth = 1.0
        var peak = 1.0
        var fall = 0.0
        var low = 1.0
        var under = 0
        var run = 0
        var longest = 0
        var moments = RunningMoments()
        for step in 0..<40 {
          let growth = exp(buffer[step * 16 + lane])
          moments.add(growth - 1)
          wealth *= growth
          peak = max(peak, wealth)
          fall = max(fall, 1 - wealth / peak)
          low = min(low, wealth)
          run = wealth < peak ? run + 1 : 0
          under += wealth < peak ? 1 : 0
          longest = max(longest, run)
          if step == 23 { fan.append(wealth) }
        }
        figures[.terminalWealth, default: []].append(wealth)
        figures[.maximumDrawdown, default: []].append(fall)
        figures[.minimumWealth, default: []].append(low)
        figures[.timeUnderWater, default: []].append(Double(under) / 40)
        figures[.longestTimeUnderWater, default: []].append(Double(longest))
        figures[.annualGrowth, default: []].append(pow(wealth, 252.0 / 40) - 1)
        figures[.sharpeRatio, default: []].append(moments.mean / moments.standardDeviation * 252.squareRoot())
      }
    }
    for figure in PathFigure.allCases {
      let sorted = figures[figure]!.sorted()
      let summary = result.figures[figure]!
      #expect(abs(summary.mean.value - sorted.reduce(0, +) / 160) < 1e-11, "\(figure)")
      for (probability, expected) in [(0.0, sorted[0]), (0.5, sorted[79]), (1, sorted[159])] {
        #expect(abs(summary.quantile(probability)!.value - expected) < 1e-11, "\(figure)")
      }
    }
    #expect(result.fan.map(\.step) == [7, 15, 23, 31, 39])
    #expect(abs(result.fan[2].wealth.quantile(0.5)!.value - fan.sorted()[79]) < 1e-12)
    // Paths are independent: the error of a mean is the deviation over sqrt(n), and of a share sqrt(p (1 - p)/n).
    let wealths = figures[.terminalWealth]!
    var moments = RunningMoments()
    for value in wealths { moments.add(value) }
    #expect(abs(result.terminalWealth!.mean.standardError - moments.standardDeviation / 160.squareRoot()) < 1e-12)
    let share = result.probabilityOfLoss.value
    #expect(abs(result.probabilityOfLoss.standardError! - (share * (1 - share) / 160).squareRoot()) < 1e-12)
    let mean = try MonteCarloExpectation.estimate(Self.source, plan: plan) { $0.terminalWealth }
    #expect(abs(mean.standardError - result.terminalWealth!.mean.standardError) < 1e-12)
    let losses = figures[.terminalWealth]!.filter { $0 < 1 }.count
    #expect(abs(result.probabilityOfLoss.value - Double(losses) / 160) < 1e-12)
    let ruined = figures[.minimumWealth]!.filter { $0 <= 0.8 }.count
    #expect(abs(result.ruin[0].probability.value - Double(ruined) / 160) < 1e-12)
  }

  @Test(
    "Where paths are too few to know an error, none is stated; where an event never happened, its interval says so.")
  func errorsAreKnownOrAbsent() throws {
    var plan = Self.plan(paths: 160)
    plan.probabilities = [0.01, 0.5, 0.999]
    plan.ruinLevels = [0.8, 1e-6, 2]
    var run = try MonteCarloRun(Self.source, plan: plan)
    let result = try run.run()
    for summary in Array(result.figures.values) + result.fan.map(\.wealth) {
      #expect(summary.quantile(0.01)?.standardError == nil && summary.quantile(0.01)?.interval == nil)
      #expect(summary.quantile(0.999)?.standardError == nil && summary.quantile(0.999)?.interval == nil)
    }
    // Of 160 draws the 68th and the 93rd enclose the median with 95 %.
    let ranks = try #require(EnclosingRanks(of: 0.5, count: 160, level: 0.95))
    #expect(ranks.lower == 67 && ranks.upper == 92)
    plan.probabilities = [67.5 / 160, 92.5 / 160, 0.5]
    var again = try MonteCarloRun(Self.source, plan: plan)
    let quantiles = try #require(try again.run().terminalWealth?.quantiles)
    #expect(quantiles[2].interval?.lower == quantiles[0].value && quantiles[2].interval?.upper == quantiles[1].value)
    #expect(try #require(quantiles[2].standardError) > 0)
    // Wilson at 0 and 1: z²/(n + z²) from the end.
    let reach = 3.841458820694124 / (160 + 3.841458820694124)
    let (never, always) = (result.ruin[1].probability, result.ruin[2].probability)
    #expect(never.value == 0 && never.standardError == nil && never.interval.lower == 0)
    #expect(abs(never.interval.upper - reach) < 1e-12)
    #expect(always.value == 1 && always.standardError == nil && always.interval.upper == 1)
    #expect(abs(always.interval.lower - (1 - reach)) < 1e-12)
    #expect(result.probabilityOfLoss.standardError.map { $0 > 0 } == true)
    // As metrics: an interval and no error of zero.
    var inputs = MetricInputs(returns: try ReturnSeries(values: [0.01, -0.01, 0.02]))
    inputs.simulation = result
    inputs.simulation?.ruin = [result.ruin[1]]
    let ruin = try #require(try MetricCatalogue.standard.evaluate("mc_probability_of_ruin", inputs))
    #expect(ruin.number == 0 && ruin.standardError == nil && ruin.interval == never.interval)
    let median = try #require(try MetricCatalogue.standard.evaluate("mc_terminal_wealth_p50", inputs))
    #expect(median.interval?.method == "order statistics, distribution-free" && median.standardError != nil)
  }

  @Test func threadsDoNotMatter() throws {
    for scheme in [SamplingScheme.pseudorandom, .antithetic, .quasiRandom] {
      var states: [MonteCarloState] = []
      for threads in [1, 3] {
        var plan = Self.plan(paths: 5_500)
        plan.scheme = scheme
        plan.stop = .init(figure: .terminalWealth, standardError: scheme == .quasiRandom ? 1e-9 : 0.0055)
        plan.threads = threads
        var run = try MonteCarloRun(Self.source, plan: plan)
        let result = try run.run()
        #expect(result.stoppedEarly == (scheme != .quasiRandom))
        #expect(result.paths < 5_500 || scheme == .quasiRandom)
        plan.threads = 1
        var bytes = try JSONEncoder().encode(run.state)
        bytes = Data(
          String(decoding: bytes, as: UTF8.self).replacing("\"threads\":\(threads)", with: "\"threads\":1").utf8)
        states.append(try JSONDecoder().decode(MonteCarloState.self, from: bytes))
      }
      #expect(states[0] == states[1])
    }
  }

  @Test func checkpointsContinueExactly() throws {
    let plan = Self.plan(paths: 10_000)
    var whole = try MonteCarloRun(Self.source, plan: plan)
    let expected = try whole.run()
    var part = try MonteCarloRun(Self.source, plan: plan)
    var calls = 0
    _ = try part.run { progress in
      calls += 1
      #expect(progress.pathsDone <= progress.pathsPlanned)
      return calls < 2
    }
    #expect(!part.state.isFinished && part.state.paths > 0)
    let stored = try JSONEncoder().encode(part.state)
    var resumed = try MonteCarloRun(Self.source, resuming: JSONDecoder().decode(MonteCarloState.self, from: stored))
    #expect(try resumed.run() == expected)
    #expect(throws: MonteCarloError.self) {
      let other = try GeometricBrownianMotion(drift: 0, volatility: 1, years: 1, steps: 3)
      _ = try MonteCarloRun(other, resuming: part.state)
    }
  }

  /// A source as a user may write one: right but for one value of one path.
  struct Faulty: PathSource {
    var path = 37
    var step = 2
    var value = Double.nan
    var isSimple = false
    let steps = 5

    func fill(
      block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
      simpleReturns: UnsafeMutableBufferPointer<Double>?
    ) {
      for row in 0..<steps * PathBlock.lanes {
        logReturns[row] = row % 3 == 0 ? 0.01 : -0.005
        simpleReturns?[row] = row % 3 == 0 ? 0.01 : -0.005
      }
      guard path / PathBlock.lanes == Int(block) else { return }
      let place = step * PathBlock.lanes + path % PathBlock.lanes
      if isSimple { simpleReturns?[place] = value } else { logReturns[place] = value }
    }
  }

  /// A source that leaves the simple returns as they are.
  struct Lazy: PathSource {
    let steps = 3

    func fill(
      block: UInt64, seed: UInt64, scheme: SamplingScheme, logReturns: UnsafeMutableBufferPointer<Double>,
      simpleReturns: UnsafeMutableBufferPointer<Double>?
    ) { for row in logReturns.indices { logReturns[row] = row % 2 == 0 ? 0.01 : -0.01 } }
  }

  @Test func returnsThatAreNoNumbersAreRefusedWithPathAndStep() throws {
    func error(_ source: some PathSource, threads: Int = 1) throws -> MonteCarloError? {
      var plan = Self.plan(paths: 5_000)
      plan.threads = threads
      plan.figures = Set(PathFigure.allCases)
      plan.fanSteps = [2]
      var run = try MonteCarloRun(source, plan: plan)
      do throws(MonteCarloError) {
        _ = try run.run()
        return nil
      } catch { return error }
    }
    for (path, step) in [(37, 2), (0, 0), (4_999, 4)] {
      for value in [Double.nan, .infinity] {
        for threads in [1, 3] {
          let found = try #require(try error(Faulty(path: path, step: step, value: value), threads: threads))
          #expect(found.series == "path \(path)" && found.row == step)
          #expect(found.description.contains("log return \(value)"))
        }
        let simple = try #require(try error(Faulty(path: path, step: step, value: value, isSimple: true)))
        #expect(simple.series == "path \(path)" && simple.row == step && simple.description.contains("simple return"))
      }
    }
    // A total loss is a return; figures of it are numbers.
    #expect(try error(Faulty(value: -.infinity)) == nil)
    #expect(try error(Faulty(value: 1_000)) == nil)
    #expect(try error(Lazy())?.description.contains("simple return nan") == true)
    #expect(throws: MonteCarloError.self) {
      _ = try MonteCarloExpectation.estimate(Faulty(), plan: MonteCarloPlan(paths: 64, seed: 1)) { $0.terminalWealth }
    }
  }

  @Test func bucketsStayWithinTheirError() throws {
    let values = RandomStream(seed: 4).normals(count: 20_000).map { $0 * 3 - 1 }
    var exact = QuantileSketch(exactLimit: 1 << 20)
    var buckets = QuantileSketch(exactLimit: 100)
    for value in values {
      exact.add(value)
      buckets.add(value)
    }
    #expect(exact.isExact && !buckets.isExact)
    let probabilities = [0, 1e-4, 0.01, 0.3, 0.5, 0.631, 0.9, 0.999, 1]
    for (left, right) in zip(exact.quantiles(probabilities), buckets.quantiles(probabilities)) {
      #expect(abs(left - right) <= QuantileSketch.relativeError * abs(left) * 1.001, "\(left) \(right)")
    }
    #expect(QuantileSketch().quantiles([0.5])[0].isNaN)
    // What has no order is counted apart, and what is no probability has no quantile.
    exact.add(.nan)
    buckets.add(.nan)
    #expect(exact.undefinedCount == 1 && buckets.undefinedCount == 1 && exact.count == values.count)
    for sketch in [exact, buckets] {
      let found = sketch.quantiles([.nan, 0.5, -1, 2])
      #expect(found[0].isNaN && found[1] == sketch.quantiles([0.5])[0] && found[2].isNaN && found[3].isNaN)
    }
  }

  @Test func badPlansAreNamed() {
    var plan = MonteCarloPlan(paths: 0, seed: 1)
    #expect(throws: MonteCarloError.self) { _ = try MonteCarloRun(Self.source, plan: plan) }
    plan.paths = 16
    #expect(throws: MonteCarloError.self) { _ = try MonteCarloRun(Self.source, plan: plan) }
    plan.paths = 32
    plan.fanSteps = [3, 2]
    #expect { _ = try MonteCarloRun(Self.source, plan: plan) } throws: { ($0 as? MonteCarloError)?.row == 1 }
    plan.fanSteps = [40]
    #expect(throws: MonteCarloError.self) { _ = try MonteCarloRun(Self.source, plan: plan) }
    plan.fanSteps = []
    plan.stop = .init(figure: .sharpeRatio, standardError: 0.1)
    #expect(throws: MonteCarloError.self) { _ = try MonteCarloRun(Self.source, plan: plan) }
    plan.stop = nil
    for periods in [0, -1, Double.nan, .infinity] {
      plan.periodsPerYear = periods
      #expect(throws: MonteCarloError.self) { _ = try MonteCarloRun(Self.source, plan: plan) }
    }
    plan.periodsPerYear = 252
    plan.riskFreePerStep = .nan
    #expect(throws: MonteCarloError.self) { _ = try MonteCarloRun(Self.source, plan: plan) }
    plan.riskFreePerStep = 0
    #expect { _ = try MonteCarloExpectation.estimate(Self.source, plan: plan) { _ in .nan } } throws: {
      ($0 as? MonteCarloError)?.series == "payoff"
    }
  }
}
