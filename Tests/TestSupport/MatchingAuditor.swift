import MarketTypes
public import OrderBooks

/// Follows the reports of a matching engine and checks what must hold whatever was asked: quantity is conserved, every
/// trade has a living maker and taker and lies within the maker's limit, and no order ends twice.
public struct MatchingAuditor {
  var open: [OrderIdentifier: Int64] = [:]
  var traded: Int64 = 0

  public init() {}

  /// What is wrong with the next message's reports.
  public mutating func faults(after reports: [MatchingReport], engine: borrowing MatchingEngine) -> [String] {
    var faults: [String] = []
    for report in reports {
      let quantity = report.quantity.lots
      switch report.kind {
      case .accepted:
        if open[report.order] != nil { faults.append("accepted twice: \(report)") }
        open[report.order] = quantity
      case .trade, .decremented:
        if quantity <= 0 { faults.append("empty trade: \(report)") }
        if report.order == report.counterparty { faults.append("trade with itself: \(report)") }
        for side in [report.order, report.counterparty] {
          guard let left = open[side], left >= quantity else {
            faults.append("traded more than open: \(report)")
            continue
          }
          open[side] = left == quantity ? nil : left - quantity
        }
        if report.kind == .trade { traded += quantity }
      case .cancelled, .expired:
        if open[report.order] != quantity { faults.append("ended with \(open[report.order] ?? 0) open: \(report)") }
        open[report.order] = nil
      case .modified:
        if open[report.order] == nil { faults.append("modified but not alive: \(report)") }
        open[report.order] = quantity
      case .triggered:
        if open[report.order] != quantity { faults.append("triggered with \(open[report.order] ?? 0): \(report)") }
      case .rejected, .cancelRejected, .modifyRejected:
        if report.rejectReason == .none { faults.append("rejected without reason: \(report)") }
      }
    }
    if open.count != engine.orderCount { faults.append("\(open.count) orders by reports, \(engine.orderCount) kept") }
    return faults
  }

  /// Compares the open quantities with the engine's; slower than following the counts.
  public func faults(of engine: borrowing MatchingEngine) -> [String] {
    var faults: [String] = []
    for order in engine.allOrders() where open[order.identifier] != order.open.lots {
      faults.append("\(order) should have \(open[order.identifier] ?? 0) open")
    }
    return faults
  }
}
