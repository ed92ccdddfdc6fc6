import MarketTypes
import MatchingHarnessABI
import OrderBooks
import Synchronization

/// A single-producer, single-consumer ring of reports in the engine's own format; draining translates.
///
/// Positions only grow; the place of a position is its low bits. The producer publishes in groups, so that the two
/// cores exchange the position's cache line once per group and not once per report.
@safe
struct ReportRing: ~Copyable {
  static let publishEvery = 64

  let reports: UnsafeMutablePointer<MatchingReport>
  let mask: Int
  /// Producer's side: next position to write, last one published, and the consumer's position when last looked at.
  private var written = 0
  private var unpublishedFrom = 0
  private var drainedSeen = 0
  private var producerPadding: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
  private let published = Atomic<Int>(0)
  private var publishedPadding: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)
  private let drained = Atomic<Int>(0)
  private var drainedPadding: (Int, Int, Int, Int, Int, Int, Int, Int) = (0, 0, 0, 0, 0, 0, 0, 0)

  init(capacity: Int) {
    var size = 1024
    while size < capacity { size *= 2 }
    mask = size - 1
    unsafe reports = .allocate(capacity: size)
    // Writing every element now keeps page faults out of the run.
    unsafe reports.initialize(
      repeating: MatchingReport(kind: .rejected, sequence: 0, order: OrderIdentifier(0)), count: size)
  }

  deinit { unsafe reports.deallocate() }

  @inline(__always)
  mutating func push(_ report: MatchingReport) {
    if written &- drainedSeen > mask { waitForRoom() }
    unsafe reports[written & mask] = report
    written &+= 1
    if written &- unpublishedFrom >= ReportRing.publishEvery { publish() }
  }

  @inline(__always)
  mutating func publish() {
    published.store(written, ordering: .releasing)
    unpublishedFrom = written
  }

  @inline(never)
  private mutating func waitForRoom() {
    publish()
    repeat { drainedSeen = drained.load(ordering: .acquiring) } while written &- drainedSeen > mask
  }

  /// Consumer's side.
  func drain(into target: UnsafeMutablePointer<harness_report>, most: Int) -> Int {
    let from = drained.load(ordering: .relaxed)
    let count = min(most, published.load(ordering: .acquiring) &- from)
    for index in 0..<max(count, 0) {
      unsafe target[index] = harness_report(reports[(from &+ index) & mask])
    }
    if count > 0 { drained.store(from &+ count, ordering: .releasing) }
    return max(count, 0)
  }
}

extension harness_report {
  @inline(__always)
  init(_ report: MatchingReport) {
    self.init()
    let isTrade = report.kind == .trade
    type =
      switch report.kind {
      case .accepted: 0
      case .trade: 1
      case .cancelled: 2
      case .modified: 3
      case .cancelRejected: 4
      case .modifyRejected: 5
      case .rejected, .triggered, .expired, .decremented: .max
      }
    side = report.side == .sell ? 1 : 0
    sequence_number = report.sequence
    order_id = isTrade ? 0 : report.order.rawValue
    price_ticks = Int64(report.price.ticks)
    quantity = UInt32(truncatingIfNeeded: report.quantity.lots)
    maker_order_id = isTrade ? report.counterparty.rawValue : 0
    taker_order_id = isTrade ? report.order.rawValue : 0
  }
}
