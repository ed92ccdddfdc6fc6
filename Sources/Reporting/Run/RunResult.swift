public import Analytics
public import MarketTypes

/// Everything a finished run leaves behind, as plain data: what result files store and reports are made from.
///
/// Times are nanoseconds since the epoch, UTC; prices are ticks and quantities lots of their instrument; money is in the
/// account's currency. Columns that belong together have the same length. A part that the run does not have is empty or
/// nil, never invented.
public struct RunResult: Sendable, Hashable {
  public var identity: RunIdentity
  /// The fully resolved scenario, TOML.
  public var scenario: String
  public var instruments: [Instrument]
  /// Lots that the market traded in each instrument while the run went on; empty when nobody counted.
  public var marketLots: [Int64] = []
  /// When in the week the market traded; nil when nobody looked.
  public var marketHours: TradingHours?
  /// When nothing moved in any of the run's markets for more than a day: nights of weekends, holidays, gaps of the data.
  public var marketRests: [MarketRest] = []
  public var lanes: [LaneResult]
  /// The lane whose orders, fills and account are kept in full: an index into `lanes`.
  public var shownLane: Int
  /// When the equity of every lane was sampled; the first sample is the start.
  public var sampleTimes: [Int64]
  /// Equity of lane × sample, lane after lane.
  public var laneEquity: [Double]
  /// What each lane made in each instrument that it traded, lane after lane; empty where there is one lane.
  public var laneInstruments: [LaneInstrumentResult] = []
  /// The shown lane's account, at every sample and every fill.
  public var account: AccountColumns
  public var orders: RunRows<RunOrder>
  public var fills: RunRows<RunFill>
  /// The shown lane's fills at its orders' prices that were drawn as missed; empty where every such fill happens.
  public var missedFills: RunRows<MissedFill> = []
  /// Every step of the shown lane's orders, in the order in which the venue caused them; empty unless asked for.
  public var orderSteps: RunRows<OrderStepEntry> = []
  /// What the shown lane's fills closed, by lots; nil where the scenario chose no method.
  public var closedLots: ClosedLots?
  /// Splits that happened while the run went on, by time.
  public var splits: [RunSplit] = []
  public var riskEvents: [RiskEvent]
  /// Final equity of lanes that differ only in drawn latency, queue and fill assumptions.
  public var executionDraws: ExecutionDraws?
  /// The same run under worse assumptions.
  public var pessimistic: PessimisticRun?
  /// What replays that ended early showed; nil when there were none.
  public var lookAhead: LookAheadResult?
  /// The book around selected fills.
  public var windows: [BookWindow]
  /// What the run takes for granted, in words.
  public var assumptions: [Assumption]

  public init(
    identity: RunIdentity, scenario: String, instruments: [Instrument], lanes: [LaneResult], shownLane: Int = 0,
    sampleTimes: [Int64] = [], laneEquity: [Double] = [], account: AccountColumns = AccountColumns(),
    orders: [RunOrder] = [], fills: [RunFill] = [], riskEvents: [RiskEvent] = [],
    executionDraws: ExecutionDraws? = nil, pessimistic: PessimisticRun? = nil, windows: [BookWindow] = [],
    assumptions: [Assumption] = []
  ) {
    self.identity = identity
    self.scenario = scenario
    self.instruments = instruments
    self.lanes = lanes
    self.shownLane = shownLane
    self.sampleTimes = sampleTimes
    self.laneEquity = laneEquity
    self.account = account
    self.orders = RunRows(orders)
    self.fills = RunRows(fills)
    self.riskEvents = riskEvents
    self.executionDraws = executionDraws
    self.pessimistic = pessimistic
    self.windows = windows
    self.assumptions = assumptions
  }

  /// The sampled equity of one lane.
  public func equity(ofLane lane: Int) -> ArraySlice<Double> {
    laneEquity[(lane * sampleTimes.count)..<((lane + 1) * sampleTimes.count)]
  }
}

/// Which run this is and what it was made from; nothing in it depends on when or where it ran.
public struct RunIdentity: Sendable, Hashable {
  public struct Source: Sendable, Hashable {
    public var path: String
    /// Hex.
    public var sha256: String
    public var eventCount: Int

    public init(path: String, sha256: String, eventCount: Int) {
      self.path = path
      self.sha256 = sha256
      self.eventCount = eventCount
    }
  }

  public var name: String
  /// Hex SHA-256 of scenario, data, engine version and every deterministic result column.
  public var resultHash: String
  public var scenarioHash: String
  public var engineVersion: String
  public var seed: UInt64
  public var sources: [Source]
  public var currency: String
  public var startingCapital: Double
  /// First and last market time.
  public var start: Int64
  public var end: Int64
  public var eventCount: Int
  public var strategy: String
  /// Runs that the ledger knows of this scenario's family before this one, counting each lane.
  public var priorTrials: Int
  /// Head of the ledger after this run was entered, hex; empty before.
  public var ledgerHead: String
  /// A risk control ended the run or the shown lane.
  public var isStoppedByRisk: Bool

  public init(
    name: String, resultHash: String = "", scenarioHash: String = "", engineVersion: String = "", seed: UInt64 = 0,
    sources: [Source] = [], currency: String = "USD", startingCapital: Double, start: Int64, end: Int64,
    eventCount: Int = 0, strategy: String = "", priorTrials: Int = 0, ledgerHead: String = "",
    isStoppedByRisk: Bool = false
  ) {
    self.name = name
    self.resultHash = resultHash
    self.scenarioHash = scenarioHash
    self.engineVersion = engineVersion
    self.seed = seed
    self.sources = sources
    self.currency = currency
    self.startingCapital = startingCapital
    self.start = start
    self.end = end
    self.eventCount = eventCount
    self.strategy = strategy
    self.priorTrials = priorTrials
    self.ledgerHead = ledgerHead
    self.isStoppedByRisk = isStoppedByRisk
  }
}

/// One lane's outcome.
public struct LaneResult: Sendable, Hashable {
  /// Paid for holding positions, each negative when more was received.
  public struct Carry: Sendable, Hashable {
    public var funding = 0.0
    public var borrow = 0.0
    public var dividends = 0.0

    public init() {}

    public var total: Double { funding + borrow + dividends }
  }

  public struct Setting: Sendable, Hashable {
    public var name: String
    /// Of a word, its number among the words that lanes have, in the order of their first use.
    public var value: Double
    /// What a setting that is no number says; empty for numbers.
    public var word: String

    public init(name: String, value: Double, word: String = "") {
      self.name = name
      self.value = value
      self.word = word
    }
  }

  public var name: String
  /// Strategy parameters, and every key of the scenario in which any two lanes differ with this lane's value of it.
  public var settings: [Setting]
  public var finalEquity: Double
  public var profit: Double
  /// Of fills, negative when rebates were higher.
  public var fees: Double
  /// What holding positions cost; no part of `fees`.
  public var carry = Carry()
  public var ordersSent: Int
  public var riskRejects: Int
  public var venueRejects: Int
  public var cancels: Int
  public var fills: Int
  public var tradedLots: Int64
  /// Deepest drawdown over all samples, also those that are not kept, a fraction of the high, zero or negative.
  public var deepestDrawdown: Double
  public var isStoppedByRisk: Bool

  public init(
    name: String, settings: [Setting] = [], finalEquity: Double, profit: Double, fees: Double = 0, ordersSent: Int = 0,
    riskRejects: Int = 0, venueRejects: Int = 0, cancels: Int = 0, fills: Int = 0, tradedLots: Int64 = 0,
    deepestDrawdown: Double = 0, isStoppedByRisk: Bool = false
  ) {
    self.name = name
    self.settings = settings
    self.finalEquity = finalEquity
    self.profit = profit
    self.fees = fees
    self.ordersSent = ordersSent
    self.riskRejects = riskRejects
    self.venueRejects = venueRejects
    self.cancels = cancels
    self.fills = fills
    self.tradedLots = tradedLots
    self.deepestDrawdown = deepestDrawdown
    self.isStoppedByRisk = isStoppedByRisk
  }
}

/// The part of a lane's profit that it made in one instrument.
public struct LaneInstrumentResult: Sendable, Hashable {
  public var lane: Int
  public var instrument: Int
  public var fills: Int
  public var tradedLots: Int64
  /// Cash and the position at the last mark, before fees and carrying costs.
  public var grossProfit: Double
  /// Of fills, negative when rebates were higher.
  public var fees: Double
  /// Funding, borrow and dividends, negative when more was received.
  public var carry: Double

  public init(
    lane: Int, instrument: Int, fills: Int, tradedLots: Int64, grossProfit: Double, fees: Double, carry: Double
  ) {
    self.lane = lane
    self.instrument = instrument
    self.fills = fills
    self.tradedLots = tradedLots
    self.grossProfit = grossProfit
    self.fees = fees
    self.carry = carry
  }

  public var netProfit: Double { grossProfit - fees - carry }
}
