/// What fills cost a lane. Rates are billionths of the traded value (−0.2 basis points are −20,000), amounts billionths
/// of the settlement currency; negative ones are rebates.
///
///     commission of a fill  = value × rate + quantity × amount per unit + amount per fill,
///                             raised to the minimum, then lowered to the maximum of a fill
///     commission of an order = amount per order + commissions of its fills, raised to the minimum of an order, then
///                             lowered to its maximum and to its maximum share of value, then rounded to the increment
///     fee of a fill          = what it adds to the commission of its order, plus its duties
///
/// Maximums come last, as brokers apply them: an order worth less than the minimum pays its maximum share.
public struct FeeSchedule: Hashable, Sendable {
  /// Terms of fills that add (`maker`) or take (`taker`) liquidity.
  public struct Rates: Hashable, Sendable {
    public var makerRate: Int64
    public var takerRate: Int64
    /// Per unit of quantity: per share, contract or coin.
    public var makerPerUnit: Int64
    public var takerPerUnit: Int64

    public init(makerRate: Int64 = 0, takerRate: Int64 = 0, makerPerUnit: Int64 = 0, takerPerUnit: Int64 = 0) {
      self.makerRate = makerRate
      self.takerRate = takerRate
      self.makerPerUnit = makerPerUnit
      self.takerPerUnit = takerPerUnit
    }
  }

  /// The rates from a traded volume on. A fill pays by the volume before it, whole, also when it crosses a border.
  public struct Tier: Hashable, Sendable {
    /// Whole units of the currency or of quantity, by `volumeMeasure`.
    public var volume: Int64
    public var rates: Rates

    public init(volume: Int64, rates: Rates) {
      self.volume = volume
      self.rates = rates
    }
  }

  /// What the volume of tiers counts.
  public enum VolumeMeasure: Hashable, Sendable {
    /// Traded value in the settlement currency, which all instruments of the lane must then share.
    case value
    /// Shares, contracts or coins.
    case quantity
  }

  /// Lower and upper bounds of an amount; nil where there is none.
  public struct Bounds: Hashable, Sendable {
    public var minimum: Int64?
    public var maximum: Int64?

    public init(minimum: Int64? = nil, maximum: Int64? = nil) {
      self.minimum = minimum
      self.maximum = maximum
    }
  }

  /// A tax on one side or both, outside the commission and its bounds.
  public struct Duty: Hashable, Sendable {
    public var rate: Int64
    public var perUnit: Int64

    public init(rate: Int64 = 0, perUnit: Int64 = 0) {
      self.rate = rate
      self.perUnit = perUnit
    }
  }

  /// The rates below the first tier.
  public var rates: Rates
  public var tiers: [Tier] = []
  public var volumeMeasure = VolumeMeasure.value
  /// Volume that counts as traded before the run, in whole units.
  public var startingVolume: Int64 = 0
  /// The volume starts again, at `startingVolume`, with each calendar month of UTC, as most venues count it.
  public var resetsMonthly = false
  public var perFill: Int64 = 0
  public var perOrder: Int64 = 0
  public var fillBounds = Bounds()
  public var orderBounds = Bounds()
  /// The most that the commission of an order may be of its traded value, in billionths.
  public var maximumOrderRate: Int64?
  public var buyDuty = Duty()
  public var sellDuty = Duty()
  /// Commissions are whole multiples of this amount (10,000,000 are a cent), half away from zero; 0 rounds nothing.
  public var increment: Int64 = 0

  public init(makerRate: Int64 = 0, takerRate: Int64 = 0) {
    rates = Rates(makerRate: makerRate, takerRate: takerRate)
  }

  public init(rates: Rates) { self.rates = rates }

  public var makerRate: Int64 {
    get { rates.makerRate }
    set { rates.makerRate = newValue }
  }

  public var takerRate: Int64 {
    get { rates.takerRate }
    set { rates.takerRate = newValue }
  }

  /// Whether maker and taker rate say everything, so that a fill of a linear contract costs two multiplications.
  public var isPlain: Bool { self == FeeSchedule(makerRate: makerRate, takerRate: takerRate) }
}
