import MarketTypes
import OrderBooks

/// A simulated market one moment at a time, for a participant from outside.
extension SimulatedMarket {
  /// When the next thing happens anywhere; Int64.max once every instrument is closed.
  var nextTime: Int64 {
    var next = Int64.max
    for index in model.instruments.indices { next = min(next, markets[index].nextTime) }
    return next
  }

  /// Lets everything happen that happens at the next moment.
  mutating func step(to moment: Int64) {
    for index in model.instruments.indices where markets[index].nextTime <= moment { markets[index].run(until: moment) }
  }

  /// Hands a request to a feed's venue.
  mutating func receive(_ request: OutsideRequest, feed: Int, at moment: Int64) {
    let venueCount = model.venues.count
    markets[feed / venueCount].receive(request, venue: feed % venueCount, at: moment)
  }

  var feedCount: Int { model.instruments.count * model.venues.count }

  /// Gives access to a feed's recorder.
  func withRecorder<Result>(_ feed: Int, _ body: (inout FeedRecorder) -> Result) -> Result {
    let venueCount = model.venues.count
    return body(&markets[feed / venueCount].venues[feed % venueCount].recorder)
  }

  /// The agents' and the flow's actions so far.
  var actionsSoFar: Int { model.instruments.indices.reduce(0) { $0 + markets[$1].actionCount } }
}
