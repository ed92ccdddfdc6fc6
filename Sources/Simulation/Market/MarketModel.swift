import MarketTypes
import Numerics

/// A whole simulated market: instruments, venues, background flow, agents and the trading day. All numbers are data, so a
/// market can be calibrated, stored with a run and compared.
public struct MarketModel: Codable, Hashable, Sendable {
  public var seed: UInt64 = 1
  /// Start of the pre-open, nanoseconds since the epoch.
  public var startNanoseconds: Int64 = 1_700_123_400_000_000_000
  public var preOpenSeconds = 60.0
  public var continuousSeconds = 3_600.0
  public var closingAuctionSeconds = 60.0
  public var instruments: [InstrumentModel] = [InstrumentModel()]
  public var venues: [VenueModel] = [VenueModel()]
  /// Correlation of the fundamentals' shocks between any two instruments.
  public var fundamentalCorrelation = 0.0

  public init() {}
}

/// A place to trade at.
public struct VenueModel: Codable, Hashable, Sendable {
  public var name = "SIM"
  /// Share of the background flow, relative to the other venues.
  public var share = 1.0
  /// Added to every agent's message.
  public var latencyNanoseconds: Int64 = 50_000
  /// Billionths of the notional; agents weigh them when they choose where to trade.
  public var makerRate: Int64 = 0
  public var takerRate: Int64 = 0

  public init() {}
}

/// An instrument, its fundamental value and who trades it.
public struct InstrumentModel: Codable, Hashable, Sendable {
  public var symbol = "SIM"
  public var tick = "0.01"
  public var lot = "1"
  public var openingPriceTicks: Int32 = 10_000
  /// Standard deviation of the fundamental's change in one second, in ticks.
  public var fundamentalVolatility = 2.0
  /// Standard deviation of the logarithm of that volatility, which wanders with the memory below: 0 for none.
  public var volatilitySpread = 0.6
  public var volatilityMemorySeconds = 120.0
  public var flow = FlowModel()
  public var agents = AgentMix()

  public init() {}
}

/// Zero-intelligence flow (Smith, Farmer, Gillemot and Krishnamurthy 2003) with Hawkes-clustered arrivals.
public struct FlowModel: Codable, Hashable, Sendable {
  /// Arrivals a second, over both sides, before excitation.
  public var limitRate = 10.0
  public var marketRate = 1.5
  /// Each living order is cancelled at this rate a second.
  public var cancelRate = 0.1
  /// Share of arrivals that other arrivals excited: the branching ratio of the Hawkes process.
  public var branching = 0.8
  /// Decay of the excitation, a second.
  public var decay = 1.0
  /// Relative frequency of limit orders at 1, 2, 3 … ticks from the opposite best.
  public var distanceWeights: [Double] = FlowModel.powerLaw(count: 200, exponent: 1.5, offset: 3)
  /// Relative frequency of sizes 1, 2, 3 … times `sizeUnit`.
  public var sizeWeights: [Double] = FlowModel.powerLaw(count: 20, exponent: 1.8)
  public var sizeUnit: Int64 = 100
  /// Chance that a market order has the side of the one before: order-flow memory.
  public var sidePersistence = 0.7

  public init() {}

  /// Weights (k + offset)^−exponent for k from 1 to `count`.
  public static func powerLaw(count: Int, exponent: Double, offset: Double = 0) -> [Double] {
    (1...count).map { 1 / Elementary.power(Double($0) + offset, exponent) }
  }
}

/// How many agents of each kind trade an instrument, and how.
public struct AgentMix: Codable, Hashable, Sendable {
  public var makers = MakerModel()
  public var momentum = TakerModel(count: 10, wakeRate: 0.05, quantity: 200, threshold: 4, lookbackSeconds: 30)
  public var meanReversion = TakerModel(count: 10, wakeRate: 0.05, quantity: 200, threshold: 6, lookbackSeconds: 120)
  public var fundamental = TakerModel(
    count: 40, wakeRate: 0.3, quantity: 300, threshold: 2, lookbackSeconds: 0, positionLimit: 100_000)
  public var institution: InstitutionModel?

  public init() {}

  /// Background flow alone.
  public static var none: AgentMix {
    var mix = AgentMix()
    mix.makers.count = 0
    mix.momentum.count = 0
    mix.meanReversion.count = 0
    mix.fundamental.count = 0
    return mix
  }
}

/// Market makers that quote both sides and lean against their inventory.
public struct MakerModel: Codable, Hashable, Sendable {
  public var count = 4
  /// Decisions a second of each maker.
  public var wakeRate = 2.0
  public var quantity: Int64 = 300
  public var halfSpreadTicks: Int32 = 2
  public var inventoryLimit: Int64 = 3_000
  /// Ticks the quotes lean at the inventory limit.
  public var leanTicks = 3.0
  public var latencyNanoseconds: Int64 = 20_000

  public init() {}
}

/// Agents that take liquidity when their signal passes a threshold.
public struct TakerModel: Codable, Hashable, Sendable {
  public var count: Int
  public var wakeRate: Double
  public var quantity: Int64
  /// Ticks of signal needed to act.
  public var threshold: Double
  /// Horizon of the average the signal compares with.
  public var lookbackSeconds: Double
  public var latencyNanoseconds: Int64 = 100_000
  /// Net quantity at which an agent stops adding.
  public var positionLimit: Int64

  public init(
    count: Int, wakeRate: Double, quantity: Int64, threshold: Double, lookbackSeconds: Double,
    positionLimit: Int64 = 2_000
  ) {
    self.count = count
    self.wakeRate = wakeRate
    self.quantity = quantity
    self.threshold = threshold
    self.lookbackSeconds = lookbackSeconds
    self.positionLimit = positionLimit
  }
}

/// A large order worked over a span of the day in equal slices.
public struct InstitutionModel: Codable, Hashable, Sendable {
  public var buys = true
  public var quantity: Int64 = 50_000
  public var startSecond = 600.0
  public var endSecond = 1_800.0
  public var sliceSeconds = 5.0
  public var latencyNanoseconds: Int64 = 200_000

  public init() {}
}

/// A model that cannot be simulated: which number, and why.
public struct MarketModelError: Error, Hashable, Sendable, CustomStringConvertible {
  public var field: String
  public var reason: String

  public var description: String { "market model: \(field) \(reason)" }
}
