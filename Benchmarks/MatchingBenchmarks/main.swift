import BenchmarkHarness
import MarketTypes
import OrderBooks

/// Folds every report into a hash.
struct HashingSink: MatchingSink {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  var trades = 0

  @inline(__always)
  mutating func receive(_ report: MatchingReport) {
    let values = UInt64(report.kind.rawValue) << 56 ^ UInt64(bitPattern: report.quantity.lots) << 24
    hash ^= values ^ report.order.rawValue ^ UInt64(UInt32(bitPattern: report.price.ticks))
    hash = (hash ^ report.counterparty.rawValue) &* 0x0000_0100_0000_01B3
    if report.kind == .trade { trades += 1 }
  }
}

/// Sends the messages to an engine.
@inline(never)
func run(_ messages: [Message], _ engine: inout MatchingEngine, _ sink: inout HashingSink, time: Timestamp) {
  var sequence: UInt64 = 0
  for message in messages {
    sequence += 1
    let price = Price(ticks: message.price)
    let quantity = Quantity(lots: Int64(message.quantity))
    let identifier = OrderIdentifier(message.identifier)
    switch message.kind {
    case .limit, .immediate:
      let terms = OrderTerms(
        identifier: identifier, side: message.side, price: price, quantity: quantity,
        timeInForce: message.kind == .limit ? .goodTillCancelled : .immediateOrCancel)
      engine.submit(terms, sequence: sequence, time: time, into: &sink)
    case .cancel: engine.cancel(identifier, sequence: sequence, time: time, into: &sink)
    case .amend:
      engine.amend(
        OrderAmendment(identifier: identifier, price: price, quantity: quantity), sequence: sequence, time: time,
        into: &sink)
    }
  }
}

/// Measures one workload on one engine that is emptied before each repetition ends, so that set-up is not measured.
func measure(_ workload: Workload, _ runner: inout BenchmarkRunner, configuration: MatchingConfiguration) {
  if let filter = runner.options.filter, !workload.name.contains(filter) { return }
  var messages = workload.make(seed: 11)
  let time = Timestamp(nanoseconds: 0)
  var trades = 0
  var deepest = 0
  do {
    var engine = MatchingEngine(configuration: configuration)
    var sink = HashingSink()
    run(messages, &engine, &sink, time: time)
    trades = sink.trades
    deepest = engine.orderCount
    messages += engine.allOrders().map {
      Message(identifier: $0.identifier.rawValue, price: 0, quantity: 0, kind: .cancel, side: $0.side)
    }
  }
  var engine = MatchingEngine(configuration: configuration)
  let note = "\(trades) trades, \(deepest) orders at the end"
  runner.measure(workload.name, items: messages.count, unit: "messages", note: note) {
    var sink = HashingSink()
    run(messages, &engine, &sink, time: time)
    precondition(engine.orderCount == 0, "the workload ends with an empty book")
    return sink.hash
  }
}

var runner = BenchmarkRunner()
let isTiny = runner.options.isTiny
let count = isTiny ? 5_000 : 4_000_000
var direct = MatchingConfiguration()
direct.capacity = isTiny ? 1 << 13 : 1 << 21
direct.windowLevels = 1 << 16
direct.directIdentifiers = isTiny ? 1 << 13 : 1 << 22
var hashing = direct
hashing.directIdentifiers = 0
var sharing = direct
sharing.allocation = .proRata

let plain = Workload(name: "plain mix", messages: count, width: 40, standing: 5_000, swing: 0.02)
let deep = Workload(name: "deep book", messages: count, width: 4_000, standing: 1_000_000, swing: 0)
let swings = Workload(name: "wide swings 60 %", messages: count, width: 200, standing: 5_000, swing: 0.6)
var far = swings
far.name = "wide swings 60 %, price 3,350,400"
far.middle *= 100
measure(plain, &runner, configuration: direct)
var hashed = plain
hashed.name = "plain mix, hashed identifiers"
measure(hashed, &runner, configuration: hashing)
var shared = plain
shared.name = "plain mix, pro rata"
measure(shared, &runner, configuration: sharing)
measure(deep, &runner, configuration: direct)
measure(swings, &runner, configuration: direct)
measure(far, &runner, configuration: direct)
