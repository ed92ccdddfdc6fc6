import Strategies

/// Long while the middle of the book lies clearly above its own slow average, short while it lies below.
struct Drift: Strategy {
  static let name = "drift"
  static let summary = "Follows the middle of the book when it leaves its slow average."
  static let parameters = [
    Parameter("weight", "share of each second's middle in the average", default: 0.02, in: 0.000_1...1),
    Parameter("band", "ticks from the average that open a position", default: 3, in: 0...10_000),
    Parameter("quantity", "lots of a position", default: 100, in: 1...1_000_000, isWhole: true),
  ]

  let weight: Double
  let band: Double
  let quantity: Int64
  var average: Double?

  init(_ parameters: ParameterValues) {
    weight = parameters["weight"]
    band = parameters["band"]
    quantity = parameters.whole("quantity")
  }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: 1_000_000_000) }

  mutating func timer(_ desk: inout Desk) {
    guard let doubled = desk.doubledMiddle() else { return }
    let middle = Double(doubled) / 2
    let before = average ?? middle
    average = before + weight * (middle - before)
    if middle > before + band { desk.trade(to: quantity) }
    if middle < before - band { desk.trade(to: -quantity) }
  }
}
