import Accounting
import Analytics
import Execution
import Foundation
import MarketTypes
import Reporting
import Testing

@testable import Lab

/// Fees, carrying costs, settlement and impact as scenarios state them.
@Suite("Terms of trade in scenarios")
struct ScenarioTermsTests {
  static let instruments = [Instrument(symbol: "ALFA", tick: .one), Instrument(symbol: "BETA", tick: .one)]

  @Test("Every kind of fee lands in the schedule")
  func fees() throws {
    let scenario = try ScenarioTests.read(
      ScenarioTests.smallest + """

        [fees]
        maker_rate = -20_000
        taker_per_unit = 0.005
        per_fill = 0.01
        per_order = 1
        fill_minimum = 0.1
        order_minimum = 0.35
        order_maximum = 90.5
        order_maximum_rate = 10_000_000
        increment = 0.01
        sell_duty_rate = 27_800
        sell_duty_per_unit = 0.000166
        buy_duty_rate = 5_000_000
        volume = "quantity"
        starting_volume = 1_000
        [[fees.tier]]
        volume = 300_000
        taker_per_unit = 0.003
        [[fees.tier]]
        volume = 3_000_000
        maker_rate = -25_000
        [[lane]]
        name = "plain"
        fees = { per_order = 0.0 }
        """)
    let schedule = scenario.fees.schedule
    #expect(schedule.rates == FeeSchedule.Rates(makerRate: -20_000, takerPerUnit: 5_000_000))
    #expect(schedule.tiers.map(\.volume) == [300_000, 3_000_000])
    #expect(schedule.tiers.map(\.rates.takerPerUnit) == [3_000_000, 0])
    #expect(schedule.tiers.map(\.rates.makerRate) == [0, -25_000])
    #expect(schedule.perFill == 10_000_000 && schedule.perOrder == 1_000_000_000)
    #expect(schedule.fillBounds == FeeSchedule.Bounds(minimum: 100_000_000))
    #expect(schedule.orderBounds == FeeSchedule.Bounds(minimum: 350_000_000, maximum: 90_500_000_000))
    #expect(schedule.maximumOrderRate == 10_000_000 && schedule.increment == 10_000_000)
    #expect(schedule.buyDuty == FeeSchedule.Duty(rate: 5_000_000))
    #expect(schedule.sellDuty == FeeSchedule.Duty(rate: 27_800, perUnit: 166_000))
    #expect(schedule.volumeMeasure == .quantity && schedule.startingVolume == 1_000)
    #expect(scenario.lanes[0].fees.perOrder == 0 && scenario.lanes[0].fees.tiers == scenario.fees.tiers)
    #expect(try ScenarioTests.read(try scenario.text()) == scenario)
    // Only two rates are a plain schedule, which the engine charges by two multiplications.
    #expect(!schedule.isPlain && !scenario.fees.isPlain)
    #expect(FeeSettings().isPlain && FeeSettings().schedule.isPlain)
  }

  @Test("Terms of metrics and stresses are read, written, checked with their lines, and followed")
  func metrics() throws {
    let text =
      ScenarioTests.smallest + """

        [metrics]
        convention = "backtesting.py"
        risk_free_rate = 0.02
        minimum_acceptable_return = 0.01
        value_at_risk_levels = [0.9, 0.975]
        periods_per_year = 250
        benchmark = "none"
        bootstrap_block_length = 8
        [monte_carlo]
        method = "circular"
        block_length = 12
        ruin_levels = [0.25, 0.5]
        target_error = 0.01
        tail_scenarios = 5_000
        [[stress]]
        name = "crash"
        price = -0.3
        spread = 4
        [[stress]]
        name = "crash"
        instrument = "ALFA"
        liquidity = 0.5
        [[stress]]
        name = "calm"
        volatility = 0.5
        volatility_sensitivity = 0.3
        """
    let scenario = try ScenarioTests.read(text)
    let settings = scenario.analysisSettings
    #expect(settings.convention == .backtestingPy && settings.riskFreeRate == 0.02)
    #expect(settings.minimumAcceptableReturn == 0.01 && settings.confidenceLevels == [0.9, 0.975])
    #expect(settings.periodsPerYear == 250 && settings.benchmark == "none")
    #expect(settings.stresses.map(\.name) == ["crash", "calm"])
    #expect(settings.stresses[0].shocks.map(\.asset) == [nil, nil, "ALFA"])
    #expect(settings.stresses[0].shocks.map(\.size) == [-0.3, 4, 0.5])
    #expect(settings.stresses[1].shocks.map(\.kind) == [.volatility, .volatilitySensitivity])
    #expect(settings.simulationMethod == .circular && settings.simulatedBlockLength == 12)
    #expect(settings.ruinLevels == [0.25, 0.5] && settings.simulationTargetError == 0.01)
    #expect(settings.bootstrapBlockLength == 8 && settings.tailScenarios == 5_000)
    #expect(try ScenarioTests.read(try scenario.text()) == scenario)
    #expect(try Scenario(stored: try scenario.text(), file: "result.h5").analysisSettings == settings)
    // Without a word about them they are the report's own.
    #expect(Scenario().analysisSettings == RunAnalysisSettings())
    let keys = try Scenario.keys().map(\.path)
    for key in ["metrics.convention", "metrics.risk_free_rate", "metrics.value_at_risk_levels", "metrics.benchmark"] {
      #expect(keys.contains(key), "\(key)")
    }
    for key in ["liquidity", "price", "spread", "volatility", "volatility_sensitivity"] {
      #expect(keys.contains { $0.contains("stress") && $0.hasSuffix(key) }, "\(key)")
    }
    for key in ["method", "block_length", "ruin_levels", "target_error", "tail_scenarios"] {
      #expect(keys.contains("monte_carlo." + key), "\(key)")
    }
  }

  @Test(
    "Histories are resampled as asked, or the line says why not",
    arguments: [
      ("method = \"stationry\"", "method", "did you mean 'stationary'?"),
      ("methd = \"circular\"", "methd", "did you mean 'method'?"),
      ("block_length = 0.5", "block_length", "from 1 to"),
      ("method = \"circular\"\nblock_length = 2.5", "block_length", "2.5 is no whole number"),
      ("method = \"trades\"\nblock_length = 2", "block_length", "means nothing to method = \"trades\""),
      ("method = \"independent\"\nblock_length = 2", "block_length", "means nothing"),
      ("ruin_levels = []", "ruin_levels", "holds 0 levels"),
      ("ruin_levels = [0.9, 0.5]", "ruin_levels[1]", "0.5 is no fraction"),
      ("ruin_levels = [1]", "ruin_levels[0]", "1 is no fraction"),
      ("tail_scenarios = 5", "tail_scenarios", "from 1000 to"),
      ("target_error = 0", "target_error", "from"),
    ])
  func badResampling(lines: String, key: String, words: String) throws {
    let before = ScenarioTests.smallest.split(separator: "\n", omittingEmptySubsequences: false).count
    let error = #expect(throws: ScenarioError.self) {
      try ScenarioTests.read(ScenarioTests.smallest + "\n[monte_carlo]\n" + lines + "\n")
    }
    let line = before + 1 + lines.split(separator: "\n").count
    #expect(error?.key == "monte_carlo." + key && error?.line == line, "\(error?.description ?? "")")
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test(
    "What cannot be meant is refused where it stands",
    arguments: [
      ("convention = \"leen\"", "metrics.convention", "did you mean 'lean'?"),
      ("risk_free_rate = -2", "metrics.risk_free_rate", "from -0.5 to 10"),
      ("value_at_risk_levels = []", "metrics.value_at_risk_levels", "holds 0 levels"),
      ("value_at_risk_levels = [0.99, 0.95]", "metrics.value_at_risk_levels[1]", "0.95 is no level"),
      ("value_at_risk_levels = [1.5]", "metrics.value_at_risk_levels[0]", "1.5 is no level"),
      ("periods_per_year = 0", "metrics.periods_per_year", "from 1 to"),
      ("benchmrk = \"X\"", "metrics.benchmrk", "did you mean 'benchmark'?"),
    ])
  func badMetrics(line: String, key: String, words: String) throws {
    let before = ScenarioTests.smallest.split(separator: "\n", omittingEmptySubsequences: false).count
    let error = #expect(throws: ScenarioError.self) {
      try ScenarioTests.read(ScenarioTests.smallest + "\n[metrics]\n" + line + "\n")
    }
    #expect(error?.key == key && error?.line == before + 2, "\(error?.description ?? "")")
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("Symbols must be the run's, and a stress must shock something")
  func badStress() throws {
    let data = ScenarioTests.smallest.replacing("[data]", with: "[data]\ninstruments = [\"ALFA\"]")
    for (more, key, words) in [
      ("[metrics]\nbenchmark = \"ALFB\"", "metrics.benchmark", "ALFA"),
      ("[[stress]]\nname = \"a\"", "stress[0]", "shocks nothing"),
      ("[[stress]]\nprice = -0.1", "stress[0].name", "is missing"),
      ("[[stress]]\nname = \"a\"\nprice = -1.1", "stress[0].price", "from -1 to 100"),
      (
        "[[stress]]\nname = \"a\"\nprice = -0.1\nvolatility_sensitivity = 1", "stress[0].volatility_sensitivity",
        "acts on nothing"
      ),
      ("[[stress]]\nname = \"a\"\nprice = 0.1\ninstrument = \"B\"", "stress[0].instrument", "no instrument"),
    ] {
      let error = #expect(throws: ScenarioError.self) { try ScenarioTests.read(data + "\n" + more + "\n") }
      #expect(error?.key == key && (error?.line ?? 0) > 1, "\(error?.description ?? "")")
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
  }

  @Test("A stored scenario opens no file and needs no strategy")
  func storedScenario() throws {
    let text = "data.market = \"/etc/passwd\"\n[strategy]\nname = \"unknown\"\n[metrics]\nrisk_free_rate = 0.01\n"
    #expect(try Scenario(stored: text, file: "x").analysisSettings.riskFreeRate == 0.01)
    #expect(throws: ScenarioError.self) { try Scenario(stored: "include = [\"/etc/passwd\"]\n", file: "x") }
    #expect(throws: ScenarioError.self) { try Scenario(stored: "[metrics]\nrisk_free_rate = \"a\"\n", file: "x") }
  }

  @Test("Drawn fees move all tiers, within what a rate may be")
  func drawnFees() {
    var fees = FeeSettings()
    fees.tiers = [FeeSettings.Tier()]
    fees.tiers[0].rates.takerRate = 999_999_999
    fees.raiseRates(maker: -5, taker: 7)
    #expect(fees.makerRate == -5 && fees.takerRate == 7)
    #expect(fees.tiers[0].rates.makerRate == -5 && fees.tiers[0].rates.takerRate == 1_000_000_000)
  }

  @Test("Funding at intervals and at single times, and borrow")
  func carry() throws {
    let scenario = try ScenarioTests.read(
      ScenarioTests.smallest + """

        [carry]
        borrow_rate = 30_000_000
        funding_rate = 100_000
        [[carry.funding]]
        time = 2024-03-01T15:00:00Z
        instrument = "BETA"
        rate = -5
        """)
    // Two hours before midnight to one hour after eight: two of the eight-hour marks lie in it.
    let day: Int64 = 86_400_000_000_000
    let hour = day / 24
    let terms = try scenario.carry.engineTerms(
      instruments: Self.instruments, span: (-2 * hour)...(9 * hour))
    #expect(terms?.borrow == BorrowTerms(annualRate: 30_000_000, daysPerYear: 360))
    let expected: [(Int64, UInt16, Int64)] = [
      (0, 0, 100_000), (0, 1, 100_000), (8 * hour, 0, 100_000), (8 * hour, 1, 100_000),
      (1_709_305_200_000_000_000, 1, -5),
    ]
    #expect(terms?.funding == expected.map { CarryTerms.Funding(time: $0.0, instrument: $0.1, rate: $0.2) })
    #expect(try HoldingTerms().engineTerms(instruments: Self.instruments, span: nil) == nil)
    #expect(throws: RunError.self) { try scenario.carry.engineTerms(instruments: [Self.instruments[0]], span: nil) }
    var dense = scenario.carry
    dense.fundingIntervalSeconds = 60
    #expect(throws: RunError.self) {
      try dense.engineTerms(instruments: Self.instruments, span: 0...(3_650 * day))
    }
  }

  @Test(
    "Wrong terms say where and what",
    arguments: [
      ("[fees]\nper_fil = 1", "s.toml:7: fees.per_fil: there is no such key; did you mean 'per_fill'?"),
      (
        "[fees]\nfill_minimum = 2\nfill_maximum = 1",
        "s.toml:8: fees.fill_maximum: lies below fill_minimum; maximums are applied last"
      ),
      (
        "[fees]\n[[fees.tier]]\nvolume = 9\n[[fees.tier]]\nvolume = 9",
        "s.toml:10: fees.tier[1].volume: 9 follows 9; list tiers by rising volume"
      ),
      (
        "[fees]\nvolume = \"money\"",
        "s.toml:7: fees.volume: 'money' is not known here; it is one of value, quantity"
      ),
      (
        "[fees]\nper_order = 1e7",
        "s.toml:7: fees.per_order: wants a number from -1000000 to 1000000, not 10000000.0; write per_order = 0.0"
      ),
      (
        "[[carry.funding]]\nrate = 5",
        "s.toml:6: carry.funding[0].time: is missing; write time = 2024-03-01T16:00:00Z, for example"
      ),
      (
        "[run]\nimpact = true",
        "s.toml:7: run.impact: wants a simulated market; recorded events cannot react to orders; "
          + "name one with data.market, or describe it with [market] and [[instrument]]"
      ),
      (
        "[run]\nimpact = 1",
        "s.toml:7: run.impact: wants true or false, not 1; write impact = false"
      ),
      (
        "[account]\nsettlement_days = 31",
        "s.toml:7: account.settlement_days: wants a whole number from 0 to 30, not 31; write settlement_days = 0"
      ),
      (
        "[fills]\ntrades_at_last_price = \"yes\"",
        "s.toml:7: fills.trades_at_last_price: wants true or false, not the text \"yes\"; "
          + "write trades_at_last_price = false"
      ),
    ])
  func refusals(more: String, message: String) {
    #expect(ScenarioTests.refusal(ScenarioTests.smallest + "\n" + more) == message)
  }

  @Test("What selects from recorded data has no meaning for a simulated market")
  func simulated() {
    func refusal(_ data: String) -> String {
      ScenarioTests.refusal("schema = 1\n[market]\n[strategy]\nname = \"null\"\n[data]\n\(data)")
    }
    #expect(refusal("from = 2024-03-01T15:00:00Z").hasPrefix("s.toml:6: data.from: selects from recorded data"))
    #expect(refusal("until = 2024-03-01T15:00:00Z").hasPrefix("s.toml:6: data.until: selects from recorded data"))
    #expect(refusal("instruments = [\"A\"]").hasPrefix("s.toml:6: data.instruments: selects from recorded data"))
  }

  @Test("Fees and carrying costs reach the account, and the books still balance")
  func costs() throws {
    let registry = ScenarioRunTests.registry
    let base = try ScenarioRunTests.short("[monte_carlo]\npessimistic = false\n")
    let plain = try ScenarioRun.compute(base, strategies: registry)
    let scenario = try ScenarioRunTests.short(
      """
      [carry]
      funding_rate = 1_000_000
      funding_interval_seconds = 60
      [account]
      settlement_days = 1
      [monte_carlo]
      pessimistic = false
      """)
    let carried = try ScenarioRun.compute(scenario, strategies: registry)
    // The same trades; only money differs.
    #expect(carried.fills == plain.fills)
    #expect(carried.lanes[0].fees == plain.lanes[0].fees, "carry is no fee")
    #expect(plain.lanes[0].carry == LaneResult.Carry())
    let carry = carried.lanes[0].carry
    #expect(carry.funding != 0 && carry.borrow == 0 && carry.dividends == 0)
    #expect(abs(try #require(carried.account.carry.last) - carry.total) < 1e-6)
    #expect(abs(carried.lanes[0].profit + carry.total - plain.lanes[0].profit) < 1e-6)
    let lastFees = try #require(carried.account.fees.last)
    #expect(abs(lastFees - carried.lanes[0].fees) < 1e-6)
    RunInvariants.check(carried, scenario)
    RunInvariants.check(plain, base)
    var rich = base
    rich.fees = FeeSettings()
    rich.fees.perOrder = 1
    let fees = try ScenarioRun.compute(rich, strategies: registry)
    #expect(fees.fills.map(\.priceTicks) == plain.fills.map(\.priceTicks))
    // An order pays its dollar with its first fill, and nothing beyond.
    let filled = Set(fees.fills.map { "\($0.order) \($0.decisionTime)" }).count
    #expect(abs(fees.lanes[0].fees - Double(filled)) < 1e-6)
    RunInvariants.check(fees, rich)
  }
}
