import Accounting
public import Execution
import MarketTypes
import OrderBooks

/// The lane's account, for strategies that subscribe to `account`; worked out when it is asked for.
///
/// Everything is as known at the lane's own clock: fills count once their notices have arrived, carrying costs once the lane's
/// feed shows the market of the moment at which they were due, splits at once. Positions are valued by the run's rule
/// (`account.mark`) at prices of the lane's own feed: the last middle, the last trade, or the touch where closing would trade;
/// without such a price at the middle, and on a delayed feed with an empty side at the last trade.
extension Desk {
  /// Cash, equity, fees, gains and buying power; nil without the subscription, or where an amount is beyond `Money.limit`.
  public var account: LaneAccount? {
    room.pointee.engine.pointee.knownAccount(
      lane: lane, time: time, marks: room.pointee.marks, seen: { seenPrices($0) })
  }

  /// One instrument's part of the account; nil as for `account`, and where there is no such instrument.
  public func accountPosition(_ instrument: Int = 0) -> LaneAccount.Position? {
    guard instrument >= 0, instrument < instrumentCount else { return nil }
    return room.pointee.engine.pointee.knownPosition(
      lane: lane, instrument: instrument, seen: seenPrices(instrument), marks: room.pointee.marks)
  }

  private func seenPrices(_ instrument: Int) -> SeenPrices {
    SeenPrices(
      bid: bestBid(instrument), ask: bestAsk(instrument), last: lastTradePrice(instrument), isDelayed: view != nil,
      heardTime: view?.pointee.heardTime ?? .max)
  }
}
