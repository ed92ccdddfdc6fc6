import Accounting
import Execution
import MarketTypes
import Simulation
import Strategies
import TestSupport
import Testing

/// Plays a script: one list of actions a timer.
struct ScriptedStrategy: Strategy {
  static let name = "scripted"
  var script: [[ScriptedAction]] = []
  var period: Int64 = 1
  var step = 0

  init(_ parameters: ParameterValues) {}

  init(script: [[ScriptedAction]], period: Int64) {
    self.script = script
    self.period = period
  }

  var subscriptions: Subscriptions { Subscriptions(intervalNanoseconds: period) }

  mutating func timer(_ desk: inout Desk) {
    defer { step += 1 }
    guard step < script.count else { return }
    for action in script[step] {
      switch action {
      case .send(let terms): desk.send(terms)
      case .sendAtTouch(var terms, let offset):
        let touch = terms.side == .buy ? desk.bestBid() : desk.bestAsk()
        if !touch.isNone { terms.price = Price(ticks: touch.ticks + offset) }
        desk.send(terms)
      case .cancel(let number):
        if let order = desk.order(identifier: number) { desk.cancel(order.handle) }
      case .amend(let number, let price, let quantity):
        if let order = desk.order(identifier: number) {
          desk.amend(order.handle, price: Price(ticks: price), quantity: quantity)
        }
      case .amendBy(let number, let offset, let quantity, let fromRequested):
        if let order = desk.order(identifier: number) {
          let from = fromRequested ? order.requestedPrice : order.price
          desk.amend(order.handle, price: from.isNone ? .none : Price(ticks: from.ticks + offset), quantity: quantity)
        }
      }
    }
  }
}

/// Random flow as a source; the same seed gives the same events.
struct RandomSource<Flow: RandomFlow>: EventSource, ~Copyable {
  var flow: Flow
  var batches: Int
  let instrumentCount = 1

  init(seed: UInt64, shape: Flow.Shape, batches: Int) {
    flow = Flow(seed: seed, shape: shape)
    self.batches = batches
  }

  func makeBatch() -> EventBatch { EventBatch(capacity: 100) }

  mutating func nextBatch(into batch: inout EventBatch) throws(Never) -> Bool {
    guard batches > 0 else { return false }
    batches -= 1
    flow.fill(&batch, count: 100)
    return true
  }
}

typealias FlowSource = RandomSource<RandomOrderFlow>
typealias LevelSource = RandomSource<RandomLevelFlow>
