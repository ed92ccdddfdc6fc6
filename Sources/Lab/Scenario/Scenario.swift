public import Analytics
public import Reporting
public import Simulation

/// Everything a run needs to be repeated to the byte: data, terms of trade, strategy, limits and what to report.
///
/// A scenario file is TOML with `schema = 1`; `Scenario+Keys.swift` is the one description of its keys, from which
/// reading, writing, `lockstep config schema` and `lockstep config explain` all come.
public struct Scenario: Hashable, Sendable {
  /// The version of the keys; files of another version are refused.
  public static let schema = 1

  /// Names the run folder and the report.
  public var name = "run"
  /// One sentence on what it shows.
  public var summary = ""
  public var data = DataSelection()
  /// A simulated market instead of recorded data.
  public var market: MarketModel?
  public var account = AccountSettings()
  public var fees = FeeSettings()
  public var carry = HoldingTerms()
  public var latency = LatencyTerms()
  public var fills = FillTerms()
  /// Orders of a lane that are alive or under way at once; every lane has as many places, a power of two.
  public var ordersPerLane = 64
  public var strategy = StrategyChoice()
  public var risk = RiskTerms()
  public var run = RunTerms()
  public var report = ReportTerms()
  public var metrics = MetricTerms()
  /// Shocks that the largest positions are put under; none means the report's own.
  public var stress: [StressTerms] = []
  public var monteCarlo = MonteCarloTerms()
  public var lookAhead = LookAheadTerms()
  /// Variants that run side by side; none means one lane with the terms above.
  public var lanes: [LaneVariant] = []

  public init() {}

  /// The lanes that run: the variants, or the scenario itself as the only one.
  public var variants: [LaneVariant] {
    lanes.isEmpty ? [LaneVariant(inheriting: self, name: "base")] : lanes
  }
}

/// Which recorded events a run replays.
public struct DataSelection: Hashable, Sendable {
  /// Tick files in order of time.
  public var files: [String] = []
  public var from: Int64?
  public var until: Int64?
  /// Symbols; empty for all.
  public var instruments: [String] = []
  /// What contracts are, where the data does not say it.
  public var contracts: [ContractTerms] = []
  /// New shares for old ones, where the data's prices change for it.
  public var splits: [SplitTerms] = []
  /// A market scenario instead of files; resolved scenarios hold its keys themselves.
  public var market = ""
  /// Where relative paths start; after reading never empty, unless that is the working folder.
  public var folder = ""

  public init() {}

  /// The path to open for an element of `files`.
  public func path(of file: String) -> String {
    file.hasPrefix("/") || folder.isEmpty ? file : ScenarioLayers.tidied("\(folder)/\(file)")
  }
}

/// What an instrument's contracts are; sources of ticks often name only its price.
public struct ContractTerms: Hashable, Sendable {
  public enum Settlement: String, CaseIterable, Sendable { case asRecorded = "as-recorded", linear, inverse }

  /// Symbol; empty for every instrument.
  public var instrument = ""
  /// Units of the underlying per unit of quantity; nil for what the data says.
  public var multiplier: Double?
  /// What profit and loss are paid in; empty for what the data says.
  public var currency = ""
  public var settlement = Settlement.asRecorded

  public init() {}
}

/// A split of an instrument's shares.
public struct SplitTerms: Hashable, Sendable {
  /// Between the last event at old prices and the first one at new ones, nanoseconds since the epoch, exchange clock.
  public var time: Int64?
  public var instrument = ""
  /// So many new shares for so many old ones.
  public var newShares: Int64 = 1
  public var oldShares: Int64 = 1

  public init() {}
}

/// The money a lane begins with.
public struct AccountSettings: Hashable, Sendable {
  public var capital = 1_000_000.0
  public var currency = "USD"
  /// Business days until what was traded has changed hands; a cash account cannot spend what it sold for before.
  public var settlementDays = 0
  public var credit = Credit.unlimited
  public var margin = MarginTerms()
  public var lots = Lots.none
  /// A lot held for more days than this is long-term.
  public var longTermDays = 365
  public var rates: [CurrencyRate] = []
  public enum Mark: String, CaseIterable, Sendable { case mid, last, touch }

  /// What positions are worth.
  public var mark = Mark.mid

  public enum Credit: String, CaseIterable, Sendable { case unlimited, cash, margin }
  public enum Lots: String, CaseIterable, Sendable { case none, fifo, lifo, hifo, average }

  public init() {}
}

/// What positions must be backed with, in billionths of their value.
public struct MarginTerms: Hashable, Sendable {
  public var initialRate: Int64 = 500_000_000
  public var maintenanceRate: Int64 = 250_000_000
  /// Nil: as longs.
  public var initialShortRate: Int64?
  public var maintenanceShortRate: Int64?
  /// Largest value of all positions as a multiple of equity; nil for what the initial rates allow.
  public var leverage: Double?
  public enum OnCall: String, CaseIterable, Sendable { case note, close }

  /// What a margin call does.
  public var onCall = OnCall.note

  public init() {}
}

/// What a unit of another currency is worth in the account's: for the whole run, or from moment to moment.
public struct CurrencyRate: Hashable, Sendable {
  /// A rate from a moment on.
  public struct Point: Hashable, Sendable {
    /// Nanoseconds since the epoch, exchange clock.
    public var time: Int64?
    public var rate = 1.0

    public init(time: Int64? = nil, rate: Double = 1) {
      self.time = time
      self.rate = rate
    }
  }

  public var currency = ""
  /// Before the first point; nil where there is a point before the data.
  public var rate: Double?
  /// Text with a time, a pair and a rate in each line; resolved scenarios hold its points themselves.
  public var file = ""
  /// By rising time.
  public var points: [Point] = []

  public init() {}

  /// What holds before any point does.
  var first: Double { rate ?? points.first?.rate ?? 1 }
}

/// How long messages travel.
public struct LatencyTerms: Hashable, Sendable {
  public enum Feed: String, CaseIterable, Sendable { case constant, recorded, measured, drawn }

  /// How long one kind of message takes.
  public struct Rule: Hashable, Sendable {
    public enum Law: String, CaseIterable, Sendable { case constant, recorded, drawn, measured }

    public var law = Law.constant
    public var nanoseconds: Int64 = 0
    public var recordedThousandths: Int64 = 1_000
    public var quantiles: [Int64] = []
    /// Of a measured one, by rising time.
    public var points: [Point] = []

    /// What a message took at a moment.
    public struct Point: Hashable, Sendable {
      /// Nanoseconds since the epoch.
      public var time: Int64?
      public var nanoseconds: Int64 = 0

      public init() {}
    }

    public init(nanoseconds: Int64 = 0) { self.nanoseconds = nanoseconds }
  }

  public var feed = Feed.constant
  public var feedNanoseconds: Int64 = 0
  /// Of a drawn feed, and of a measured one by rising time.
  public var feedQuantiles: [Int64] = []
  public var feedPoints: [Rule.Point] = []
  public var newOrder = Rule()
  /// Nil: as new orders.
  public var cancel: Rule?
  public var amend: Rule?
  public var acknowledgement = Rule()

  public init() {}

  /// States what unstated kinds of messages take: as long as new orders.
  mutating func resolve() {
    cancel = cancel ?? newOrder
    amend = amend ?? newOrder
  }
}

/// How resting orders fill where the data does not say.
public struct FillTerms: Hashable, Sendable {
  public enum Queue: String, CaseIterable, Sendable {
    case riskAverse = "risk-averse"
    case uniform
    case power
    case powerOfTotal = "power-of-total"
    case powerOfAhead = "power-of-ahead"
    case logarithm
    case logarithmOfTotal = "logarithm-of-total"
  }

  public var queue = Queue.riskAverse
  public var queueExponent = 2.0
  /// Chance of a fill when an order's turn comes at its own price; what is traded through always fills.
  public var probability = 1.0
  /// On data without a book orders fill at the last price at once, not at the next one.
  public var tradesAtLastPrice = false

  public init() {}
}

/// Which strategy runs, and its parameters.
public struct StrategyChoice: Hashable, Sendable {
  public var name = ""
  public var parameters: [String: Double] = [:]

  public init() {}
}

/// Limits of one lane; nil switches a control off.
public struct RiskTerms: Hashable, Sendable {
  public var orderQuantity: Int64?
  public var position: Int64?
  /// In the account's currency.
  public var notional: Double?
  public var priceCollarTicks: Int32?
  public var orderRate: Int32?
  public var orderRateWindowNanoseconds: Int64 = 1_000_000_000
  /// Largest fall from the highest equity, in the account's currency; then the lane stops.
  public var drawdown: Double?
  public enum AfterStop: String, CaseIterable, Sendable { case close, hold, reduce }

  /// What becomes of a lane that the drawdown stopped.
  public var afterStop = AfterStop.close

  public init() {}
}

/// What makes the run itself.
public struct RunTerms: Hashable, Sendable {
  public var seed: UInt64 = 1
  public var equityIntervalSeconds = 60.0
  /// Lanes trade in the simulated market for real, each in a copy of its own.
  public var hasImpact = false

  public init() {}
}

/// What the result shows beyond numbers.
public struct ReportTerms: Hashable, Sendable {
  /// The lane whose orders and fills are kept in full; empty for the first.
  public var shownLane = ""
  /// Fills whose book is kept around them.
  public var windows = 48
  public var windowSeconds = 20.0
  public var isHTML = true
  /// Every step of the shown lane's orders is kept.
  public var keepsOrderSteps = false
  /// Of the bootstraps behind intervals, and paths of the simulation; nil for what takes a second or so.
  public var resamples: Int?
  public var simulatedPaths: Int?

  public init() {}
}

/// By which definitions figures are made; nothing of it changes what the strategy does.
public struct MetricTerms: Hashable, Sendable {
  public var convention = MetricConvention.default
  /// Annual, as fractions.
  public var riskFreeRate = 0.0
  public var minimumAcceptableReturn = 0.0
  /// Of value at risk and expected shortfall.
  public var confidenceLevels = [0.95, 0.99]
  public enum Calendar: String, CaseIterable, Sendable { case automatic, weekdays, everyDay = "every-day" }

  /// Which days have a session.
  public var calendar = Calendar.automatic
  /// Hours after midnight UTC when a session closes, and how long one lasts; nil for what fits the calendar.
  public var sessionClose: Double?
  public var sessionHours: Double?
  /// Nil for what the calendar of the data implies.
  public var periodsPerYear: Double?
  /// A symbol of the run, `none`, or empty for holding all its instruments in equal parts.
  public var benchmark = ""
  /// Mean periods of a block of the bootstraps behind intervals and tests; nil for the automatic length.
  public var bootstrapBlockLength: Double?

  public init() {}
}

/// One stress: what happens to the market of everything that is held, or of one instrument.
public struct StressTerms: Hashable, Sendable {
  public var name = ""
  /// Symbol; empty for every instrument.
  public var instrument = ""
  /// Relative move of prices.
  public var price = 0.0
  /// Factors on the quoted spread, the volatility and the volume that trades.
  public var spread = 1.0
  public var volatility = 1.0
  public var liquidity = 1.0
  /// Share of its value that a position gains per relative change of the volatility.
  public var volatilitySensitivity = 0.0

  public init(name: String = "", instrument: String = "") {
    self.name = name
    self.instrument = instrument
  }
}

/// How the run's own history is resampled, how uncertain execution is, and how often that is drawn.
public struct MonteCarloTerms: Hashable, Sendable {
  public var method = SimulationMethod.stationary
  /// Periods of a block; nil for the automatic length.
  public var blockLength: Double?
  /// Fractions of the starting wealth whose being reached is counted.
  public var ruinLevels = MonteCarloPlan.ruinLevels
  /// Ends the simulation early; nil for all paths.
  public var targetError: Double?
  /// Of the copulas behind the value at risk of several instruments; nil for as many as take a moment.
  public var tailScenarios: Int?
  public var executionDraws = 0
  /// Standard deviation of the logarithm of the factor on all latencies.
  public var latencySpread = 0.5
  /// Largest change of both fee rates, in billionths of the notional.
  public var feeSpread: Int64 = 0
  /// The lowest chance of fills at the price that is drawn; the pessimistic run has it.
  public var leastFillProbability = 0.5
  public var runsPessimistic = true

  public init() {}
}

/// Whether decisions are compared with those of replays that end early.
public struct LookAheadTerms: Hashable, Sendable {
  /// Replays that end early, each at a decision; 0 makes no check.
  public var cutoffs = 0

  public init() {}
}

/// One of several variants that run side by side over the same replay.
public struct LaneVariant: Hashable, Sendable {
  public var name: String
  public var parameters: [String: Double]
  public var latency: LatencyTerms
  public var fees: FeeSettings
  public var carry: HoldingTerms
  public var fills: FillTerms
  public var risk: RiskTerms

  public init(inheriting scenario: Scenario, name: String = "") {
    self.name = name
    parameters = scenario.strategy.parameters
    latency = scenario.latency
    fees = scenario.fees
    carry = scenario.carry
    fills = scenario.fills
    risk = scenario.risk
  }
}
