import Analytics
import Reporting
import Simulation

/// The keys of a scenario file: name, type, range and meaning; the default is what the value holds.
extension Scenario: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    var version = Self.schema
    try mapper.integer("schema", &version, in: 1...1, "version of the keys of this file")
    try mapper.text("name", &name, "names the run folder: letters, digits, '-' and '_'")
    try mapper.text("summary", &summary, "what it shows, in a sentence")
    try mapper.table("data", &data, "recorded events to replay")
    try mapper.table("account", &account, "money each lane begins with")
    try mapper.table("fees", &fees, "what fills cost")
    try mapper.table("carry", &carry, "what holding a position costs")
    try mapper.table("latency", &latency, "how long messages travel")
    var runFills = RunFills(terms: fills, ordersPerLane: ordersPerLane)
    try mapper.table("fills", &runFills, "how resting orders fill where the data does not say")
    (fills, ordersPerLane) = (runFills.terms, runFills.ordersPerLane)
    try mapper.table("strategy", &strategy, "what trades")
    try mapper.table("risk", &risk, "limits of each lane; a control that is absent is off")
    try mapper.table("run", &run, "")
    try mapper.table("report", &report, "what is kept for the report")
    try mapper.table("metrics", &metrics, "by which definitions figures are made")
    try mapper.tables(
      "stress", &stress, blank: StressTerms(),
      "a stress of the largest positions; the built-in ones give way to those stated, one name may stand several times")
    try mapper.table(
      "monte_carlo", &monteCarlo, "the run's history resampled, and the same strategy under drawn execution")
    try mapper.table("look_ahead", &lookAhead, "whether decisions knew the future")
    try mapper.tables(
      "lane", &lanes, blank: LaneVariant(inheriting: self),
      "a variant beside the others; it inherits every key that it does not state")
    if let model = market {
      var file = MarketFile(model: model, schema: Self.schema)
      try file.mapMarket(&mapper)
      market = file.model
    }
  }
}

extension DataSelection: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.texts("files", &files, "tick files in order of time; paths are relative to this file")
    try mapper.moment("from", &from, "start at the first event that reaches this time")
    try mapper.moment("until", &until, "stop before the first event that reaches this time")
    try mapper.texts("instruments", &instruments, "symbols to trade, the first one is instrument 0; none for all")
    try mapper.tables(
      "contract", &contracts, blank: ContractTerms(),
      "what contracts of recorded data are, where it does not say so; later ones win")
    try mapper.tables(
      "split", &splits, blank: SplitTerms(),
      "new shares for old ones: positions and lots change, orders are cancelled; 'lockstep dividends' writes them")
    try mapper.text("market", &market, "a market scenario to simulate instead; its keys may also stand in this file")
    try mapper.text("folder", &folder, "where relative paths start; empty for the folder of this file")
  }
}

extension ContractTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("instrument", &instrument, "symbol; empty for every instrument")
    try mapper.number(
      "multiplier", &multiplier, in: 1e-9...1e9,
      "units of the underlying per unit of quantity, 50 for an E-mini S&P 500 future; absent for what the data says")
    try mapper.text("currency", &currency, "of profit and loss; empty for what the data says")
    try mapper.choice(
      "settlement", &settlement, "linear: price x quantity x multiplier; inverse: quantity x multiplier / price")
  }
}

extension ContractTerms.Settlement: TomlChoice {}

extension SplitTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.moment("time", &time, "after the last event at old prices and before the first one at new ones")
    try mapper.text("instrument", &instrument, "symbol")
    try mapper.integer("new_shares", &newShares, in: 1...1_000_000, "for every old_shares; 4 of a split of 4 for 1")
    try mapper.integer("old_shares", &oldShares, in: 1...1_000_000, "2 of a split of 3 for 2")
  }
}

extension AccountSettings: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.number("capital", &capital, in: 0.01...1e15, "in the account's currency")
    try mapper.text("currency", &currency, "must be what the instruments settle in")
    try mapper.integer(
      "settlement_days", &settlementDays, in: 0...30,
      "business days until a fill has changed hands; a cash account cannot spend what it sold for before")
    try mapper.choice(
      "credit", &credit,
      "what may be bought with: anything, settled cash alone (and no shorts), or equity above margins")
    try mapper.table("margin", &margin, "what positions must be backed with, for credit = \"margin\"")
    try mapper.choice(
      "lots", &lots, "which lots a closing fill closes, kept with gains and holding periods; none keeps none")
    try mapper.integer("long_term_days", &longTermDays, in: 0...36_500, "a lot held for more days is long-term")
    try mapper.choice(
      "mark", &mark,
      "what positions are valued at: mid of the best prices, last trade, or touch, the bid for longs and the ask for shorts; "
        + "margins and carrying costs go by the mid")
    try mapper.tables(
      "rate", &rates, blank: CurrencyRate(), "what another currency is worth in the account's")
  }
}

extension AccountSettings.Credit: TomlChoice {}
extension MarginTerms.OnCall: TomlChoice {}
extension RiskTerms.AfterStop: TomlChoice {}
extension AccountSettings.Lots: TomlChoice {}
extension AccountSettings.Mark: TomlChoice {}

extension MarginTerms: TomlMapped {
  /// Up to ten times the value.
  static let rates: ClosedRange<Int64> = 0...10_000_000_000

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("initial_rate", &initialRate, in: Self.rates, "to open, billionths of the position's value")
    try mapper.integer("maintenance_rate", &maintenanceRate, in: Self.rates, "to keep it; less equity is a margin call")
    try mapper.integer("initial_short_rate", &initialShortRate, in: Self.rates, "as longs unless stated")
    try mapper.integer("maintenance_short_rate", &maintenanceShortRate, in: Self.rates, "as longs unless stated")
    try mapper.number(
      "leverage", &leverage, in: 0.01...1_000, "largest value of all positions as a multiple of equity")
    try mapper.choice(
      "on_call", &onCall,
      "note: a margin call is a risk event; close: it cancels all orders and closes all positions at market, too")
  }
}

extension CurrencyRate: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("currency", &currency, "of instruments, such as EUR")
    try mapper.number(
      "rate", &rate, in: Self.range,
      "units of the account's currency for one of it, for the whole run or before the first point")
    try mapper.text(
      "file", &file, "rates over time: lines of time,pair,rate, such as 2024-03-01T00:00:00Z,EURUSD,1.0812; read once")
    try mapper.tables(
      "point", &points, blank: Point(), "rates from moments on, by rising time: equity, margins and marks follow them")
  }
}

extension CurrencyRate.Point: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.moment("time", &time, "exchange time from which it holds")
    try mapper.number("rate", &rate, in: CurrencyRate.range, "units of the account's currency for one")
  }
}

extension CurrencyRate {
  static let range: ClosedRange<Double> = 1e-6...1e6
}

extension FeeSettings.VolumeWindow: TomlChoice {}

extension FeeSettings: TomlMapped {
  /// A hundred per cent.
  static let rates: ClosedRange<Int64> = -1_000_000_000...1_000_000_000
  /// Amounts become billionths of the currency in 64 bits.
  static let amounts: ClosedRange<Double> = -1e6...1e6

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try rates.map(&mapper)
    try mapper.number("per_fill", &perFill, in: Self.amounts, "added to each fill, account's currency")
    try mapper.number("per_order", &perOrder, in: Self.amounts, "added to each order that fills, account's currency")
    try mapper.number("fill_minimum", &fillMinimum, in: Self.amounts, "least commission of a fill")
    try mapper.number("fill_maximum", &fillMaximum, in: Self.amounts, "largest commission of a fill")
    try mapper.number("order_minimum", &orderMinimum, in: Self.amounts, "least commission of an order that fills")
    try mapper.number("order_maximum", &orderMaximum, in: Self.amounts, "largest commission of an order")
    try mapper.integer(
      "order_maximum_rate", &orderMaximumRate, in: 0...1_000_000_000,
      "largest commission of an order, billionths of its traded value")
    try mapper.number(
      "increment", &increment, in: 0...1e6, "an order's commission is rounded to multiples of it; 0 rounds nothing")
    try mapper.integer("buy_duty_rate", &buyDutyRate, in: Self.rates, "tax on buys, billionths of the notional")
    try mapper.number("buy_duty_per_unit", &buyDutyPerUnit, in: Self.amounts, "tax on each unit bought")
    try mapper.integer("sell_duty_rate", &sellDutyRate, in: Self.rates, "tax on sells, billionths of the notional")
    try mapper.number("sell_duty_per_unit", &sellDutyPerUnit, in: Self.amounts, "tax on each unit sold")
    try mapper.choice("volume", &volume, "what the volume of tiers counts: value in currency, or quantity in units")
    try mapper.integer(
      "starting_volume", &startingVolume, in: 0...1_000_000_000_000_000, "counts as traded before the run")
    try mapper.choice(
      "volume_window", &volumeWindow,
      "run: tiers count all that was traded; month: they begin again, at starting_volume, with each calendar month of UTC"
    )
    try mapper.tables("tier", &tiers, blank: Tier(), "other rates from a traded volume on, by rising volume")
  }
}

extension FeeSettings.Rates {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer(
      "maker_rate", &makerRate, in: FeeSettings.rates, "billionths of the notional, negative for a rebate")
    try mapper.integer("taker_rate", &takerRate, in: FeeSettings.rates, "billionths of the notional")
    try mapper.number(
      "maker_per_unit", &makerPerUnit, in: FeeSettings.amounts,
      "per share, contract or coin, account's currency, negative for a rebate")
    try mapper.number(
      "taker_per_unit", &takerPerUnit, in: FeeSettings.amounts, "per share, contract or coin, account's currency")
  }
}

extension FeeSettings.Tier: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer(
      "volume", &volume, in: 0...1_000_000_000_000_000, "traded before a fill that pays these rates, whole units")
    try rates.map(&mapper)
  }
}

extension HoldingTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer(
      "borrow_rate", &borrowRate, in: 0...10_000_000_000,
      "what shorts pay for a year, billionths of the position's value")
    try mapper.integer("borrow_days_per_year", &borrowDaysPerYear, in: 1...366, "days that year has by the agreement")
    try mapper.integer(
      "funding_rate", &fundingRate, in: FeeSettings.rates,
      "what longs pay shorts at each interval, billionths of the position's value")
    try mapper.integer(
      "funding_interval_seconds", &fundingIntervalSeconds, in: 60...31_536_000,
      "between payments, at its multiples since 1970, UTC")
    try mapper.tables("funding", &funding, blank: Funding(), "single payments, beside those at intervals")
    try mapper.tables(
      "dividend", &dividends, blank: Dividend(),
      "cash for what is held, paid by shorts; 'lockstep dividends' writes them")
  }
}

extension HoldingTerms.Funding: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.moment("time", &time, "exchange time of the payment")
    try mapper.text("instrument", &instrument, "symbol; empty for every instrument")
    try mapper.integer("rate", &rate, in: FeeSettings.rates, "billionths of the position's value, paid by longs")
  }
}

extension HoldingTerms.Dividend: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.moment("time", &time, "exchange time, before the first session without it")
    try mapper.text("instrument", &instrument, "symbol")
    try mapper.number("per_unit", &perUnit, in: 0...1e6, "for each share, account's currency")
  }
}

extension LatencyTerms.Feed: TomlChoice {}
extension MetricTerms.Calendar: TomlChoice {}
extension LatencyTerms.Rule.Law: TomlChoice {}
extension FillTerms.Queue: TomlChoice {}
extension FeeSettings.Volume: TomlChoice {}

extension LatencyTerms: TomlMapped {
  /// An hour: longer is a mistake of units.
  static let longest: ClosedRange<Int64> = 0...3_600_000_000_000

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.choice(
      "feed", &feed,
      "from the exchange's event to the strategy: constant; as the data recorded it; measured at points; drawn for each event"
    )
    try mapper.integer("feed_nanoseconds", &feedNanoseconds, in: Self.longest, "of a constant feed")
    try mapper.integers(
      "feed_quantiles", &feedQuantiles, in: Self.longest,
      "of a drawn feed, nanoseconds at equal steps of probability from 0 to 1; no event overtakes another")
    try mapper.tables(
      "feed_point", &feedPoints, blank: Rule.Point(), "of a measured feed, by rising time; straight lines between them")
    try mapper.table("new_order", &newOrder, "from the strategy to the venue")
    try mapper.table("cancel", &cancel, blank: newOrder, "as new_order unless stated")
    try mapper.table("amend", &amend, blank: newOrder, "as new_order unless stated")
    try mapper.table("acknowledgement", &acknowledgement, "from the venue's answer or fill to the strategy")
  }
}

extension LatencyTerms.Rule: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.choice(
      "law", &law,
      "constant; recorded follows the feed's own latency at the moment; drawn for each message; measured: from points")
    try mapper.integer(
      "nanoseconds", &nanoseconds, in: LatencyTerms.longest, "of a constant; added to a recorded one")
    try mapper.integer(
      "recorded_thousandths", &recordedThousandths, in: 0...1_000_000, "factor on the feed's recorded latency")
    try mapper.integers(
      "quantiles", &quantiles, in: LatencyTerms.longest,
      "of a drawn one, nanoseconds at equal steps of probability from 0 to 1")
    try mapper.tables(
      "point", &points, blank: Point(), "of a measured one, by rising time; straight lines between them")
  }
}

extension LatencyTerms.Rule.Point: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.moment("time", &time, "when it was measured")
    try mapper.integer("nanoseconds", &nanoseconds, in: LatencyTerms.longest, "what a message took then")
  }
}

extension FillTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.choice(
      "queue", &queue, "where a level shrinks relative to an own order, for feeds without single orders")
    try mapper.number("queue_exponent", &queueExponent, in: 0.01...16, "of the power models")
    try mapper.number(
      "probability", &probability, in: 0...1,
      "chance of a fill when an order's turn comes at its price, else to the queue's back; trades through always fill")
    try mapper.flag(
      "trades_at_last_price", &tradesAtLastPrice,
      "data without a book fills at the last price at once, not at the next bar's open or trade")
  }
}

/// The scenario's table, which says what holds for all lanes too.
private struct RunFills: TomlMapped {
  static let ordersPerLane = "orders_per_lane"

  var terms: FillTerms
  var ordersPerLane: Int

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try terms.map(&mapper)
    try mapper.integer(
      Self.ordersPerLane, &ordersPerLane, in: 64...65_536,
      "of each lane, alive or under way at once; rounded up to a power of two")
  }
}

/// A lane's table.
private struct LaneFills: TomlMapped {
  var terms: FillTerms

  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try terms.map(&mapper)
    try mapper.refuse(RunFills.ordersPerLane, "all lanes have as many places: state it once, in [fills]")
  }
}

extension StrategyChoice: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("name", &name, "one of 'lockstep config strategies'")
    try mapper.settings("parameters", &parameters, "numbers that the strategy declares")
  }
}

extension RiskTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("order_quantity", &orderQuantity, in: 1...Int64.max, "largest order, lots")
    try mapper.integer("position", &position, in: 0...Int64.max, "largest position with open orders counted, lots")
    try mapper.number("notional", &notional, in: 0...1e15, "largest position value, account's currency")
    try mapper.integer(
      "price_collar_ticks", &priceCollarTicks, in: 0...Int32.max, "how far a price may be through the touch")
    try mapper.integer("order_rate", &orderRate, in: 1...Int32.max, "orders and amends in each window")
    try mapper.integer(
      "order_rate_window_nanoseconds", &orderRateWindowNanoseconds, in: 1...86_400_000_000_000, "")
    try mapper.number(
      "drawdown", &drawdown, in: 0...1e15,
      "largest fall from the highest equity, account's currency, looked at every second; then the lane stops")
    try mapper.choice(
      "after_stop", &afterStop,
      "the stop cancels all orders; close: and closes all positions at market, hold: they stay, both without calling the "
        + "strategy again; reduce: it goes on and may only reduce them")
  }
}

extension RunTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer("seed", &seed, in: 0...UInt64.max, "of all random numbers")
    try mapper.number(
      "equity_interval_seconds", &equityIntervalSeconds, in: 0.001...86_400, "between samples of equity")
    try mapper.flag(
      "impact", &hasImpact, "lanes trade in the simulated market for real, each in a copy of its own")
  }
}

extension ReportTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("shown_lane", &shownLane, "name of the lane kept in full; empty for the first")
    try mapper.integer("windows", &windows, in: 0...64, "fills whose book is kept around them")
    try mapper.number("window_seconds", &windowSeconds, in: 0.001...3_600, "length of such a window")
    try mapper.flag("html", &isHTML, "write report.html")
    try mapper.flag(
      "order_steps", &keepsOrderSteps, "keep every step of the shown lane's orders, from decision to settlement")
    try mapper.integer(
      "resamples", &resamples, in: 100...1_000_000,
      "of the bootstraps behind intervals; absent for 2,000, and fewer where returns are many")
    try mapper.integer(
      "simulated_paths", &simulatedPaths, in: 100...10_000_000,
      "of the equity that is simulated; absent for 10,000, and fewer where returns are many")
  }
}

extension MetricConvention: TomlChoice {}

extension MetricTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.choice("convention", &convention, "whose definitions to follow where tools disagree: see METRICS.md")
    try mapper.number("risk_free_rate", &riskFreeRate, in: -0.5...10, "annual, as a fraction: 0.02 is 2 %")
    try mapper.number(
      "minimum_acceptable_return", &minimumAcceptableReturn, in: -0.5...10, "annual, of Sortino, Omega and downside")
    try mapper.numbers(
      "value_at_risk_levels", &confidenceLevels,
      "one to four confidence levels from 0.5 to 0.999, rising, of the tables of value at risk and of its backtest")
    try mapper.choice(
      "calendar", &calendar,
      "days with a session: automatic goes by the venue's code where METRICS.md lists it, else by the hours of the week in "
        + "which the market traded; every-day is 365 a year, weekdays 252")
    try mapper.number(
      "session_close", &sessionClose, in: 0.25...48,
      "hours after midnight UTC, above 24 in the next day; absent for what the data shows, or else the venue's, 22 or 24"
    )
    try mapper.number(
      "session_hours", &sessionHours, in: 0.01...24,
      "length of a session, which annualises shorter returns; absent for the venue's, or 6.5 where nights are quiet, else 24"
    )
    try mapper.number(
      "periods_per_year", &periodsPerYear, in: 1...100_000,
      "sessions that make a year; absent for the venue's or the calendar's own")
    try mapper.text(
      "benchmark", &benchmark,
      "symbol of the run to hold instead; 'none' for no benchmark; empty for all instruments in equal parts")
    try mapper.number(
      "bootstrap_block_length", &bootstrapBlockLength, in: 1...1e6,
      "mean periods of a block of the bootstraps behind intervals and tests of luck; absent for the automatic length; 1 "
        + "destroys autocorrelation")
  }
}

extension StressTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("name", &name, "shocks under one name happen together")
    try mapper.text("instrument", &instrument, "symbol; empty for every instrument")
    try mapper.number("price", &price, in: -1...100, "relative move: -0.2 is a fall of 20 %")
    try mapper.number("spread", &spread, in: 0...1e6, "factor on the quoted spread")
    try mapper.number("volatility", &volatility, in: 0...1e6, "factor on the volatility")
    try mapper.number("liquidity", &liquidity, in: 1e-6...1e6, "factor on the volume that trades: 0.1 leaves a tenth")
    try mapper.number(
      "volatility_sensitivity", &volatilitySensitivity, in: -1e6...1e6,
      "share of its value that a position gains when volatility doubles, 0 for linear ones; an option's vega")
  }
}

extension SimulationMethod: TomlChoice {}

extension MonteCarloTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.choice(
      "method", &method,
      "what resampled histories are made of: blocks of random or of one length, single returns (independent: destroys "
        + "autocorrelation), a fitted GARCH with its own residuals, or the run's round trips in random order")
    try mapper.number(
      "block_length", &blockLength, in: 1...1e6,
      "periods of a block, the mean of stationary ones, whole for circular ones; absent for the automatic length")
    try mapper.numbers(
      "ruin_levels", &ruinLevels, "one to eight rising fractions of the starting wealth; how often each is reached")
    try mapper.number(
      "target_error", &targetError, in: 1e-9...1,
      "ends the simulation when the standard error of the mean terminal wealth is down to it; absent for all paths")
    try mapper.integer(
      "tail_scenarios", &tailScenarios, in: 1_000...10_000_000,
      "of the copulas behind the value at risk of several instruments; absent for 20,000, and fewer for many instruments"
    )
    try mapper.integer(
      "execution_draws", &executionDraws, in: 0...10_000,
      "extra lanes that draw latencies, fees, queue models and chances of fills")
    try mapper.number(
      "latency_spread", &latencySpread, in: 0...3, "standard deviation of the logarithm of the factor on all latencies")
    try mapper.integer(
      "fee_spread", &feeSpread, in: 0...1_000_000_000, "largest change of the fee rates, billionths of the notional")
    try mapper.number(
      "least_fill_probability", &leastFillProbability, in: 0...1,
      "lowest fills.probability that is drawn, up to the scenario's own; the pessimistic run has it")
    try mapper.flag(
      "pessimistic", &runsPessimistic,
      "also run the shown lane with doubled latencies, worse fees and queues and the least chance of fills")
  }
}

extension LookAheadTerms: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.integer(
      "cutoffs", &cutoffs, in: 0...1_000,
      "replays that end early, at decisions drawn at random, and must repeat all earlier ones; 0 for none")
  }
}

extension LaneVariant: TomlMapped {
  mutating func map<Mapper: TomlMapper>(_ mapper: inout Mapper) throws(ScenarioError) {
    try mapper.text("name", &name, "")
    try mapper.settings("parameters", &parameters, "")
    try mapper.table("latency", &latency, "")
    try mapper.table("fees", &fees, "")
    try mapper.table("carry", &carry, "")
    var laneFills = LaneFills(terms: fills)
    try mapper.table("fills", &laneFills, "")
    fills = laneFills.terms
    try mapper.table("risk", &risk, "")
  }
}
