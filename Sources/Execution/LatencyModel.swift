/// How long messages travel, per lane and per kind of message.
public struct LatencyModel: Hashable, Sendable {
  /// From the exchange's event to the lane's view of it.
  public enum Feed: Hashable, Sendable {
    /// Every event takes this long.
    case constant(nanoseconds: Int64)
    /// As recorded: the data's own local times.
    case recorded
  }

  public var feed: Feed
  public var newOrderNanoseconds: Int64
  public var cancelNanoseconds: Int64
  public var amendNanoseconds: Int64
  /// From the exchange's answer or fill to the lane.
  public var acknowledgementNanoseconds: Int64

  public init(
    feed: Feed = .constant(nanoseconds: 0), newOrderNanoseconds: Int64 = 0, cancelNanoseconds: Int64? = nil,
    amendNanoseconds: Int64? = nil, acknowledgementNanoseconds: Int64 = 0
  ) {
    self.feed = feed
    self.newOrderNanoseconds = newOrderNanoseconds
    self.cancelNanoseconds = cancelNanoseconds ?? newOrderNanoseconds
    self.amendNanoseconds = amendNanoseconds ?? newOrderNanoseconds
    self.acknowledgementNanoseconds = acknowledgementNanoseconds
  }
}
