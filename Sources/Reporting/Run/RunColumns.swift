public import MarketTypes

/// The shown lane's account over time.
public struct AccountColumns: Sendable, Hashable {
  public var times: [Int64] = []
  /// Cash and the value of positions at the mark.
  public var equity: [Double] = []
  public var cash: [Double] = []
  /// Fees of fills so far, negative when rebates were higher.
  public var fees: [Double] = []
  /// Funding, borrow and dividends so far, negative when more was received; no part of `fees`.
  public var carry: [Double] = []
  /// Sum of absolute position values, and their signed sum.
  public var grossExposure: [Double] = []
  public var netExposure: [Double] = []
  /// Signed lots of row × instrument, row after row.
  public var lots: [Int64] = []
  /// Mark in half ticks of row × instrument; Int64.min without one.
  public var markHalfTicks: [Int64] = []
  /// Average price of the open lots in ticks, of row × instrument, 0 while nothing is held; empty where gains are not kept, as
  /// are the next two.
  public var averageTicks: [Double] = []
  /// Gains of closed lots so far, before fees and carrying costs, of row × instrument.
  public var realised: [Double] = []
  /// Gains that closing at the mark would realise, of row × instrument.
  public var unrealised: [Double] = []

  public init() {}
}

/// One order of the shown lane from decision to end.
public struct RunOrder: Sendable, Hashable {
  public var identifier: UInt64
  public var instrument: Int
  public var side: Side
  /// `OrderType` and `TimeInForce`.
  public var type: OrderType
  public var timeInForce: TimeInForce
  /// Int32.min for none.
  public var limitTicks: Int32
  public var lots: Int64
  public var filledLots: Int64
  public var decisionTime: Int64
  /// When the venue had it; Int64.min when it never did.
  public var venueTime: Int64
  public var endTime: Int64
  /// As the table in SCHEMA.md: filled, cancelled, rejected, expired, open.
  public var outcome: UInt8
  /// Reason of a rejection or cancellation in words; empty without one.
  public var reason: String
  /// Bid plus ask in ticks when the strategy decided; Int64.min when a side was empty.
  public var arrivalMidHalfTicks: Int64

  public init(
    identifier: UInt64, instrument: Int, side: Side, type: OrderType = .limit,
    timeInForce: TimeInForce = .goodTillCancelled, limitTicks: Int32, lots: Int64, filledLots: Int64,
    decisionTime: Int64, venueTime: Int64, endTime: Int64, outcome: UInt8, reason: String = "",
    arrivalMidHalfTicks: Int64 = .min
  ) {
    self.identifier = identifier
    self.instrument = instrument
    self.side = side
    self.type = type
    self.timeInForce = timeInForce
    self.limitTicks = limitTicks
    self.lots = lots
    self.filledLots = filledLots
    self.decisionTime = decisionTime
    self.venueTime = venueTime
    self.endTime = endTime
    self.outcome = outcome
    self.reason = reason
    self.arrivalMidHalfTicks = arrivalMidHalfTicks
  }
}

/// One fill of the shown lane with the reason for it.
public struct RunFill: Sendable, Hashable {
  /// How long after a fill the mid is recorded, nanoseconds: the order of `markoutMidHalfTicks`.
  public static let markoutHorizons: [Int64] = [1_000_000_000, 10_000_000_000, 60_000_000_000]
  /// Stands in `model` between the queue model and the probability of a fill that was drawn.
  public static let chanceMark = ", probability "

  public var time: Int64
  /// The lane's own number of the order, and its row in `RunResult.orders`; -1 where it is not known.
  public var order: UInt64
  public var orderRow: Int
  public var instrument: Int
  public var side: Side
  public var priceTicks: Int32
  public var lots: Int64
  public var fee: Double
  public var isMaker: Bool
  /// A stable name of the rule that filled it, for example `queue-reached`.
  public var cause: String
  /// The queue model in use, for example `order-level`.
  public var model: String
  /// Price of the market event that caused it; Int32.min without one.
  public var causePriceTicks: Int32
  /// Time priority of the market order that caused it; Int64.min without one.
  public var causeArrival: Int64
  /// When it joined its queue, with how much ahead, and when nothing was ahead any more; Int64.min for a taker.
  public var joinedTime: Int64
  public var aheadWhenJoined: Int64
  public var frontTime: Int64
  public var decisionTime: Int64
  /// Bid plus ask in ticks when the strategy decided, and when it filled; Int64.min when a side was empty.
  public var arrivalMidHalfTicks: Int64
  public var fillMidHalfTicks: Int64
  /// Bid plus ask 1, 10 and 60 s after the fill; Int64.min past the end.
  public var markoutMidHalfTicks: [Int64]

  public init(
    time: Int64, order: UInt64, orderRow: Int = -1, instrument: Int, side: Side, priceTicks: Int32, lots: Int64,
    fee: Double,
    isMaker: Bool, cause: String, model: String, causePriceTicks: Int32 = .min, causeArrival: Int64 = .min,
    joinedTime: Int64 = .min, aheadWhenJoined: Int64 = .min, frontTime: Int64 = .min, decisionTime: Int64 = .min,
    arrivalMidHalfTicks: Int64 = .min, fillMidHalfTicks: Int64 = .min,
    markoutMidHalfTicks: [Int64] = [.min, .min, .min]
  ) {
    self.time = time
    self.order = order
    self.orderRow = orderRow
    self.instrument = instrument
    self.side = side
    self.priceTicks = priceTicks
    self.lots = lots
    self.fee = fee
    self.isMaker = isMaker
    self.cause = cause
    self.model = model
    self.causePriceTicks = causePriceTicks
    self.causeArrival = causeArrival
    self.joinedTime = joinedTime
    self.aheadWhenJoined = aheadWhenJoined
    self.frontTime = frontTime
    self.decisionTime = decisionTime
    self.arrivalMidHalfTicks = arrivalMidHalfTicks
    self.fillMidHalfTicks = fillMidHalfTicks
    self.markoutMidHalfTicks = markoutMidHalfTicks
  }
}

/// Something a risk control did.
public struct RiskEvent: Sendable, Hashable {
  public var time: Int64
  public var lane: Int
  /// A stable name, for example `drawdown-stop`.
  public var kind: String
  public var detail: String
  /// How often it happened in a row, when repeats were folded.
  public var count: Int

  public init(time: Int64, lane: Int, kind: String, detail: String, count: Int = 1) {
    self.time = time
    self.lane = lane
    self.kind = kind
    self.detail = detail
    self.count = count
  }
}

/// A fill at an order's price that was drawn as missed; the order joined its queue anew.
public struct MissedFill: Sendable, Hashable {
  public var time: Int64
  /// The order's identifier, its row in `RunResult.orders` (-1 where it is not known), and when it was decided.
  public var order: UInt64
  public var orderRow: Int
  public var decisionTime: Int64
  public var instrument: Int
  public var priceTicks: Int32

  public init(
    time: Int64, order: UInt64, decisionTime: Int64, instrument: Int, priceTicks: Int32, orderRow: Int = -1
  ) {
    self.time = time
    self.order = order
    self.orderRow = orderRow
    self.decisionTime = decisionTime
    self.instrument = instrument
    self.priceTicks = priceTicks
  }
}

/// What was drawn for one run of the same strategy.
public struct DrawnExecution: Sendable, Hashable {
  /// On all latencies.
  public var latencyFactor: Double
  /// Added to both fee rates, billionths of the notional.
  public var feeChange: Int64
  public var queueModel: String
  /// Of a fill when an order's turn comes at its price.
  public var fillProbability: Double

  public init(latencyFactor: Double, feeChange: Int64, queueModel: String, fillProbability: Double) {
    self.latencyFactor = latencyFactor
    self.feeChange = feeChange
    self.queueModel = queueModel
    self.fillProbability = fillProbability
  }
}

/// Outcomes of one strategy under drawn execution assumptions.
public struct ExecutionDraws: Sendable, Hashable {
  /// What was drawn, in words, one line each.
  public var drawn: [String]
  /// What it was in each draw.
  public var settings: [DrawnExecution]
  /// One value a draw; the base case is not among them.
  public var profits: [Double]
  public var fills: [Int]
  public var deepestDrawdowns: [Double]

  public init(
    drawn: [String], settings: [DrawnExecution], profits: [Double], fills: [Int], deepestDrawdowns: [Double]
  ) {
    self.drawn = drawn
    self.settings = settings
    self.profits = profits
    self.fills = fills
    self.deepestDrawdowns = deepestDrawdowns
  }
}

/// The shown lane again, with everything uncertain set against it.
public struct PessimisticRun: Sendable, Hashable {
  /// What was made worse, in words, one line each.
  public var changes: [String]
  public var outcome: LaneResult
  /// Equity at `RunResult.sampleTimes`.
  public var equity: [Double]

  public init(changes: [String], outcome: LaneResult, equity: [Double]) {
    self.changes = changes
    self.outcome = outcome
    self.equity = equity
  }
}

/// The book around one fill: a heat map of depth with the own order in it.
public struct BookWindow: Sendable, Hashable {
  /// Index into `RunResult.fills`.
  public var fill: Int
  /// One column a time.
  public var times: [Int64]
  /// The lowest price shown; rows rise by one tick.
  public var lowestTicks: Int32
  public var rowCount: Int
  /// Displayed lots of time × row, time after time; bids positive, offers negative.
  public var depth: [Int64]
  /// Lots ahead of the own order at each time; Int64.min when it does not rest.
  public var ahead: [Int64]

  public init(fill: Int, times: [Int64], lowestTicks: Int32, rowCount: Int, depth: [Int64], ahead: [Int64]) {
    self.fill = fill
    self.times = times
    self.lowestTicks = lowestTicks
    self.rowCount = rowCount
    self.depth = depth
    self.ahead = ahead
  }
}

/// One thing the run takes for granted.
public struct Assumption: Sendable, Hashable {
  public enum Direction: UInt8, Sendable, Hashable, CaseIterable {
    case neutral = 0
    /// Makes results look better than reality would.
    case optimistic = 1
    case pessimistic = 2
  }

  /// data, fills, fees, latency, queue, impact, borrowing, marks.
  public var topic: String
  public var text: String
  public var direction: Direction

  public init(topic: String, text: String, direction: Direction) {
    self.topic = topic
    self.text = text
    self.direction = direction
  }
}
