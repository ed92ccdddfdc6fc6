import Execution
import MarketTypes
import Reporting
import RiskControls

/// Rows of the recorded lane as they are kept while it runs: numbers only, in records of equal size.

/// A fill with the row of its order, and the middle when that was decided.
struct ShownFill: BitwiseCopyable, Sendable {
  var fill: LaneFill
  var orderRow: Int
  var arrivalMidHalfTicks: Int64
}

/// A fill with the middle at it and after it.
struct MarkedFill: BitwiseCopyable, Sendable {
  var shown: ShownFill
  var fillMid: Int64
  var markouts: (Int64, Int64, Int64)
}

/// Why an order ended, in a number.
struct StepReason: BitwiseCopyable, Sendable {
  private var reject: UInt8 = 0
  private var cancel: UInt8 = 0
  private var risk: UInt8 = 0

  init() {}

  init(_ step: OrderTransition) {
    reject = step.rejectReason.rawValue
    cancel = step.cancelReason.rawValue
    risk = step.riskReason
  }

  /// In words; empty without one.
  var words: String {
    if risk != 0, let words = Self.riskWords[Int(risk)] { return words }
    if cancel != 0, let words = Self.cancelWords[Int(cancel)] { return words }
    return reject == 0 ? "" : Self.rejectWords[Int(reject)] ?? ""
  }

  private static let rejectWords = (0...255).map { RejectReason(rawValue: UInt8($0))?.words }
  private static let cancelWords = (0...255).map { CancelReason(rawValue: UInt8($0))?.words }
  private static let riskWords = (0...255).map { RiskReason(rawValue: UInt8($0)).map { "risk control: \($0.words)" } }
}

/// An order from decision to end.
struct ShownOrder: BitwiseCopyable, Sendable {
  var identifier: UInt64
  var lots: Int64
  var filledLots: Int64 = 0
  var decisionTime: Int64
  var venueTime = Int64.min
  var endTime = Int64.min
  var arrivalMidHalfTicks: Int64
  var limitTicks: Int32
  var instrument: UInt16
  var side: Side
  var type: OrderType
  var timeInForce: TimeInForce
  var outcome: UInt8
  var reason = StepReason()

  var row: RunOrder {
    RunOrder(
      identifier: identifier, instrument: Int(instrument), side: side, type: type, timeInForce: timeInForce,
      limitTicks: limitTicks, lots: lots, filledLots: filledLots, decisionTime: decisionTime, venueTime: venueTime,
      endTime: endTime, outcome: outcome, reason: reason.words, arrivalMidHalfTicks: arrivalMidHalfTicks)
  }
}

/// One step of an order.
struct ShownStep: BitwiseCopyable, Sendable {
  var time: Int64
  var order: Int
  var openLots: Int64
  var priceTicks: Int32
  var step: OrderStep
  var reason: StepReason

  var row: OrderStepEntry {
    OrderStepEntry(
      time: time, order: order, step: Self.names[Int(step.rawValue)], openLots: openLots, priceTicks: priceTicks,
      reason: reason.words)
  }

  private static let names = (0...255).map { OrderStep(rawValue: UInt8($0))?.name ?? "" }
}

/// A fill that was drawn as missed.
struct ShownMiss: BitwiseCopyable, Sendable {
  var time: Int64
  var order: UInt64
  var orderRow: Int
  var decisionTime: Int64
  var instrument: UInt16
  var priceTicks: Int32

  var row: MissedFill {
    MissedFill(
      time: time, order: order, decisionTime: decisionTime, instrument: Int(instrument), priceTicks: priceTicks,
      orderRow: orderRow)
  }
}

extension RowFile {
  /// As rows of a result: all in memory where they are few, made when they are asked for otherwise.
  func rows<Row: Hashable & Sendable>(_ make: @escaping @Sendable (Record) -> Row) -> RunRows<Row> {
    isInMemory ? RunRows(map(make)) : RunRows(count: count) { make(self[$0]) }
  }
}
