public import Accounting

/// What an account that a strategy reads begins with, and which lots go first.
public struct AccountBasis: Hashable, Sendable {
  /// Of a lane with credit, `CreditTerms` says it.
  public var capital: Money
  public var lotMethod: LotMethod

  public init(capital: Money = .zero, lotMethod: LotMethod = .averageCost) {
    self.capital = capital
    self.lotMethod = lotMethod
  }
}

/// A lane's account as the lane knows it, in the account's currency, exact: `equity` is what the account began with, plus
/// `realised` and `unrealised`, less `fees`; it is also `cash` and what the positions are worth.
public struct LaneAccount: Hashable, Sendable {
  /// One instrument's part of it.
  public struct Position: Hashable, Sendable {
    /// Signed.
    public var lots: Int64 = 0
    /// The price that values it; nil before the first, and the position then counts for nothing, as everywhere in a run.
    public var mark: MarkPrice?
    public var value = Money.zero
    /// What the open lots cost; below zero for a short, which received it.
    public var cost = Money.zero
    /// What one open lot cost, rounded to 10^-18 of the currency; nil when flat.
    public var averageCost: Money? { cost.perLot(lots) }
    /// Gains of closed lots, by the lots of the run's method, before fees.
    public var realised = Money.zero
    /// Gains that closing at the mark would realise.
    public var unrealised: Money { value - cost }
    /// Of fills, less rebates, with what holding the position cost less what it brought.
    public var fees = Money.zero

    public init() {}
  }

  /// Received less paid, fees taken off, with what the account began with.
  public var cash = Money.zero
  public var equity = Money.zero
  public var fees = Money.zero
  public var realised = Money.zero
  public var unrealised = Money.zero
  /// What a new order that raises the risk may use, fees aside; nil where nothing limits the account.
  ///
  /// With credit: equity, less what must back the larger of all open buys and all open sells with each position. Without:
  /// settled cash less what open buys cost. Both as the control beside the risk gate sees it, but from what the lane knows.
  public var buyingPower: Money?

  public init() {}
}
