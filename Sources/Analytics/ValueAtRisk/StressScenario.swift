/// A named set of shocks; plain data, so scenarios can be read from a file and stored with a report.
public struct StressScenario: Hashable, Sendable, Codable {
  /// One shock; `asset` nil means every asset. Later shocks of a kind replace earlier ones for the same asset.
  public struct Shock: Hashable, Sendable, Codable {
    /// What is shocked, and the meaning of `size`.
    public enum Kind: String, Hashable, Sendable, Codable {
      /// Relative price move: −0.2 is a fall of 20 %.
      case price
      /// The spread is multiplied by this.
      case spread
      /// The volatility is multiplied by this.
      case volatility
      /// The volume that trades is multiplied by this: 0.1 leaves a tenth.
      case liquidity
      /// No shock of its own: the share of its value that a position gains per relative change of the volatility, beside the
      /// sensitivity it is given with.
      case volatilitySensitivity
    }

    public var kind: Kind
    public var asset: String?
    public var size: Double

    public init(_ kind: Kind, asset: String? = nil, size: Double) {
      self.kind = kind
      self.asset = asset
      self.size = size
    }
  }

  public var name: String
  public var shocks: [Shock]

  public init(name: String, shocks: [Shock]) {
    self.name = name
    self.shocks = shocks
  }

  /// What a report asks when nobody names stresses: prices, the cost of leaving, and everything at once in both directions.
  public static let standard: [StressScenario] =
    [-0.2, -0.1, 0.1, 0.2].map { move in
      StressScenario(
        name: "All prices \(move < 0 ? "−" : "+")\(Int((move.magnitude * 100).rounded()))%",
        shocks: [Shock(.price, size: move)])
    } + [
      StressScenario(name: "Spreads five times as wide", shocks: [Shock(.spread, size: 5)]),
      StressScenario(name: "Volatility three times as high", shocks: [Shock(.volatility, size: 3)]),
      StressScenario(name: "A tenth of the volume", shocks: [Shock(.liquidity, size: 0.1)]),
      StressScenario(
        name: "Crash: −10%, spreads × 5, volatility × 3, a tenth of the volume",
        shocks: [
          Shock(.price, size: -0.1), Shock(.spread, size: 5), Shock(.volatility, size: 3), Shock(.liquidity, size: 0.1),
        ]),
      StressScenario(
        name: "Squeeze: +10%, spreads × 5, volatility × 3, a tenth of the volume",
        shocks: [
          Shock(.price, size: 0.1), Shock(.spread, size: 5), Shock(.volatility, size: 3), Shock(.liquidity, size: 0.1),
        ]),
    ]

  /// The size of the shock that applies to an asset: its own before the one for all, the last given before earlier ones.
  func size(_ kind: Shock.Kind, for asset: String, otherwise: Double) -> Double {
    let own = shocks.last { $0.kind == kind && $0.asset == asset }
    return (own ?? shocks.last { $0.kind == kind && $0.asset == nil })?.size ?? otherwise
  }
}

/// What is held of one asset, with what a stress calculation needs to know about its market.
public struct StressPosition: Hashable, Sendable, Codable {
  public var asset: String
  /// Signed market value.
  public var value: Double
  /// Quoted spread relative to the price.
  public var relativeSpread: Double
  /// Daily volatility, relative to the price.
  public var dailyVolatility: Double
  /// Value traded per day.
  public var dailyTurnover: Double
  /// Change of value per unit of relative change of volatility, for positions with optionality.
  public var volatilitySensitivity: Double
  /// Of a contract that pays 1/price: its value, in coins, moves by 1 − 1/(1 + m) with a price that moves by m.
  public var isInverse = false

  public init(
    asset: String, value: Double, relativeSpread: Double = 0, dailyVolatility: Double = 0,
    dailyTurnover: Double = .infinity, volatilitySensitivity: Double = 0
  ) {
    self.asset = asset
    self.value = value
    self.relativeSpread = relativeSpread
    self.dailyVolatility = dailyVolatility
    self.dailyTurnover = dailyTurnover
    self.volatilitySensitivity = volatilitySensitivity
  }
}

/// The loss of a set of positions in one scenario, by cause; losses are positive.
public struct StressResult: Hashable, Sendable {
  public var scenario: String
  /// From the move of prices.
  public var priceLoss: Double
  /// From volatility-sensitive positions.
  public var volatilityLoss: Double
  /// Half the shocked spread on what has to be sold.
  public var spreadCost: Double
  /// Square-root impact of liquidating within a day in the shocked market.
  public var impactCost: Double
  public var lossByAsset: [String: Double]

  public var totalLoss: Double { priceLoss + volatilityLoss + spreadCost + impactCost }
}

extension StressScenario {
  /// The loss of marking to the shocked prices and liquidating there.
  ///
  /// Impact is `impactCoefficient` × volatility × √(position/turnover) of the position's shocked value, the square-root
  /// law of market impact.
  public func apply(
    to positions: [StressPosition], impactCoefficient: Double = 1
  ) throws(AnalyticsError) -> StressResult {
    guard impactCoefficient.isFinite, impactCoefficient >= 0 else {
      throw AnalyticsError(series: "impact coefficient", reason: .outOfRange("zero or more"))
    }
    for (row, shock) in shocks.enumerated() {
      guard shock.size.isFinite else { throw AnalyticsError(series: name, row: row, reason: .notFinite) }
      switch shock.kind {
      case .price where shock.size < -1:
        throw AnalyticsError(series: name, row: row, reason: .belowTotalLoss)
      case .spread where shock.size < 0, .volatility where shock.size < 0:
        throw AnalyticsError(series: name, row: row, reason: .outOfRange("zero or more"))
      case .liquidity where shock.size <= 0:
        throw AnalyticsError(series: name, row: row, reason: .notPositive)
      default: break
      }
      if let asset = shock.asset, !positions.contains(where: { $0.asset == asset }) {
        throw AnalyticsError(
          series: name, row: row, reason: .outOfRange("for an asset that is held; \(asset) is not"))
      }
    }
    var result = StressResult(
      scenario: name, priceLoss: 0, volatilityLoss: 0, spreadCost: 0, impactCost: 0, lossByAsset: [:])
    for (row, position) in positions.enumerated() {
      try position.requireValid(row: row)
      let move = size(.price, for: position.asset, otherwise: 0)
      let volatility = size(.volatility, for: position.asset, otherwise: 1)
      guard !position.isInverse || move > -1 || position.value == 0 else {
        throw AnalyticsError(
          series: name, row: row,
          reason: .undefined("the loss of \(position.asset), an inverse contract, has no bound at a price of zero"))
      }
      // Of nothing held the price of zero is no matter.
      let factor = position.isInverse ? 1 / max(1 + move, .leastNormalMagnitude) : 1 + move
      let shocked = abs(position.value * factor)
      let price = -position.value * (position.isInverse ? 1 - factor : move)
      let sensitivity =
        position.volatilitySensitivity
        + position.value * size(.volatilitySensitivity, for: position.asset, otherwise: 0)
      let vega = -sensitivity * (volatility - 1)
      let spread = shocked * position.relativeSpread * size(.spread, for: position.asset, otherwise: 1) / 2
      let turnover = position.dailyTurnover * size(.liquidity, for: position.asset, otherwise: 1)
      let impact =
        shocked * impactCoefficient * position.dailyVolatility * volatility * (shocked / turnover).squareRoot()
      result.priceLoss += price
      result.volatilityLoss += vega
      result.spreadCost += spread
      result.impactCost += impact
      result.lossByAsset[position.asset, default: 0] += price + vega + spread + impact
    }
    return result
  }
}

extension StressPosition {
  func requireValid(row: Int) throws(AnalyticsError) {
    let numbers = [value, relativeSpread, dailyVolatility, volatilitySensitivity]
    guard numbers.allSatisfy(\.isFinite), !dailyTurnover.isNaN else {
      throw AnalyticsError(series: "positions", row: row, reason: .notFinite)
    }
    guard relativeSpread >= 0, dailyVolatility >= 0 else {
      throw AnalyticsError(
        series: "positions", row: row, reason: .outOfRange("zero or more in spread and volatility"))
    }
    guard dailyTurnover > 0 else { throw AnalyticsError(series: "positions", row: row, reason: .notPositive) }
  }
}

extension StressScenario {
  /// What `apply` computes, with this scenario's numbers in place: v is a position's value, m the move of its price, s its
  /// relative spread, σ its daily volatility and V the value traded a day.
  public var formula: String {
    func number(_ value: Double) -> String {
      let size = value.magnitude
      return (value < 0 ? "−" : "") + (size == size.rounded() && size < 1e9 ? "\(Int(size))" : "\(size)")
    }
    func factor(_ kind: Shock.Kind) -> String {
      let size = shocks.last { $0.kind == kind && $0.asset == nil }?.size ?? 1
      return size == 1 ? "" : number(size) + " "
    }
    let volume = factor(.liquidity)
    let traded = volume.isEmpty ? "V" : "(\(volume)V)"
    let cost = "|v(1 + m)| (\(factor(.spread))s/2 + \(factor(.volatility))σ √(|v(1 + m)| / \(traded)))"
    let move = shocks.last { $0.kind == .price && $0.asset == nil }?.size ?? 0
    let sensitivity = shocks.last { $0.kind == .volatilitySensitivity && $0.asset == nil }?.size ?? 0
    let volatility = shocks.last { $0.kind == .volatility && $0.asset == nil }?.size ?? 1
    let vega = sensitivity == 0 ? "" : " − \(number(sensitivity)) v (\(number(volatility)) − 1)"
    var text = "Σ −v m\(vega) + \(cost), m = \(number(move))"
    var named: [String] = []
    for asset in shocks.compactMap(\.asset) where !named.contains(asset) { named.append(asset) }
    for asset in named {
      let own = shocks.filter { $0.asset == asset }.map { shock in
        switch shock.kind {
        case .price: "m = \(number(shock.size))"
        case .spread: "\(number(shock.size)) s"
        case .volatility: "\(number(shock.size)) σ"
        case .liquidity: "\(number(shock.size)) V"
        case .volatilitySensitivity: "a gain of \(number(shock.size)) v per relative change of σ"
        }
      }
      text += "; for \(asset) \(own.joined(separator: ", "))"
    }
    return text
  }
}
