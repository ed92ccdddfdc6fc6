/// What a fill costs, in billionths of its notional; negative rates are rebates. −0.2 basis points are −20,000.
public struct FeeSchedule: Hashable, Sendable {
  public var makerRate: Int64
  public var takerRate: Int64

  public init(makerRate: Int64 = 0, takerRate: Int64 = 0) {
    self.makerRate = makerRate
    self.takerRate = takerRate
  }
}
