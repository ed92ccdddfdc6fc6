/// What closing fills closed, lot by lot, by a stated method: gains before costs and how long each was held.
public struct ClosedLots: Sendable, Hashable {
  /// A part of a lot that was closed.
  public struct Entry: Sendable, Hashable {
    public var instrument: Int
    /// Positive for a long.
    public var lots: Int64
    public var openedTime: Int64
    public var closedTime: Int64
    /// In the account's currency; for a short both are negative.
    public var cost: Double
    public var proceeds: Double
    public var holdingDays: Int
    public var isLongTerm: Bool

    public init(
      instrument: Int, lots: Int64, openedTime: Int64, closedTime: Int64, cost: Double, proceeds: Double,
      holdingDays: Int, isLongTerm: Bool
    ) {
      self.instrument = instrument
      self.lots = lots
      self.openedTime = openedTime
      self.closedTime = closedTime
      self.cost = cost
      self.proceeds = proceeds
      self.holdingDays = holdingDays
      self.isLongTerm = isLongTerm
    }

    public var gain: Double { proceeds - cost }
  }

  /// fifo, lifo, hifo or average.
  public var method: String
  /// In the order of closing.
  public var entries: [Entry]

  public init(method: String, entries: [Entry]) {
    self.method = method
    self.entries = entries
  }

  public func gain(isLongTerm: Bool) -> Double {
    entries.reduce(0) { $1.isLongTerm == isLongTerm ? $0 + $1.gain : $0 }
  }
}
