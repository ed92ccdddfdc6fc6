/// One step of one order of the shown lane.
public struct OrderStepEntry: Sendable, Hashable {
  /// At the place where it happened: the lane's clock for decisions and confirmations, else the venue's.
  public var time: Int64
  /// Index into `RunResult.orders`.
  public var order: Int
  /// A stable name, for example `acknowledged`.
  public var step: String
  /// What was open after it.
  public var openLots: Int64
  public var priceTicks: Int32
  /// Why it was rejected or cancelled; empty without a reason.
  public var reason: String

  public init(time: Int64, order: Int, step: String, openLots: Int64, priceTicks: Int32, reason: String = "") {
    self.time = time
    self.order = order
    self.step = step
    self.openLots = openLots
    self.priceTicks = priceTicks
    self.reason = reason
  }
}
