import MarketTypes
import Numerics

/// Quotes around a reservation price that leans against the inventory, as far away as risk and order flow ask.
///
/// M. Avellaneda and S. Stoikov, "High-frequency trading in a limit order book", Quantitative Finance 8 (2008).
/// With inventory q in units of the quote, variance σ² a second, time to the horizon τ, risk aversion γ and the decay k
/// of the arrival rate with distance:
///
///     reservation = middle − q γ σ² τ
///     spread      = γ σ² τ + (2 / γ) log(1 + γ / k)
public struct AvellanedaStoikov: Strategy {
  public static let name = "avellaneda-stoikov"
  public static let summary =
    "Quotes around a reservation price that leans against the inventory, by risk and order flow."
  public static let parameters = [
    Parameter.instrument,
    Parameter("risk_aversion", "γ, per tick and quote held", default: 0.01, in: 0...1_000),
    Parameter("volatility", "σ, ticks in the square root of a second; 0 estimates it", default: 0, in: 0...1_000_000),
    Parameter("half_life_s", "seconds after which a move counts half in the estimate", default: 60, in: 1...86_400),
    Parameter("arrival_decay", "k, how fast arrivals fade with distance, per tick", default: 0.5, in: 0.000_1...1_000),
    Parameter(
      "horizon_s", "seconds to the horizon, which then begins anew", default: 60, in: 1...86_400, isWhole: true),
    .quantity("lots of each quote"), .positionLimit, .period(),
  ]

  let instrument: Int
  var quantity: Int64
  var positionLimit: Int64
  let horizon: Int64
  let model: Model
  public let subscriptions: Subscriptions
  var variance: VarianceEstimate
  var startTime = Int64.min

  public init(_ parameters: ParameterValues) {
    instrument = parameters.place()
    quantity = parameters.whole("quantity")
    positionLimit = parameters.whole("position_limit")
    horizon = parameters.whole("horizon_s") * 1_000_000_000
    model = Model(riskAversion: parameters["risk_aversion"], arrivalDecay: parameters["arrival_decay"])
    let period = parameters.nanoseconds(milliseconds: "period_ms")
    subscriptions = Subscriptions(intervalNanoseconds: period)
    let volatility = parameters["volatility"]
    variance = VarianceEstimate(
      fixed: volatility * volatility, periodSeconds: Double(period) / 1e9, halfLifeSeconds: parameters["half_life_s"])
  }

  public mutating func started(_ desk: inout Desk) { startTime = desk.time }

  @inline(__always)
  public mutating func timer(_ desk: inout Desk) {
    guard let doubled = desk.doubledMiddle(instrument) else { return }
    let middle = Double(doubled) / 2
    variance.add(middle)
    let elapsed = desk.time &- startTime
    let remaining = horizon &- elapsed % horizon
    let quotes = model.quotes(
      middle: middle, inventory: Double(desk.position(instrument)) / Double(quantity),
      variance: variance.perSecond, remainingSeconds: Double(remaining) / 1e9)
    desk.keepQuotes(
      quotes.resting(desk, instrument: instrument, positionLimit: positionLimit), lots: quantity,
      instrument: instrument)
  }

  public mutating func split(_ split: MarketSplit, _ desk: inout Desk) {
    guard split.instrument == instrument else { return }
    quantity = max(1, split.lots(quantity))
    positionLimit = split.lots(positionLimit)
    variance.carry(priceRatio: split.priceRatio)
  }

  /// The formulas of the paper.
  struct Model: Hashable, Sendable {
    let riskAversion: Double
    /// (1 / γ) log(1 + γ / k), whose limit for γ → 0 is 1 / k.
    let flowHalfSpread: Double

    init(riskAversion: Double, arrivalDecay: Double) {
      self.riskAversion = riskAversion
      flowHalfSpread =
        riskAversion > 0 ? Elementary.logOnePlus(riskAversion / arrivalDecay) / riskAversion : 1 / arrivalDecay
    }

    @inline(__always)
    func reservation(middle: Double, inventory: Double, variance: Double, remainingSeconds: Double) -> Double {
      middle - inventory * riskAversion * variance * remainingSeconds
    }

    @inline(__always)
    func halfSpread(variance: Double, remainingSeconds: Double) -> Double {
      riskAversion * variance * remainingSeconds / 2 + flowHalfSpread
    }

    @inline(__always)
    func quotes(middle: Double, inventory: Double, variance: Double, remainingSeconds: Double) -> QuotePrices {
      let center = reservation(
        middle: middle, inventory: inventory, variance: variance, remainingSeconds: remainingSeconds)
      let half = halfSpread(variance: variance, remainingSeconds: remainingSeconds)
      return QuotePrices(bid: center - half, ask: center + half)
    }
  }

  /// The variance of the middle a second: as given, or the exponentially weighted mean of squared moves a period.
  struct VarianceEstimate: Hashable, Sendable {
    private let isFixed: Bool
    private let decay: Double
    private let periodSeconds: Double
    private(set) var perSecond: Double
    private var last = Double.nan
    private var weight = 0.0
    private var total = 0.0

    init(fixed: Double, periodSeconds: Double, halfLifeSeconds: Double) {
      isFixed = fixed > 0
      perSecond = fixed
      self.periodSeconds = periodSeconds
      decay = Elementary.exp(-0.6931471805599453 * periodSeconds / halfLifeSeconds)
    }

    /// After a split that multiplies prices: an estimate follows them, a given variance is what was asked for.
    mutating func carry(priceRatio: Double) {
      guard !isFixed else { return }
      last *= priceRatio
      total *= priceRatio * priceRatio
      perSecond *= priceRatio * priceRatio
    }

    @inline(__always)
    mutating func add(_ middle: Double) {
      guard !isFixed else { return }
      if !last.isNaN {
        let move = middle - last
        // Divided by the weight so far, so that the first moves count in full.
        weight = decay * weight + 1
        total = decay * total + move * move
        perSecond = total / (weight * periodSeconds)
      }
      last = middle
    }
  }
}
