/// What fills cost: rates in billionths of the traded value, amounts in the account's currency; negative ones are rebates.
///
/// `FeeSchedule` says how minimum, maximum, increment and duties work together.
public struct FeeSettings: Hashable, Sendable {
  /// What the volume of tiers counts.
  public enum Volume: String, CaseIterable, Sendable { case value, quantity }

  /// How far back the volume of tiers goes.
  public enum VolumeWindow: String, CaseIterable, Sendable { case run, month }

  /// Terms of fills that add or take liquidity.
  public struct Rates: Hashable, Sendable {
    public var makerRate: Int64 = 0
    public var takerRate: Int64 = 0
    /// Per share, contract or coin.
    public var makerPerUnit = 0.0
    public var takerPerUnit = 0.0

    public init() {}
  }

  /// The rates from a traded volume on.
  public struct Tier: Hashable, Sendable {
    public var volume: Int64 = 0
    public var rates = Rates()

    public init() {}
  }

  /// The rates below the first tier.
  public var rates = Rates()
  public var perFill = 0.0
  public var perOrder = 0.0
  public var fillMinimum: Double?
  public var fillMaximum: Double?
  public var orderMinimum: Double?
  public var orderMaximum: Double?
  /// Billionths of an order's traded value.
  public var orderMaximumRate: Int64?
  public var increment = 0.0
  public var buyDutyRate: Int64 = 0
  public var buyDutyPerUnit = 0.0
  public var sellDutyRate: Int64 = 0
  public var sellDutyPerUnit = 0.0
  public var volume = Volume.value
  public var startingVolume: Int64 = 0
  public var volumeWindow = VolumeWindow.run
  public var tiers: [Tier] = []

  public init() {}

  public var makerRate: Int64 {
    get { rates.makerRate }
    set { rates.makerRate = newValue }
  }

  public var takerRate: Int64 {
    get { rates.takerRate }
    set { rates.takerRate = newValue }
  }

  /// Whether maker and taker rate say everything.
  var isPlain: Bool {
    var plain = FeeSettings()
    plain.makerRate = makerRate
    plain.takerRate = takerRate
    return self == plain
  }

  /// Moves the rates of all tiers, within the range of rates.
  mutating func raiseRates(maker: Int64, taker: Int64) {
    func moved(_ rates: Rates) -> Rates {
      var moved = rates
      moved.makerRate = min(max(rates.makerRate + maker, Self.rates.lowerBound), Self.rates.upperBound)
      moved.takerRate = min(max(rates.takerRate + taker, Self.rates.lowerBound), Self.rates.upperBound)
      return moved
    }
    rates = moved(rates)
    for place in tiers.indices { tiers[place].rates = moved(tiers[place].rates) }
  }
}
